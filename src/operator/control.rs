//! The controller: keeps one worker for each deployment. What it needs of the world is a client and an
//! [`Environment`], so that it runs unchanged in a cluster, in a simulation and in a test.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use kube::{
    Client, ResourceExt,
    runtime::events::{Recorder, Reporter},
};
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::{
    environment::Environment,
    exports::Exporting,
    metrics::Metrics,
    resources::Resources,
    unreadable::{Told, tell_orphans, tell_unreadable},
    webhook::Known,
    worker::work,
};

/// Everything that the workers share.
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) resources: Resources,
    pub(super) recorder: Recorder,
    pub(super) metrics: Arc<Metrics>,
    /// The namespace in which records are kept.
    pub(super) namespace: String,
    pub(super) environment: Environment,
    pub(super) exporting: Arc<Exporting>,
    /// What the last rounds have seen, for who asks what a spec would lead to.
    pub(super) known: Known,
}

/// The controller of all deployments that it can see.
#[derive(Clone)]
pub struct Controller(Arc<Shared>);

impl Controller {
    /// Begins to watch the namespaces that are named, or all if none is; acts only in [`Self::run`]. Records are kept
    /// in `namespace`, Events come from `identity`. Needs a tokio runtime.
    pub fn new(
        client: Client,
        namespace: &str,
        watch_namespaces: &[String],
        identity: &str,
        environment: Environment,
    ) -> Self {
        let resources = Resources::watch(&client, watch_namespaces);
        let metrics = Metrics::new(
            resources.failovers.clone(),
            resources.deployments.clone(),
            Arc::clone(&resources.notices),
        );
        let reporter = Reporter { controller: "lync-failover".into(), instance: Some(identity.to_owned()) };
        Self(Arc::new(Shared {
            recorder: Recorder::new(client.clone(), reporter),
            resources,
            client,
            metrics: Arc::new(metrics),
            namespace: namespace.to_owned(),
            environment,
            exporting: Arc::default(),
            known: Known::default(),
        }))
    }

    /// What it waits for before it can act, in words; `None` when it can.
    pub fn waits_for(&self) -> Option<String> {
        self.0.resources.notices.problems()
    }

    pub(super) fn is_watching(&self) -> bool {
        self.0.resources.is_watching()
    }

    pub(super) fn metrics(&self) -> Arc<Metrics> {
        Arc::clone(&self.0.metrics)
    }

    /// What the last rounds have seen. They leave it there from the moment on at which somebody wants it.
    pub(super) fn known(&self) -> &Known {
        &self.0.known
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.environment.clock.now()
    }

    /// Waits until every kind of resource has been listed once, at least in one namespace.
    pub async fn ready(&self) {
        self.0.resources.ready().await;
    }

    /// Acts until it is dropped. What runs in Lync then is left alone; whoever comes next adopts it.
    pub async fn run(&self) {
        let shared = &self.0;
        shared.resources.ready().await;
        let mut workers: BTreeMap<String, Worker> = BTreeMap::new();
        let mut told = Told::new();
        loop {
            let bell = shared.resources.notices.changed.notified();
            let mut deployments = shared.resources.deployments.state();
            deployments.retain(|one| shared.resources.sees(&one.namespace().unwrap_or_default()));
            workers.retain(|_, worker| !worker.0.is_finished());
            for deployment in &deployments {
                workers.entry(deployment.uid().unwrap_or_default()).or_insert_with(|| {
                    let (namespace, name) =
                        (deployment.namespace().unwrap_or_default(), deployment.name_any());
                    let span = tracing::info_span!("deployment", namespace, name);
                    let work = work(Arc::clone(shared), Arc::clone(deployment));
                    Worker(tokio::spawn(work.instrument(span)))
                });
            }
            tell_orphans(shared, &deployments).await;
            tell_unreadable(shared, &mut told).await;
            tokio::select! {
                () = bell => {}
                () = tokio::time::sleep(Duration::from_secs(30)) => {}
            }
        }
    }
}

/// A worker: ends by itself when its deployment is gone, and with the controller.
struct Worker(JoinHandle<()>);

impl Drop for Worker {
    fn drop(&mut self) {
        self.0.abort();
    }
}
