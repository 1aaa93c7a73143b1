//! One Lync organisation: rounds for all resources of a deployment, and their status.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{Api, Client, ResourceExt, runtime::events::Recorder};

use super::{
    config_map_store::ConfigMapStore,
    deployment::{ReachError, Reached, reach},
    events::{Collector, ready_changed, step_ended},
    metrics::{Metrics, ResourceLabels, StepLabels},
    resources::Resources,
    write_status::write_status,
};
use crate::{
    api::{
        ConditionType, LyncDeployment, LyncFailover, LyncFailoverStatus, Reason, condition::find_condition,
    },
    bridge::Ended,
    clock::{Clock, SystemClock},
    controller::{Owner, Rounds, Subject, requeue_after},
    plan::{Desired, StepOutcome},
    status::{self, Found, Outcome},
};

/// The pause after something failed that may work the next time.
const AFTER_FAILURE: SignedDuration = SignedDuration::from_secs(5);

/// Everything that a worker shares with others.
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) resources: Resources,
    pub(super) recorder: Recorder,
    pub(super) metrics: Arc<Metrics>,
    /// The namespace in which records are kept.
    pub(super) namespace: String,
}

/// Works for a deployment until it is told to stop (by dropping the future at a pause).
pub(super) async fn work(shared: Arc<Shared>, deployment: Arc<LyncDeployment>) {
    let namespace = deployment.namespace().unwrap_or_default();
    let name = deployment.name_any();
    let labels = ResourceLabels { namespace: namespace.clone(), name: name.clone() };
    let mut reached: Option<Reached> = None;
    let mut rounds = Rounds::default();
    loop {
        let failovers = shared.resources.of(&namespace, &name);
        let seen = fingerprint(&failovers);
        if reached.is_none() {
            match reach(&deployment, &deployment.uid().unwrap_or_default()).await {
                Ok(found) => reached = Some(found),
                Err(error) => {
                    say_unusable(&shared, &failovers, &error).await;
                    pause(&shared, &namespace, &name, &seen, AFTER_FAILURE).await;
                    continue;
                }
            }
        }
        let Some(reached) = &reached else { continue };
        let next = round(&shared, reached, &mut rounds, &failovers).await;
        shared.metrics.rounds.get_or_create(&labels).inc();
        let now = SystemClock.now();
        shared.metrics.last_round.get_or_create(&labels).set(now.as_millisecond() as f64 / 1000.0);
        pause(&shared, &namespace, &name, &seen, next).await;
    }
}

/// What a change has to touch to be worth a round before its time: which resources there are, and their
/// generations. Our own writes of status do not.
fn fingerprint(failovers: &[Arc<LyncFailover>]) -> Vec<(Option<String>, Option<i64>)> {
    failovers.iter().map(|lfo| (lfo.uid(), lfo.metadata.generation)).collect()
}

/// Sleeps, but not past a change.
async fn pause(
    shared: &Shared,
    namespace: &str,
    name: &str,
    seen: &[(Option<String>, Option<i64>)],
    time: SignedDuration,
) {
    let sleep = tokio::time::sleep(time.unsigned_abs().max(Duration::from_millis(10)));
    let mut sleep = std::pin::pin!(sleep);
    loop {
        let bell = shared.resources.changed.notified();
        if fingerprint(&shared.resources.of(namespace, name)) != seen {
            return;
        }
        tokio::select! {
            () = &mut sleep => return,
            () = bell => {}
        }
    }
}

