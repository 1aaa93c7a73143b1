//! One round of a deployment, and its status and those of its failovers.

use std::sync::Arc;

use futures::{StreamExt, stream};
use jiff::SignedDuration;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{Api, ResourceExt};

use super::{
    config_map_store::ConfigMapStore,
    control::Shared,
    deployment::Reached,
    events::{Collector, step_ended},
    finalizer::{GuardedStore, has_finalizer, set_finalizer},
    metrics::StepLabels,
    report::{labels, report, report_deployment, unusable},
    worker::AFTER_FAILURE,
};
use crate::{
    api::{LyncDeployment, LyncFailover, Reason},
    bridge::Ended,
    controller::{Event, Owner, Passed, Round, Rounds, Subject, requeue_after},
    plan::{Desired, StepOutcome, StepRecord},
    status::{DeploymentFound, DeploymentOutcome, Found, Outcome},
};

/// How many statuses are written at a time.
const WRITES_AT_ONCE: usize = 8;

/// A failover whose spec can be followed.
struct Usable<'a> {
    lfo: &'a Arc<LyncFailover>,
    owner: Owner,
    name: String,
    desired: Desired,
}

/// Makes a round and reports it. Gives the pause until the next one.
pub(super) async fn pass(
    shared: &Shared,
    deployment: &Arc<LyncDeployment>,
    reached: &Reached,
    rounds: &mut Rounds,
    failovers: &[Arc<LyncFailover>],
) -> SignedDuration {
    let org = &reached.organisation;
    let usable = usable(shared, deployment, failovers).await;
    let subjects: Vec<Subject<'_>> = usable
        .iter()
        .map(|one| Subject {
            owner: &one.owner,
            name: &one.name,
            desired: &one.desired,
            generation: one.lfo.metadata.generation.unwrap_or(0),
        })
        .collect();
    let maps: Api<ConfigMap> = Api::namespaced(shared.client.clone(), &shared.namespace);
    let store = ConfigMapStore::new(maps, format!("lync-organisation-{}", reached.identity));
    let store = GuardedStore::new(store, &shared.client, deployment);
    let events = Collector::new(&*shared.environment.listener);
    let round = match rounds.round(org, &store, &events, &subjects).await {
        Ok(round) => round,
        Err(error) => {
            tracing::warn!(%error, "the round could not be finished; nothing is lost");
            return AFTER_FAILURE;
        }
    };
    let now = org.clock.now();
    report_organisation(shared, deployment, reached, &round).await;
    release(shared, deployment, &round).await;
    let mut reports = Vec::new();
    for (one, passed) in usable.iter().zip(&round.passed) {
        reports.push(report_one(shared, one, passed, &round.observed, &org.limits));
    }
    stream::iter(reports).buffer_unordered(WRITES_AT_ONCE).collect::<()>().await;
    for record in events.take() {
        announce_step(shared, &usable, &round.passed, &record).await;
    }
    let labels = labels(&**deployment);
    shared.metrics.rounds.get_or_create(&labels).inc();
    shared.metrics.last_round.get_or_create(&labels).set(now.as_millisecond() as f64 / 1000.0);
    let waits = round.passed.iter().map(|passed| requeue_after(passed, org.interval, now));
    waits.fold(after_deletion(deployment, &round, org.interval), SignedDuration::min)
}

/// The failovers that take part. The others are told why they do not.
async fn usable<'a>(
    shared: &Shared,
    deployment: &LyncDeployment,
    failovers: &'a [Arc<LyncFailover>],
) -> Vec<Usable<'a>> {
    let is_leaving = deployment.metadata.deletion_timestamp.is_some();
    let mut usable = Vec::new();
    for lfo in failovers {
        let (reason, message) = match Desired::try_from(&lfo.spec) {
            Ok(_) if is_leaving => {
                let message = format!("LyncDeployment {} is being deleted", deployment.name_any());
                (Reason::DeploymentNotFound, message)
            }
            Ok(desired) => {
                let (owner, name) = (Owner(lfo.uid().unwrap_or_default()), lfo.name_any());
                usable.push(Usable { lfo, owner, name, desired });
                continue;
            }
            Err(error) => (Reason::InvalidSpec, error.to_string()),
        };
        report(shared, lfo, &unusable(lfo, reason, message)).await;
        let owner = Owner(lfo.uid().unwrap_or_default());
        let generation = lfo.metadata.generation.unwrap_or(0);
        shared.environment.listener.saw(Event::Reported { owner, generation, passed: None });
    }
    usable
}

