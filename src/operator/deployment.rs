//! From a `LyncDeployment` to the way to its organisation.

use std::{net::SocketAddr, sync::Arc};

use kube::ResourceExt;
use sha2::{Digest, Sha256};

use crate::{
    api::LyncDeployment,
    bridge::{RemoteSimulator, SimulatedBridge},
    controller::{Endpoint, Organisation},
    plan::Limits,
    simulator::{OrganisationView, lock},
};

use super::environment::Environment;

/// An organisation, and the name that tells it from all others.
pub(super) struct Reached {
    pub(super) organisation: Organisation,
    /// Two deployments with the same identity share one record, and so one lock.
    pub(super) identity: String,
}

/// Why there is no way to an organisation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ReachError {
    /// The spec cannot be followed; a person has to change it.
    #[error("{0}")]
    Spec(String),
    /// It may work later.
    #[error("{0}")]
    Later(String),
}

/// Finds the way to the organisation of a deployment.
pub(super) async fn reach(
    deployment: &LyncDeployment,
    environment: &Environment,
) -> Result<Reached, ReachError> {
    let spec = |problem: String| ReachError::Spec(problem);
    let limits = Limits::try_from(&deployment.spec).map_err(|err| spec(err.to_string()))?;
    let interval = deployment.spec.observation.interval_duration();
    let interval = interval.map_err(|err| spec(format!("spec.observation.interval: {err}")))?;
    let clock = &environment.clock;
    let Some(simulated) = &deployment.spec.bridge.simulated else {
        return Err(spec("spec.bridge.winrm: this version reaches simulated deployments only".to_owned()));
    };
    let with = |bridge: Arc<dyn crate::bridge::Bridge>, prober, view: &OrganisationView| Organisation {
        bridge,
        prober,
        clock: Arc::clone(clock),
        endpoints: view.front_ends().into_iter().map(|(host, pool)| Endpoint { host, pool }).collect(),
        limits: limits.clone(),
        interval,
    };
    match (&simulated.address, &simulated.scenario) {
        (Some(address), None) => {
            let field = "spec.bridge.simulated.address";
            let socket: SocketAddr = address.parse().map_err(|err| spec(format!("{field}: {err}")))?;
            if !socket.ip().is_loopback() {
                return Err(spec(format!("{field}: {address} is not a loopback address")));
            }
            let remote = Arc::new(RemoteSimulator::new(socket));
            let view = remote.describe().await.map_err(|err| ReachError::Later(format!("{field}: {err}")))?;
            let organisation = with(remote.clone(), remote, &view);
            Ok(Reached { organisation, identity: identity("simulator", address) })
        }
        (None, Some(scenario)) => {
            let field = "spec.bridge.simulated.scenario";
            let uid = deployment.uid().unwrap_or_default();
            let now = clock.now();
            let simulator = environment.simulators.open(&uid, scenario, now);
            let simulator = simulator.map_err(|err| spec(format!("{field}: {err}")))?;
            let view = lock(&simulator).describe(now);
            let bridge = Arc::new(SimulatedBridge::new(simulator, Arc::clone(clock)));
            let organisation = with(bridge.clone(), bridge, &view);
            Ok(Reached { organisation, identity: identity("scenario", &uid) })
        }
        _ => Err(spec("spec.bridge.simulated: exactly one of scenario and address must be set".to_owned())),
    }
}

/// A short name from what an organisation is known by.
fn identity(kind: &str, what: &str) -> String {
    let digest = Sha256::digest(format!("{kind}/{what}").as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
