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
    /// Which organisation it is, once a host has said so.
    identity: Option<String>,
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
        Ok((organisation, Self { bridge, identity: None }))
    }

    /// The identity until a host says one: the last that was seen, or one that nobody else has. The record under
    /// it is shown and not written.
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

    /// Finds out which organisation it is, once.
    pub(super) async fn identify(&mut self, organisation: &Organisation) {
        if self.identity.is_none() {
            self.identity = reach::identity(organisation).await;
            if self.identity.is_some() {
                self.bridge.identified();
            }
        }
    }

    /// The organisation, once a host has said which it is.
    pub(super) fn identity(&self) -> Option<&str> {
        self.identity.as_deref()
    }

    pub(super) async fn close(self) {
        self.bridge.close().await;
    }
}
