//! From a `LyncDeployment` to the way to its organisation.

use std::{net::SocketAddr, sync::Arc};

use kube::ResourceExt;

use crate::{
    api::{BridgeSpec, LyncDeployment},
    bridge::{RemoteSimulator, SimulatedBridge},
    controller::{Endpoint, Mandate, Moved, Organisation, OwnedIntent, Owner, RecordStore, move_record},
    reach::{self, ReachError, Secrets, short},
    simulator::{OrganisationView, lock},
};

use super::{environment::Environment, remote::Remote};

/// An organisation, and the name that tells it from all others.
pub(super) struct Reached {
    pub(super) organisation: Organisation,
    /// Two deployments with the same identity share one record, and so one lock.
    pub(super) identity: String,
    /// What may be done with that record.
    pub(super) mandate: Mandate,
    /// What of it can change without the spec.
    remote: Option<Remote>,
}

/// Finds the way to the organisation of a deployment. `last` is the identity that it had so far in this process.
pub(super) async fn reach(
    deployment: &LyncDeployment,
    environment: &Environment,
    secrets: &dyn Secrets,
    last: Option<String>,
) -> Result<Reached, ReachError> {
    match &deployment.spec.bridge {
        BridgeSpec { winrm: Some(winrm), simulated: None } => {
            let clock = &environment.clock;
            let (organisation, remote) = Remote::new(deployment, winrm, secrets, clock).await?;
            let identity = last.unwrap_or_else(|| remote.assumed(deployment));
            Ok(Reached { organisation, identity, mandate: Mandate::Full, remote: Some(remote) })
        }
        BridgeSpec { winrm: None, simulated: Some(simulated) } => {
            let (organisation, identity) = simulated_organisation(deployment, simulated, environment).await?;
            Ok(Reached { organisation, identity, mandate: Mandate::Full, remote: None })
        }
        _ => Err(ReachError::Spec("spec.bridge: exactly one of winrm and simulated must be set".to_owned())),
    }
}

impl Reached {
    /// Takes in what has changed in Secrets since the last round.
    pub(super) async fn refresh_access(&self, deployment: &LyncDeployment, secrets: &dyn Secrets) {
        if let Some(remote) = &self.remote {
            remote.refresh_access(deployment, secrets).await;
        }
    }

    /// Finds out who is behind the endpoints, and with it which record counts. `live` is the domain that the store
    /// itself has named last, `record` gives the store of an identity. Of the resources of the deployment it takes
    /// along what is remembered.
    pub(super) async fn identify<S: RecordStore>(
        &mut self,
        live: Option<String>,
        owners: &[Owner],
        record: impl Fn(&str) -> S,
    ) {
        let Some(remote) = &mut self.remote else { return };
        remote.identify(&self.organisation, live).await;
        let Some(domain) = remote.domain() else {
            let why = "no host has said yet which Lync organisation it belongs to";
            self.mandate = Mandate::Show(why.to_owned());
            return;
        };
        let found = reach::identity(domain);
        if found == self.identity {
            self.mandate = Mandate::Full;
            return;
        }
        let (old, new) = (record(&self.identity), record(&found));
        self.mandate = match move_record(&old, &new, owners).await {
            Ok(Moved::Done) => {
                tracing::info!(old = self.identity, new = found, domain, "the record of the organisation");
                self.identity = found;
                Mandate::Full
            }
            Ok(Moved::Waits(owned)) => Mandate::Finish(format!(
                "it was known as {} and is {found} now (domain {domain}); {} is in flight under the old name and \
                 ends first (docs/security.md, Which record)",
                self.identity,
                in_words(&owned, owners)
            )),
            Err(error) => Mandate::Show(format!(
                "it was known as {} and is {found} now (domain {domain}), and what is remembered of it cannot be \
                 moved: {error}",
                self.identity
            )),
        };
    }

    /// The domain that the record in use is kept under.
    pub(super) fn domain(&self) -> Option<String> {
        let domain = self.remote.as_ref()?.domain()?;
        (reach::identity(domain) == self.identity).then(|| domain.to_owned())
    }

    /// The identity, if a host has said it and its record is in use: what people clear in a status stays cleared.
    pub(super) fn known_identity(&self) -> Option<String> {
        (self.mandate == Mandate::Full).then(|| self.identity.clone())
    }

    /// Lets go of what it holds open.
    pub(super) async fn close(self) {
        if let Some(remote) = self.remote {
            remote.close().await;
        }
    }
}

/// Of what is not known to be the deployment's own nothing is told: the old name may never have been its own.
fn in_words(owned: &OwnedIntent, owners: &[Owner]) -> String {
    if owners.contains(&owned.owner) { owned.to_string() } else { "something of others".to_owned() }
}

async fn simulated_organisation(
    deployment: &LyncDeployment,
    simulated: &crate::api::SimulatedBridge,
    environment: &Environment,
) -> Result<(Organisation, String), ReachError> {
    let spec = |problem: String| ReachError::Spec(problem);
    let (limits, interval) = reach::numbers(&deployment.spec)?;
    let clock = &environment.clock;
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
            Ok((with(remote.clone(), remote, &view), short("simulator", address)))
        }
        (None, Some(scenario)) => {
            let field = "spec.bridge.simulated.scenario";
            let uid = deployment.uid().unwrap_or_default();
            let now = clock.now();
            let simulator = environment.simulators.open(&uid, scenario, now);
            let simulator = simulator.map_err(|err| spec(format!("{field}: {err}")))?;
            let view = lock(&simulator).describe(now);
            let bridge = Arc::new(SimulatedBridge::new(simulator, Arc::clone(clock)));
            Ok((with(bridge.clone(), bridge, &view), short("scenario", &uid)))
        }
        _ => Err(spec("spec.bridge.simulated: exactly one of scenario and address must be set".to_owned())),
    }
}
