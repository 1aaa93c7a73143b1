//! What the planner sees: the inputs of one pass, with the questions that all its parts ask.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    CmsState, Desired, Limits, Progress, StepOutcome, Verdict,
    cms::{cms_state, within},
    verdict::verdict,
};
use crate::lync::{EdgeFqdn, EndpointState, Fact, MachineFqdn, Observed, PoolFqdn, PoolState, Topology};

/// The inputs of one pass and what was concluded from them.
pub struct World<'a> {
    /// What is wanted.
    pub desired: &'a Desired,
    /// What was seen.
    pub observed: &'a Observed,
    /// The static part of it.
    pub topology: &'a Topology,
    /// What is remembered.
    pub progress: &'a Progress,
    /// The numbers.
    pub limits: &'a Limits,
    /// The time.
    pub now: Timestamp,
    /// The state of the Central Management store.
    pub cms: CmsState,
    /// The verdict about each pool.
    pub verdicts: BTreeMap<PoolFqdn, Verdict>,
}

impl<'a> World<'a> {
    /// Draws the conclusions that every part of the planner needs.
    pub(super) fn new(
        desired: &'a Desired,
        observed: &'a Observed,
        topology: &'a Topology,
        progress: &'a Progress,
        limits: &'a Limits,
        now: Timestamp,
    ) -> Self {
        let verdicts = topology
            .pools
            .keys()
            .map(|pool| (pool.clone(), verdict(pool, observed, progress, limits, now)))
            .collect();
        let cms = CmsState::Unknown { why: String::new() };
        let mut world = Self { desired, observed, topology, progress, limits, now, cms, verdicts };
        world.cms = cms_state(&world);
        world
    }

