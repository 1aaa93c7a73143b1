//! Runs the operator: watches, competes for the lease, keeps the workers, stops in order.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use k8s_openapi::api::coordination::v1::Lease;
use kube::{
    Api, Client, ResourceExt,
    runtime::events::{Recorder, Reporter},
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinHandle,
};

use super::{
    http::{WaitsFor, serve},
    lease::{Leadership, Timing, hold},
    metrics::Metrics,
    resources::Resources,
    worker::{Shared, report, work},
};
use crate::{
    api::{LyncDeployment, Reason},
    status::Outcome,
};

/// How the operator runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The namespace of the operator: leases and records live here.
    pub namespace: String,
    /// The one namespace to watch; all of them if none is given.
    pub watch_namespace: Option<String>,
    /// Who this process is, among the replicas.
    pub identity: String,
    /// Where `/livez`, `/readyz` and `/metrics` are served.
    pub http: SocketAddr,
    /// Whether replicas elect a leader.
    pub leader_elect: bool,
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
    let metrics = Arc::new(Metrics::new());
    let waits_for: WaitsFor = Arc::new(Mutex::new(Some("the custom resource definitions".to_owned())));
    let listener = tokio::net::TcpListener::bind(settings.http).await?;
    tracing::info!(address = %listener.local_addr()?, "serving /livez, /readyz and /metrics");
    tokio::spawn(serve(listener, Arc::clone(&metrics), Arc::clone(&waits_for)));

    let resources = Resources::watch(&client, settings.watch_namespace.as_deref());
    let (stop_lease, stopped) = watch::channel(false);
    let (leading, mut leadership) = watch::channel(Leadership::Standby);
    let lease = settings.leader_elect.then(|| {
        let leases: Api<Lease> = Api::namespaced(client.clone(), &settings.namespace);
        let name = "lync-failover".to_owned();
        tokio::spawn(hold(
            leases,
            name,
            settings.identity.clone(),
            Timing::default(),
            leading.clone(),
            stopped,
        ))
    });
    if lease.is_none() {
        leading.send_replace(Leadership::Leader);
    }
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let reporter = Reporter { controller: "lync-failover".into(), instance: Some(settings.identity.clone()) };
    let shared = Arc::new(Shared {
        recorder: Recorder::new(client.clone(), reporter),
        client,
        resources,
        metrics,
        namespace: settings.namespace.clone(),
    });

    let work = async {
        shared.resources.ready().await;
        *waits_for.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let _ = leadership.wait_for(|state| *state != Leadership::Standby).await;
        shared.metrics.leader.set(1);
        tracing::info!("leading");
        tokio::select! {
            () = supervise(Arc::clone(&shared)) => {}
            _ = leadership.wait_for(|state| *state == Leadership::Lost) => {}
        }
    };
    let result = tokio::select! {
        () = work => Err(OperatorError::LeaseLost),
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    };
    stop_lease.send_replace(true);
    if let Some(lease) = lease {
        let _ = tokio::time::timeout(Duration::from_secs(3), lease).await;
    }
    result
}

/// A worker, ended when it is dropped.
struct Worker {
    deployment: Arc<LyncDeployment>,
    task: JoinHandle<()>,
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Keeps one worker for each deployment; a changed spec gets a new one.
async fn supervise(shared: Arc<Shared>) {
    let mut workers: BTreeMap<String, Worker> = BTreeMap::new();
    loop {
        let bell = shared.resources.changed.notified();
        let deployments = shared.resources.deployments.state();
        let is_there = |worker: &Worker| {
            let now = deployments.iter().find(|now| now.uid() == worker.deployment.uid());
            now.is_some_and(|now| now.metadata.generation == worker.deployment.metadata.generation)
        };
        workers.retain(|_, worker| is_there(worker) && !worker.task.is_finished());
        for deployment in &deployments {
            let key = deployment.uid().unwrap_or_default();
            workers.entry(key).or_insert_with(|| Worker {
                deployment: Arc::clone(deployment),
                task: tokio::spawn(work(Arc::clone(&shared), Arc::clone(deployment))),
            });
        }
        say_orphans(&shared, &deployments).await;
        tokio::select! {
            () = bell => {}
            () = tokio::time::sleep(Duration::from_secs(30)) => {}
        }
    }
}

/// Tells resources whose deployment is not there.
async fn say_orphans(shared: &Shared, deployments: &[Arc<LyncDeployment>]) {
    for lfo in shared.resources.failovers.state() {
        let wanted = lfo.spec.deployment_ref.name.to_string();
        let is_there = deployments.iter().any(|d| d.name_any() == wanted && d.namespace() == lfo.namespace());
        if !is_there {
            let outcome = Outcome::Unusable {
                generation: lfo.metadata.generation.unwrap_or(0),
                reason: Reason::DeploymentNotFound,
                message: format!("there is no LyncDeployment {wanted} in this namespace"),
            };
            report(shared, &lfo, &outcome).await;
        }
    }
}
