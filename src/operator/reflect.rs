//! Keeps the resources of one kind in memory as the API server has them.

use std::{fmt, fmt::Debug, sync::Arc, time::Duration};

use futures::{Stream, StreamExt, future::ready};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::{
    Api, Client, Resource,
    core::{DeserializeGuard, NamespaceResourceScope},
    runtime::{
        WatchStreamExt, reflector,
        reflector::{ObjectRef, Store},
        utils::Backoff,
        watcher::{self, DefaultBackoff, Event, watcher},
    },
};
use serde::de::DeserializeOwned;
use tokio::task::AbortHandle;

use super::resources::Notices;

/// Where resources are watched.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Everywhere,
    Namespace(String),
}

impl Place {
    /// Whether a resource is in there.
    pub(super) fn has(&self, metadata: &ObjectMeta) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Namespace(name) => metadata.namespace.as_ref() == Some(name),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everywhere => Ok(()),
            Self::Namespace(name) => write!(f, " in namespace {name}"),
        }
    }
}

/// Keeps the resources of one place.
pub(super) fn reflect<K>(client: &Client, place: &Place, notices: &Arc<Notices>) -> (Store<K>, AbortHandle)
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + DeserializeOwned
        + Debug
        + Send
        + Sync
        + 'static,
{
    let api: Api<DeserializeGuard<K>> = match place {
        Place::Namespace(name) => Api::namespaced(client.clone(), name),
        Place::Everywhere => Api::all(client.clone()),
    };
    let (reader, writer) = reflector::store();
    // A dead watch is noticed after 30 s, so that a change of the spec is seen within 35.
    let config = watcher::Config { page_size: Some(50), ..watcher::Config::default() }.timeout(30);
    let stream = watcher(api, config).backoff(Capped(DefaultBackoff::default()));
    let stream = only_readable(stream, reader.clone(), Arc::clone(notices), place.clone()).modify(prune);
    let stream = reflector(writer, stream);
    let notices = Arc::clone(notices);
    let place = place.clone();
    notices.wait_for(&K::plural(&()), &place, format!("the first list of {}{place}", K::plural(&())));
    let task = tokio::spawn(async move {
        let mut stream = std::pin::pin!(stream);
        while let Some(event) = stream.next().await {
            match event {
                Ok(event) => {
                    if matches!(event, Event::InitDone) {
                        notices.came(&K::plural(&()), &place);
                    }
                    notices.changed.notify_waiters();
                }
                Err(error) => {
                    tracing::warn!(kind = %K::kind(&()), %error, "the watch failed; it is opened again");
                    // A watch that fails later is opened again, and nothing tells when that has worked.
                    if let watcher::Error::InitialListFailed(cause) = &error {
                        notices.wait_for(&K::plural(&()), &place, in_words::<K>(cause, &place));
                    }
                }
            }
        }
    });
    (reader, task.abort_handle())
}

/// One resource that cannot be read (written under another version of its definition) must not hide the
/// others. It counts as gone, and is noted.
fn only_readable<K>(
    stream: impl Stream<Item = watcher::Result<Event<DeserializeGuard<K>>>>,
    reader: Store<K>,
    notices: Arc<Notices>,
    place: Place,
) -> impl Stream<Item = watcher::Result<Event<K>>>
where
    K: Resource<DynamicType = ()> + Clone + 'static,
{
    stream.filter_map(move |event| {
        let note = |invalid: kube::core::error_boundary::InvalidObject| {
            let key = ObjectRef::<K>::new(invalid.metadata.name.as_deref().unwrap_or_default())
                .within(invalid.metadata.namespace.as_deref().unwrap_or_default());
            notices.cannot_read(&K::plural(&()), invalid);
            // Those who have to tell are woken, whether or not it was known before.
            notices.changed.notify_waiters();
            reader.get(&key).map(|known| Event::Delete((*known).clone()))
        };
        let event = event.map(|event| match event {
            Event::Init => {
                notices.forget_unreadable(&K::plural(&()), &place);
                Some(Event::Init)
            }
            Event::InitApply(DeserializeGuard(Ok(object))) => Some(Event::InitApply(object)),
            Event::InitApply(DeserializeGuard(Err(invalid))) => {
                note(invalid);
                None
            }
            Event::InitDone => Some(Event::InitDone),
            Event::Apply(DeserializeGuard(Ok(object))) => {
                notices.can_read(&K::plural(&()), object.meta());
                Some(Event::Apply(object))
            }
            Event::Apply(DeserializeGuard(Err(invalid))) => note(invalid),
            Event::Delete(DeserializeGuard(Ok(object))) => {
                notices.can_read(&K::plural(&()), object.meta());
                Some(Event::Delete(object))
            }
            Event::Delete(DeserializeGuard(Err(invalid))) => {
                notices.can_read(&K::plural(&()), &invalid.metadata);
                None
            }
        });
        ready(event.transpose())
    })
}

/// `lyncfailovers.lyncfailover.dev`, which is also the name of its definition.
fn resource_name<K: Resource<DynamicType = ()>>() -> String {
    format!("{}.{}", K::plural(&()), K::group(&()))
}

/// Why a kind cannot be listed, and what a person can do.
fn in_words<K: Resource<DynamicType = ()>>(cause: &kube::Error, place: &Place) -> String {
    let name = resource_name::<K>();
    match cause {
        // Of a group of which nothing is installed the server says so in plain text, without a reason.
        kube::Error::Api(status) if status.code == 404 => format!(
            "the CustomResourceDefinition {name}, which is not installed: kubectl apply -k crds, or install \
             the chart with crds.install=true"
        ),
        kube::Error::Api(status) if status.is_forbidden() => format!(
            "the right to list and watch {name}{place}: apply the roles of deploy/ or of the chart ({})",
            status.message
        ),
        cause => format!("the API server to answer about {name}{place}: {cause}"),
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
    let metadata = object.meta_mut();
    metadata.managed_fields = None;
    if let Some(annotations) = &mut metadata.annotations {
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
    }
}