    /// A fact that may carry a decision: live, young enough, and read after the last operation ended.
    ///
    /// # Errors
    ///
    /// Says in words why it may not.
    pub fn live<'f, T>(&self, fact: &'f Fact<T>) -> Result<&'f T, String> {
        let value = fact.live(self.now, self.limits.stale_after)?;
        match (fact, self.progress.last_end()) {
            (Fact::Known { at, .. }, Some(end)) if *at < end => {
                Err("not looked at again since the last step".to_owned())
            }
            _ => Ok(value),
        }
    }

    /// The verdict about a pool.
    pub fn verdict(&self, pool: &PoolFqdn) -> Verdict {
        self.verdicts.get(pool).copied().unwrap_or(Verdict::Undetermined)
    }

    /// The state of a pool's failover.
    ///
    /// # Errors
    ///
    /// Says in words why it is not known.
    pub fn pool_state(&self, pool: &PoolFqdn) -> Result<PoolState, String> {
        let fact = self.observed.pool_states.get(pool).ok_or("not observed yet")?;
        self.live(fact).copied()
    }

    /// The next hop of an Edge pool as it was last seen, from whatever source. Good for showing a plan.
    pub fn next_hop_seen(&self, edge: &EdgeFqdn) -> Option<&PoolFqdn> {
        self.observed.next_hops.get(edge)?.value()
    }

    /// The next hop of an Edge pool.
    ///
    /// # Errors
    ///
    /// Says in words why it is not known.
    pub fn next_hop(&self, edge: &EdgeFqdn) -> Result<&PoolFqdn, String> {
        self.live(self.observed.next_hops.get(edge).ok_or("not observed yet")?)
    }

    /// A server of a pool on which a cmdlet can run now. The first by name, so that the choice is stable;
    /// one that lately did not take a cmdlet comes last.
    pub(super) fn executor(&self, pool: &PoolFqdn) -> Option<&MachineFqdn> {
        let machines = self.topology.pools.get(pool)?.machines.iter();
        machines.filter(|machine| self.is_connected(machine)).min_by_key(|m| (self.has_declined(m), *m))
    }

    fn has_declined(&self, machine: &MachineFqdn) -> bool {
        let last = self.progress.recent.iter().rfind(|record| record.operation.host == *machine);
        last.is_some_and(|record| matches!(record.outcome, StepOutcome::NotStarted(_)))
    }

    /// A server on which a cmdlet of no particular place can run: of the preferred pool, else of any pool
    /// that is not being failed over.
    pub(super) fn any_executor(&self, preferred: &PoolFqdn) -> Option<&MachineFqdn> {
        let leaving = self.desired.leaving();
        let pools = std::iter::once(preferred).chain(self.topology.pools.keys());
        pools.filter(|pool| !leaving.contains(pool)).find_map(|pool| self.executor(pool))
    }

    fn is_connected(&self, machine: &MachineFqdn) -> bool {
        self.observed
            .endpoints
            .get(machine)
            .and_then(|fact| fact.live(self.now, self.limits.stale_after).ok())
            .is_some_and(|state| *state == EndpointState::Connected)
    }

    /// Why a pool cannot take anything over now; `None` if it can.
    pub(super) fn target_problem(&self, pool: &PoolFqdn) -> Option<String> {
        match self.verdict(pool) {
            Verdict::Up => None,
            verdict => Some(format!("{pool} is not seen alive ({})", verdict.name())),
        }
    }

    /// Whether an Edge pool died with its site: its servers do not answer, the site's Front End pools
    /// look down, and none of its replicas has reported lately. No replica of it is waited for.
    pub(super) fn edge_is_dead(&self, name: &EdgeFqdn) -> bool {
        let Some(edge) = self.topology.edges.get(name) else { return false };
        let mut site_pools = self.topology.pools.iter().filter(|(_, pool)| pool.site == edge.site).peekable();
        let site_is_down =
            site_pools.peek().is_some() && site_pools.all(|(pool, _)| self.verdict(pool).is_down());
        site_is_down && edge.machines.iter().all(|machine| self.is_silent(machine))
    }

    /// Whether a pool is in the site of an Edge pool.
    pub(super) fn is_same_site(&self, edge: &EdgeFqdn, pool: &PoolFqdn) -> bool {
        let both = self.topology.edges.get(edge).zip(self.topology.pools.get(pool));
        both.is_some_and(|(edge, pool)| edge.site == pool.site)
    }

    /// Whether an Edge pool looks lost. It died with its site; or nobody reaches its servers, and the store says
    /// as well that their replicas stay behind: an operator that cannot see into the perimeter is not enough.
    /// Good for advice only.
    pub(super) fn edge_looks_lost(&self, name: &EdgeFqdn) -> bool {
        let Some(edge) = self.topology.edges.get(name) else { return false };
        let replicas = self.observed.replicas.live(self.now, self.limits.stale_after).ok();
        let is_behind = |machine: &MachineFqdn| {
            replicas.and_then(|all| all.get(machine)).is_some_and(|replica| !replica.up_to_date)
        };
        let mut machines = edge.machines.iter().peekable();
        machines.peek().is_some() && machines.all(|m| self.is_silent(m) && is_behind(m))
            || self.edge_is_dead(name)
    }

    fn is_silent(&self, machine: &MachineFqdn) -> bool {
        let sip = self.observed.sip.get(machine);
        let closed = sip.and_then(|f| f.live(self.now, self.limits.stale_after).ok()) == Some(&false);
        let report = self.observed.replicas.value().and_then(|replicas| replicas.get(machine));
        let reported = report.and_then(|replica| replica.last_status_report);
        closed && !reported.is_some_and(|at| within(at, self.now, self.limits.heartbeat_fresh))
    }

    /// The pool or Edge that a replica belongs to is known to be dead: it can never become current.
    pub(super) fn replica_is_dead(&self, machine: &MachineFqdn) -> bool {
        if let Some(pool) = self.topology.pool_of(machine) {
            return self.verdict(pool).is_down();
        }
        let edge = self.topology.edges.iter().find(|(_, edge)| edge.machines.contains(machine));
        edge.is_some_and(|(name, _)| self.edge_is_dead(name))
    }
}
