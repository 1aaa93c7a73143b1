//! Reports what a round came to: status, where it is news, and Events.

use std::sync::Arc;

use kube::{ResourceExt, runtime::reflector::ObjectRef};

use super::{
    control::Shared,
    deployment::ReachError,
    events::ready_changed,
    metrics::ResourceLabels,
    write_status::{Written, write_status},
};
use crate::{
    api::{
        ConditionType, LyncDeployment, LyncDeploymentStatus, LyncFailover, LyncFailoverStatus, Reason,
        condition::find_condition,
    },
    status::{self, DeploymentOutcome, Outcome},
};

/// Works out the status of a failover and writes it if it is news.
pub(super) async fn report(shared: &Shared, lfo: &Arc<LyncFailover>, outcome: &Outcome<'_>) {
    // What was written last may be newer than what this round began with.
    let current = shared.resources.failovers.get(&ObjectRef::from_obj(&**lfo));
    let current = current.filter(|now| now.uid() == lfo.uid()).unwrap_or_else(|| Arc::clone(lfo));
    let next = |old: &LyncFailoverStatus| status::next(old, outcome, shared.environment.clock.now());
    let written = write_status(&shared.client, &*current, next).await;
    let now = match &written {
        Ok(Some((_, new))) => Some(new),
        _ => current.status.as_ref(),
    };
    let ready = now.and_then(|status| find_condition(&status.conditions, ConditionType::Ready));
    let is_ready = ready.is_some_and(|condition| condition.status == "True");
    shared.metrics.ready.get_or_create(&labels(&**lfo)).set(i64::from(is_ready));
    if let Some((old, new)) = counted(shared, &lfo.name_any(), written) {
        announce(shared, lfo, &old, &new).await;
    }
}

/// The same for a deployment.
pub(super) async fn report_deployment(
    shared: &Shared,
    deployment: &Arc<LyncDeployment>,
    outcome: &DeploymentOutcome<'_>,
) {
    let current = shared.resources.deployments.get(&ObjectRef::from_obj(&**deployment));
    let current =
        current.filter(|now| now.uid() == deployment.uid()).unwrap_or_else(|| Arc::clone(deployment));
    let next =
        |old: &LyncDeploymentStatus| status::next_deployment(old, outcome, shared.environment.clock.now());
    counted(shared, &deployment.name_any(), write_status(&shared.client, &*current, next).await);
}

/// Counts a write, or says why there was none.
fn counted<S>(shared: &Shared, name: &str, written: Result<Written<S>, String>) -> Written<S> {
    match written {
        Ok(Some(news)) => {
            shared.metrics.status_writes.inc();
            Some(news)
        }
        Ok(None) => None,
        Err(error) => {
            tracing::warn!(name, %error, "the status could not be written; it is tried again");
            None
        }
    }
}

/// Tells everybody that there is no way to the organisation.
pub(super) async fn report_unreachable(
    shared: &Shared,
    deployment: &Arc<LyncDeployment>,
    failovers: &[Arc<LyncFailover>],
    error: &ReachError,
) {
    let reason = match error {
        ReachError::Spec(_) => Reason::InvalidSpec,
        ReachError::Later(_) => Reason::Unreachable,
    };
    let generation = deployment.metadata.generation.unwrap_or(0);
    let outcome = DeploymentOutcome::Unusable { generation, reason, message: error.to_string() };
    report_deployment(shared, deployment, &outcome).await;
    for lfo in failovers {
        let message = format!("LyncDeployment {}: {error}", lfo.spec.deployment_ref.name);
        report(shared, lfo, &unusable(lfo, reason, message)).await;
    }
}

/// A failover that nothing can be done about for now.
pub(super) fn unusable<'a>(lfo: &LyncFailover, reason: Reason, message: String) -> Outcome<'a> {
    Outcome::Unusable { generation: lfo.metadata.generation.unwrap_or(0), reason, message }
}

pub(super) fn labels(resource: &impl ResourceExt) -> ResourceLabels {
    ResourceLabels { namespace: resource.namespace().unwrap_or_default(), name: resource.name_any() }
}

/// An Event when `Ready` has a new reason that people wait for.
async fn announce(shared: &Shared, lfo: &LyncFailover, old: &LyncFailoverStatus, new: &LyncFailoverStatus) {
    let reason = |status: &LyncFailoverStatus| {
        find_condition(&status.conditions, ConditionType::Ready)
            .map(|c| (c.reason.clone(), c.message.clone()))
    };
    let quiet = [Reason::Executing, Reason::Waiting, Reason::Verifying, Reason::Queued].map(Reason::as_str);
    if let Some((now, message)) = reason(new)
        && reason(old).is_none_or(|(before, _)| before != now)
        && !quiet.contains(&now.as_str())
    {
        ready_changed(&shared.recorder, lfo, &now, &message).await;
    }
}
