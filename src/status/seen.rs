//! What was seen, as a status shows it. Its time moves only when a fact, or its staleness, does.

use jiff::Timestamp;

use super::{Found, views::time};
use crate::{
    api::{EdgeView, ObservedFailover, ObservedPool, PoolServiceState, PoolVerdict},
    lync::{EdgeFqdn, Fact, PoolFqdn, PoolState},
};

pub(super) fn observed(
    old: Option<&ObservedFailover>,
    found: &Found<'_>,
    now: Timestamp,
) -> ObservedFailover {
    let source = match &found.observed.topology {
        Fact::Known { source, .. } => Some(source.to_string()),
        Fact::Unknown(_) => None,
    };
    let mut seen = ObservedFailover {
        time: None,
        source,
        stale: is_stale(found, now),
        central_management: found.plan.central_management.pool().map(ToString::to_string),
        pools: pools_of(found).into_iter().map(|name| pool(found, name, now)).collect(),
        edges: edges(found, now),
    };
    let unchanged = old
        .filter(|old| ObservedFailover { time: None, ..(*old).clone() } == seen)
        .and_then(|old| old.time.clone());
    seen.time = unchanged.or_else(|| Some(time(now)));
    seen
}

fn is_stale(found: &Found<'_>, now: Timestamp) -> bool {
    match &found.observed.topology {
        Fact::Known { at, .. } => now.duration_since(*at) > found.limits.stale_after,
        Fact::Unknown(_) => true,
    }
}

/// The pools that the resource is about, in its order.
fn pools_of<'a>(found: &'a Found<'_>) -> Vec<&'a PoolFqdn> {
    let mut pools: Vec<&PoolFqdn> = Vec::new();
    let goals = found.desired.users.iter().flat_map(|goal| [&goal.home, &goal.served_by]);
    for name in goals.chain(&found.desired.central_management) {
        if !pools.contains(&name) {
            pools.push(name);
        }
    }
    pools
}

fn pool(found: &Found<'_>, name: &PoolFqdn, now: Timestamp) -> ObservedPool {
    let state = found.observed.pool_states.get(name);
    let state = state.and_then(|fact| fact.live(now, found.limits.stale_after).ok()).copied();
    let pair = found.observed.topology.value().and_then(|topology| topology.backup_of(name));
    ObservedPool {
        pool: name.to_string(),
        state: state.map_or(PoolServiceState::Unknown, Into::into),
        verdict: found.plan.verdicts.get(name).map_or(PoolVerdict::Undetermined, Into::into),
        served_by: match state {
            Some(PoolState::Active) => Some(name.to_string()),
            Some(PoolState::FailedOver) => pair.map(ToString::to_string),
            _ => None,
        },
    }
}

fn edges(found: &Found<'_>, now: Timestamp) -> Vec<EdgeView> {
    let known = found.observed.next_hops.iter();
    known.map(|(edge, fact)| edge_view(edge, fact.live(now, found.limits.stale_after).ok())).collect()
}

pub(super) fn edge_view(edge: &EdgeFqdn, next_hop: Option<&PoolFqdn>) -> EdgeView {
    EdgeView { pool: edge.to_string(), next_hop: next_hop.map(ToString::to_string) }
}
