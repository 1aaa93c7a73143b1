//! One round for an organisation: follow what is in flight, observe once, plan for every resource, execute
//! at most one step.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use tracing::Instrument;

use super::{
    Event, Listener, Mandate, Organisation, OrganisationRecord, OwnedIntent, Owner, Party, RecordStore,
    Revision, StoreError,
    execute::execute,
    follow::{Cursor, decide_unanswered, follow, settle},
    observe::{Look, observe},
    standing::{claim, left_alone, live_domain, remembered},
    trail::span,
};
use crate::{
    lync::{Fact, Observed},
    plan::{Assessment, Decision, Desired, Hold, Plan, Progress, Run, Watch, assess, contests, plan},
};

/// What every verb of a round works with.
#[derive(Clone, Copy)]
pub(super) struct Shell<'a> {
    pub(super) org: &'a Organisation,
    pub(super) store: &'a dyn RecordStore,
    pub(super) listener: &'a dyn Listener,
    pub(super) party: &'a Party,
}

/// A record together with what is stored of it, and under which version.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) record: OrganisationRecord,
    stored: OrganisationRecord,
    revision: Revision,
}

impl Kept {
    pub(super) async fn load(store: &dyn RecordStore) -> Result<Self, StoreError> {
        let (record, revision) = store.load().await?;
        Ok(Self { stored: record.clone(), record, revision })
    }

    /// Stores it if it is news, on condition that nobody else has written.
    pub(super) async fn save(self, store: &dyn RecordStore) -> Result<Self, StoreError> {
        if self.record == self.stored {
            return Ok(self);
        }
        let revision = store.save(&self.record, &self.revision).await?;
        Ok(Self { stored: self.record.clone(), revision, ..self })
    }
}

/// A resource, as a round sees it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Who it is, in the record.
    pub owner: &'a Owner,
    /// Its name, for people.
    pub name: &'a str,
    /// What its spec says.
    pub desired: &'a Desired,
    /// The generation of the spec.
    pub generation: i64,
}

/// What a round found and left behind for one resource.
#[derive(Clone, Debug)]
pub struct Passed {
    /// The plan.
    pub plan: Plan,
    /// What is remembered now.
    pub progress: Progress,
}

/// What a round found of the organisation, and left behind for each resource.
#[derive(Clone, Debug)]
pub struct Round {
    /// What was seen; a fact that could not be read this time stands as it was, with its age.
    pub observed: Observed,
    /// How long the look took.
    pub observed_in: SignedDuration,
    /// What that says about the organisation.
    pub assessment: Assessment,
    /// Whether the folder for exports was left out of the look.
    pub without_exports: bool,
    /// Why this time nobody could look into the folder for exports, if so.
    pub exports_unseen: Option<String>,
    /// Since when things have been so.
    pub watch: Watch,
    /// What it means for each subject, in their order.
    pub passed: Vec<Passed>,
    /// What would be remembered of a resource that nobody has seen before.
    pub newcomer: Progress,
    /// The operation in flight, whoever began it.
    pub in_flight: Option<OwnedIntent>,
    /// Whether a run has begun and not ended.
    pub is_running: bool,
    /// When the Central Management store last moved, as far as the record tells.
    pub store_moved_at: Option<Timestamp>,
}

/// Makes rounds for one organisation; keeps what need not survive it.
#[derive(Debug, Default)]
pub struct Rounds {
    cursor: Cursor,
    /// What was seen so far, each fact with its age. Bridges a failed reading in what is shown.
    seen: Option<Observed>,
    /// Since when things have been so; starts again with each process.
    watch: Watch,
    /// Whether the last round found that a failover is under way, or may begin at any moment.
    is_unsettled: bool,
    /// Resources that were deleted, and are still in the record.
    gone: BTreeSet<Owner>,
    party: Party,
}

impl Rounds {
    /// Takes in that a resource was deleted: nothing of it has to be remembered, once its operation in
    /// flight, if there is one, has ended.
    pub fn forget(&mut self, owner: Owner) {
        self.gone.insert(owner);
    }

    /// Takes in whose rounds they are, and who else makes some.
    pub fn meet(&mut self, party: Party) {
        self.party = party;
    }

