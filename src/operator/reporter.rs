//! Reports what rounds came to, beside the rounds: many resources, or a slow API server, hold up no step.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use futures::{StreamExt, stream};
use kube::ResourceExt;
use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    control::Shared,
    drills::DrillNews,
    events::{drill_ended, outcome_name, step_ended},
    metrics::{News, StepLabel, StepLabels},
    report::{current, current_deployment, report_deployment, report_failover},
    write_status::Written,
};
use crate::{
    api::{DrillStatus, LyncDeployment, LyncFailover, Reason},
    controller::{Event, Owner, Passed, Round, SignIns},
    drill::newer,
    lync::Fact,
    plan::{Desired, Limits, StepOutcome, StepRecord},
    readiness::{Drill, Evidence, Inputs, Objectives, readiness},
    status::{DeploymentFound, DeploymentOutcome, ExportsTold, Found, Outcome},
};

/// How many statuses are written at a time.
const WRITES_AT_ONCE: usize = 8;

/// What a round means for one resource.
pub(super) enum Word {
    /// The round was about it.
    Passed {
        /// What its spec says.
        desired: Box<Desired>,
        /// What came of it.
        passed: Box<Passed>,
    },
    /// Its spec cannot be followed.
    Unusable(Reason, String),
}

/// What a round came to.
pub(super) struct Batch {
    pub(super) deployment: Arc<LyncDeployment>,
    /// The identity of the organisation, if it is known.
    pub(super) identity: Option<String>,
    pub(super) limits: Limits,
    pub(super) round: Round,
    /// What test users found.
    pub(super) sign_ins: SignIns,
    pub(super) words: Vec<(Arc<LyncFailover>, Word)>,
    /// What there is to say about drills.
    pub(super) drill: DrillNews,
    /// The drills that are over.
    pub(super) drilled: Vec<DrillStatus>,
    /// The steps that ended.
    pub(super) records: Vec<StepRecord>,
    /// What is done about exports.
    pub(super) exports: ExportsTold,
}

/// Reports for one deployment until it is dropped.
pub(super) struct Reporter {
    batches: mpsc::UnboundedSender<Batch>,
    task: JoinHandle<()>,
}

impl Drop for Reporter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Reporter {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        let (batches, queue) = mpsc::unbounded_channel();
        Self { batches, task: tokio::spawn(run(Arc::clone(shared), queue)) }
    }

    /// Hands a round over.
    pub(super) fn report(&self, batch: Batch) {
        // It ends only with the worker.
        let _ = self.batches.send(batch);
    }
}

async fn run(shared: Arc<Shared>, mut queue: mpsc::UnboundedReceiver<Batch>) {
    let written = LastWrites::default();
    while let Some(mut batch) = queue.recv().await {
        // Of rounds that have piled up only the last counts; no step that ended is left out.
        let mut records = std::mem::take(&mut batch.records);
        let mut drilled = std::mem::take(&mut batch.drilled);
        while let Ok(mut next) = queue.try_recv() {
            records.append(&mut next.records);
            drilled.append(&mut next.drilled);
            batch = next;
        }
        written.only(&batch.words);
        // Events in the order in which things happened: the step ended, then the state was reached.
        for record in records {
            announce(&shared, &batch, &record).await;
        }
        for drill in drilled {
            drill_ended(&shared.recorder, &batch.deployment, &drill).await;
        }
        report(&shared, &batch, &written).await;
    }
}

/// What this task has written last of each resource, until the watch has brought it.
#[derive(Default)]
struct LastWrites(Mutex<BTreeMap<Owner, LastWrite>>);

struct LastWrite {
    /// The version that it replaced.
    before: Option<String>,
    after: Arc<LyncFailover>,
}

impl LastWrites {
    /// The newest that is known of a resource.
    fn newest(&self, cached: Arc<LyncFailover>) -> Arc<LyncFailover> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let owner = owner(&cached);
        match all.get(&owner) {
            Some(last) if last.before == cached.resource_version() => Arc::clone(&last.after),
            Some(_) => {
                all.remove(&owner);
                cached
            }
            None => cached,
        }
    }

    /// Forgets resources that are gone.
    fn only(&self, words: &[(Arc<LyncFailover>, Word)]) {
        let there: BTreeSet<Owner> = words.iter().map(|(lfo, _)| owner(lfo)).collect();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|owner, _| there.contains(owner));
    }

    fn keep(&self, written: &Written<LyncFailover>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = written.before.resource_version();
        all.insert(owner(&written.after), LastWrite { before, after: Arc::new(written.after.clone()) });
    }
}

fn owner(lfo: &LyncFailover) -> Owner {
    Owner(lfo.uid().unwrap_or_default())
}

