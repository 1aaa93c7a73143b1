//! Reports what a round came to: status, where it is news, and Events.

use std::sync::Arc;

use kube::{ResourceExt, runtime::reflector::ObjectRef};

use super::{
    control::Shared,
    events::ready_changed,
    metrics::ResourceLabels,
    write_status::{Written, write_status},
};
use crate::{
    api::{
        ConditionType, LyncDeployment, LyncDeploymentStatus, LyncFailover, LyncFailoverStatus, Reason,
        condition::find_condition,
    },
    controller::StoreError,
    reach::ReachError,
    status::{self, DeploymentOutcome, Outcome},
};

/// What the watch has brought of a resource; what a round began with may be older.
pub(super) fn current(shared: &Shared, lfo: &Arc<LyncFailover>) -> Arc<LyncFailover> {
    let now = shared.resources.failovers.get(&ObjectRef::from_obj(&**lfo));
    now.filter(|now| now.uid() == lfo.uid()).unwrap_or_else(|| Arc::clone(lfo))
}

/// Works out the status of a failover and writes it if it is news.
pub(super) async fn report(shared: &Shared, lfo: &Arc<LyncFailover>, outcome: &Outcome<'_>) {
    report_failover(shared, &current(shared, lfo), outcome).await;
}

/// The same, following what is known to be the newest state of the resource. Gives what was written.
pub(super) async fn report_failover(
    shared: &Shared,
    newest: &LyncFailover,
    outcome: &Outcome<'_>,
) -> Option<Written<LyncFailover>> {
    let next = |old: &LyncFailoverStatus| status::next(old, outcome, shared.environment.clock.now());
    let written = counted(shared, &newest.name_any(), write_status(&shared.client, newest, next).await);
    shared.metrics.states.told(newest);
    if let Some(Written { before, after }) = &written {
        announce(shared, newest, before.status.as_ref(), after.status.as_ref()).await;
    }
    written
}

/// The same of a deployment.
pub(super) fn current_deployment(shared: &Shared, deployment: &Arc<LyncDeployment>) -> Arc<LyncDeployment> {
    let now = shared.resources.deployments.get(&ObjectRef::from_obj(&**deployment));
    now.filter(|now| now.uid() == deployment.uid()).unwrap_or_else(|| Arc::clone(deployment))
}

/// The same for a deployment.
pub(super) async fn report_deployment(
    shared: &Shared,
    deployment: &Arc<LyncDeployment>,
    outcome: &DeploymentOutcome<'_>,
) {
    if let DeploymentOutcome::Unusable { .. } = outcome {
        // Nobody looks any more: what was seen last would go on looking like today's.
        shared.metrics.states.lost(deployment);
    }
    let current = current_deployment(shared, deployment);
    let next =
        |old: &LyncDeploymentStatus| status::next_deployment(old, outcome, shared.environment.clock.now());
    counted(shared, &deployment.name_any(), write_status(&shared.client, &*current, next).await);
}

/// Counts a write, or says why there was none.
fn counted<K>(
    shared: &Shared,
    name: &str,
    written: Result<Option<Written<K>>, String>,
) -> Option<Written<K>> {
    let news = written.unwrap_or_else(|error| {
        shared.metrics.status_write_errors.inc();
        tracing::warn!(name, %error, "the status could not be written; it is tried again");
        None
    });
    if news.is_some() {
        shared.metrics.status_writes.inc();
    }
    news
}

/// Tells everybody that there is no way to the organisation.
pub(super) async fn report_unreachable(
    shared: &Shared,
    deployment: &Arc<LyncDeployment>,
    failovers: &[Arc<LyncFailover>],
    error: &ReachError,
) {
    let (reason, class) = match error {
        ReachError::Spec(_) => (Reason::InvalidSpec, "invalid_spec"),
        ReachError::Later(_) => (Reason::Unreachable, "unreachable"),
    };
    shared.metrics.round_failed(&labels(&**deployment), class);
    report_unusable(shared, deployment, failovers, reason, &error.to_string()).await;
}

/// After how many rounds in a row that could not be finished people are told. A moment without the API server is no
/// news, and could not be written either.
const LASTING: u32 = 3;

/// Counts a round that could not be finished, and tells everybody when that lasts. Says whether it does.
pub(super) async fn report_lost_round(
    shared: &Shared,
    deployment: &Arc<LyncDeployment>,
    failovers: &[Arc<LyncFailover>],
    error: &StoreError,
    in_a_row: u32,
) -> bool {
    let class = match error {
        StoreError::Conflict => "record_conflict",
        StoreError::Unavailable(_) => "record_unavailable",
        StoreError::TooNew(_) => "record_too_new",
    };
    shared.metrics.round_failed(&labels(&**deployment), class);
    tracing::warn!(%error, in_a_row, "the round could not be finished; nothing is lost");
    let lasts = in_a_row >= LASTING || matches!(error, StoreError::TooNew(_));
    if lasts {
        let message = format!("nothing is looked at or changed: {error}");
        report_unusable(shared, deployment, failovers, Reason::RecordUnusable, &message).await;
    }
    lasts
}

async fn report_unusable(
    shared: &Shared,
    deployment: &Arc<LyncDeployment>,
    failovers: &[Arc<LyncFailover>],
    reason: Reason,
    message: &str,
) {
    let generation = deployment.metadata.generation.unwrap_or(0);
    let outcome = DeploymentOutcome::Unusable { generation, reason, message: message.to_owned() };
    report_deployment(shared, deployment, &outcome).await;
    for lfo in failovers {
        let message = format!("LyncDeployment {}: {message}", lfo.spec.deployment_ref.name);
        let generation = lfo.metadata.generation.unwrap_or(0);
        report(shared, lfo, &Outcome::Unusable { generation, reason, message }).await;
    }
}

pub(super) fn labels(resource: &impl ResourceExt) -> ResourceLabels {
    ResourceLabels { namespace: resource.namespace().unwrap_or_default(), name: resource.name_any() }
}

/// An Event when `Ready` has a new reason that people wait for.
async fn announce(
    shared: &Shared,
    lfo: &LyncFailover,
    before: Option<&LyncFailoverStatus>,
    after: Option<&LyncFailoverStatus>,
) {
    let ready = |status: Option<&LyncFailoverStatus>| {
        status.and_then(|status| find_condition(&status.conditions, ConditionType::Ready).cloned())
    };
    let quiet = [Reason::Executing, Reason::Waiting, Reason::Verifying, Reason::Queued].map(Reason::as_str);
    if let Some(now) = ready(after)
        && ready(before).is_none_or(|before| before.reason != now.reason)
        && !quiet.contains(&now.reason.as_str())
    {
        ready_changed(&shared.recorder, lfo, &now.reason, &now.message).await;
    }
}
