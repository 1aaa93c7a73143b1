//! A pool that is half-way between two states, and no cmdlet of ours runs.

use super::{
    Mode, Step, StepOutcome, Verdict,
    row::{Hold, StepState, Wait, WaitKind},
    world::World,
};
use crate::{
    bridge::Ended,
    lync::{PoolFqdn, PoolState},
};

/// What a pool that stopped half-way means for a step about it; none where nothing stands in its way: an attempt
/// of ours at this very step has ended, and the documented cure is the same cmdlet again. How often, its attempts
/// say.
pub(super) fn half_way(
    world: &World<'_>,
    home: &PoolFqdn,
    pair: &PoolFqdn,
    state: PoolState,
    step: &Step,
) -> Option<StepState> {
    let began = began(world, home, pair, state);
    let is_ours = is_ours(world, home, &began);
    if is_ours && began.same_goal(step) {
        return None;
    }
    let since = world.progress.watch.half_way_since.get(home).copied();
    let until = since.map(|since| since + began.soft_limit());
    let stopped = match until {
        _ if is_ours => format!(
            "{home} is {state}: a cmdlet of the operator stopped half-way. Before the spec can be followed, what it \
             began has to be finished"
        ),
        Some(until) if world.now >= until => format!(
            "{home} has been {state} for more than {} minutes, and no cmdlet of the operator runs. If somebody \
             else's does, wait for it",
            began.soft_limit().as_mins()
        ),
        _ => {
            return Some(StepState::Waiting(Wait {
                kind: WaitKind::Elsewhere,
                what: format!(
                    "{home} leaves PoolState {state}; somebody else's cmdlet runs, or stopped half-way"
                ),
                until,
            }));
        }
    };
    Some(StepState::Held(Hold::Manual {
        instruction: format!("{stopped}. Run the same cmdlet again. {}", by_hand(home, state)),
        command: Some(began.mutation().to_string()),
    }))
}

/// Whether what left a pool half-way is an attempt of ours that has ended: the newest cmdlet about the pool that the
/// operator knows of went this way, and did not reach its end. One that said so may still show its effect; after
/// that, somebody else was there.
fn is_ours(world: &World<'_>, home: &PoolFqdn, began: &Step) -> bool {
    let is_about = |step: &Step| match step {
        Step::FailOverPool { home: pool, .. } | Step::FailBackPool { home: pool, .. } => pool == home,
        _ => false,
    };
    let ended = world.progress.records().iter().chain(&world.progress.recent);
    let ended = ended.filter(|record| is_about(&record.step));
    let newest = ended
        .filter_map(|record| match &record.outcome {
            StepOutcome::Ended(ended) => Some((record, ended)),
            StepOutcome::NotStarted(_) => None,
        })
        .max_by_key(|(record, _)| record.ended_at);
    newest.is_some_and(|(record, ended)| match ended {
        _ if !record.step.same_goal(began) => false,
        Ended::Completed => world.now < record.ended_at + record.step.verification_window(),
        Ended::Failed(_) | Ended::Lost(_) => true,
    })
}

/// The step whose cmdlet leaves a pool in this state when it stops half-way.
fn began(world: &World<'_>, home: &PoolFqdn, pair: &PoolFqdn, state: PoolState) -> Step {
    let mode = |needed: &PoolFqdn| {
        if world.verdict(needed) == Verdict::Up { Mode::Planned } else { Mode::Disaster }
    };
    match state {
        PoolState::FailingBack => {
            Step::FailBackPool { home: home.clone(), from: pair.clone(), mode: mode(pair) }
        }
        _ => Step::FailOverPool { home: home.clone(), to: pair.clone(), mode: mode(home) },
    }
}

/// What people can do when the same cmdlet stops again. A field report (johnacook, 2015-05-26) tells of a failover
/// that was cured so; for a failback it is the same in the other direction.
pub(super) fn by_hand(home: &PoolFqdn, state: PoolState) -> String {
    let back = if state == PoolState::FailingBack { PoolState::FailedOver } else { PoolState::Active };
    format!(
        "If it stops again: read what it writes, and look whether TCP 9001 and 135 are open between the pools. The \
         last resort is to write the state back (Set-CsRegistrarConfiguration -Identity service:Registrar:{home} \
         -PoolState {back}) and to run the cmdlet once more; the write moves no data, and only a person makes it, \
         never the operator"
    )
}
