//! The resources of one kind in memory, in all namespaces that are watched.

use std::sync::Arc;

use futures::FutureExt;
use kube::{
    Resource,
    runtime::reflector::{ObjectRef, Store},
};

/// One store for all namespaces, or one for each that is watched.
pub(super) struct Stores<K: Resource<DynamicType = ()> + Clone + 'static>(Vec<Store<K>>);

impl<K: Resource<DynamicType = ()> + Clone + 'static> Clone for Stores<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Resource<DynamicType = ()> + Clone + 'static> Stores<K> {
    pub(super) fn new(stores: Vec<Store<K>>) -> Self {
        Self(stores)
    }

    /// The resource of that name, if it is there.
    pub(super) fn get(&self, key: &ObjectRef<K>) -> Option<Arc<K>> {
        self.0.iter().find_map(|store| store.get(key))
    }

    /// All that are there.
    pub(super) fn state(&self) -> Vec<Arc<K>> {
        self.0.iter().flat_map(Store::state).collect()
    }

    /// Waits until the one at a place has been listed once.
    pub(super) async fn ready(&self, place: usize) {
        if let Some(store) = self.0.get(place) {
            let _ = store.wait_until_ready().await;
        }
    }

    /// Whether the one at a place has been listed.
    pub(super) fn is_ready(&self, place: usize) -> bool {
        self.ready(place).now_or_never().is_some()
    }
}
