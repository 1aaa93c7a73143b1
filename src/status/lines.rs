//! Desired and actual state in one line each: `pool1@pool2 cms@pool2`.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Found;
use crate::{
    lync::{Observed, PoolFqdn, PoolState},
    plan::{CmsState, Desired},
};

/// Short names of pools, where the first label tells them apart; full names where it does not.
pub struct Names(BTreeMap<String, usize>);

impl Names {
    /// Counts the first labels of an observed topology.
    pub fn of(observed: &Observed) -> Self {
        let mut counts = BTreeMap::new();
        for pool in observed.topology.value().into_iter().flat_map(|topology| topology.pools.keys()) {
            *counts.entry(pool.short().to_owned()).or_insert(0) += 1;
        }
        Self(counts)
    }

    /// The name to show for a pool.
    pub fn show<'a>(&self, pool: &'a PoolFqdn) -> &'a str {
        if self.0.get(pool.short()).copied().unwrap_or(0) > 1 { pool.as_str() } else { pool.short() }
    }
}

/// What should be.
pub fn desired_line(desired: &Desired, names: &Names) -> String {
    let users = desired.users.iter().map(|g| format!("{}@{}", names.show(&g.home), names.show(&g.served_by)));
    let cms = desired.central_management.iter().map(|pool| format!("cms@{}", names.show(pool)));
    let edges = desired.edges.iter().map(|g| format!("{}@{}", g.edge.short(), names.show(&g.next_hop)));
    users.chain(cms).chain(edges).collect::<Vec<_>>().join(" ")
}

/// What is. `?` is unknown, `a>b` is on its way, `none` is a dead Central Management store.
pub fn actual_line(found: &Found<'_>, names: &Names, now: Timestamp) -> String {
    let users = found
        .desired
        .users
        .iter()
        .map(|goal| format!("{}@{}", names.show(&goal.home), serving(found, &goal.home, names, now)));
    let cms = match &found.plan.central_management {
        CmsState::Healthy { pool } | CmsState::Impaired { pool, .. } => names.show(pool),
        CmsState::Dead { .. } => "none",
        CmsState::SplitBrain { .. } => "split",
        CmsState::Unknown { .. } => "?",
    };
    let edges = found.desired.edges.iter().map(|goal| {
        let hop = found.observed.next_hops.get(&goal.edge);
        let hop = hop.and_then(|fact| fact.live(now, found.limits.stale_after).ok());
        format!("{}@{}", goal.edge.short(), hop.map_or("?", |pool| names.show(pool)))
    });
    users.chain([format!("cms@{cms}")]).chain(edges).collect::<Vec<_>>().join(" ")
}

fn serving(found: &Found<'_>, home: &PoolFqdn, names: &Names, now: Timestamp) -> String {
    let state = found.observed.pool_states.get(home);
    let state = state.and_then(|fact| fact.live(now, found.limits.stale_after).ok());
    let pair = found.observed.topology.value().and_then(|topology| topology.backup_of(home));
    let (home, pair) = (names.show(home), pair.map_or("?", |pool| names.show(pool)));
    match state {
        None => "?".to_owned(),
        Some(PoolState::Active) => home.to_owned(),
        Some(PoolState::FailedOver) => pair.to_owned(),
        Some(PoolState::FailingOver) => format!("{home}>{pair}"),
        Some(PoolState::FailingBack) => format!("{pair}>{home}"),
    }
}
