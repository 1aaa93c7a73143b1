//! How often, and how soon again, a step is tried.

use super::{
    Step, StepOutcome, StepRecord,
    refusal::{self, Cure},
    row::{Hold, StepState, Wait, WaitKind},
    world::World,
};
use crate::bridge::{Ended, KnownRefusal};

/// The state of a step whose post-condition does not hold, after the attempts so far.
pub(super) fn attempt_state(world: &World<'_>, step: &Step) -> StepState {
    let Some(last) = world.progress.last_attempt(step) else { return StepState::Ready };
    let ended = |record: &&StepRecord| matches!(record.outcome, StepOutcome::Ended(_));
    let counts = |record: &&StepRecord| ended(record) && !refusal::is_answered(world, record);
    let tried = i32::try_from(world.progress.attempts(step).filter(counts).count()).unwrap_or(i32::MAX);
    if let Some(held) = never_again(world, step, tried) {
        return held;
    }
    if refusal::is_answered(world, last) {
        return StepState::Ready;
    }
    let again = |message: &str| format!("another try: {message}");
    let (kind, pause, what, message) = match &last.outcome {
        StepOutcome::NotStarted(why) => (WaitKind::Retry, world.limits.retry_after, again(why), why.clone()),
        StepOutcome::Ended(Ended::Completed) => {
            let message = "the cmdlet reported success, but its effect was not observed".to_owned();
            (WaitKind::Verification, step.verification_window(), step.post_condition(), message)
        }
        StepOutcome::Ended(Ended::Failed(_)) => {
            let message = refusal::message(world, last);
            (WaitKind::Retry, backoff(world, tried), again(&message), message)
        }
        StepOutcome::Ended(Ended::Lost(why)) => {
            (WaitKind::Retry, backoff(world, tried), again(why), why.clone())
        }
    };
    if is_settling(world, last, pause) {
        return StepState::Waiting(Wait { kind, what, until: Some(last.ended_at + pause) });
    }
    if tried >= world.limits.max_attempts {
        return failed(tried, message, refusal::cure(world, step, last));
    }
    StepState::Ready
}

/// A cmdlet that its host does not know is not sent again for the same spec: nothing would have changed.
fn never_again(world: &World<'_>, step: &Step, tried: i32) -> Option<StepState> {
    let last = world.progress.attempts(step).next_back()?;
    let is_unknown = refusal::of(last)?.known() == Some(KnownRefusal::UnknownCommand);
    is_unknown.then(|| failed(tried, refusal::message(world, last), refusal::cure(world, step, last)))
}

fn failed(attempts: i32, message: String, cure: Cure) -> StepState {
    StepState::Held(Hold::Failed { attempts, message, cure: cure.text, command: cure.command })
}

fn is_settling(world: &World<'_>, last: &StepRecord, pause: jiff::SignedDuration) -> bool {
    world.now < last.ended_at + pause
}

fn backoff(world: &World<'_>, tried: i32) -> jiff::SignedDuration {
    world.limits.retry_after * 2_i32.pow(u32::try_from(tried.clamp(1, 8) - 1).unwrap_or(0))
}
