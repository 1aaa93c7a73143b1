//! From loaded files to a simulated organisation that can be driven.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::CliError;
use crate::{
    api::{LyncDeployment, LyncFailover, load::Loaded},
    bridge::SimulatedBridge,
    clock::{Clock, ScaledClock},
    controller::{Endpoint, MemoryStore, Organisation},
    plan::{Desired, Limits},
    simulator::{OrganisationView, Scenario, Simulator, Transcript},
};

/// A simulated Lync organisation, and the way to it.
pub(super) struct Simulated {
    /// What the passes work with.
    pub(super) organisation: Organisation,
    /// The organisation itself.
    pub(super) simulator: Arc<Mutex<Simulator>>,
    /// The resource that describes it.
    pub(super) deployment: LyncDeployment,
    /// When the simulation began.
    pub(super) started: Timestamp,
    stores: Mutex<BTreeMap<String, Arc<MemoryStore>>>,
}

/// A `LyncFailover` as it was read, in the planner's words.
pub(super) struct Wish {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) deployment: String,
    pub(super) desired: Desired,
    pub(super) failover: LyncFailover,
}

impl Simulated {
    /// Sets up the one simulated deployment of the files. The clock runs `speed` times as fast as the wall.
    pub(super) fn build(loaded: &Loaded, speed: f64) -> Result<Self, CliError> {
        let bad = |text: String| CliError::BadInput(vec![text]);
        let mut deployments = loaded.deployments();
        let (Some(deployment), None) = (deployments.next(), deployments.next()) else {
            let count = loaded.deployments().count();
            return Err(bad(format!("the files have to hold exactly one LyncDeployment; they hold {count}")));
        };
        let name = deployment.metadata.name.as_deref().unwrap_or_default();
        let Some(simulated) = &deployment.spec.bridge.simulated else {
            return Err(bad(format!(
                "LyncDeployment {name}: spec.bridge has to be simulated; this command never touches a real Lync"
            )));
        };
        let Some(scenario) = simulated.scenario.clone() else {
            return Err(bad(format!(
                "LyncDeployment {name}: spec.bridge.simulated has to have a scenario here, not an address"
            )));
        };
        let scenario = serde_json::from_value::<Scenario>(scenario)
            .map_err(|err| bad(format!("LyncDeployment {name}: spec.bridge.simulated.scenario: {err}")))?;
        let limits =
            Limits::try_from(&deployment.spec).map_err(|err| bad(format!("LyncDeployment {name}: {err}")))?;
        let interval = deployment
            .spec
            .observation
            .interval_duration()
            .map_err(|err| bad(format!("LyncDeployment {name}: spec.observation.interval: {err}")))?;

        let started = Timestamp::now();
        let mut simulator = Simulator::new(&scenario, started)
            .map_err(|err| bad(format!("LyncDeployment {name}: spec.bridge.simulated.scenario: {err}")))?;
        let endpoints =
            simulator.describe(started).front_ends().into_iter().map(|(host, pool)| Endpoint { host, pool });
        let endpoints = endpoints.collect();
        let simulator = Arc::new(Mutex::new(simulator));
        let clock: Arc<dyn Clock> = Arc::new(ScaledClock::new(started, speed));
        let bridge = Arc::new(SimulatedBridge::new(Arc::clone(&simulator), Arc::clone(&clock)));
        let organisation =
            Organisation { bridge: bridge.clone(), prober: bridge, clock, endpoints, limits, interval };
        Ok(Self {
            organisation,
            simulator,
            deployment: deployment.clone(),
            started,
            stores: Mutex::default(),
        })
    }

    /// The wishes of the files, in order.
    pub(super) fn wishes(&self, loaded: &Loaded) -> Result<Vec<Wish>, CliError> {
        let mut wishes = Vec::new();
        for failover in loaded.failovers() {
            let name = failover.metadata.name.clone().unwrap_or_default();
            let wanted = failover.spec.deployment_ref.name.to_string();
            let namespace = namespace_of(&failover.metadata);
            if self.deployment.metadata.name.as_deref() != Some(wanted.as_str())
                || namespace != self.namespace()
            {
                return Err(CliError::BadInput(vec![format!(
                    "LyncFailover {name}: spec.deploymentRef names {wanted}, which the files do not hold in \
                     namespace {namespace}"
                )]));
            }
            let desired = Desired::try_from(&failover.spec)
                .map_err(|err| CliError::BadInput(vec![format!("LyncFailover {name}: {err}")]))?;
            let namespace = namespace.to_owned();
            wishes.push(Wish { namespace, name, deployment: wanted, desired, failover: failover.clone() });
        }
        if wishes.is_empty() {
            return Err(CliError::BadInput(vec!["the files hold no LyncFailover".to_owned()]));
        }
        Ok(wishes)
    }

    /// The namespace of the deployment.
    pub(super) fn namespace(&self) -> &str {
        namespace_of(&self.deployment.metadata)
    }

    /// What is remembered for a resource; the same each time it is asked for.
    pub(super) fn store(&self, name: &str) -> Arc<MemoryStore> {
        let mut stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(stores.entry(name.to_owned()).or_default())
    }

    /// The organisation as it stands now.
    pub(super) fn view(&self) -> OrganisationView {
        self.look(|simulator| simulator.describe(self.organisation.clock.now()))
    }

    /// What was done to it.
    pub(super) fn transcript(&self) -> Transcript {
        self.look(|simulator| simulator.transcript().clone())
    }

    fn look<T>(&self, question: impl FnOnce(&mut Simulator) -> T) -> T {
        let mut simulator = self.simulator.lock().unwrap_or_else(PoisonError::into_inner);
        simulator.advance(self.organisation.clock.now());
        question(&mut simulator)
    }
}

/// What kubectl takes when a file names none.
fn namespace_of(metadata: &ObjectMeta) -> &str {
    metadata.namespace.as_deref().unwrap_or("default")
}
