//! Tells resources that cannot be used at all: no deployment, or a spec that this version cannot read.

use std::{collections::BTreeSet, sync::Arc};

use kube::{
    Api, Resource, ResourceExt,
    api::{ApiResource, DynamicObject, Patch, PatchParams},
    core::{NamespaceResourceScope, error_boundary::InvalidObject},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

use super::{control::Shared, report::report};
use crate::{
    api::{LyncDeployment, LyncDeploymentStatus, LyncFailover, LyncFailoverStatus, Reason},
    status::{self, DeploymentOutcome, Outcome},
};

/// Unreadable specs that have been told, by uid and generation.
pub(super) type Told = BTreeSet<(Option<String>, Option<i64>)>;

/// Tells resources whose deployment is not there.
pub(super) async fn tell_orphans(shared: &Shared, deployments: &[Arc<LyncDeployment>]) {
    let unreadable = shared.resources.notices.unreadable(&LyncDeployment::plural(&()));
    for lfo in shared.resources.failovers.state() {
        let wanted = lfo.spec.deployment_ref.name.to_string();
        let namespace = lfo.namespace();
        // Where not all has been listed yet, it may well be there.
        if !shared.resources.sees(namespace.as_deref().unwrap_or_default()) {
            continue;
        }
        if deployments.iter().any(|d| d.name_any() == wanted && d.namespace() == namespace) {
            continue;
        }
        let is_it = |one: &&InvalidObject| {
            one.metadata.name.as_deref() == Some(&wanted) && one.metadata.namespace == namespace
        };
        let message = match unreadable.iter().find(is_it) {
            Some(invalid) => format!("LyncDeployment {wanted} cannot be read: {invalid}"),
            None => format!("there is no LyncDeployment {wanted} in this namespace"),
        };
        let generation = lfo.metadata.generation.unwrap_or(0);
        let outcome = Outcome::Unusable { generation, reason: Reason::DeploymentNotFound, message };
        report(shared, &lfo, &outcome).await;
    }
}

/// Tells resources that cannot be read, each spec once.
pub(super) async fn tell_unreadable(shared: &Shared, told: &mut Told) {
    let now = || shared.environment.clock.now();
    let notices = &shared.resources.notices;
    for invalid in notices.unreadable(&LyncFailover::plural(&())) {
        let (generation, message) = in_words(&invalid);
        let outcome = Outcome::Unusable { generation, reason: Reason::InvalidSpec, message };
        let next = |old: &LyncFailoverStatus| status::next(old, &outcome, now());
        tell::<LyncFailover, _>(shared, &invalid, told, next).await;
    }
    for invalid in notices.unreadable(&LyncDeployment::plural(&())) {
        let (generation, message) = in_words(&invalid);
        let outcome = DeploymentOutcome::Unusable { generation, reason: Reason::InvalidSpec, message };
        let next = |old: &LyncDeploymentStatus| status::next_deployment(old, &outcome, now());
        tell::<LyncDeployment, _>(shared, &invalid, told, next).await;
    }
}

fn in_words(invalid: &InvalidObject) -> (i64, String) {
    let message = format!("this version of the operator cannot read it: {invalid}");
    (invalid.metadata.generation.unwrap_or(0), message)
}

async fn tell<K, S>(shared: &Shared, invalid: &InvalidObject, told: &mut Told, next: impl Fn(&S) -> S)
where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
    S: Default + PartialEq + Serialize + DeserializeOwned,
{
    let mark = (invalid.metadata.uid.clone(), invalid.metadata.generation);
    if told.contains(&mark) {
        return;
    }
    match try_to_tell::<K, S>(shared, invalid, next).await {
        Ok(()) => {
            told.insert(mark);
        }
        Err(error) => {
            tracing::warn!(name = invalid.metadata.name, %error, "the status could not be written; it is tried again");
        }
    }
}

async fn try_to_tell<K, S>(
    shared: &Shared,
    invalid: &InvalidObject,
    next: impl Fn(&S) -> S,
) -> Result<(), kube::Error>
where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
    S: Default + PartialEq + Serialize + DeserializeOwned,
{
    let namespace = invalid.metadata.namespace.as_deref().unwrap_or_default();
    let name = invalid.metadata.name.as_deref().unwrap_or_default();
    let kind = ApiResource::erase::<K>(&());
    let api: Api<DynamicObject> = Api::namespaced_with(shared.client.clone(), namespace, &kind);
    let Some(object) = api.get_opt(name).await? else { return Ok(()) };
    let old: S = serde_json::from_value(object.data["status"].clone()).unwrap_or_default();
    let new = next(&old);
    if new != old {
        let version = json!({ "resourceVersion": object.resource_version() });
        let patch = Patch::Merge(json!({ "metadata": version, "status": new }));
        api.patch_status(name, &PatchParams::default(), &patch).await?;
    }
    Ok(())
}
