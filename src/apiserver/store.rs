//! The objects, their versions, and what happened to them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Map, Value, json};
use tokio::sync::watch;

use crate::{api::GROUP, clock::Clock};

/// The name of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// Group, version and plural, as in a path: `lyncfailover.dev/v1alpha1/lyncfailovers`.
    pub(super) resource: String,
    pub(super) namespace: String,
    pub(super) name: String,
}

/// Why a request was refused: the reasons of Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    NotFound,
    AlreadyExists,
    Conflict,
    BadRequest,
    Invalid,
    NotSupported,
}

/// What a change came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The object without its status.
    Main,
    /// The status alone.
    Status,
}

/// One line of a watch.
#[derive(Clone, Debug)]
pub(super) struct Happened {
    pub(super) version: u64,
    pub(super) key: Key,
    pub(super) kind: &'static str,
    pub(super) object: Value,
}

#[derive(Default)]
struct Inner {
    objects: BTreeMap<Key, Value>,
    version: u64,
    log: Vec<Happened>,
}

/// All objects.
pub(super) struct Store {
    inner: Mutex<Inner>,
    clock: Arc<dyn Clock>,
    newest: watch::Sender<u64>,
}

impl Store {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { inner: Mutex::default(), clock, newest: watch::Sender::new(0) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that moves with every change.
    pub(super) fn newest(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    pub(super) fn get(&self, key: &Key) -> Result<Value, Refused> {
        self.lock().objects.get(key).cloned().ok_or(Refused::NotFound)
    }

    /// The objects of a resource in one namespace or all, and the version as of which they are so.
    pub(super) fn list(&self, resource: &str, namespace: Option<&str>) -> (Vec<Value>, u64) {
        let inner = self.lock();
        let is_asked = |key: &Key| key.resource == resource && namespace.is_none_or(|n| n == key.namespace);
        let found = inner.objects.iter().filter(|(key, _)| is_asked(key)).map(|(_, object)| object.clone());
        (found.collect(), inner.version)
    }

    /// What happened to a resource after a version.
    pub(super) fn after(&self, version: u64, resource: &str, namespace: Option<&str>) -> Vec<Happened> {
        let inner = self.lock();
        let first = inner.log.partition_point(|happened| happened.version <= version);
        let of_resource = |h: &&Happened| {
            h.key.resource == resource && namespace.is_none_or(|namespace| namespace == h.key.namespace)
        };
        inner.log[first..].iter().filter(of_resource).cloned().collect()
    }

    pub(super) fn create(&self, key: &Key, mut object: Value) -> Result<Value, Refused> {
        let mut inner = self.lock();
        if inner.objects.contains_key(key) {
            return Err(Refused::AlreadyExists);
        }
        let fields = object.as_object_mut().ok_or(Refused::BadRequest)?;
        if is_ours(key) {
            // The default of both definitions.
            fields.insert("status".to_owned(), json!({ "observedGeneration": -1 }));
        }
        let metadata = fields.entry("metadata").or_insert_with(|| json!({}));
        let metadata = metadata.as_object_mut().ok_or(Refused::BadRequest)?;
        metadata.insert("name".to_owned(), json!(key.name));
        metadata.insert("namespace".to_owned(), json!(key.namespace));
        metadata.insert("uid".to_owned(), json!(uuid::Uuid::new_v4()));
        metadata.insert("creationTimestamp".to_owned(), json!(self.seconds()));
        if is_ours(key) {
            metadata.insert("generation".to_owned(), json!(1));
        }
        Ok(self.commit(&mut inner, key, "ADDED", object))
    }

    /// Changes an object. `change` gets what is stored; what it may not touch stays as it is.
    pub(super) fn change(
        &self,
        key: &Key,
        part: Part,
        change: impl FnOnce(&Value) -> Value,
    ) -> Result<Value, Refused> {
        let mut inner = self.lock();
        let old = inner.objects.get(key).cloned().ok_or(Refused::NotFound)?;
        let wanted = change(&old);
        // The status subresource takes no notice of a uid.
        let differs = |field: &str| {
            let given = &wanted["metadata"][field];
            !given.is_null() && *given != old["metadata"][field]
        };
        if differs("resourceVersion") {
            return Err(Refused::Conflict);
        }
        if part == Part::Main && differs("uid") {
            return Err(Refused::Invalid);
        }
        let mut new = match part {
            Part::Status => with(&old, "status", wanted.get("status")),
            Part::Main if is_ours(key) => with(&wanted, "status", old.get("status")),
            Part::Main => wanted,
        };
        for field in ["uid", "name", "namespace", "creationTimestamp", "generation", "deletionTimestamp"] {
            set(&mut new, field, old["metadata"].get(field).cloned());
        }
        set(&mut new, "resourceVersion", old["metadata"].get("resourceVersion").cloned());
        if new == old {
            return Ok(old);
        }
        if is_ours(key) && new["spec"] != old["spec"] {
            let generation = old["metadata"]["generation"].as_u64().unwrap_or(0) + 1;
            set(&mut new, "generation", Some(json!(generation)));
        }
        let is_leaving = !new["metadata"]["deletionTimestamp"].is_null();
        if is_leaving && has_no_finalizer(&new) {
            inner.objects.remove(key);
            return Ok(self.note(&mut inner, key, "DELETED", new));
        }
        Ok(self.commit(&mut inner, key, "MODIFIED", new))
    }

    /// Deletes an object, or marks it while a finalizer holds it.
    pub(super) fn delete(&self, key: &Key) -> Result<Value, Refused> {
        let mut inner = self.lock();
        let mut object = inner.objects.get(key).cloned().ok_or(Refused::NotFound)?;
        if has_no_finalizer(&object) {
            inner.objects.remove(key);
            return Ok(self.note(&mut inner, key, "DELETED", object));
        }
        if object["metadata"]["deletionTimestamp"].is_null() {
            let generation = object["metadata"]["generation"].as_u64().unwrap_or(0) + 1;
            set(&mut object, "generation", Some(json!(generation)));
            set(&mut object, "deletionTimestamp", Some(json!(self.seconds())));
            return Ok(self.commit(&mut inner, key, "MODIFIED", object));
        }
        Ok(object)
    }

    fn commit(&self, inner: &mut Inner, key: &Key, kind: &'static str, object: Value) -> Value {
        let object = self.note(inner, key, kind, object);
        inner.objects.insert(key.clone(), object.clone());
        object
    }

    fn note(&self, inner: &mut Inner, key: &Key, kind: &'static str, mut object: Value) -> Value {
        inner.version += 1;
        set(&mut object, "resourceVersion", Some(json!(inner.version.to_string())));
        inner.log.push(Happened { version: inner.version, key: key.clone(), kind, object: object.clone() });
        self.newest.send_replace(inner.version);
        object
    }

    fn seconds(&self) -> String {
        format!("{:.0}", self.clock.now())
    }
}

/// Kinds with a status subresource and a generation.
fn is_ours(key: &Key) -> bool {
    key.resource.starts_with(GROUP)
}

fn has_no_finalizer(object: &Value) -> bool {
    object["metadata"]["finalizers"].as_array().is_none_or(Vec::is_empty)
}

fn with(object: &Value, field: &str, value: Option<&Value>) -> Value {
    let mut fields = object.as_object().cloned().unwrap_or_default();
    put(&mut fields, field, value.cloned());
    Value::Object(fields)
}

/// Sets a field of the metadata, or takes it out.
fn set(object: &mut Value, field: &str, value: Option<Value>) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        put(metadata, field, value);
    }
}

fn put(fields: &mut Map<String, Value>, field: &str, value: Option<Value>) {
    match value {
        Some(value) => fields.insert(field.to_owned(), value),
        None => fields.remove(field),
    };
}
