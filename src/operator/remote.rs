//! The part of the way to a real organisation that changes without its spec: Secrets, and its identity.

use std::sync::Arc;

use kube::ResourceExt;
use uuid::Uuid;

use crate::{
    api::{LyncDeployment, WinRm},
    bridge::winrm::WinRmBridge,
    clock::Clock,
    controller::Organisation,
    reach::{self, ReachError, Secrets},
};

/// A bridge by WinRM, and what is known of what is behind it.
pub(super) struct Remote {
    bridge: Arc<WinRmBridge>,
    /// The domain of the organisation, once a host has said it.
    domain: Option<String>,
}

impl Remote {
    pub(super) async fn new(
        deployment: &LyncDeployment,
        winrm: &WinRm,
        secrets: &dyn Secrets,
        clock: &Arc<dyn Clock>,
    ) -> Result<(Organisation, Self), ReachError> {
        let access = reach::enter(winrm, secrets).await?;
        let family = deployment.uid().as_deref().map(Uuid::try_parse).and_then(Result::ok);
        let family = family.unwrap_or_else(Uuid::new_v4);
        let (organisation, bridge) = reach::organisation(&deployment.spec, winrm, access, family, clock)?;
        Ok((organisation, Self { bridge, domain: None }))
    }

    /// The identity until a host says one: the last that the status has, which is a hint and no proof, or one that
    /// nobody else has.
    pub(super) fn assumed(&self, deployment: &LyncDeployment) -> String {
        let last = deployment.status.as_ref().and_then(|status| status.organisation.clone());
        last.unwrap_or_else(|| reach::short("deployment", &deployment.uid().unwrap_or_default()))
    }

    /// Enters with new Secrets, if there are any. While they cannot be read the old ones serve.
    pub(super) async fn refresh_access(&self, deployment: &LyncDeployment, secrets: &dyn Secrets) {
        let Some(winrm) = &deployment.spec.bridge.winrm else { return };
        match reach::enter(winrm, secrets).await {
            Ok(access) if access.revision != self.bridge.revision() => {
                tracing::info!(secret = %winrm.credentials_secret_ref.name, "new credentials are used");
                self.bridge.replace_access(access);
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the credentials of before are used"),
        }
    }

    /// Finds out which organisation it is. `live` is the domain that the store itself has named last: a topology
    /// may change.
    pub(super) async fn identify(&mut self, organisation: &Organisation, live: Option<String>) {
        if let Some(domain) = live.filter(|_| self.domain.is_some()) {
            self.domain = Some(domain);
        } else if self.domain.is_none() {
            self.domain = reach::domain(organisation).await;
            if self.domain.is_some() {
                self.bridge.identified();
            }
        }
    }

    /// The domain of the organisation, once a host has said it.
    pub(super) fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    pub(super) async fn close(self) {
        self.bridge.close().await;
    }
}
