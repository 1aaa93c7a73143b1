//! One pass: follow what is in flight, observe, plan, execute one step.

use jiff::Timestamp;

use super::{
    Event, Listener, Organisation, ProgressStore, Revision, StoreError,
    execute::execute,
    follow::{Cursor, decide_unanswered, follow, settle},
    observe::observe,
};
use crate::{
    lync::Observed,
    plan::{Decision, Desired, Hold, Plan, Progress, Run, plan},
};

/// Why a pass could not be finished. Nothing is lost; the next pass starts from what is stored.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    /// The progress could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a pass found and left behind.
#[derive(Clone, Debug)]
pub struct Passed {
    /// What was observed.
    pub observed: Observed,
    /// The plan that followed from it.
    pub plan: Plan,
    /// What is remembered now.
    pub progress: Progress,
}

/// Makes passes for one resource; keeps what need not survive it.
#[derive(Debug, Default)]
pub struct Passes {
    cursor: Cursor,
    /// What was seen so far, each fact with its age. Bridges a failed reading in what is shown.
    seen: Option<Observed>,
}

impl Passes {
    /// Looks, plans, and takes the one next action, if there is one.
    ///
    /// # Errors
    ///
    /// [`PassError`] when the store fails.
    pub async fn pass(
        &mut self,
        org: &Organisation,
        store: &dyn ProgressStore,
        listener: &dyn Listener,
        desired: &Desired,
        generation: i64,
    ) -> Result<Passed, PassError> {
        let (progress, revision) = store.load().await?;
        // What is in flight is finished first, whatever the spec says by now.
        let (progress, revision) =
            follow(org, store, listener, &mut self.cursor, (progress, revision)).await?;

        let observed = observe(org).await;
        listener.saw(Event::Observed(Box::new(observed.clone())));
        let now = org.clock.now();
        let before = progress.clone();
        let progress = Progress { generation, ..progress }.with_observation(&observed, &org.limits, now);
        let plan = plan(desired, &observed, &progress, &org.limits, now);
        let observed = match &self.seen {
            Some(seen) => observed.or_earlier(seen),
            None => observed,
        };
        self.seen = Some(observed.clone());
        let plan = bridge_over(plan, desired, &observed, &progress, org, now);
        listener.saw(Event::Planned(Box::new(plan.clone())));

        if let Some(outcome) = decide_unanswered(&plan, desired, &progress) {
            let (progress, _) = settle(org, store, listener, outcome, (progress, revision)).await?;
            return Ok(Passed { observed, plan, progress });
        }
        let (progress, _) = match plan.decision.clone() {
            Decision::Execute { step, host } => {
                let kept = (progress, revision);
                execute(org, store, listener, &plan, step, host, kept).await?
            }
            Decision::Converged => remember(store, converge(progress, now), &before, revision).await?,
            Decision::Follow(_) | Decision::Wait(_) | Decision::Hold(_) => {
                remember(store, progress, &before, revision).await?
            }
        };
        Ok(Passed { observed, plan, progress })
    }
}

/// What could not be read this time stands as it was until it is too old, but only for showing: such a
/// plan starts nothing.
fn bridge_over(
    fresh: Plan,
    desired: &Desired,
    seen: &Observed,
    progress: &Progress,
    org: &Organisation,
    now: Timestamp,
) -> Plan {
    if !matches!(fresh.decision, Decision::Hold(Hold::Unknown { .. })) {
        return fresh;
    }
    let bridged = plan(desired, seen, progress, &org.limits, now);
    match bridged.decision {
        Decision::Execute { .. } => fresh,
        _ => bridged,
    }
}

/// Desired equals observed: the generation is disarmed, and what differs later is drift.
fn converge(mut progress: Progress, now: Timestamp) -> Progress {
    progress.converged_generation = Some(progress.generation);
    if let Some(run) = progress.run.take() {
        progress.last_run = Some(Run { finished_at: Some(now), ..run });
    }
    progress
}

/// Writes only what is news.
async fn remember(
    store: &dyn ProgressStore,
    progress: Progress,
    before: &Progress,
    revision: Revision,
) -> Result<(Progress, Revision), StoreError> {
    if progress == *before {
        return Ok((progress, revision));
    }
    let revision = store.save(&progress, &revision).await?;
    Ok((progress, revision))
}
