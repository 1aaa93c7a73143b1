//! What there should be exports of, as things stand.

use jiff::{SignedDuration, Timestamp};

use crate::lync::{ExportOf, Observed, PoolFqdn, PoolState};

/// For how long after a move of the Central Management store no locations are exported: the new store has none until
/// somebody has imported them (JJ945635 step 3), and what it lacks must not take the place of what there was.
pub const AFTER_A_MOVE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What is exported while things stand like this. What a failover has left behind is not: Response Groups of a pool
/// that does not serve its own users, and locations while users are away or the store has just moved. The files of
/// before are the ones that people need then, so no newer one is made, and none of them goes.
pub fn wanted(observed: &Observed, store_moved_at: Option<Timestamp>, now: Timestamp) -> Vec<ExportOf> {
    let is_home = |state: Option<&PoolState>| state == Some(&PoolState::Active);
    select(observed, store_moved_at, now, is_home)
}

/// What there has to be of it for the day on which it is needed. A pool whose state nobody knows counts here.
pub fn needed(observed: &Observed, store_moved_at: Option<Timestamp>, now: Timestamp) -> Vec<ExportOf> {
    let may_be_home = |state: Option<&PoolState>| state.is_none_or(|state| *state == PoolState::Active);
    select(observed, store_moved_at, now, may_be_home)
}

fn select(
    observed: &Observed,
    store_moved_at: Option<Timestamp>,
    now: Timestamp,
    is_home: impl Fn(Option<&PoolState>) -> bool,
) -> Vec<ExportOf> {
    let Some(topology) = observed.topology.value() else { return Vec::new() };
    let is_home = |pool: &PoolFqdn| is_home(observed.pool_states.get(pool).and_then(|fact| fact.value()));
    let is_settled = store_moved_at.is_none_or(|at| now.duration_since(at) >= AFTER_A_MOVE);
    let all = ExportOf::all(topology);
    let has_all_home = all.iter().filter_map(ExportOf::pool).all(is_home);
    let stands = |of: &ExportOf| match of {
        ExportOf::Configuration => true,
        ExportOf::Locations => has_all_home && is_settled,
        ExportOf::ResponseGroups(pool) => is_home(pool),
    };
    all.iter().filter(|of| stands(of)).cloned().collect()
}
