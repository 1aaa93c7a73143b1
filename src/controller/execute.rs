//! Executes one step: write the intent, then send the cmdlet.

use uuid::Uuid;

use super::{Event, Listener, Organisation, ProgressStore, Revision, StoreError, follow::settle};
use crate::{
    bridge::{CallError, Ended, Operation, OperationId},
    lync::MachineFqdn,
    plan::{Intent, Plan, Progress, Run, Step, StepOutcome},
};

/// Begins a step. When it returns, the intent is stored and the cmdlet runs, or its outcome is stored,
/// or (outcome unknown) the intent waits to be adopted.
pub(super) async fn execute(
    org: &Organisation,
    store: &dyn ProgressStore,
    listener: &dyn Listener,
    plan: &Plan,
    step: Step,
    host: MachineFqdn,
    (mut progress, revision): (Progress, Revision),
) -> Result<(Progress, Revision), StoreError> {
    let epoch = match org.bridge.raise_epoch(&host).await {
        Ok(epoch) => epoch,
        // Nothing was written or sent. The next pass sees the same world and tries again.
        Err(err) => {
            tracing::warn!(%host, %err, "the fence could not be raised");
            return Ok((progress, revision));
        }
    };
    let intent = intend(org, plan, step, host, epoch, &mut progress);
    let revision = store.save(&progress, &revision).await?;
    listener.saw(Event::Intended(Box::new(intent.clone())));
    match org.bridge.start(&intent.operation).await {
        Ok(()) => {
            listener.saw(Event::Started(Box::new(intent)));
            Ok((progress, revision))
        }
        Err(CallError::NotSent(why) | CallError::Denied(why)) => {
            settle(org, store, listener, StepOutcome::NotStarted(why), (progress, revision)).await
        }
        Err(CallError::Refused(refusal)) => {
            let outcome = StepOutcome::Ended(Ended::Failed(refusal));
            settle(org, store, listener, outcome, (progress, revision)).await
        }
        Err(err @ (CallError::Unknown(_) | CallError::Unreadable(_))) => {
            tracing::warn!(operation = %intent.operation.id, %err, "it is not known whether the cmdlet runs");
            Ok((progress, revision))
        }
    }
}

/// Enters the intent into the progress, and opens the run if it is its first step.
fn intend(
    org: &Organisation,
    plan: &Plan,
    step: Step,
    host: MachineFqdn,
    epoch: u64,
    progress: &mut Progress,
) -> Intent {
    let now = org.clock.now();
    let generation = progress.generation;
    let run = progress.run.take().filter(|run| run.generation == generation);
    let run = run.unwrap_or_else(|| Run {
        started_at: now,
        finished_at: None,
        down_since: plan
            .steps
            .iter()
            .filter_map(|row| progress.down_since.get(row.step.source()?))
            .min()
            .copied(),
        generation,
        steps: plan.step_list(),
        records: Vec::new(),
    });
    let total = run.steps.len();
    // A replication kick is no step of the plan: it has no position.
    let at = plan.steps.iter().position(|row| row.step.same_goal(&step));
    let position = at.map_or(0, |at| (total + 1 + at).saturating_sub(plan.steps.len()).max(1));
    progress.run = Some(run);
    let attempt = progress.attempts(&step).count() + 1;
    let intent = Intent {
        operation: Operation {
            id: OperationId(Uuid::new_v4()),
            host,
            mutation: step.mutation(),
            epoch,
            session_id: Uuid::new_v4(),
            shell_id: Uuid::new_v4(),
            command_id: Uuid::new_v4(),
        },
        step,
        generation,
        plan_hash: plan.hash.clone(),
        written_at: now,
        undecided: None,
        attempt: i32::try_from(attempt).unwrap_or(i32::MAX),
        position: (i32::try_from(position).unwrap_or(i32::MAX), i32::try_from(total).unwrap_or(i32::MAX)),
    };
    progress.intent = Some(intent.clone());
    intent
}
