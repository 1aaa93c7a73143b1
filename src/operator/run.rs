//! Runs the operator as a process: competes for the lease, serves HTTP, stops in order.

use std::{net::SocketAddr, time::Duration};

use k8s_openapi::api::coordination::v1::Lease;
use kube::{Api, Client};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use super::{
    control::Controller,
    environment::Environment,
    http::serve,
    lease::{Candidate, Leadership, Timing, hold},
    webhook::{self, WebhookSettings},
};

/// The namespace of the operator, where nobody says otherwise.
pub const DEFAULT_NAMESPACE: &str = "lync-failover-system";
/// The name of the lease for which replicas compete.
pub(crate) const LEASE: &str = "lync-failover";

/// How the operator runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The namespace of the operator: leases and records live here.
    pub namespace: String,
    /// The namespaces to watch; all of them if none is given.
    pub watch_namespaces: Vec<String>,
    /// Who this process is, among the replicas.
    pub identity: String,
    /// Where `/livez`, `/readyz` and `/metrics` are served.
    pub http: SocketAddr,
    /// How replicas elect a leader; `None`: this process acts without a lease.
    pub election: Option<Timing>,
    /// Where the API server may ask for the plan of a spec; `None`: nowhere.
    pub webhook: Option<WebhookSettings>,
}

/// Why the operator ended, or did not start.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// The API server could not be reached, or the configuration is wrong.
    #[error("Kubernetes: {0}")]
    Kube(#[from] kube::Error),
    /// A port or a signal handler could not be had.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Another replica leads now. The process ends, so that nothing of it goes on.
    #[error("the lease was lost: another replica may lead now")]
    LeaseLost,
}

/// Runs until SIGTERM or SIGINT. What runs in Lync then is left alone; the next leader adopts it.
///
/// # Errors
///
/// [`OperatorError`].
pub async fn run(client: Client, settings: Settings) -> Result<(), OperatorError> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let listener = tokio::net::TcpListener::bind(settings.http).await?;
    tracing::info!(address = %listener.local_addr()?, "serving /livez, /readyz and /metrics");
    let controller = Controller::new(
        client.clone(),
        &settings.namespace,
        &settings.watch_namespaces,
        &settings.identity,
        Environment::default(),
    );
    tokio::spawn(serve(listener, controller.clone()));

    let (stop_lease, stopped) = watch::channel(false);
    let (leading, leadership) = watch::channel(Leadership::Standby { leader: None });
    let (open, address) = watch::channel(None);
    if let Some(webhook) = settings.webhook {
        controller.known().want();
        tokio::spawn(webhook::serve(webhook, controller.clone(), leadership.clone(), open));
    }
    let lease = settings.election.map(|timing| {
        let leases: Api<Lease> = Api::namespaced(client, &settings.namespace);
        let me = settings.identity.clone();
        let candidate = Candidate { leases, name: LEASE.to_owned(), me, timing, address };
        tokio::spawn(hold(candidate, leading.clone(), stopped))
    });
    if lease.is_none() {
        leading.send_replace(Leadership::Leader);
    }
    // The controller is dropped before the lease is given back.
    let result = tokio::select! {
        () = lead(controller, leadership) => Err(OperatorError::LeaseLost),
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    };
    stop_lease.send_replace(true);
    if let Some(lease) = lease {
        let _ = tokio::time::timeout(Duration::from_secs(3), lease).await;
    }
    result
}

/// Acts from the moment on which this process leads, until the lease is lost.
async fn lead(controller: Controller, mut leadership: watch::Receiver<Leadership>) {
    controller.ready().await;
    let _ = leadership.wait_for(|state| !matches!(state, Leadership::Standby { .. })).await;
    controller.metrics().leader.set(1);
    tracing::info!("leading");
    tokio::select! {
        () = controller.run() => {}
        _ = leadership.wait_for(|state| *state == Leadership::Lost) => {}
    }
}
