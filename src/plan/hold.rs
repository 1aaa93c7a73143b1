//! Steps that are ready and are held all the same: for consent, for approval, as drift.

use super::{Hold, PlannedStep, Risk, Step, StepState, WaitKind, world::World};
use crate::lync::PoolFqdn;

/// What only prepares a pool's failover does not start while that failover itself could not.
pub(super) fn hold_chains(steps: &mut [PlannedStep]) {
    let blocked: Vec<(PoolFqdn, String)> = steps
        .iter()
        .filter_map(|row| match (&row.step, &row.state) {
            (Step::FailOverPool { home, .. }, StepState::Held(Hold::NeedsConsent { field, .. })) => {
                Some((home.clone(), format!("consent to fail over {home} ({})", field.line())))
            }
            (Step::FailOverPool { home, .. }, StepState::Held(_)) => {
                Some((home.clone(), format!("{home} can be failed over")))
            }
            (Step::FailOverPool { home, .. }, StepState::Waiting(wait))
                if matches!(
                    wait.kind,
                    WaitKind::SourceDown | WaitKind::BackupService | WaitKind::Elsewhere
                ) =>
            {
                Some((home.clone(), wait.what.clone()))
            }
            _ => None,
        })
        .collect();
    for row in steps.iter_mut().filter(|row| is_due(row)) {
        let source = row.step.source().cloned();
        if let Some((_, after)) = blocked.iter().find(|(home, _)| source.as_ref() == Some(home)) {
            row.state = StepState::Later { after: after.clone() };
        }
    }
}

/// Its turn: the operator does it now, or a person in its place.
fn is_due(row: &PlannedStep) -> bool {
    let by_hand = matches!(row.step, Step::SetEdgeNextHop { .. })
        && matches!(row.state, StepState::Held(Hold::Manual { .. }));
    by_hand || row.state == StepState::Ready
}

/// A brand-new object must not move a healthy pool: a rebuilt cluster with an old Git would. What is to
/// be taken from a pool that is down goes on. Gives the steps that nobody has to approve any more.
pub(super) fn hold_without_approval(world: &World<'_>, steps: &mut [PlannedStep], hash: &str) -> Vec<Step> {
    let progress = world.progress;
    let run = progress.run.as_ref().filter(|run| run.generation == progress.generation);
    let begun = run.map_or(&[][..], |run| &run.steps).to_vec();
    let is_under_way = is_part_of(&begun, steps);
    let is_known =
        progress.converged_generation.is_some() || world.desired.approved_plan.as_deref() == Some(hash);
    let mut agreed = Vec::new();
    for row in steps.iter_mut() {
        let source = row.step.source().filter(|pool| !world.verdict(pool).is_down());
        let is_agreed = is_known || is_under_way && begun.contains(&row.step);
        match source {
            Some(source) if !is_agreed => {
                if is_due(row) {
                    let verdict = world.verdict(source).name();
                    let why = format!(
                        "{} would take something away from {source} (verdict {verdict})",
                        row.step.name()
                    );
                    row.state = StepState::Held(Hold::AwaitingApproval { hash: hash.to_owned(), why });
                }
            }
            _ => agreed.push(row.step.clone()),
        }
    }
    agreed
}

/// Whether what is left of a run stands in the order that was agreed to: one pool that waits does not make what
/// another one has finished meanwhile a new plan.
fn is_part_of(begun: &[Step], left: &[PlannedStep]) -> bool {
    let mut left_of_run = left.iter().filter(|row| begun.contains(&row.step));
    let mut begun = begun.iter();
    left_of_run.all(|row| begun.any(|step| *step == row.step))
}

/// Correcting drift never fails back and never loses data by itself.
pub(super) fn hold_drift(world: &World<'_>, steps: &mut [PlannedStep]) {
    if world.progress.is_armed() {
        return;
    }
    for row in steps.iter_mut().filter(|row| row.state == StepState::Ready) {
        let is_failback = matches!(row.step, Step::FailBackPool { .. });
        if is_failback || row.step.risk() == Risk::DataLoss {
            row.state = StepState::Held(Hold::Drifted);
        }
    }
}
