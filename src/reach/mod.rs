//! From the spec of a `LyncDeployment` to a way into its Lync organisation by WinRM.
//!
//! [`listeners`] and [`access`] read the spec and its Secrets, [`organisation`] puts the bridge together,
//! [`domain()`] finds out which organisation is behind it, [`identity()`] names it. Used by the operator and on
//! the command line.

mod files;
mod identity;
mod secret;
mod spec;

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use jiff::SignedDuration;
use uuid::Uuid;

use crate::{
    api::{DurationError, LyncDeploymentSpec, WinRm},
    bridge::{
        SipProber,
        winrm::{Access, WinRmBridge},
    },
    clock::Clock,
    controller::{Endpoint, Organisation},
    plan::Limits,
};

pub use files::{FileSecrets, SecretDocument};
pub(crate) use identity::short;
pub use identity::{domain, identity};
pub use secret::SecretData;
pub use spec::{access, listeners};

/// Where Secrets come from: a cluster, or files.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// A Secret by its name, in the namespace of the deployment; `None` if there is none.
    ///
    /// # Errors
    ///
    /// Says in words why it could not be asked for.
    async fn get(&self, name: &str) -> Result<Option<SecretData>, String>;
}

/// Why there is no way into an organisation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReachError {
    /// The spec cannot be followed; a person has to change it.
    #[error("{0}")]
    Spec(String),
    /// It may work later.
    #[error("{0}")]
    Later(String),
}

/// The planner's numbers and the pause between two observations.
///
/// # Errors
///
/// [`ReachError::Spec`] with the field.
pub fn numbers(spec: &LyncDeploymentSpec) -> Result<(Limits, SignedDuration), ReachError> {
    let bad = |err: String| ReachError::Spec(err);
    let limits = Limits::try_from(spec).map_err(|err| bad(err.to_string()))?;
    let interval = spec.observation.interval_duration();
    let interval = interval.map_err(|err: DurationError| bad(format!("spec.observation.interval: {err}")))?;
    Ok((limits, interval))
}

/// Reads the Secrets that a spec names, and what they say.
///
/// # Errors
///
/// [`ReachError::Later`] when a Secret is missing, cannot be read or makes no sense: it is looked at again.
pub async fn enter(winrm: &WinRm, secrets: &dyn Secrets) -> Result<Access, ReachError> {
    let account = fetch(secrets, &winrm.credentials_secret_ref.name.0, "credentialsSecretRef").await?;
    let authorities = match winrm.tls.as_ref().and_then(|tls| tls.ca_secret_ref.as_ref()) {
        Some(reference) => Some(fetch(secrets, &reference.name.0, "tls.caSecretRef").await?),
        None => None,
    };
    access(winrm, &account, authorities.as_ref()).map_err(ReachError::Later)
}

async fn fetch(secrets: &dyn Secrets, name: &str, field: &str) -> Result<SecretData, ReachError> {
    let later = |why: String| ReachError::Later(format!("spec.bridge.winrm.{field}: Secret {name}: {why}"));
    let found = secrets.get(name).await.map_err(later)?;
    found.ok_or_else(|| later("there is none in the namespace of the deployment; create it".to_owned()))
}

/// An organisation behind a bridge that has not connected. `family` tells the bridge's shells from those of
/// others.
///
/// # Errors
///
/// [`ReachError::Spec`] with the field that cannot be followed.
pub fn organisation(
    spec: &LyncDeploymentSpec,
    winrm: &WinRm,
    access: Access,
    family: Uuid,
    clock: &Arc<dyn Clock>,
) -> Result<(Organisation, Arc<WinRmBridge>), ReachError> {
    let (limits, interval) = numbers(spec)?;
    let listeners = listeners(winrm).map_err(ReachError::Spec)?;
    let endpoints = winrm.endpoints.iter().map(|endpoint| {
        let bad = |err: String| ReachError::Spec(format!("spec.bridge.winrm.endpoints: {err}"));
        Ok(Endpoint {
            host: endpoint.host.parse().map_err(|err| bad(format!("{}: {err}", endpoint.host)))?,
            pool: endpoint.pool.parse().map_err(|err| bad(format!("{}: {err}", endpoint.pool)))?,
        })
    });
    let endpoints = endpoints.collect::<Result<Vec<_>, ReachError>>()?;
    let addresses: BTreeMap<_, _> =
        listeners.iter().filter_map(|one| Some((one.host.clone(), one.address?))).collect();
    let bridge = Arc::new(WinRmBridge::new(listeners, access, family, Arc::clone(clock)));
    let organisation = Organisation {
        bridge: bridge.clone(),
        prober: Arc::new(SipProber::new(addresses)),
        clock: Arc::clone(clock),
        endpoints,
        limits,
        interval,
    };
    Ok((organisation, bridge))
}
