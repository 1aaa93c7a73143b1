//! Executes one step: write the intent, then send the cmdlet.

use tracing::Instrument;
use uuid::Uuid;

use super::{Event, Kept, Organisation, Shell, StoreError, Subject, follow::settle, trail::span};
use crate::{
    bridge::{CallError, Ended, Fence, KnownRefusal, Operation, OperationId},
    lync::MachineFqdn,
    plan::{Intent, LastWord, Plan, Progress, Run, Step, StepOutcome, Watch},
};

/// Begins a step. When it returns, the intent is stored and the cmdlet runs, or its outcome is stored,
/// or (outcome unknown) the intent waits to be adopted.
pub(super) async fn execute(
    shell: Shell<'_>,
    subject: &Subject<'_>,
    watch: &Watch,
    plan: &Plan,
    (step, host): (Step, MachineFqdn),
    mut kept: Kept,
) -> Result<Kept, StoreError> {
    let raised = shell.org.bridge.raise_epoch(&host).await;
    let fence = raised.as_ref().cloned().unwrap_or_default();
    let mut progress = kept.record.progress(subject.owner, subject.generation, watch);
    let intent = intend(shell.org, plan, step, host, fence, &mut progress);
    kept.record.keep(subject.owner, subject.name, &progress);
    if let Some(owned) = &mut kept.record.intent {
        owned.sender.clone_from(&shell.party.own);
    }
    let span = span(shell.party, &kept.record);
    send(shell, raised, intent, kept).instrument(span).await
}

/// Stores the intent and hands its operation over, if the host has taken the fence.
async fn send(
    shell: Shell<'_>,
    raised: Result<Fence, CallError>,
    intent: Intent,
    kept: Kept,
) -> Result<Kept, StoreError> {
    if let Err(err) = raised {
        // Nothing was sent. The reason is kept, the pause too, and the next try goes to another host.
        let why = format!("{} does not take the fence: {err}", intent.operation.host);
        return settle(shell, StepOutcome::NotStarted(why), kept).await;
    }
    let kept = kept.save(shell.store).await?;
    shell.listener.saw(Event::Intended(Box::new(intent.clone())));
    match shell.org.bridge.start(&intent.operation).await {
        Ok(()) => {
            shell.listener.saw(Event::Started(Box::new(intent)));
            Ok(kept)
        }
        Err(CallError::Unreachable(why) | CallError::NotSent(why) | CallError::Denied(why)) => {
            settle(shell, StepOutcome::NotStarted(why), kept).await
        }
        // Another operation, or another operator, was first: nothing was done.
        Err(CallError::Refused(refusal))
            if matches!(refusal.known(), Some(KnownRefusal::Busy | KnownRefusal::Fenced)) =>
        {
            settle(shell, StepOutcome::NotStarted(refusal.to_string()), kept).await
        }
        Err(CallError::Refused(refusal)) => {
            settle(shell, StepOutcome::Ended(Ended::Failed(refusal)), kept).await
        }
        Err(err @ (CallError::Unknown(_) | CallError::Unreadable(_))) => {
            tracing::warn!(%err, "it is not known whether the cmdlet runs");
            Ok(kept)
        }
    }
}

/// Enters the intent into the progress, and opens the run if it is its first step.
fn intend(
    org: &Organisation,
    plan: &Plan,
    step: Step,
    host: MachineFqdn,
    fence: Fence,
    progress: &mut Progress,
) -> Intent {
    let now = org.clock.now();
    let generation = progress.generation;
    let run = progress.run.take().filter(|run| run.generation == generation);
    let run = run.unwrap_or_else(|| Run::begin(plan, progress, now));
    let total = run.steps.len();
    let of_run = run.steps.iter().position(|planned| planned.same_goal(&step)).map(|at| at + 1);
    // What came up on the way stands where the plan has it. A replication kick is no step of the plan: it has no
    // position.
    let of_plan = || plan.steps.iter().position(|row| row.step.same_goal(&step));
    let position =
        of_run.or_else(|| of_plan().map(|at| (total + 1 + at).saturating_sub(plan.steps.len()).max(1)));
    let position = position.unwrap_or(0);
    progress.run = Some(run);
    let attempt = progress.attempts(&step).count() + 1;
    let small = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let intent = Intent {
        operation: Operation {
            id: OperationId(Uuid::new_v4()),
            host,
            mutation: step.mutation(),
            epoch: fence.epoch,
            keeper: fence.keeper,
            session_id: Uuid::new_v4(),
            shell_id: Uuid::new_v4(),
            command_id: Uuid::new_v4(),
        },
        step,
        generation,
        plan_hash: plan.hash.clone(),
        written_at: now,
        attempt: small(attempt),
        position: (small(position), small(total)),
        undecided: None,
        last_word: LastWord::Runs,
    };
    progress.intent = Some(intent.clone());
    intent
}
