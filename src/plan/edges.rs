//! The Edge part of the plan: no Edge pool keeps a pool as next hop that is being failed over.

use jiff::Timestamp;

use super::{
    Step,
    row::{Hold, PlannedStep, Skipped, StepState, Wait},
    world::World,
};
use crate::{
    api::SameSiteChange,
    lync::{EdgeFqdn, PoolFqdn, PoolState},
};

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
    let is_by_hand = world.desired.same_site_change == SameSiteChange::Manual && world.is_same_site(edge, to);
    if is_by_hand {
        why += "; spec.policy.sameSiteChange leaves a next hop in the same site to a person";
    }
    // The serving pool first; any other living pool does as well, since the write goes to the store.
    let host = if is_by_hand { None } else { world.any_executor(to).cloned() };
    let state = obstacle(world, edge, to).unwrap_or_else(|| match &host {
        _ if is_by_hand => StepState::Held(by_hand(edge, to, &step)),
        Some(_) => world.attempt(&step),
        None => {
            StepState::Held(Hold::NotReady { why: "no endpoint of a living pool is connected".to_owned() })
        }
    });
    PlannedStep { state, step, why, host }
}

/// The page's way for a next hop in the same site. Nothing is clicked: the next hop is looked at.
fn by_hand(edge: &EdgeFqdn, to: &PoolFqdn, step: &Step) -> Hold {
    Hold::Manual {
        instruction: format!(
            "In Topology Builder, download the topology, open the Edge pool {edge}, Edit Properties, Next Hop, \
             pick {to}, OK, Publish Topology. The command is what this amounts to, for information"
        ),
        command: Some(step.mutation().to_string()),
    }
}

/// What stands in the way of a change, whoever makes it.
fn obstacle(world: &World<'_>, edge: &EdgeFqdn, to: &PoolFqdn) -> Option<StepState> {
    if !world.cms.is_writable() {
        return Some(StepState::Later {
            after: "the Central Management store, since the next hop is written to it".to_owned(),
        });
    }
    let held = |hold| Some(StepState::Held(hold));
    if let Err(why) = world.next_hop(edge) {
        return held(Hold::Unknown { what: format!("next hop of {edge}"), why });
    }
    if let Some(why) = world.target_problem(to) {
        return held(Hold::NotReady { why });
    }
    match world.pool_state(to) {
        Ok(PoolState::Active) => None,
        Ok(_) if world.desired.served_by(to) == Some(to) => {
            Some(StepState::Later { after: format!("the failback of {to}") })
        }
        Ok(state) => held(Hold::NotReady {
            why: format!(
                "{to} is itself {state}: it does not serve its own users; they have to be failed back first, \
                     which spec.users servedBy: {to} would ask for"
            ),
        }),
        Err(why) => held(Hold::Unknown { what: format!("PoolState of {to}"), why }),
    }
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

/// An Edge pool that left a pool lately, whoever changed it: when the change was made at the earliest, and
/// when it was there.
pub(super) struct Departure<'a> {
    pub(super) edge: &'a EdgeFqdn,
    started: Timestamp,
    pub(super) ended: Timestamp,
}

/// The Edge pools that left a pool lately. The store has only moved after the Edge servers had taken over what
/// came before, so nothing from before that counts.
pub(super) fn departures<'a>(world: &World<'a>, left: &PoolFqdn) -> Vec<Departure<'a>> {
    let mut found: Vec<Departure<'a>> = Vec::new();
    let mut moved = None;
    for record in &world.progress.recent {
        match &record.step {
            Step::SetEdgeNextHop { edge, from, .. } if from == left => {
                found.retain(|known| known.edge != edge);
                found.push(Departure { edge, started: record.started_at, ended: record.ended_at });
            }
            Step::FailOverCentralManagement { .. } => {
                found.clear();
                moved = Some(record.started_at);
            }
            _ => {}
        }
    }
    // What people changed has no record; it was seen to change.
    for (edge, hop) in &world.progress.watch.hops {
        let is_ours = found.iter().any(|known| known.edge == edge && known.ended >= hop.before);
        if hop.left.as_ref() == Some(left) && !is_ours && moved.is_none_or(|moved| hop.since > moved) {
            found.retain(|known| known.edge != edge);
            found.push(Departure { edge, started: hop.before, ended: hop.since });
        }
    }
    found
}

/// Whether the Edge changes that concern a pool have reached the Edge servers.
pub(super) fn edge_replication(world: &World<'_>, left: &PoolFqdn) -> Vec<Replication> {
    let living = departures(world, left).into_iter().filter(|change| !world.edge_is_dead(change.edge));
    let machines = living.flat_map(|change| {
        let edge = world.topology.edges.get(change.edge);
        let machines = edge.into_iter().flat_map(|edge| &edge.machines);
        machines.map(move |machine| (machine, change.started, change.ended))
    });
    machines.map(|(machine, started, ended)| world.replication(machine, started, ended)).collect()
}
