//! Secrets of the cluster, one by one and by name: the operator may not list them.

use std::time::Duration;

use async_trait::async_trait;
use k8s_openapi::api::core::v1::Secret;
use kube::{Api, Client, ResourceExt};
use tokio::time::timeout;

use crate::reach::{SecretData, Secrets};

/// How long the API server may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The Secrets of one namespace.
pub(crate) struct ClusterSecrets {
    api: Api<Secret>,
    namespace: String,
}

impl ClusterSecrets {
    pub(crate) fn new(client: &Client, namespace: &str) -> Self {
        Self { api: Api::namespaced(client.clone(), namespace), namespace: namespace.to_owned() }
    }
}

#[async_trait]
impl Secrets for ClusterSecrets {
    async fn get(&self, name: &str) -> Result<Option<SecretData>, String> {
        let asked = timeout(TIMEOUT, self.api.get_opt(name)).await;
        let found = asked.map_err(|_| "the API server does not answer".to_owned())?;
        let found = found.map_err(|error| match error {
            kube::Error::Api(status) if status.code == 403 => format!(
                "the operator may not read it; let its service account get this Secret in namespace {} \
                 (docs/install.md)",
                self.namespace
            ),
            error => error.to_string(),
        })?;
        Ok(found.map(|secret| {
            let revision = secret.resource_version().unwrap_or_default();
            let values = secret.data.into_iter().flatten().map(|(key, value)| (key, value.0));
            SecretData::new(values, revision)
        }))
    }
}
