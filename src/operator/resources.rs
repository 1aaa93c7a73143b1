//! The two kinds of resources, kept in memory as the API server has them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::StreamExt;
use kube::{
    Api, Client, Resource, ResourceExt,
    runtime::{
        WatchStreamExt, reflector,
        reflector::Store,
        utils::Backoff,
        watcher::{self, DefaultBackoff, watcher},
    },
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
    problems: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Resources {
    /// Watches all namespaces, or one.
    pub(super) fn watch(client: &Client, namespace: Option<&str>) -> Self {
        let changed = Arc::new(Notify::new());
        let problems = Arc::default();
        Self {
            deployments: keep(api(client, namespace), &changed, &problems),
            failovers: keep(api(client, namespace), &changed, &problems),
            changed,
            problems,
        }
    }

    /// Why a kind cannot be seen, in words; `None` if all can.
    pub(super) fn waits_for(&self) -> Option<String> {
        let problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        problems.values().next().cloned()
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

fn keep<K>(api: Api<K>, changed: &Arc<Notify>, problems: &Arc<Mutex<BTreeMap<String, String>>>) -> Store<K>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + std::fmt::Debug + Send + Sync + 'static,
{
    let (reader, writer) = reflector::store();
    // A dead watch is noticed after 30 s, so that a change of the spec is seen within 35.
    let config = watcher::Config { page_size: Some(50), ..watcher::Config::default() }.timeout(30);
    let backoff = Capped(DefaultBackoff::default());
    let stream = watcher(api, config).backoff(backoff).modify(prune);
    let stream = reflector(writer, stream);
    let (changed, problems) = (Arc::clone(changed), Arc::clone(problems));
    let set_problem = move |problem: Option<String>| {
        let mut problems = problems.lock().unwrap_or_else(PoisonError::into_inner);
        match problem {
            Some(problem) => problems.insert(K::plural(&()).into_owned(), problem),
            None => problems.remove(&*K::plural(&())),
        };
    };
    set_problem(Some(format!("the first list of {}", resource_name::<K>())));
    tokio::spawn(async move {
        let mut stream = std::pin::pin!(stream);
        while let Some(event) = stream.next().await {
            match event {
                Ok(event) => {
                    if matches!(event, watcher::Event::InitDone) {
                        set_problem(None);
                    }
                    changed.notify_waiters();
                }
                Err(error) => {
                    tracing::warn!(kind = %K::kind(&()), %error, "the watch failed; it is opened again");
                    // A watch that fails later is opened again, and nothing tells when that has worked.
                    if let watcher::Error::InitialListFailed(cause) = &error {
                        set_problem(Some(in_words::<K>(cause)));
                    }
                }
            }
        }
    });
    reader
}

/// `lyncfailovers.lyncfailover.dev`, which is also the name of its definition.
fn resource_name<K: Resource<DynamicType = ()>>() -> String {
    format!("{}.{}", K::plural(&()), K::group(&()))
}

/// Why a kind cannot be listed, and what a person can do.
fn in_words<K: Resource<DynamicType = ()>>(cause: &kube::Error) -> String {
    let name = resource_name::<K>();
    match cause {
        kube::Error::Api(status) if status.is_not_found() => format!(
            "the CustomResourceDefinition {name}, which is not installed: apply the manifests in crds/, or              install the chart with crds.install=true"
        ),
        kube::Error::Api(status) if status.is_forbidden() => format!(
            "the right to list and watch {name}: apply the roles of deploy/ or of the chart ({})",
            status.message
        ),
        cause => format!("the API server to answer about {name}: {cause}"),
    }
}

/// Growing pauses, none so long that a change would be seen too late.
struct Capped(DefaultBackoff);

impl Iterator for Capped {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.0.next().map(|pause| pause.min(Duration::from_secs(10)))
    }
}

impl Backoff for Capped {
    fn reset(&mut self) {
        self.0.reset();
    }
}

/// What nobody reads is not kept.
fn prune<K: Resource>(object: &mut K) {
    object.managed_fields_mut().clear();
    object.annotations_mut().remove("kubectl.kubernetes.io/last-applied-configuration");
}
