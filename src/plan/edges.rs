//! The Edge part of the plan: no Edge pool keeps a pool as next hop that is being failed over.

use super::{
    Step,
    row::{Hold, PlannedStep, Skipped, StepState, Wait},
    world::World,
};
use crate::lync::{EdgeFqdn, PoolFqdn, PoolState};

/// The rows about Edge pools, and what could not be seen of them.
#[derive(Default)]
pub(super) struct EdgeRows {
    pub(super) steps: Vec<PlannedStep>,
    pub(super) skipped: Vec<Skipped>,
    /// Edge pools whose next hop nobody knows.
    pub(super) unseen: Vec<(EdgeFqdn, String)>,
}

pub(super) fn edge_rows(world: &World<'_>) -> EdgeRows {
    let mut rows = EdgeRows::default();
    let leaving = world.desired.leaving();
    for edge in world.topology.edges.keys() {
        let explicit = world.desired.edges.iter().find(|goal| goal.edge == *edge).map(|goal| &goal.next_hop);
        let Some(now) = world.next_hop_seen(edge) else {
            if explicit.is_some() || !leaving.is_empty() {
                rows.unseen.push((edge.clone(), world.next_hop(edge).err().unwrap_or_default()));
            }
            continue;
        };
        let derived = || leaving.contains(now).then(|| world.desired.served_by(now)).flatten();
        match explicit.or_else(derived) {
            Some(to) if to != now => {
                rows.steps.push(row(world, edge, now, to, explicit.is_some()));
            }
            _ => {
                // A reading that is not live cannot prove that nothing is left to do.
                if (explicit.is_some() || !leaving.is_empty())
                    && let Err(why) = world.next_hop(edge)
                {
                    rows.unseen.push((edge.clone(), why));
                }
                let why = if explicit.is_some() {
                    format!("the next hop is {now}, as wanted")
                } else {
                    format!("the next hop is {now}, which is not being failed over")
                };
                rows.skipped.push(Skipped {
                    step: "SetEdgeNextHop".to_owned(),
                    target: edge.to_string(),
                    why,
                });
            }
        }
    }
    rows
}

fn row(world: &World<'_>, edge: &EdgeFqdn, from: &PoolFqdn, to: &PoolFqdn, explicit: bool) -> PlannedStep {
    let step = Step::SetEdgeNextHop { edge: edge.clone(), from: from.clone(), to: to.clone() };
    let mut why = if explicit {
        format!("spec.edges wants {to} as next hop; it is {from}")
    } else {
        format!(
            "{from} is the next hop and is being failed over; Invoke-CsPoolFailOver would refuse, and what \
             comes from outside would end at a pool without users"
        )
    };
    if world.edge_is_dead(edge) {
        why += "; the Edge pool is down with its site, so only the topology is changed and no replica is \
                waited for";
    }
    // The serving pool first; any other living pool does as well, since the write goes to the store.
    let host = world.any_executor(to).cloned();
    PlannedStep { state: state(world, edge, to, &step, host.is_some()), step, why, host }
}

fn state(world: &World<'_>, edge: &EdgeFqdn, to: &PoolFqdn, step: &Step, has_host: bool) -> StepState {
    if !world.cms.is_writable() {
        return StepState::Later {
            after: "the Central Management store, since the next hop is written to it".to_owned(),
        };
    }
    if let Err(why) = world.next_hop(edge) {
        return StepState::Held(Hold::Unknown { what: format!("next hop of {edge}"), why });
    }
    if let Some(why) = world.target_problem(to) {
        return StepState::Held(Hold::NotReady { why });
    }
    match world.pool_state(to) {
        Ok(PoolState::Active) => {}
        Ok(_) if world.desired.served_by(to) == Some(to) => {
            return StepState::Later { after: format!("the failback of {to}") };
        }
        Ok(state) => {
            let why = format!("{to} is itself {state}: it does not serve its own users");
            return StepState::Held(Hold::NotReady { why });
        }
        Err(why) => return StepState::Held(Hold::Unknown { what: format!("PoolState of {to}"), why }),
    }
    if !has_host {
        return StepState::Held(Hold::NotReady {
            why: "no endpoint of a living pool is connected".to_owned(),
        });
    }
    world.attempt(step)
}

/// Waits until the change has reached the Edge servers, for a bounded time: past it users are not held up.
pub(super) enum Replication {
    Current,
    Waiting(Wait),
    /// Half of the time is over: ask for a full copy, and go on waiting.
    Kick(Step, Wait),
    /// The time is over; go on with a warning.
    GivenUp(String),
}

/// Whether the Edge changes of this run that concern a pool have reached the Edge servers.
pub(super) fn edge_replication(world: &World<'_>, left: &PoolFqdn) -> Vec<Replication> {
    let mut changes: Vec<(&EdgeFqdn, jiff::Timestamp, jiff::Timestamp)> = Vec::new();
    for record in &world.progress.recent {
        match &record.step {
            Step::SetEdgeNextHop { edge, from, .. } if from == left => {
                changes.retain(|(known, ..)| *known != edge);
                changes.push((edge, record.started_at, record.ended_at));
            }
            // The store has only moved after the Edge servers had taken over what came before.
            Step::FailOverCentralManagement { .. } => changes.clear(),
            _ => {}
        }
    }
    let machines = changes.into_iter().filter(|(edge, ..)| !world.edge_is_dead(edge)).flat_map(
        |(edge, started, ended)| {
            let edge = world.topology.edges.get(edge);
            edge.into_iter().flat_map(move |e| e.machines.iter().map(move |m| (m, started, ended)))
        },
    );
    machines.map(|(machine, started, ended)| world.replication(machine, started, ended)).collect()
}
