//! From rows to the one decision: what to do now.

use super::{
    CmsState, Decision, Hold, Intent, Plan, PlannedStep, Rows, Step, StepOutcome, StepState, Wait, WaitKind,
    advice::advice,
    failback::failbacks,
    hold::{hold_chains, hold_drift, hold_without_approval},
    plan_hash,
    world::World,
};
use crate::{
    api::Management,
    bridge::Ended,
    lync::{Fact, Source},
};

pub(super) fn decide(world: &World<'_>, mut rows: Rows) -> Plan {
    mark_running(world, &mut rows.steps);
    hold_chains(&mut rows.steps);
    let steps: Vec<Step> = rows.steps.iter().map(|row| row.step.clone()).collect();
    let hash = plan_hash(&steps);
    let agreed = hold_without_approval(world, &mut rows.steps, &hash);
    hold_drift(world, &mut rows.steps);
    let decision = decision(world, &rows);
    Plan {
        hash,
        order: order(world, &rows.steps),
        steps: rows.steps,
        agreed,
        skipped: rows.skipped,
        decision,
        effect_in_flight: world
            .progress
            .intent
            .as_ref()
            .is_some_and(|intent| world.effect_is_seen(&intent.step)),
        warnings: warnings(world, rows.warnings),
        advice: advice(world),
        failbacks: failbacks(world),
        central_management: world.cms.clone(),
        verdicts: world.verdicts.clone(),
    }
}

fn warnings(world: &World<'_>, mut warnings: Vec<String>) -> Vec<String> {
    if let Some(intent) = &world.progress.intent {
        let limit = intent.step.soft_limit();
        if world.now.duration_since(intent.written_at) > limit {
            warnings.push(format!(
                "{} has run for more than {} minutes, longer than the documented times; it is waited for",
                intent.step,
                limit.as_mins()
            ));
        }
    }
    warnings
}

fn mark_running(world: &World<'_>, steps: &mut [PlannedStep]) {
    if let Some(intent) = &world.progress.intent {
        for row in steps.iter_mut().filter(|row| row.step.same_goal(&intent.step)) {
            row.step = intent.step.clone();
            row.host = Some(intent.operation.host.clone());
            row.state = StepState::Running;
        }
    }
}

fn decision(world: &World<'_>, rows: &Rows) -> Decision {
    if let Some(intent) = &world.progress.intent {
        return in_flight(world, intent);
    }
    if let Some(why) = &world.desired.contested {
        return Decision::Hold(Hold::Contested { why: why.clone() });
    }
    if let Some(hold) = refused(&rows.steps) {
        return Decision::Hold(hold);
    }
    if let Some(hold) = rows.holds.iter().find(|hold| matches!(hold, Hold::SplitBrain { .. })) {
        return settling(world).map_or(Decision::Hold(hold.clone()), Decision::Wait);
    }
    if rows.steps.is_empty() {
        let hold = rows.holds.first().cloned().or_else(|| stale(world));
        return hold.map_or(Decision::Converged, Decision::Hold);
    }
    let ready = rows.steps.iter().find(|row| row.state == StepState::Ready);
    let kick = rows.kick.as_ref().and_then(|step| Some((step, world.any_executor(world.cms.pool()?)?)));
    if let Some(hold) = global_hold(world, rows) {
        return Decision::Hold(hold);
    }
    if let Some(why) = &world.progress.barred {
        return Decision::Hold(Hold::Unknown { what: "Lync organisation".to_owned(), why: why.clone() });
    }
    if let Some(busy) = &world.progress.busy {
        return Decision::Wait(Wait {
            kind: WaitKind::Queue,
            what: format!("{busy} has ended"),
            until: None,
        });
    }
    if let Some(PlannedStep { step, host: Some(host), .. }) = ready {
        return Decision::Execute { step: step.clone(), host: host.clone() };
    }
    if let Some((step, host)) = kick {
        return Decision::Execute { step: step.clone(), host: host.clone() };
    }
    waiting_or_held(world, rows)
}

/// What an operation in flight lets happen: nothing else.
fn in_flight(world: &World<'_>, intent: &Intent) -> Decision {
    let operation = intent.operation.id;
    if let Some(why) = &world.progress.left_alone {
        let why = format!("{} may run on {}, and {why}", intent.step, intent.operation.host);
        return Decision::Hold(Hold::NotReady { why });
    }
    let Some(why) = &intent.undecided else { return Decision::Follow(operation) };
    let until = intent.may_run_until(world.now);
    let until =
        until.map(|until| format!("; it may run until {until:.0}, and an approval counts from then on"));
    let why = format!("{why}{}", until.unwrap_or_default());
    Decision::Hold(Hold::OutcomeUnknown { operation, why })
}

/// An illegal wish is refused as a whole.
fn refused(steps: &[PlannedStep]) -> Option<Hold> {
    steps.iter().find_map(|row| match &row.state {
        StepState::Held(hold @ Hold::Refused { .. }) => Some(hold.clone()),
        _ => None,
    })
}