    /// The domain of the organisation as the store itself has named it, once it was read.
    pub fn domain(&self) -> Option<String> {
        live_domain(self.seen.as_ref()?)
    }

    /// Looks, plans for the subjects in their order, and takes the one next action, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store fails. Nothing is lost; the next round starts from what is stored.
    pub async fn round(
        &mut self,
        org: &Organisation,
        store: &dyn RecordStore,
        listener: &dyn Listener,
        subjects: &[Subject<'_>],
    ) -> Result<Round, StoreError> {
        let shell = Shell { org, store, listener, party: &self.party };
        let mut mandate = store.mandate();
        let is_shown_only = matches!(mandate, Mandate::Show(_));
        let mut kept = Kept::load(store).await?;
        // What is in flight is finished first, whatever the specs say by now.
        if left_alone(shell, &mandate, &kept.record).is_none() {
            kept = claim(shell, kept).await?;
            kept = follow(shell, &mut self.cursor, kept).await?;
        }

        let begun = org.clock.now();
        let without_exports = self.is_unsettled || is_under_way(&kept.record);
        let look = Look { before: self.seen.as_ref(), without_exports };
        let mut observed = observe(org, look).await;
        listener.saw(Event::Observed(Box::new(observed.clone())));
        let now = org.clock.now();
        let observed_in = now.duration_since(begun);
        let seen = match self.seen.take() {
            Some(seen) => observed.clone().or_earlier(&seen),
            None => observed.clone(),
        };
        self.seen = Some(seen.clone());
        let exports_unseen = match &observed.exports {
            Fact::Unknown(why) if !without_exports => Some(why.to_string()),
            _ => None,
        };
        // They carry no decision: a share that is away for a moment must not change what people are told.
        observed.exports = seen.exports.clone();

        let watch = std::mem::take(&mut self.watch).recalling(&kept.record.hops);
        self.watch = watch.with_observation(&observed, &org.limits, now);
        if let (Mandate::Full, Some(why)) = (&mandate, self.party.is_elsewhere(&observed)) {
            mandate = Mandate::Finish(why);
        }
        if left_alone(shell, &mandate, &kept.record).is_none() {
            kept = decide_for_the_absent(shell, subjects, &self.watch, (&observed, now), kept).await?;
        }

        let wishes: Vec<(&str, &Desired)> = subjects.iter().map(|s| (s.name, s.desired)).collect();
        let contests = contests(&wishes);
        let mut plans = Vec::new();
        for (subject, contest) in subjects.iter().zip(contests) {
            let desired = Desired { contested: contest, ..subject.desired.clone() };
            let subject = Subject { desired: &desired, ..*subject };
            let looks = Looks { fresh: &observed, seen: &seen, now, mandate: &mandate };
            let (plan, after) = step(shell, &subject, &self.watch, looks, kept).await?;
            kept = after;
            plans.push(plan);
        }
        let record = if is_shown_only {
            kept.record
        } else {
            self.gone.retain(|owner| !kept.record.forget(owner));
            kept.record.keep_hops(&self.watch, now);
            kept.save(store).await?.record
        };
        let passed = subjects.iter().zip(plans).map(|(subject, plan)| Passed {
            plan,
            progress: remembered(shell, &mandate, &record, subject, &self.watch),
        });
        let passed = passed.collect();
        let (nobody, nothing) = (Owner(String::new()), Desired::default());
        let of_nobody = record.progress(&nobody, 0, &self.watch);
        let newcomer = Subject { owner: &nobody, name: "", desired: &nothing, generation: 0 };
        let round = Round {
            assessment: assess(&seen, &of_nobody, &org.limits, now),
            passed,
            newcomer: remembered(shell, &mandate, &record, &newcomer, &self.watch),
            is_running: record.has_open_run(),
            store_moved_at: record.store_moved_at,
            in_flight: record.intent,
            observed: seen,
            observed_in,
            without_exports,
            exports_unseen,
            watch: self.watch.clone(),
        };
        self.is_unsettled = round.unrest().is_some();
        Ok(round)
    }
}

/// Whether something was begun and is not over.
fn is_under_way(record: &OrganisationRecord) -> bool {
    record.intent.is_some() || record.has_open_run()
}

/// An operation whose resource is gone is decided by its effect alone; until then nothing else starts.
async fn decide_for_the_absent(
    shell: Shell<'_>,
    subjects: &[Subject<'_>],
    watch: &Watch,
    (observed, now): (&Observed, Timestamp),
    kept: Kept,
) -> Result<Kept, StoreError> {
    let Some(owned) = &kept.record.intent else { return Ok(kept) };
    if subjects.iter().any(|subject| *subject.owner == owned.owner) {
        return Ok(kept);
    }
    let progress = kept.record.progress(&owned.owner, owned.intent.generation, watch);
    let nothing = Desired::default();
    let plan = plan(&nothing, observed, &progress, &shell.org.limits, now);
    match decide_unanswered(&plan, &nothing, &progress, now) {
        Some(outcome) => {
            let span = span(shell.party, &kept.record);
            settle(shell, outcome, kept).instrument(span).await
        }
        None => Ok(kept),
    }
}

/// What a round has to plan with.
#[derive(Clone, Copy)]
struct Looks<'a> {
    /// What was just observed.
    fresh: &'a Observed,
    /// The same, with what could not be read as it was before.
    seen: &'a Observed,
    now: Timestamp,
    mandate: &'a Mandate,
}

/// Plans for one subject and does what its plan says, if the organisation is free.
async fn step(
    shell: Shell<'_>,
    subject: &Subject<'_>,
    watch: &Watch,
    looks: Looks<'_>,
    mut kept: Kept,
) -> Result<(Plan, Kept), StoreError> {
    let now = looks.now;
    let progress = remembered(shell, looks.mandate, &kept.record, subject, watch);
    let plan = plan(subject.desired, looks.fresh, &progress, &shell.org.limits, now);
    let plan = bridge_over(plan, subject.desired, looks.seen, &progress, shell.org, now);
    let made = Event::Planned {
        owner: subject.owner.clone(),
        plan: Box::new(plan.clone()),
        progress: Box::new(progress.clone()),
        now,
    };
    shell.listener.saw(made);
    if progress.left_alone.is_none()
        && let Some(outcome) = decide_unanswered(&plan, subject.desired, &progress, now)
    {
        let span = span(shell.party, &kept.record);
        let kept = settle(shell, outcome, kept).instrument(span).await?;
        return Ok((plan, kept));
    }
    match plan.decision.clone() {
        Decision::Execute { step, host } => {
            kept = execute(shell, subject, watch, &plan, (step, host), kept).await?;
        }
        Decision::Converged => {
            kept.record.keep(subject.owner, subject.name, &converge(progress, now));
        }
        Decision::Hold(Hold::Manual { .. }) if plan.is_with_people() => {
            // A person does the first step: the run has begun, and what was agreed to stays so.
            let is_open = progress.run.as_ref().is_some_and(|run| run.generation == progress.generation);
            if !is_open {
                let run = Some(Run::begin(&plan, &progress, now));
                kept.record.keep(subject.owner, subject.name, &Progress { run, ..progress });
            }
        }
        Decision::Follow(_) | Decision::Wait(_) | Decision::Hold(_) => {}
    }
    Ok((plan, kept))
}

/// What could not be read this time stands as it was until it is too old, but only for showing: such a
/// plan starts nothing.
fn bridge_over(
    fresh: Plan,
    desired: &Desired,
    seen: &Observed,
    progress: &Progress,
    org: &Organisation,
    now: Timestamp,
) -> Plan {
    if !matches!(fresh.decision, Decision::Hold(Hold::Unknown { .. })) {
        return fresh;
    }
    let bridged = plan(desired, seen, progress, &org.limits, now);
    match bridged.decision {
        Decision::Execute { .. } => fresh,
        _ => bridged,
    }
}

/// Desired equals observed: the generation is disarmed, and what differs later is drift.
fn converge(mut progress: Progress, now: Timestamp) -> Progress {
    progress.converged_generation = Some(progress.generation);
    if let Some(run) = progress.run.take() {
        progress.last_run = Some(Run { finished_at: Some(now), ..run });
    }
    progress
}
