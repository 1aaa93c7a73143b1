//! What each reason of `Ready` is to mean to GitOps tools. `reasons.rs` has it judged; `tests/pages` prints it.

use lync_failover::api::Reason;

use crate::states::{CHOSEN, DONE, STUCK, TAKEN_AWAY, UNDER_WAY};

/// What the tools make of a `LyncFailover` whose `Ready` has this reason; `None` when `Ready` never has it.
pub fn words(reason: Reason) -> Option<[&'static str; 3]> {
    match reason {
        Reason::Converged => Some(DONE),
        Reason::Executing
        | Reason::Waiting
        | Reason::AwaitingConsent
        | Reason::AwaitingApproval
        | Reason::AwaitingManualStep
        | Reason::Verifying
        | Reason::Queued
        | Reason::DeploymentNotFound
        | Reason::OutcomeUnknown
        | Reason::Unknown
        | Reason::Unreachable
        | Reason::RecordUnusable
        | Reason::NotCapable => Some(UNDER_WAY),
        Reason::Planned | Reason::Observing | Reason::Suspended => Some(CHOSEN),
        Reason::Drifted => Some(TAKEN_AWAY),
        Reason::Refused | Reason::Conflict | Reason::InvalidSpec | Reason::Failed | Reason::Contradictory => {
            Some(STUCK)
        }
        _ => None,
    }
}
