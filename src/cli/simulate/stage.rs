//! The operator's own controller, with an API service and a Lync in this process.

use std::sync::Arc;

use kube::{Api, Client, ResourceExt, api::PostParams};
use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    super::{
        CliError,
        organisation::{Simulated, Wish},
    },
    live::Live,
};
use crate::{
    api::{LyncFailover, LyncFailoverStatus},
    apiserver::ApiService,
    controller::{Event, Listener, Owner, Passed},
    operator::{Controller, Environment},
};

/// Where the operator would keep its records.
const NAMESPACE: &str = "lync-failover-system";

/// A round that is over.
pub(super) struct Reported {
    pub(super) owner: Owner,
    pub(super) generation: i64,
    /// `None` when the spec could not be followed.
    pub(super) passed: Option<Box<Passed>>,
}

/// Shows what happens, and hands rounds that are over to the command.
struct Relay {
    live: Arc<Live>,
    reports: mpsc::UnboundedSender<Reported>,
}

impl Listener for Relay {
    fn saw(&self, event: Event) {
        if let Event::Reported { owner, generation, passed } = event {
            // Nobody is left to tell when the simulation is over.
            let _ = self.reports.send(Reported { owner, generation, passed });
        } else {
            self.live.saw(event);
        }
    }
}

/// An applied resource.
pub(super) struct Applied {
    pub(super) owner: Owner,
    pub(super) generation: i64,
    /// `created`, `configured` or `unchanged`, as kubectl says.
    pub(super) verb: &'static str,
}

/// The running controller.
pub(super) struct Stage {
    client: Client,
    reports: mpsc::UnboundedReceiver<Reported>,
    task: JoinHandle<()>,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stage {
    /// Sets the stage: the deployment is there, the controller runs.
    pub(super) async fn new(lab: &Simulated, live: &Arc<Live>) -> Result<Self, CliError> {
        let clock = Arc::clone(&lab.organisation.clock);
        let client = ApiService::new(Arc::clone(&clock)).client();
        let (sender, reports) = mpsc::unbounded_channel();
        let environment = Environment {
            clock,
            listener: Arc::new(Relay { live: Arc::clone(live), reports: sender }),
            simulators: Arc::default(),
        };
        let namespace = lab.namespace();
        let deployments = Api::namespaced(client.clone(), namespace);
        let made = deployments.create(&PostParams::default(), &lab.deployment).await.map_err(failed)?;
        if let Some(scenario) = made.spec.bridge.simulated.as_ref().and_then(|s| s.scenario.as_ref()) {
            let uid = made.uid().unwrap_or_default();
            environment.simulators.put(&uid, scenario, Arc::clone(&lab.simulator));
        }
        let controller = Controller::new(client.clone(), NAMESPACE, &[], "simulate", environment);
        let task = tokio::spawn(async move { controller.run().await });
        Ok(Self { client, reports, task })
    }

    /// What `kubectl apply` would do.
    pub(super) async fn apply(&self, wish: &Wish) -> Result<Applied, CliError> {
        let api = self.failovers(&wish.namespace);
        let before = api.get_opt(&wish.name).await.map_err(failed)?;
        let (object, verb) = match before {
            None => (api.create(&PostParams::default(), &wish.failover).await.map_err(failed)?, "created"),
            Some(before) => {
                // The spec as a whole: what the file leaves out is left out.
                let replaced = LyncFailover { spec: wish.failover.spec.clone(), ..before.clone() };
                let object =
                    api.replace(&wish.name, &PostParams::default(), &replaced).await.map_err(failed)?;
                let is_same = object.metadata.generation == before.metadata.generation;
                (object, if is_same { "unchanged" } else { "configured" })
            }
        };
        let owner = Owner(object.uid().unwrap_or_default());
        Ok(Applied { owner, generation: object.metadata.generation.unwrap_or(0), verb })
    }

    /// The status as a reader would get it.
    pub(super) async fn status(&self, wish: &Wish) -> Result<LyncFailoverStatus, CliError> {
        let object = self.failovers(&wish.namespace).get(&wish.name).await.map_err(failed)?;
        Ok(object.status.unwrap_or_default())
    }

    /// The next round that is over, whosever.
    pub(super) async fn next(&mut self) -> Result<Reported, CliError> {
        let gone = || CliError::Failed("the controller has ended".to_owned());
        self.reports.recv().await.ok_or_else(gone)
    }

    fn failovers(&self, namespace: &str) -> Api<LyncFailover> {
        Api::namespaced(self.client.clone(), namespace)
    }
}

fn failed(error: kube::Error) -> CliError {
    CliError::Failed(error.to_string())
}
