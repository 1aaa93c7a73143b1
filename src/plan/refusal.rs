//! What Lync's refusals mean for the step that was refused, and what answers them.

use super::{Step, StepOutcome, StepRecord, edges::departures, half_way::by_hand, world::World};
use crate::{
    bridge::{Ended, KnownRefusal, Refusal},
    lync::{PoolFqdn, PoolState},
};

/// What a person can do about a step that failed.
pub(super) struct Cure {
    pub(super) text: String,
    pub(super) command: Option<String>,
}

/// The refusal that an operation ended with, if it did.
pub(super) fn of(record: &StepRecord) -> Option<&Refusal> {
    match &record.outcome {
        StepOutcome::Ended(Ended::Failed(refusal)) => Some(refusal),
        _ => None,
    }
}

/// Whether what Lync asked for has been done since: an Edge pool has left the pool, or the store was failed over.
/// Such a refusal is no reason to pause, and does not count.
pub(super) fn is_answered(world: &World<'_>, record: &StepRecord) -> bool {
    let later = |other: &StepRecord| {
        other.outcome == StepOutcome::Ended(Ended::Completed) && other.ended_at > record.ended_at
    };
    match of(record).and_then(Refusal::known) {
        Some(KnownRefusal::EdgeNextHop) => record
            .step
            .source()
            .is_some_and(|home| departures(world, home).iter().any(|change| change.ended > record.ended_at)),
        Some(KnownRefusal::CentralManagementUnavailable) => {
            let moves = |other: &&StepRecord| matches!(other.step, Step::FailOverCentralManagement { .. });
            let is_other = !matches!(record.step, Step::FailOverCentralManagement { .. });
            is_other && world.progress.recent.iter().filter(moves).any(later)
        }
        _ => false,
    }
}

/// What came back, in words that say more than the error where its meaning is known.
pub(super) fn message(world: &World<'_>, record: &StepRecord) -> String {
    let Some(refusal) = of(record) else { return String::new() };
    let host = &record.operation.host;
    match refusal.known() {
        Some(KnownRefusal::EdgeNextHop) => {
            let home = record.step.source().map_or("the pool", PoolFqdn::as_str);
            let replica = match world.replica_is_current(host) {
                Some(true) => "current",
                Some(false) => "behind",
                None => "not known",
            };
            format!(
                "Lync refuses because an Edge pool has {home} as next hop, and the topology names none that has \
                 ({}); the replica on {host}, where the cmdlet ran, is {replica}",
                next_hops(world)
            )
        }
        Some(KnownRefusal::CentralManagementUnavailable) => format!(
            "{host} does not get through to the Central Management store, or finds it not fully failed over: \
             {refusal}"
        ),
        Some(KnownRefusal::UnknownCommand) => {
            let command = record.operation.mutation.invocation().command;
            let id = refusal.error_id.split(',').next().unwrap_or_default();
            let what = match id {
                "CommandNotFoundException" => "does not know the cmdlet",
                _ => "does not know these parameters of",
            };
            format!("{host} {what} {command} ({id})")
        }
        _ => refusal.to_string(),
    }
}

fn next_hops(world: &World<'_>) -> String {
    let seen = |edge| world.next_hop_seen(edge).map_or("?", PoolFqdn::as_str);
    let all = world.topology.edges.keys().map(|edge| format!("{edge} has {}", seen(edge)));
    all.collect::<Vec<_>>().join(", ")
}

/// What a person can do about it.
pub(super) fn cure(world: &World<'_>, step: &Step, last: &StepRecord) -> Cure {
    let host = &last.operation.host;
    let cure = |text: String, command: Option<String>| Cure { text, command };
    if let Step::FailOverPool { home, .. } | Step::FailBackPool { home, .. } = step
        && let Ok(state @ (PoolState::FailingOver | PoolState::FailingBack)) = world.pool_state(home)
    {
        let text = format!(
            "{home} is {state}: the cmdlet stopped half-way. Repair the cause and run the same cmdlet by hand. {}",
            by_hand(home, state)
        );
        return cure(text, Some(step.mutation().to_string()));
    }
    match of(last).and_then(Refusal::known) {
        Some(KnownRefusal::EdgeNextHop) => cure(
            format!(
                "Get-CsService -EdgeServer says what {host} sees. Bring its replica up to date with the command, \
                 and if it still names the pool, publish the Edge pool's next hop again in Topology Builder"
            ),
            Some(format!("Invoke-CsManagementStoreReplication -ReplicaFqdn {host}")),
        ),
        Some(KnownRefusal::CentralManagementUnavailable) => cure(
            format!(
                "See what {host} says to the command: active master and file transfer agent have to be on the \
                 pool of the store, and its SQL Server has to be reached from there"
            ),
            Some("Get-CsManagementStoreReplicationStatus -CentralManagementStoreStatus".to_owned()),
        ),
        Some(KnownRefusal::UnknownCommand) => {
            let command = last.operation.mutation.invocation().command;
            cure(
                format!(
                    "On {host} the module Lync of Lync Server 2013 (SkypeForBusiness from 2015 on) is missing, is \
                     older than the pool, or is not let through by the endpoint. Install the administrative tools \
                     and the cumulative update that the pool runs, and register the endpoint again; \
                     lync-failover bridge check shows what each host knows"
                ),
                Some(format!("Get-Command {command} -Syntax")),
            )
        }
        _ => match step {
            Step::SetEdgeNextHop { edge, to, .. } => cure(
                format!(
                    "Repair the cause. Or change it in Topology Builder (Edge pool {edge}, Edit Properties, Next \
                     Hop, {to}, Publish Topology): the operator goes on when it sees that"
                ),
                None,
            ),
            _ => cure("Repair the cause".to_owned(), None),
        },
    }
}
