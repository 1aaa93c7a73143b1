//! What the API server checks in `metadata`, which a custom resource definition does not describe.

use serde_json::Value;

use super::schema::{Violation, field_path};

/// The fields of `metav1.ObjectMeta`.
const FIELDS: &[&str] = &[
    "annotations",
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "labels",
    "managedFields",
    "name",
    "namespace",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Checks the metadata of an object.
pub(super) fn check(object: &Value) -> Vec<Violation> {
    let violation = |path: String, message: &str| Violation { path, message: message.to_owned() };
    let Some(metadata) = object.get("metadata") else {
        return vec![violation("metadata".to_owned(), "must be given")];
    };
    let Some(fields) = metadata.as_object() else {
        return vec![violation("metadata".to_owned(), "must be a mapping")];
    };
    let unknown = fields.keys().filter(|name| !FIELDS.contains(&name.as_str()));
    let mut found: Vec<_> = unknown
        .map(|name| violation(field_path("metadata", name), &format!("there is no field {name:?}")))
        .collect();
    match fields.get("name") {
        Some(Value::String(name)) if is_object_name(name) => {}
        Some(_) => found.push(violation(
            "metadata.name".to_owned(),
            "must be a name of lower case letters, digits, hyphens and dots, such as contoso",
        )),
        None => found.push(violation("metadata.name".to_owned(), "must be given")),
    }
    if fields.get("namespace").is_some_and(|namespace| !namespace.is_string()) {
        found.push(violation("metadata.namespace".to_owned(), "must be a text"));
    }
    for map in ["labels", "annotations"] {
        let Some(entries) = fields.get(map).filter(|entries| !entries.is_null()) else { continue };
        let path = field_path("metadata", map);
        let Some(entries) = entries.as_object() else {
            found.push(violation(path, "must be a mapping"));
            continue;
        };
        let wrong = entries.iter().filter(|(_, value)| !value.is_string());
        found.extend(
            wrong.map(|(key, _)| violation(field_path(&path, key), "must be a text: write it in quotes")),
        );
    }
    found
}

/// RFC 1123 subdomain, as Kubernetes names most objects.
fn is_object_name(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    name.len() <= 253 && name.split('.').all(label)
}