/// Something that comes by itself and has a limit; else what people can do something about; else the rest.
fn waiting_or_held(world: &World<'_>, rows: &Rows) -> Decision {
    let waits = || {
        rows.steps.iter().filter_map(|row| match &row.state {
            StepState::Waiting(wait) => Some(wait.clone()),
            _ => None,
        })
    };
    if let Some(wait) = waits().filter(|wait| wait.until.is_some()).min_by_key(|wait| wait.until) {
        return Decision::Wait(wait);
    }
    let held = rows.steps.iter().find_map(|row| match &row.state {
        StepState::Held(hold) if !matches!(hold, Hold::Unknown { .. }) => Some(hold.clone()),
        _ => None,
    });
    if let Some(hold) = held {
        return Decision::Hold(hold);
    }
    if let Some(wait) = settling(world).or_else(|| waits().next()) {
        return Decision::Wait(wait);
    }
    let unknown = rows.steps.iter().find_map(|row| match &row.state {
        StepState::Held(hold) => Some(hold.clone()),
        _ => None,
    });
    let hold = unknown
        .or_else(|| rows.holds.first().cloned())
        .unwrap_or_else(|| Hold::NotReady { why: "every step waits for another one".to_owned() });
    Decision::Hold(hold)
}

/// What stops every mutation, whatever its own state.
fn global_hold(world: &World<'_>, rows: &Rows) -> Option<Hold> {
    if world.desired.suspend {
        return Some(Hold::Suspended);
    }
    match world.desired.management {
        Management::Enforce => {}
        Management::Plan | Management::Observe => return Some(Hold::PlanOnly),
    }
    if !world.progress.is_armed() && !world.desired.correct_drift {
        return Some(unseen(rows).unwrap_or(Hold::Drifted));
    }
    stale(world)
}

/// What could not be seen, if nothing that could be seen is left to do.
fn unseen(rows: &Rows) -> Option<Hold> {
    let is_unknown = |hold: &&Hold| matches!(hold, Hold::Unknown { .. });
    let unseen_rows = rows.steps.iter().map(|row| match &row.state {
        StepState::Held(hold) => Some(hold).filter(is_unknown),
        _ => None,
    });
    let of_rows: Option<Vec<&Hold>> = unseen_rows.collect();
    let of_rows = of_rows.and_then(|holds| holds.first().copied().cloned());
    of_rows.or_else(|| rows.holds.iter().find(is_unknown).cloned())
}

/// Nothing is decided on a topology that was not read lately, or from a replica while the store answers.
fn stale(world: &World<'_>) -> Option<Hold> {
    let unknown = |why| Some(Hold::Unknown { what: "topology".to_owned(), why });
    match &world.observed.topology {
        Fact::Unknown(why) => unknown(why.to_string()),
        Fact::Known { at, .. } if world.now.duration_since(*at) > world.limits.stale_after => {
            unknown(format!("last seen at {at}, too long ago"))
        }
        Fact::Known { source: Source::LocalReplica(host), .. } if world.cms.is_writable() => {
            unknown(format!("only read from the local replica on {host}, although the store answers"))
        }
        Fact::Known { .. } => None,
    }
}

/// Just after an operation its effect may not show yet, and signals may disagree for a while.
fn settling(world: &World<'_>) -> Option<Wait> {
    let last = world.progress.recent.last()?;
    let is_done = last.outcome == StepOutcome::Ended(Ended::Completed);
    let until = last.ended_at + last.step.verification_window();
    let is_settling = is_done && world.now < until && !world.effect_is_seen(&last.step);
    is_settling.then(|| Wait {
        kind: WaitKind::Verification,
        what: last.step.post_condition(),
        until: Some(until),
    })
}

fn order(world: &World<'_>, steps: &[PlannedStep]) -> String {
    let goes_home = steps.iter().any(|row| matches!(row.step, Step::FailBackPool { .. }));
    let has_edge = steps.iter().any(|row| matches!(row.step, Step::SetEdgeNextHop { .. }));
    match &world.cms {
        _ if steps.len() < 2 => String::new(),
        CmsState::Healthy { .. } if goes_home => {
            "Users that go home first: their way needs no other step. Then the Edge next hop, the store, and users \
             that leave."
                .to_owned()
        }
        CmsState::Healthy { pool } if has_edge => format!(
            "The Central Management store works (on {pool}), so the Edge next hop can be written first; then \
             the store, then the users."
        ),
        CmsState::Healthy { .. } => {
            "The store first, since pool failover needs it elsewhere; then the users.".to_owned()
        }
        CmsState::Impaired { why, .. } | CmsState::Dead { why, .. } => format!(
            "The Central Management store does not work ({why}). The Edge next hop is written to it, so the \
             store comes first; then the Edge, then the users."
        ),
        CmsState::SplitBrain { why } => format!("The Central Management store is split: {why}."),
        CmsState::Unknown { why } => format!("The Central Management store could not be seen: {why}."),
    }
}
