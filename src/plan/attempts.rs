//! How often, and how soon again, a step is tried.

use super::{
    Step, StepOutcome, StepRecord,
    row::{Hold, StepState, Wait, WaitKind},
    world::World,
};
use crate::bridge::Ended;

/// The state of a step whose post-condition does not hold, after the attempts so far.
pub(super) fn attempt_state(world: &World<'_>, step: &Step) -> StepState {
    let Some(last) = world.progress.last_attempt(step) else { return StepState::Ready };
    let tried = world.progress.attempts(step).filter(|r| matches!(r.outcome, StepOutcome::Ended(_))).count();
    let tried = i32::try_from(tried).unwrap_or(i32::MAX);
    let (kind, pause, what, message) = match &last.outcome {
        StepOutcome::NotStarted(why) => {
            (WaitKind::Retry, world.limits.retry_after, format!("another try: {why}"), why.clone())
        }
        StepOutcome::Ended(Ended::Completed) => {
            let message = "the cmdlet reported success, but its effect was not observed".to_owned();
            (WaitKind::Verification, step.verification_window(), step.post_condition(), message)
        }
        StepOutcome::Ended(Ended::Failed(refusal)) => {
            (WaitKind::Retry, backoff(world, tried), format!("another try: {refusal}"), refusal.to_string())
        }
        StepOutcome::Ended(Ended::Lost(why)) => {
            (WaitKind::Retry, backoff(world, tried), format!("another try: {why}"), why.clone())
        }
    };
    if tried >= world.limits.max_attempts && !is_settling(world, last, pause) {
        return StepState::Held(Hold::Failed { attempts: tried, message });
    }
    if is_settling(world, last, pause) {
        return StepState::Waiting(Wait { kind, what, until: Some(last.ended_at + pause) });
    }
    StepState::Ready
}

fn is_settling(world: &World<'_>, last: &StepRecord, pause: jiff::SignedDuration) -> bool {
    world.now < last.ended_at + pause
}

fn backoff(world: &World<'_>, tried: i32) -> jiff::SignedDuration {
    world.limits.retry_after * 2_i32.pow(u32::try_from(tried.clamp(1, 8) - 1).unwrap_or(0))
}
