//! What the operator remembers between two passes.
//!
//! It explains and limits; it never stands in for an observation.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Plan, Step, Watch, hash::run_id};
use crate::bridge::{Ended, Operation};

/// The record that is written before an effect, and kept until its outcome is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    /// The step.
    pub step: Step,
    /// Everything that identifies the cmdlet on its way.
    pub operation: Operation,
    /// The generation of the spec that it follows.
    pub generation: i64,
    /// The hash of the plan whose first step it is.
    pub plan_hash: String,
    /// When it was written.
    pub written_at: Timestamp,
    /// Which attempt at this step it is, from 1.
    pub attempt: i32,
    /// Which step of the run it is, from 1 (0 for a replication kick), and how many the run has.
    pub position: (i32, i32),
    /// Why it is not known what became of the operation, if nobody could tell when last asked. Nothing
    /// else starts until that is decided: by an answer, by the effect, or by a person.
    #[serde(default)]
    pub undecided: Option<String>,
    /// The last word about it.
    #[serde(default, skip_serializing_if = "LastWord::is_runs")]
    pub last_word: LastWord,
}

/// The last that was heard of an operation that has not ended, as far as anybody knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LastWord {
    /// It runs: somebody who knows said so, or it was sent and nobody has said otherwise.
    #[default]
    Runs,
    /// Who was asked cannot tell.
    CannotTell,
}

impl LastWord {
    fn is_runs(&self) -> bool {
        *self == Self::Runs
    }
}

impl Intent {
    /// Whether its cmdlet has had all the time that it is waited for.
    pub fn is_past_its_limit(&self, now: Timestamp) -> bool {
        now >= self.limit()
    }

    /// Until when it has to be taken for running, whatever people say: `None` if that is over, or if the last
    /// word was another one.
    pub fn may_run_until(&self, now: Timestamp) -> Option<Timestamp> {
        (self.last_word == LastWord::Runs && !self.is_past_its_limit(now)).then(|| self.limit())
    }

    fn limit(&self) -> Timestamp {
        self.written_at + self.step.hard_limit()
    }
}

/// What came of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StepOutcome {
    /// It ended, well or not. The observation says what it did.
    Ended(Ended),
    /// It was never started.
    NotStarted(String),
}

/// An operation that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepRecord {
    /// The step.
    pub step: Step,
    /// The operation.
    pub operation: Operation,
    /// When its intent was written.
    pub started_at: Timestamp,
    /// When its end was learnt.
    pub ended_at: Timestamp,
    /// How it ended.
    pub outcome: StepOutcome,
    /// The file in which its cmdlet has kept a report of its own, as the host named it. For who reads the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
}

impl StepRecord {
    /// Whether its operation ran at all, well or not.
    pub fn has_ended(&self) -> bool {
        matches!(self.outcome, StepOutcome::Ended(_))
    }
}

/// How many operations of a run are remembered: more than any run has, and few enough for one object of Kubernetes.
const MOST: usize = 128;

/// A run: from the first step of an armed generation to convergence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Its identity, in the status and in the log; empty in a record of a version that gave none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// When its first step began.
    pub started_at: Timestamp,
    /// When its goal was observed, once it has been.
    #[serde(default)]
    pub finished_at: Option<Timestamp>,
    /// Since when the source had been down, if it was: the recovery time counts from here.
    #[serde(default)]
    pub down_since: Option<Timestamp>,
    /// The generation of the spec.
    pub generation: i64,
    /// The step list as it was approved or armed; what is done without another approval is part of it.
    pub steps: Vec<Step>,
    /// The operations so far.
    #[serde(default)]
    pub records: Vec<StepRecord>,
}

impl Run {
    /// A run of the plan that begins now.
    pub fn begin(plan: &Plan, progress: &Progress, now: Timestamp) -> Self {
        let sources = plan.steps.iter().filter_map(|row| progress.watch.down_since.get(row.step.source()?));
        Self {
            id: run_id(&plan.agreed, progress.generation, now),
            started_at: now,
            finished_at: None,
            down_since: sources.min().copied(),
            generation: progress.generation,
            steps: plan.agreed.clone(),
            records: Vec::new(),
        }
    }

    /// Takes in that an operation is over. Of attempts that did not even begin, one after the other for as long as a host
    /// cannot be reached, the last one stays; and of a run that goes on without end, what its steps came to last.
    pub fn add(&mut self, record: StepRecord) {
        let last = self.records.iter().rposition(|old| old.step == record.step);
        if let Some(at) = last.filter(|at| !record.has_ended() && self.records[*at].outcome == record.outcome)
        {
            self.records.remove(at);
        }
        let is_full = self.records.len() >= MOST;
        if let Some(at) = self.least().filter(|_| is_full) {
            self.records.remove(at);
        }
        self.records.push(record);
    }

    /// Which record says least: of those that a later one of the same step follows the oldest, one that did not begin
    /// first.
    fn least(&self) -> Option<usize> {
        let follows =
            |at: &usize| self.records[at + 1..].iter().any(|one| one.step == self.records[*at].step);
        let mut repeated = (0..self.records.len()).filter(follows);
        let first = repeated.clone().next();
        repeated.find(|at| !self.records[*at].has_ended()).or(first)
    }
}

/// What the operator remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Progress {
    /// The generation of the spec that is planned for.
    pub generation: i64,
    /// The newest generation that was seen converged. Equal to `generation` means disarmed.
    pub converged_generation: Option<i64>,
    /// The operation in flight.
    pub intent: Option<Intent>,
    /// What another resource of the organisation has in flight; nothing else starts meanwhile.
    pub busy: Option<String>,
    /// Why the operation in flight is not followed by those who plan; nothing is decided about it, and nothing
    /// starts.
    pub left_alone: Option<String>,
    /// Why nothing may start, whatever the plan; an operation in flight is followed all the same.
    pub barred: Option<String>,
    /// The run that is under way.
    pub run: Option<Run>,
    /// The last run that reached its goal.
    pub last_run: Option<Run>,
    /// What has ended lately on the organisation, whoever began it.
    pub recent: Vec<StepRecord>,
    /// When an operation that moves the Central Management store last ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_moved_at: Option<Timestamp>,
    /// Since when things have been so.
    pub watch: Watch,
}

impl Progress {
    /// Whether mutations may start: the generation has not converged yet.
    pub fn is_armed(&self) -> bool {
        self.converged_generation.is_none_or(|converged| converged < self.generation)
    }

    /// The ended operations of the run of the current generation.
    pub fn records(&self) -> &[StepRecord] {
        let run = self.run.as_ref().filter(|run| run.generation == self.generation);
        run.map_or(&[], |run| &run.records)
    }

    /// The ended attempts at a step in the current run, oldest first.
    pub fn attempts(&self, step: &Step) -> impl DoubleEndedIterator<Item = &StepRecord> {
        self.records().iter().filter(|record| record.step.same_goal(step))
    }

    /// When the last operation ended; what was observed before that proves nothing.
    pub fn last_end(&self) -> Option<Timestamp> {
        self.recent.iter().map(|record| record.ended_at).max()
    }

    /// The latest end of an attempt at a step, in whatever run.
    pub fn last_attempt(&self, step: &Step) -> Option<&StepRecord> {
        self.recent.iter().rfind(|record| record.step.same_goal(step))
    }
}
