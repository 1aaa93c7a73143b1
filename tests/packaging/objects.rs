//! Kubernetes objects as plain values, and the two ways by which a user gets them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::controlplane::ControlPlane;

/// The namespace, and the names of the release and of most objects.
pub const NAMESPACE: &str = "lync-failover-system";
pub const NAME: &str = "lync-failover";

/// Kind, namespace (nothing where there is none) and name.
pub type Key = (String, String, String);

/// A path in the repository.
pub fn path(relative: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(relative);
    path.to_string_lossy().into_owned()
}

/// A file of the repository.
pub fn read(relative: &str) -> String {
    let path = path(relative);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The objects in a YAML text. No two of them may be the same one.
pub fn parse(yaml: &str) -> BTreeMap<Key, Value> {
    let documents: Vec<Value> = serde_yaml::from_multiple(yaml).unwrap();
    let documents: Vec<Value> = documents.into_iter().filter(|document| !document.is_null()).collect();
    let count = documents.len();
    let objects: BTreeMap<Key, Value> = documents.into_iter().map(|object| (key(&object), object)).collect();
    assert_eq!(objects.len(), count, "an object is there twice");
    objects
}

fn key(object: &Value) -> Key {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let metadata = &object["metadata"];
    (text(&object["kind"]), text(&metadata["namespace"]), text(&metadata["name"]))
}

/// What `kubectl apply -k` would send.
pub fn kustomized(directory: &str) -> BTreeMap<Key, Value> {
    parse(&ControlPlane::shared().kubectl(&["kustomize", &path(directory)], "").ok())
}

/// What `helm install lync-failover` would send, with these values, and what `helm test` would.
pub fn templated(settings: &[&str]) -> BTreeMap<Key, Value> {
    parse(&template(settings).ok())
}

/// `helm template` with these arguments more.
pub fn template(settings: &[&str]) -> super::controlplane::kubectl::Output {
    let chart = path("charts/lync-failover");
    let args = ["template", NAME, &chart, "--namespace", NAMESPACE];
    ControlPlane::shared().helm(&[&args, settings].concat())
}

/// The one object of a kind.
pub fn only<'a>(objects: &'a BTreeMap<Key, Value>, kind: &str) -> &'a Value {
    let mut found = objects.iter().filter(|(key, _)| key.0 == kind).map(|(_, object)| object);
    let first = found.next().unwrap_or_else(|| panic!("there is no {kind}"));
    assert!(found.next().is_none(), "there are several of kind {kind}");
    first
}

/// A directory for one test, empty.
pub fn scratch(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packaging").join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}
