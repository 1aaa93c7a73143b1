//! When to look again.

use jiff::{SignedDuration, Timestamp};

use super::Passed;
use crate::plan::{Decision, Hold};

/// The pause between two looks while something is on its way.
const BUSY: SignedDuration = SignedDuration::from_secs(5);

/// When to make the next pass: at once while an operation is in flight (following it waits by itself),
/// often while something is waited for, at the interval otherwise.
pub fn requeue_after(passed: &Passed, interval: SignedDuration, now: Timestamp) -> SignedDuration {
    let follows = passed.progress.left_alone.is_none();
    if follows && passed.progress.intent.as_ref().is_some_and(|intent| intent.undecided.is_none()) {
        return SignedDuration::ZERO;
    }
    let busy = BUSY.min(interval);
    match &passed.plan.decision {
        Decision::Execute { .. } | Decision::Follow(_) => busy,
        Decision::Wait(wait) => match wait.until {
            Some(until) if until > now => until.duration_since(now).min(busy),
            _ => busy,
        },
        // On its way, and only something that cannot be seen, or is not ready, keeps it.
        Decision::Hold(Hold::Unknown { .. } | Hold::NotReady { .. }) if passed.progress.is_armed() => busy,
        Decision::Converged | Decision::Hold(_) => interval,
    }
}
