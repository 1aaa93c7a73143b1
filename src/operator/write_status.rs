//! Writes a status, if it says something new.

use std::{fmt::Debug, time::Duration};

use kube::{
    Api, Client, Resource, ResourceExt,
    api::{Patch, PatchParams},
    core::{NamespaceResourceScope, object::HasStatus},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// How long the API server may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How often a write is tried when the resource has changed meanwhile.
const TRIES: usize = 3;

/// What was written: the resource before and after.
pub(super) struct Written<K> {
    pub(super) before: K,
    pub(super) after: K,
}

/// Works out the status that follows from the one that is there, and writes it if it is news. Fields that
/// are no longer there are taken out.
///
/// The version of the resource goes with the write, so that a status never lands on a resource that was
/// deleted and made again; a uid would not do, since the status subresource takes no notice of it.
///
/// # Errors
///
/// Says why the API server did not take it.
pub(super) async fn write_status<K>(
    client: &Client,
    cached: &K,
    next: impl Fn(&K::Status) -> K::Status,
) -> Result<Option<Written<K>>, String>
where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>
        + HasStatus
        + Clone
        + DeserializeOwned
        + Debug,
    K::Status: Default + Clone + PartialEq + Serialize,
{
    let api: Api<K> = Api::namespaced(client.clone(), &cached.namespace().unwrap_or_default());
    let (name, uid) = (cached.name_any(), cached.uid());
    let mut current = cached.clone();
    for _ in 0..TRIES {
        let old = current.status().cloned().unwrap_or_default();
        let new = next(&old);
        if new == old {
            return Ok(None);
        }
        let version = json!({ "resourceVersion": current.resource_version() });
        let patch = Patch::Merge(json!({ "metadata": version, "status": merge(&old, &new)? }));
        match in_time(api.patch_status(&name, &PatchParams::default(), &patch)).await? {
            Ok(after) => return Ok(Some(Written { before: current, after })),
            // It is gone: nobody is left to tell.
            Err(kube::Error::Api(status)) if status.is_not_found() => return Ok(None),
            Err(kube::Error::Api(status)) if status.is_conflict() => {}
            Err(error) => return Err(error.to_string()),
        }
        match in_time(api.get_opt(&name)).await?.map_err(|error| error.to_string())? {
            Some(now) if now.uid() == uid => current = now,
            _ => return Ok(None),
        }
    }
    Err("it changes faster than it can be written".to_owned())
}

async fn in_time<T>(call: impl Future<Output = T>) -> Result<T, String> {
    let late = |_| format!("the API server did not answer within {} s", TIMEOUT.as_secs());
    tokio::time::timeout(TIMEOUT, call).await.map_err(late)
}

/// A merge patch from one status to the next: fields that are gone become null.
fn merge(old: &impl Serialize, new: &impl Serialize) -> Result<Value, String> {
    let value = |status: Result<Value, serde_json::Error>| status.map_err(|error| error.to_string());
    let (old, mut new) = (value(serde_json::to_value(old))?, value(serde_json::to_value(new))?);
    remove_missing(&old, &mut new);
    Ok(new)
}

fn remove_missing(old: &Value, new: &mut Value) {
    if let (Value::Object(old), Value::Object(new)) = (old, new) {
        for (key, before) in old {
            match new.get_mut(key) {
                Some(after) => remove_missing(before, after),
                None => {
                    new.insert(key.clone(), Value::Null);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_becomes_null() {
        let old = json!({"a": 1, "b": {"c": 1, "d": 2}, "list": [1]});
        let mut new = json!({"b": {"c": 1}, "list": []});
        remove_missing(&old, &mut new);
        assert_eq!(new, json!({"a": null, "b": {"c": 1, "d": null}, "list": []}));
    }
}
