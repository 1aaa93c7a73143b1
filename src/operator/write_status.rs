//! Writes a status, if it says something new.

use std::time::Duration;

use kube::{
    Api, Client, ResourceExt,
    api::{Patch, PatchParams},
};
use serde_json::{Value, json};

use crate::api::{LyncFailover, LyncFailoverStatus};

/// How long the API server may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Writes the status of a resource. Fields that are no longer there are taken out; what others may have
/// put beside them is not touched.
pub(super) async fn write_status(
    client: &Client,
    resource: &LyncFailover,
    old: &LyncFailoverStatus,
    new: &LyncFailoverStatus,
) -> Result<(), String> {
    let namespace = resource.namespace().unwrap_or_default();
    let api: Api<LyncFailover> = Api::namespaced(client.clone(), &namespace);
    let status = merge(serde_json::to_value(old), serde_json::to_value(new))?;
    // The uid keeps a status from landing on a resource that was deleted and made again meanwhile.
    let patch = Patch::Merge(json!({ "metadata": { "uid": resource.uid() }, "status": status }));
    let name = resource.name_any();
    let params = PatchParams::default();
    let call = api.patch_status(&name, &params, &patch);
    match tokio::time::timeout(TIMEOUT, call).await {
        Ok(Ok(_)) => Ok(()),
        // It is gone: nobody is left to tell.
        Ok(Err(kube::Error::Api(status))) if status.is_not_found() || status.is_conflict() => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("the API server did not answer within {} s", TIMEOUT.as_secs())),
    }
}

/// A merge patch from one status to the next: fields that are gone become null.
fn merge(
    old: Result<Value, serde_json::Error>,
    new: Result<Value, serde_json::Error>,
) -> Result<Value, String> {
    let (old, mut new) = (old.map_err(|err| err.to_string())?, new.map_err(|err| err.to_string())?);
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
