//! What a simulation came to, for machines.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::super::recorded::Told;
use crate::{
    api::LyncFailoverStatus,
    plan::{Decision, Hold, StepRecord},
    simulator::{OrganisationView, Transcript},
};

/// How a simulation, or one edit of it, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) enum Ending {
    /// Desired equals observed.
    Converged,
    /// People have to decide or do something.
    WaitsForPeople,
    /// Time ran out.
    TimedOut,
    /// It cannot go on.
    Stopped,
}

impl Ending {
    /// The exit code of the process.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Converged => 0,
            Self::Stopped => 1,
            Self::WaitsForPeople => 3,
            Self::TimedOut => 4,
        }
    }

    /// What a decision means for an edit that goes nowhere by itself; `None` if it may still move.
    pub(crate) fn of(decision: &Decision) -> Option<Self> {
        match decision {
            Decision::Converged => Some(Self::Converged),
            Decision::Execute { .. } | Decision::Follow(_) | Decision::Wait(_) => None,
            Decision::Hold(hold) => match hold {
                Hold::Suspended
                | Hold::PlanOnly
                | Hold::Drifted
                | Hold::AwaitingApproval { .. }
                | Hold::NeedsConsent { .. }
                | Hold::Manual { .. } => Some(Self::WaitsForPeople),
                Hold::Refused { .. }
                | Hold::Contested { .. }
                | Hold::Failed { .. }
                | Hold::OutcomeUnknown { .. }
                | Hold::SplitBrain { .. } => Some(Self::Stopped),
                Hold::Unknown { .. } | Hold::NotReady { .. } => None,
            },
        }
    }
}

/// One edit: a `LyncFailover` as it was applied, and what came of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EditReport {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) generation: i64,
    pub(super) ending: Ending,
    pub(super) applied_at: Timestamp,
    pub(super) ended_at: Timestamp,
    /// The plan when it was applied.
    pub(super) plan: Option<crate::api::PlanStatus>,
    /// Every operation, in order.
    pub(super) operations: Vec<StepRecord>,
    pub(super) status: LyncFailoverStatus,
}

/// A snapshot that an organisation was made from.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SnapshotReport {
    #[serde(flatten)]
    pub(super) told: Told,
    /// What it did not say and was assumed.
    pub(super) assumed: Vec<String>,
}

/// The whole simulation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub(super) started_at: Timestamp,
    /// The snapshot that the organisation was made from, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) snapshot: Option<SnapshotReport>,
    pub(super) before: OrganisationView,
    pub(super) edits: Vec<EditReport>,
    pub(super) after: OrganisationView,
    pub(super) transcript: Transcript,
}

impl Report {
    /// The worst ending of the last edit of each resource: an edit that was held and then approved by the
    /// next one has come to a good end.
    pub(super) fn ending(&self) -> Ending {
        let last: BTreeMap<_, _> =
            self.edits.iter().map(|edit| ((&edit.namespace, &edit.name), edit.ending)).collect();
        last.into_values().max().unwrap_or(Ending::Converged)
    }
}
