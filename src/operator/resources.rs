//! The two kinds of resources, and what there is to know about how well they are seen.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{StreamExt, stream::FuturesUnordered};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::{Client, ResourceExt, core::error_boundary::InvalidObject};
use tokio::{sync::Notify, task::AbortHandle, time::timeout};

use super::{
    reflect::{Place, reflect},
    stores::Stores,
};
use crate::api::{LyncDeployment, LyncFailover};

/// How long the other namespaces are waited for once one has been listed.
const FOR_OTHERS: Duration = Duration::from_secs(10);

/// The resources.
#[derive(Clone)]
pub(super) struct Resources {
    pub(super) deployments: Stores<LyncDeployment>,
    pub(super) failovers: Stores<LyncFailover>,
    pub(super) notices: Arc<Notices>,
    /// The namespaces that are watched; none named: all of them.
    namespaces: Vec<String>,
    watches: Vec<AbortHandle>,
}

impl Resources {
    /// Watches the namespaces that are named, or all if none is.
    pub(super) fn watch(client: &Client, namespaces: &[String]) -> Self {
        let notices = Arc::default();
        let places = match namespaces {
            [] => vec![Place::Everywhere],
            named => named.iter().cloned().map(Place::Namespace).collect(),
        };
        let (deployments, mut watches): (Vec<_>, Vec<_>) =
            places.iter().map(|place| reflect(client, place, &notices)).unzip();
        let (failovers, more): (Vec<_>, Vec<_>) =
            places.iter().map(|place| reflect(client, place, &notices)).unzip();
        watches.extend(more);
        Self {
            deployments: Stores::new(deployments),
            failovers: Stores::new(failovers),
            notices,
            namespaces: namespaces.to_vec(),
            watches,
        }
    }

    /// Whether the watches go on. They end only by a fault of this program; a new process is the way out.
    pub(super) fn is_watching(&self) -> bool {
        !self.watches.iter().any(AbortHandle::is_finished)
    }

    /// Waits until both kinds have been listed once in some place, and a little longer for the others. One that cannot be
    /// listed, since its namespace or its rights are gone, must not keep the others from being followed.
    pub(super) async fn ready(&self) {
        let both = |place| async move {
            self.deployments.ready(place).await;
            self.failovers.ready(place).await;
        };
        let mut places: FuturesUnordered<_> = (0..self.namespaces.len().max(1)).map(both).collect();
        places.next().await;
        let rest = async { while places.next().await.is_some() {} };
        let _ = timeout(FOR_OTHERS, rest).await;
    }

    /// Whether both kinds have been listed where a namespace is watched: before, what is not seen may well be there.
    pub(super) fn sees(&self, namespace: &str) -> bool {
        let place = match self.namespaces.as_slice() {
            [] => Some(0),
            named => named.iter().position(|name| name == namespace),
        };
        place.is_some_and(|place| self.deployments.is_ready(place) && self.failovers.is_ready(place))
    }

    /// The namespaces whose resources are seen; none: all of them.
    pub(super) fn seen_namespaces(&self) -> Vec<String> {
        self.namespaces.iter().filter(|name| self.sees(name)).cloned().collect()
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

/// A bell that rings when a resource has changed, what is waited for, and what cannot be read.
#[derive(Debug, Default)]
pub(super) struct Notices {
    pub(super) changed: Notify,
    waits_for: Mutex<BTreeMap<String, String>>,
    /// By plural and uid.
    unreadable: Mutex<BTreeMap<(String, String), InvalidObject>>,
}

impl Notices {
    /// Why kinds cannot be seen, in words; `None` if all can.
    pub(super) fn problems(&self) -> Option<String> {
        let all: Vec<String> = lock(&self.waits_for).values().cloned().collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// Resources of a kind that cannot be read.
    pub(super) fn unreadable(&self, plural: &str) -> Vec<InvalidObject> {
        let all = lock(&self.unreadable);
        all.iter().filter(|((kind, _), _)| kind == plural).map(|(_, invalid)| invalid.clone()).collect()
    }

    pub(super) fn wait_for(&self, plural: &str, place: &Place, what: String) {
        lock(&self.waits_for).insert(format!("{plural}{place}"), what);
    }

    pub(super) fn came(&self, plural: &str, place: &Place) {
        lock(&self.waits_for).remove(&format!("{plural}{place}"));
    }

    pub(super) fn cannot_read(&self, plural: &str, invalid: InvalidObject) {
        lock(&self.unreadable).insert(key(plural, &invalid.metadata), invalid);
    }

    pub(super) fn can_read(&self, plural: &str, metadata: &ObjectMeta) {
        lock(&self.unreadable).remove(&key(plural, metadata));
    }

    pub(super) fn forget_unreadable(&self, plural: &str, place: &Place) {
        lock(&self.unreadable).retain(|(kind, _), invalid| kind != plural || !place.has(&invalid.metadata));
    }
}

fn key(plural: &str, metadata: &ObjectMeta) -> (String, String) {
    (plural.to_owned(), metadata.uid.clone().unwrap_or_default())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
