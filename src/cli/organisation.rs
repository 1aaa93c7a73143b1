//! From loaded files to a simulated organisation that can be driven.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::CliError;
use crate::{
    api::{BridgeSpec, LyncDeployment, LyncFailover, SimulatedBridge, load::Loaded},
    bridge,
    clock::{Clock, ScaledClock},
    controller::{Endpoint, MemoryStore, Organisation},
    lync::Observed,
    plan::{Desired, Limits},
    simulator::{OrganisationView, Rebuilt, Scenario, Simulator, Transcript, from_observed},
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

/// The organisation of a snapshot, to play with.
pub(super) struct Rehearsal {
    pub(super) lab: Simulated,
    /// What the snapshot does not say, and the simulation has to assume.
    pub(super) assumed: Vec<String>,
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
        let deployment = one_deployment(loaded)?;
        let Some(simulated) = &deployment.spec.bridge.simulated else {
            return Err(wrong(
                deployment,
                "spec.bridge has to be simulated: this command never touches a real Lync. Take a snapshot of it \
                 and name it with --snapshot",
            ));
        };
        let Some(scenario) = &simulated.scenario else {
            let text = "spec.bridge.simulated has to have a scenario here, not an address";
            return Err(wrong(deployment, text));
        };
        Self::play(deployment.clone(), &read_scenario(deployment, scenario)?, speed)
    }

    /// Sets up the organisation of a snapshot in the place of whatever bridge the deployment has. What
    /// breaks, and how long things take, may come from the scenario of the deployment.
    pub(super) fn rehearse(loaded: &Loaded, observed: &Observed, speed: f64) -> Result<Rehearsal, CliError> {
        let mut deployment = one_deployment(loaded)?.clone();
        let Rebuilt { mut scenario, assumed } = from_observed(observed).map_err(|missing| {
            let text = |what| format!("the snapshot does not say enough to simulate: {what}");
            CliError::BadInput(missing.into_iter().map(text).collect())
        })?;
        let own = deployment.spec.bridge.simulated.as_ref().and_then(|simulated| simulated.scenario.as_ref());
        if let Some(own) = own {
            let own = read_scenario(&deployment, own)?;
            let (Scenario { durations, failures, faults, description, .. }, what) =
                (own.clone(), Scenario::default());
            if own != (Scenario { durations, failures, faults, description, ..what }) {
                return Err(wrong(
                    &deployment,
                    "spec.bridge.simulated.scenario: the pools come from the snapshot; only description, \
                     durations, failures and faults may stand here",
                ));
            }
            scenario.durations = own.durations;
            scenario.failures.extend(own.failures);
            scenario.faults.extend(own.faults);
        }
        let value = serde_json::to_value(&scenario).map_err(|err| CliError::Failed(err.to_string()))?;
        let simulated = SimulatedBridge { scenario: Some(value), address: None };
        deployment.spec.bridge = BridgeSpec { winrm: None, simulated: Some(simulated) };
        Ok(Rehearsal { lab: Self::play(deployment, &scenario, speed)?, assumed })
    }

    fn play(deployment: LyncDeployment, scenario: &Scenario, speed: f64) -> Result<Self, CliError> {
        let started = Timestamp::now();
        let mut simulator = Simulator::new(scenario, started)
            .map_err(|err| wrong(&deployment, &format!("spec.bridge.simulated.scenario: {err}")))?;
        let endpoints = endpoints(&simulator.describe(started));
        let simulator = Arc::new(Mutex::new(simulator));
        let clock: Arc<dyn Clock> = Arc::new(ScaledClock::new(started, speed));
        let bridge = Arc::new(bridge::SimulatedBridge::new(Arc::clone(&simulator), Arc::clone(&clock)));
        let (limits, interval) = (limits(&deployment)?, interval(&deployment)?);
        let organisation =
            Organisation { bridge: bridge.clone(), prober: bridge, clock, endpoints, limits, interval };
        Ok(Self { organisation, simulator, deployment, started, stores: Mutex::default() })
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

/// The one deployment of the files.
pub(super) fn one_deployment(loaded: &Loaded) -> Result<&LyncDeployment, CliError> {
    let mut deployments = loaded.deployments();
    match (deployments.next(), deployments.next()) {
        (Some(deployment), None) => Ok(deployment),
        _ => {
            let count = loaded.deployments().count();
            let text = format!("the files have to hold exactly one LyncDeployment; they hold {count}");
            Err(CliError::BadInput(vec![text]))
        }
    }
}

/// The wishes of the files for a deployment, in order.
pub(super) fn wishes(deployment: &LyncDeployment, loaded: &Loaded) -> Result<Vec<Wish>, CliError> {
    let mut wishes = Vec::new();
    for failover in loaded.failovers() {
        let name = failover.metadata.name.clone().unwrap_or_default();
        let wanted = failover.spec.deployment_ref.name.to_string();
        let namespace = namespace_of(&failover.metadata);
        if deployment.metadata.name.as_deref() != Some(wanted.as_str())
            || namespace != namespace_of(&deployment.metadata)
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

/// The planner's numbers of a deployment.
pub(super) fn limits(deployment: &LyncDeployment) -> Result<Limits, CliError> {
    Limits::try_from(&deployment.spec).map_err(|err| wrong(deployment, &err.to_string()))
}

pub(super) fn interval(deployment: &LyncDeployment) -> Result<SignedDuration, CliError> {
    let interval = deployment.spec.observation.interval_duration();
    interval.map_err(|err| wrong(deployment, &format!("spec.observation.interval: {err}")))
}

pub(super) fn endpoints(view: &OrganisationView) -> Vec<Endpoint> {
    view.front_ends().into_iter().map(|(host, pool)| Endpoint { host, pool }).collect()
}

fn read_scenario(deployment: &LyncDeployment, scenario: &serde_json::Value) -> Result<Scenario, CliError> {
    serde_json::from_value(scenario.clone())
        .map_err(|err| wrong(deployment, &format!("spec.bridge.simulated.scenario: {err}")))
}

/// Something is wrong with a deployment.
pub(super) fn wrong(deployment: &LyncDeployment, text: &str) -> CliError {
    let name = deployment.metadata.name.as_deref().unwrap_or_default();
    CliError::BadInput(vec![format!("LyncDeployment {name}: {text}")])
}

/// What kubectl takes when a file names none.
pub(super) fn namespace_of(metadata: &ObjectMeta) -> &str {
    metadata.namespace.as_deref().unwrap_or("default")
}