async fn report_organisation(
    shared: &Shared,
    deployment: &Arc<LyncDeployment>,
    reached: &Reached,
    round: &Round,
) {
    let is_leaving = deployment.metadata.deletion_timestamp.is_some();
    let found = DeploymentFound {
        generation: deployment.metadata.generation.unwrap_or(0),
        organisation: &reached.identity,
        observed: &round.observed,
        assessment: &round.assessment,
        limits: &reached.organisation.limits,
        deletion_waits_for: round.in_flight.as_ref().filter(|_| is_leaving).map(ToString::to_string),
    };
    report_deployment(shared, deployment, &DeploymentOutcome::Found(found)).await;
}

/// Takes the finalizer away when nothing needs it any more.
async fn release(shared: &Shared, deployment: &LyncDeployment, round: &Round) {
    let is_leaving = deployment.metadata.deletion_timestamp.is_some();
    let is_needed = round.in_flight.is_some() || (round.is_running && !is_leaving);
    if has_finalizer(deployment)
        && !is_needed
        && let Err(error) = set_finalizer(&shared.client, deployment, false).await
    {
        tracing::warn!(%error, "the finalizer could not be taken away; it is tried again");
    }
}

/// A deletion waits for the operation in flight, and looks at it often.
fn after_deletion(deployment: &LyncDeployment, round: &Round, interval: SignedDuration) -> SignedDuration {
    match &round.in_flight {
        Some(_) if deployment.metadata.deletion_timestamp.is_some() => AFTER_FAILURE.min(interval),
        _ => interval,
    }
}

async fn report_one(
    shared: &Shared,
    one: &Usable<'_>,
    passed: &Passed,
    observed: &crate::lync::Observed,
    limits: &crate::plan::Limits,
) {
    let namespace = one.lfo.namespace().unwrap_or_default();
    let generation = one.lfo.metadata.generation.unwrap_or(0);
    let found = Found {
        namespace: &namespace,
        name: &one.name,
        generation,
        desired: &one.desired,
        observed,
        plan: &passed.plan,
        progress: &passed.progress,
        limits,
    };
    report(shared, one.lfo, &Outcome::Found(found)).await;
    let (owner, passed) = (one.owner.clone(), Some(Box::new(passed.clone())));
    shared.environment.listener.saw(Event::Reported { owner, generation, passed });
}

/// Counts a step that is over, and publishes an Event about it at the resource that it was made for.
async fn announce_step(shared: &Shared, usable: &[Usable<'_>], passed: &[Passed], record: &StepRecord) {
    let outcome = match &record.outcome {
        StepOutcome::Ended(Ended::Completed) => "completed",
        StepOutcome::Ended(Ended::Failed(_)) => "failed",
        StepOutcome::Ended(Ended::Lost(_)) => "lost",
        StepOutcome::NotStarted(_) => "not_started",
    };
    shared.metrics.steps.get_or_create(&StepLabels { step: record.step.name(), outcome }).inc();
    let has = |passed: &Passed| {
        let mut runs = passed.progress.run.iter().chain(&passed.progress.last_run);
        runs.any(|run| run.records.contains(record))
    };
    if let Some((one, _)) = usable.iter().zip(passed).find(|(_, passed)| has(passed)) {
        step_ended(&shared.recorder, one.lfo, record).await;
    }
}