async fn report(shared: &Shared, batch: &Batch, written: &LastWrites) {
    let objectives = Objectives::from(&batch.deployment.spec);
    let evidence = Evidence {
        last_drill: last_drill(shared, batch),
        store_moved_at: batch.round.store_moved_at,
        without_exports: batch.round.without_exports,
    };
    let readiness = readiness(Inputs {
        observed: &batch.round.observed,
        assessment: &batch.round.assessment,
        watch: &batch.round.watch,
        evidence: &evidence,
        limits: &batch.limits,
        objectives,
        now: shared.environment.clock.now(),
    });
    shared.metrics.states.found(&batch.deployment, news(&batch.round));
    let is_leaving = batch.deployment.metadata.deletion_timestamp.is_some();
    // The deletion does not wait for what another deployment has sent.
    let uid = batch.deployment.uid().unwrap_or_default();
    let own = batch.round.in_flight.as_ref().filter(|owned| is_leaving && owned.is_of(&uid));
    let found = DeploymentFound {
        generation: batch.deployment.metadata.generation.unwrap_or(0),
        organisation: batch.identity.as_deref(),
        observed: &batch.round.observed,
        assessment: &batch.round.assessment,
        readiness: &readiness,
        limits: &batch.limits,
        exports: &batch.exports,
        drill: batch.drill.last.as_ref(),
        drill_waits_for: batch.drill.waits_for.as_deref(),
        deletion_waits_for: own.map(ToString::to_string),
    };
    report_deployment(shared, &batch.deployment, &DeploymentOutcome::Found(found)).await;
    let mut reports = Vec::new();
    for (lfo, word) in &batch.words {
        reports.push(report_one(shared, batch, lfo, word, written));
    }
    stream::iter(reports).buffer_unordered(WRITES_AT_ONCE).collect::<()>().await;
}

/// The last drill that anybody knows of: of this process, or by the status.
fn last_drill(shared: &Shared, batch: &Batch) -> Fact<Drill> {
    let now = current_deployment(shared, &batch.deployment);
    let stored = now.status.as_ref().and_then(|status| status.drill_of(batch.identity.as_deref()));
    Drill::last(newer(batch.drill.last.clone(), stored.cloned()).as_ref())
}

async fn report_one(
    shared: &Shared,
    batch: &Batch,
    lfo: &Arc<LyncFailover>,
    word: &Word,
    written: &LastWrites,
) {
    let namespace = lfo.namespace().unwrap_or_default();
    let name = lfo.name_any();
    let generation = lfo.metadata.generation.unwrap_or(0);
    let (outcome, passed) = match word {
        Word::Passed { desired, passed } => {
            let found = Found {
                namespace: &namespace,
                name: &name,
                generation,
                desired,
                observed: &batch.round.observed,
                plan: &passed.plan,
                progress: &passed.progress,
                limits: &batch.limits,
                sign_ins: &batch.sign_ins,
            };
            (Outcome::Found(found), Some(passed.clone()))
        }
        Word::Unusable(reason, message) => {
            (Outcome::Unusable { generation, reason: *reason, message: message.clone() }, None)
        }
    };
    let newest = written.newest(current(shared, lfo));
    if let Some(news) = report_failover(shared, &newest, &outcome).await {
        written.keep(&news);
    }
    shared.environment.listener.saw(Event::Reported { owner: owner(lfo), generation, passed });
}

/// What a round found that a status does not say.
fn news(round: &Round) -> News {
    let observed_at = match &round.observed.topology {
        // Of a fact that could not be read this time, the time is that of an earlier round.
        Fact::Known { at, .. } => Some(*at),
        Fact::Unknown(_) => None,
    };
    News { observed_at, kept_up_at: round.watch.kept_up_at.clone(), looks: true }
}

/// Counts a step that is over, and publishes an Event about it at the resource that it was made for.
async fn announce(shared: &Shared, batch: &Batch, record: &StepRecord) {
    let (step, outcome) = (record.step.name(), outcome_name(&record.outcome));
    shared.metrics.steps.get_or_create(&StepLabels { step, outcome }).inc();
    if let StepOutcome::Ended(_) = record.outcome {
        let took = record.ended_at.duration_since(record.started_at).as_secs_f64();
        shared.metrics.step_duration.get_or_create(&StepLabel { step }).observe(took);
    }
    let has = |word: &Word| match word {
        Word::Passed { passed, .. } => {
            let runs = passed.progress.run.iter().chain(&passed.progress.last_run);
            runs.flat_map(|run| &run.records).any(|one| one.operation.id == record.operation.id)
        }
        Word::Unusable(..) => false,
    };
    if let Some((lfo, _)) = batch.words.iter().find(|(_, word)| has(word)) {
        step_ended(&shared.recorder, lfo, record).await;
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::{
        lync::{Observed, Source, Why},
        plan::{Progress, Watch, assess},
    };

    fn round(observed: Observed, now: Timestamp) -> Round {
        let limits = Limits::default();
        Round {
            assessment: assess(&observed, &Progress::default(), &limits, now),
            observed,
            observed_in: SignedDuration::ZERO,
            without_exports: false,
            exports_unseen: None,
            watch: Watch::default(),
            passed: Vec::new(),
            newcomer: Progress::default(),
            in_flight: None,
            is_running: false,
            store_moved_at: None,
        }
    }

    /// Else an operator that has lost its way would look as if it saw what it says.
    #[test]
    fn a_round_that_saw_nothing_does_not_move_the_time_of_the_last_look() {
        let then = Timestamp::UNIX_EPOCH;
        let known = Fact::known(crate::lync::Topology::default(), then, Source::Probe);
        let seen = Observed { topology: known, ..Observed::default() };
        let blind = || Observed {
            topology: Fact::Unknown(Why::BridgeUnavailable("cut".to_owned())),
            ..Observed::default()
        };
        let later = then + SignedDuration::from_mins(10);
        assert_eq!(news(&round(blind().or_earlier(&seen), later)).observed_at, Some(then));
        assert_eq!(news(&round(blind(), later)).observed_at, None);
    }
}
