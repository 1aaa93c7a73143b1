//! The two kinds of resources, kept in memory as the API server has them.

use std::{sync::Arc, time::Duration};

use futures::StreamExt;
use kube::{
    Api, Client, Resource, ResourceExt,
    runtime::{WatchStreamExt, reflector, reflector::Store, watcher},
};
use serde::de::DeserializeOwned;
use tokio::sync::Notify;

use crate::api::{LyncDeployment, LyncFailover};

/// The resources, and a bell that rings when one of them has changed.
#[derive(Clone)]
pub(super) struct Resources {
    pub(super) deployments: Store<LyncDeployment>,
    pub(super) failovers: Store<LyncFailover>,
    pub(super) changed: Arc<Notify>,
}

impl Resources {
    /// Watches all namespaces, or one.
    pub(super) fn watch(client: &Client, namespace: Option<&str>) -> Self {
        let changed = Arc::new(Notify::new());
        Self {
            deployments: keep(api(client, namespace), Arc::clone(&changed)),
            failovers: keep(api(client, namespace), Arc::clone(&changed)),
            changed,
        }
    }

    /// Waits until both kinds have been listed once.
    pub(super) async fn ready(&self) {
        let _ = self.deployments.wait_until_ready().await;
        let _ = self.failovers.wait_until_ready().await;
    }

    /// The failovers of a deployment, oldest first: the order in which they act.
    pub(super) fn of(&self, namespace: &str, deployment: &str) -> Vec<Arc<LyncFailover>> {
        let mut found = self.failovers.state();
        found.retain(|lfo| {
            lfo.namespace().as_deref() == Some(namespace)
                && lfo.spec.deployment_ref.name.to_string() == deployment
        });
        found.sort_by_key(|lfo| (lfo.creation_timestamp().map(|time| time.0), lfo.name_any()));
        found
    }
}

fn api<K>(client: &Client, namespace: Option<&str>) -> Api<K>
where
    K: Resource<Scope = kube::core::NamespaceResourceScope>,
    K::DynamicType: Default,
{
    match namespace {
        Some(namespace) => Api::namespaced(client.clone(), namespace),
        None => Api::all(client.clone()),
    }
}

fn keep<K>(api: Api<K>, changed: Arc<Notify>) -> Store<K>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + std::fmt::Debug + Send + Sync + 'static,
{
    let (reader, writer) = reflector::store();
    // A dead watch is noticed after 30 s, so that a change of the spec is seen within 35.
    let config = watcher::Config { page_size: Some(50), ..watcher::Config::default() }.timeout(30);
    let stream = watcher(api, config).default_backoff().modify(prune);
    let stream = reflector(writer, stream);
    tokio::spawn(async move {
        let mut stream = std::pin::pin!(stream);
        while let Some(event) = stream.next().await {
            match event {
                Ok(_) => changed.notify_waiters(),
                Err(error) => {
                    tracing::warn!(kind = %K::kind(&()), %error, "the watch failed; it is opened again");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        }
    });
    reader
}

/// What nobody reads is not kept.
fn prune<K: Resource>(object: &mut K) {
    object.managed_fields_mut().clear();
    object.annotations_mut().remove("kubectl.kubernetes.io/last-applied-configuration");
}
