//! What the facts say about an organisation, whatever anybody wants of it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Ballot, CmsState, Desired, Limits, Progress, Verdict, ballots, world::World};
use crate::lync::{Observed, PoolFqdn, Topology};

/// The state of an organisation: the same conclusions that a plan is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The verdict about each pool.
    pub verdicts: BTreeMap<PoolFqdn, Verdict>,
    /// The votes behind each verdict.
    pub ballots: BTreeMap<PoolFqdn, Vec<Ballot>>,
    /// The state of the Central Management store.
    pub central_management: CmsState,
}

/// Concludes the state of an organisation. Of `progress`, what was done lately and the lasting
/// observation count.
pub fn assess(observed: &Observed, progress: &Progress, limits: &Limits, now: Timestamp) -> Assessment {
    let nothing = (Desired::default(), Topology::default());
    let topology = observed.topology.value().unwrap_or(&nothing.1);
    let world = World::new(&nothing.0, observed, topology, progress, limits, now);
    let votes = |pool: &PoolFqdn| (pool.clone(), ballots(pool, observed, &progress.watch, limits, now));
    Assessment {
        ballots: topology.pools.keys().map(votes).collect(),
        verdicts: world.verdicts,
        central_management: world.cms,
    }
}
