//! What is left for people: what Lync's cmdlets do not carry over, and what a lost Edge pool carried. Advice, never
//! a step.

mod away;
mod edge;
mod home;

use super::{Step, StepOutcome, UsersGoal, world::World};
use crate::{
    api::{Advice, AdviceTopic as Topic},
    exports::AFTER_A_MOVE,
    lync::{EdgeFqdn, PoolFqdn, PoolState},
};

/// All advice, each topic once, in the order of the topics.
pub(super) fn advice(world: &World<'_>) -> Vec<Advice> {
    let seen = |pool: &PoolFqdn| world.observed.pool_states.get(pool).and_then(|fact| fact.value()).copied();
    let goals = || world.desired.users.iter();
    let away: Vec<&UsersGoal> =
        goals().filter(|goal| goal.is_away() && seen(&goal.home) == Some(PoolState::FailedOver)).collect();
    let back: Vec<&PoolFqdn> = goals()
        .filter(|goal| !goal.is_away() && seen(&goal.home) == Some(PoolState::Active))
        .map(|goal| &goal.home)
        .filter(|home| was_failed_back(world, home))
        .collect();
    let lost: Vec<&EdgeFqdn> =
        world.topology.edges.keys().filter(|edge| world.edge_looks_lost(edge)).collect();
    let mut all = Vec::new();
    if !away.is_empty() {
        all.extend(away::after_failover(world, &away));
    } else if has_moved_store(world) {
        all.push(away::locations(world));
    }
    if !back.is_empty() {
        all.extend(home::after_failback(world, &back, !away.is_empty()));
    }
    if !lost.is_empty() {
        all.extend(edge::after_edge_loss(world, &lost));
    }
    all.sort_by_key(|advice| advice.topic);
    all
}

/// Whether the operator has failed the users of a pool back, as far as it remembers.
fn was_failed_back(world: &World<'_>, pool: &PoolFqdn) -> bool {
    let progress = world.progress;
    let runs = progress.run.iter().chain(&progress.last_run).flat_map(|run| &run.records);
    runs.chain(&progress.recent).any(|record| {
        let is_of_pool = matches!(&record.step, Step::FailBackPool { home, .. } if home == pool);
        is_of_pool && matches!(record.outcome, StepOutcome::Ended(_))
    })
}

/// Whether the operator has moved the Central Management store lately.
fn has_moved_store(world: &World<'_>) -> bool {
    world.progress.store_moved_at.is_some_and(|at| world.now.duration_since(at) < AFTER_A_MOVE)
}

fn entry(topic: Topic, message: String, command: Option<String>, citation: &str) -> Advice {
    Advice { topic, message, command, citation: citation.to_owned() }
}

fn list<T: ToString>(names: impl IntoIterator<Item = T>) -> String {
    names.into_iter().map(|name| name.to_string()).collect::<Vec<_>>().join(", ")
}

/// One command for each, in one line of PowerShell.
fn each(commands: impl Iterator<Item = String>) -> Option<String> {
    let all: Vec<_> = commands.collect();
    (!all.is_empty()).then(|| all.join("; "))
}
