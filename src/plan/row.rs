//! The plan as a value: its steps with their state, what was skipped, and the decision.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CmsState, Failback, Step, Verdict, Violation};
use crate::{
    api::Advice,
    bridge::OperationId,
    lync::{MachineFqdn, PoolFqdn},
};

/// The field of the spec that would give a missing consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConsentField {
    /// `spec.policy.disasterMode: WhenSourceDown`.
    DisasterModeWhenSourceDown,
    /// `spec.policy.disasterMode: Always`.
    DisasterModeAlways,
    /// `spec.policy.failbackDisasterMode: Always`.
    FailbackDisasterMode,
    /// `spec.policy.installDatabaseClean: Always`.
    InstallDatabaseClean,
}

impl ConsentField {
    /// The line to write into the spec.
    pub fn line(self) -> &'static str {
        match self {
            Self::DisasterModeWhenSourceDown => "spec.policy.disasterMode: WhenSourceDown",
            Self::DisasterModeAlways => "spec.policy.disasterMode: Always",
            Self::FailbackDisasterMode => "spec.policy.failbackDisasterMode: Always",
            Self::InstallDatabaseClean => "spec.policy.installDatabaseClean: Always",
        }
    }
}

/// The kind of thing that is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WaitKind {
    /// The source has to stay down for the configured time.
    SourceDown,
    /// The Central Management store has to fail for the configured time.
    StoreFailing,
    /// A replica has to take over a change.
    Replica,
    /// The post-condition of a step has to show.
    Verification,
    /// The pause before another attempt.
    Retry,
    /// The Backup Service has to catch up.
    BackupService,
    /// The operation of another resource of the same organisation goes first.
    Queue,
    /// A pool leaves a transitional state that somebody else's cmdlet put it in.
    Elsewhere,
}

/// What is waited for; it comes by itself or its time runs out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wait {
    /// Its kind.
    pub kind: WaitKind,
    /// What is waited for, in words.
    pub what: String,
    /// When the wait ends at the latest, if it has a limit.
    pub until: Option<Timestamp>,
}

/// Why nothing is done now, although something is left to do. It needs news or a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Hold {
    /// `spec.suspend` is set.
    Suspended,
    /// `spec.policy.management: Plan`.
    PlanOnly,
    /// Another resource wants something else.
    Contested {
        /// Which, and what.
        why: String,
    },
    /// The generation has converged before; what differs now is drift.
    Drifted,
    /// A new object would move a healthy pool.
    AwaitingApproval {
        /// The hash to agree to.
        hash: String,
        /// Which step moves which healthy pool.
        why: String,
    },
    /// The step may lose data and nobody has agreed to that.
    NeedsConsent {
        /// The field that would.
        field: ConsentField,
        /// Why the step cannot be done without.
        why: String,
    },
    /// The desired state is not legal.
    Refused {
        /// Every rule that it breaks.
        violations: Vec<Violation>,
    },
    /// Something that the step depends on could not be seen.
    Unknown {
        /// What.
        what: String,
        /// Why not.
        why: String,
    },
    /// Something is in a state that does not allow the step.
    NotReady {
        /// What.
        why: String,
    },
    /// A person has to do something that no cmdlet can do from here. Resolved by observation.
    Manual {
        /// The exact instruction.
        instruction: String,
        /// A command line, where one does it.
        command: Option<String>,
    },
    /// The step was tried as often as allowed.
    Failed {
        /// How often.
        attempts: i32,
        /// What came back the last time.
        message: String,
        /// What a person can do about it.
        cure: String,
        /// A command line that helps, if there is one.
        command: Option<String>,
    },
    /// An operation may have run, and nobody can tell.
    OutcomeUnknown {
        /// The operation.
        operation: OperationId,
        /// What is known.
        why: String,
    },
    /// The signals about the Central Management store exclude each other.
    SplitBrain {
        /// Which.
        why: String,
    },
}

/// The state of a step in a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StepState {
    /// Its turn, and nothing stands in its way.
    Ready,
    /// Its cmdlet runs.
    Running,
    /// After other steps.
    Later {
        /// Which.
        after: String,
    },
    /// Its turn, but something has to come first by itself.
    Waiting(Wait),
    /// Its turn, but it cannot go on by itself.
    Held(Hold),
}

/// A step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedStep {
    /// The step.
    pub step: Step,
    /// Its state.
    pub state: StepState,
    /// Why it is needed.
    pub why: String,
    /// The server on which its cmdlet will run, if one is reachable.
    pub host: Option<MachineFqdn>,
}

/// A step of the procedure that is not needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// The kind of step.
    pub step: String,
    /// What it would have been about.
    pub target: String,
    /// Why it is not needed.
    pub why: String,
}

/// What to do now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Decision {
    /// Desired equals observed.
    Converged,
    /// Perform this step on this host.
    Execute {
        /// The step.
        step: Step,
        /// The host.
        host: MachineFqdn,
    },
    /// An operation is in flight.
    Follow(OperationId),
    /// Come back; something is on its way.
    Wait(Wait),
    /// Come back; somebody has to do something, or something has to become visible.
    Hold(Hold),
}

/// The plan: what is to be done, in order, and what of it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Identifies the list of steps with their modes and names; two plans with the same steps have the
    /// same hash. Empty when there is nothing to do.
    pub hash: String,
    /// Why the steps stand in this order.
    pub order: String,
    /// The steps, in order.
    pub steps: Vec<PlannedStep>,
    /// The steps among them that nobody has to approve any more: what a run that begins now may go through.
    pub agreed: Vec<Step>,
    /// Steps of the procedure that are not needed.
    pub skipped: Vec<Skipped>,
    /// What to do now.
    pub decision: Decision,
    /// Whether the post-condition of the operation in flight is observed already.
    pub effect_in_flight: bool,
    /// What people should know.
    pub warnings: Vec<String>,
    /// What is left for people; no step waits for it.
    pub advice: Vec<Advice>,
    /// What the way home needs, for each pool that is failed over as the spec wants it.
    pub failbacks: Vec<Failback>,
    /// The state of the Central Management store.
    pub central_management: CmsState,
    /// The verdict about each pool.
    pub verdicts: BTreeMap<PoolFqdn, Verdict>,
}

impl Plan {
    /// The steps without their state.
    pub fn step_list(&self) -> Vec<Step> {
        self.steps.iter().map(|row| row.step.clone()).collect()
    }

    /// Whether a person is asked to do a step of the plan, so that it is being carried out.
    pub fn is_with_people(&self) -> bool {
        let by_hand = |row: &PlannedStep| matches!(row.state, StepState::Held(Hold::Manual { .. }));
        self.steps.iter().any(|row| matches!(row.step, Step::SetEdgeNextHop { .. }) && by_hand(row))
    }

    /// What holds a step up, whichever comes first.
    pub fn first_hold(&self) -> Option<&Hold> {
        self.steps.iter().find_map(|row| match &row.state {
            StepState::Held(hold) => Some(hold),
            _ => None,
        })
    }
}

/// What one part of the procedure comes to.
pub(super) enum Part {
    /// Nothing to do.
    Skip(Skipped),
    /// It is not known what to do, or nothing can be done.
    Hold(Hold),
    /// A step.
    Step(Box<Needed>),
}

/// A step that is needed.
pub(super) struct Needed {
    pub(super) row: PlannedStep,
    /// A replication kick that is due first.
    pub(super) kick: Option<Step>,
    pub(super) warnings: Vec<String>,
}
