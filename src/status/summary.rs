//! `Ready`, `Reconciling` and `Stalled`: what kstatus reads.

use super::{Found, next_action::next_action};
use crate::{
    api::{ConditionStatus, ConditionType, Finding, Management, Reason},
    plan::{Decision, Hold, WaitKind},
};

/// Ready, Reconciling and Stalled, as kstatus reads them. Waiting for people is on its way, not stalled;
/// stalled is what only a change of spec or of Lync can clear.
pub(super) fn summary(found: &Found<'_>) -> [Finding; 3] {
    use ConditionType::{Ready, Reconciling, Stalled};
    let reason = reason(found);
    let message = next_action(found).message;
    let (ready, reconciling, stalled) = match &found.plan.decision {
        Decision::Converged => (ConditionStatus::True, false, false),
        Decision::Execute { .. } | Decision::Follow(_) | Decision::Wait(_) => {
            (ConditionStatus::False, true, false)
        }
        Decision::Hold(hold) => match hold {
            Hold::Unknown { .. } => (ConditionStatus::Unknown, true, false),
            Hold::AwaitingApproval { .. }
            | Hold::NeedsConsent { .. }
            | Hold::NotReady { .. }
            | Hold::OutcomeUnknown { .. }
            | Hold::Manual { .. } => (ConditionStatus::False, true, false),
            Hold::Suspended | Hold::PlanOnly | Hold::Drifted => (ConditionStatus::False, false, false),
            Hold::Refused { .. } | Hold::Contested { .. } | Hold::Failed { .. } | Hold::SplitBrain { .. } => {
                (ConditionStatus::False, false, true)
            }
        },
    };
    [
        Finding::new(Ready, ready, reason, message.clone()),
        Finding::new(Reconciling, reconciling, reason, message.clone()),
        Finding::new(Stalled, stalled, reason, message),
    ]
}

fn reason(found: &Found<'_>) -> Reason {
    match &found.plan.decision {
        Decision::Converged => Reason::Converged,
        Decision::Execute { .. } | Decision::Follow(_) => Reason::Executing,
        Decision::Wait(wait) if wait.kind == WaitKind::Verification => Reason::Verifying,
        Decision::Wait(wait) if wait.kind == WaitKind::Queue => Reason::Queued,
        Decision::Wait(_) => Reason::Waiting,
        Decision::Hold(hold) => match hold {
            Hold::Suspended => Reason::Suspended,
            Hold::PlanOnly if found.desired.management == Management::Observe => Reason::Observing,
            Hold::PlanOnly => Reason::Planned,
            Hold::Contested { .. } => Reason::Conflict,
            Hold::Drifted => Reason::Drifted,
            Hold::AwaitingApproval { .. } => Reason::AwaitingApproval,
            Hold::NeedsConsent { .. } => Reason::AwaitingConsent,
            Hold::Refused { .. } => Reason::Refused,
            Hold::Unknown { .. } => Reason::Unknown,
            Hold::NotReady { .. } => Reason::NotCapable,
            Hold::Manual { .. } => Reason::AwaitingManualStep,
            Hold::Failed { .. } => Reason::Failed,
            Hold::OutcomeUnknown { .. } => Reason::OutcomeUnknown,
            Hold::SplitBrain { .. } => Reason::Contradictory,
        },
    }
}