/// One round, and the status of every resource. Gives the pause until the next one.
async fn round(
    shared: &Shared,
    reached: &Reached,
    rounds: &mut Rounds,
    failovers: &[Arc<LyncFailover>],
) -> SignedDuration {
    let org = &reached.organisation;
    let mut usable = Vec::new();
    for lfo in failovers {
        match Desired::try_from(&lfo.spec) {
            Ok(desired) => usable.push((lfo, Owner(lfo.uid().unwrap_or_default()), desired)),
            Err(error) => {
                let outcome = unusable(lfo, Reason::InvalidSpec, error.to_string());
                report(shared, lfo, &outcome).await;
            }
        }
    }
    let names: Vec<String> = usable.iter().map(|(lfo, ..)| lfo.name_any()).collect();
    let subjects: Vec<Subject<'_>> = usable
        .iter()
        .zip(&names)
        .map(|((lfo, owner, desired), name)| Subject {
            owner,
            name,
            desired,
            generation: lfo.metadata.generation.unwrap_or(0),
        })
        .collect();
    let maps: Api<ConfigMap> = Api::namespaced(shared.client.clone(), &shared.namespace);
    let store = ConfigMapStore::new(maps, format!("lync-organisation-{}", reached.identity));
    let events = Collector::default();
    let (observed, passed) = match rounds.round(org, &store, &events, &subjects).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "the round could not be finished; nothing is lost");
            return AFTER_FAILURE;
        }
    };
    let now = org.clock.now();
    let mut next = org.interval;
    for (((lfo, _, desired), passed), name) in usable.iter().zip(&passed).zip(&names) {
        let namespace = lfo.namespace().unwrap_or_default();
        let found = Found {
            namespace: &namespace,
            name,
            generation: lfo.metadata.generation.unwrap_or(0),
            desired,
            observed: &observed,
            plan: &passed.plan,
            progress: &passed.progress,
            limits: &org.limits,
        };
        report(shared, lfo, &Outcome::Found(found)).await;
        next = next.min(requeue_after(passed, org.interval, now));
    }
    for record in events.take() {
        let outcome = match &record.outcome {
            StepOutcome::Ended(Ended::Completed) => "completed",
            StepOutcome::Ended(Ended::Failed(_)) => "failed",
            StepOutcome::Ended(Ended::Lost(_)) => "lost",
            StepOutcome::NotStarted(_) => "not_started",
        };
        shared.metrics.steps.get_or_create(&StepLabels { step: record.step.name(), outcome }).inc();
        let runs = passed.iter().map(|p| p.progress.run.iter().chain(&p.progress.last_run));
        let at = runs
            .enumerate()
            .find_map(|(at, mut runs)| runs.any(|run| run.records.contains(&record)).then_some(at));
        if let Some((lfo, ..)) = at.and_then(|at| usable.get(at)) {
            step_ended(&shared.recorder, lfo, &record).await;
        }
    }
    next
}

fn unusable<'a>(lfo: &LyncFailover, reason: Reason, message: String) -> Outcome<'a> {
    Outcome::Unusable { generation: lfo.metadata.generation.unwrap_or(0), reason, message }
}

async fn say_unusable(shared: &Shared, failovers: &[Arc<LyncFailover>], error: &ReachError) {
    for lfo in failovers {
        let message = format!("LyncDeployment {}: {error}", lfo.spec.deployment_ref.name);
        let reason = match error {
            ReachError::Spec(_) => Reason::InvalidSpec,
            ReachError::Later(_) => Reason::Unreachable,
        };
        report(shared, lfo, &unusable(lfo, reason, message)).await;
    }
}

/// Works out a status and writes it if it is news.
pub(super) async fn report(shared: &Shared, lfo: &Arc<LyncFailover>, outcome: &Outcome<'_>) {
    // What was written last may be newer than what this round began with.
    let key = kube::runtime::reflector::ObjectRef::from_obj(&**lfo);
    let current = shared.resources.failovers.get(&key).unwrap_or_else(|| Arc::clone(lfo));
    let old = current.status.clone().unwrap_or_default();
    let new = status::next(&old, outcome, SystemClock.now());
    let labels = ResourceLabels { namespace: lfo.namespace().unwrap_or_default(), name: lfo.name_any() };
    let ready = find_condition(&new.conditions, ConditionType::Ready);
    shared.metrics.ready.get_or_create(&labels).set(i64::from(ready.is_some_and(|c| c.status == "True")));
    if new == old {
        return;
    }
    match write_status(&shared.client, lfo, &old, &new).await {
        Ok(()) => {
            shared.metrics.status_writes.inc();
            announce(shared, lfo, &old, &new).await;
        }
        Err(error) => {
            tracing::warn!(name = %lfo.name_any(), %error, "the status could not be written; it is tried again");
        }
    }
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
