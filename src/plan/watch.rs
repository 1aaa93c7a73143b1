//! What only lasting observation can show: since when something has been so, without a break.
//!
//! Kept in memory, not in the record: after a restart or a blind time every clock starts again, since
//! nobody can say what happened meanwhile. Only the next hops outlast both: that one has changed is as true
//! afterwards, and what waits for its replica would otherwise go on too early.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    CmsState, Desired, Limits, Progress, Travel, Verdict,
    backup::{is_broken, travel},
    ballots,
    failback::behind,
    verdict,
    world::World,
};
use crate::lync::{EdgeFqdn, Fact, MachineFqdn, Observed, PoolFqdn, PoolState, Topology};

/// A heartbeat as it was last seen to change, by our own clock: the clocks of Lync may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Beat {
    /// What it says.
    pub value: Timestamp,
    /// When this value was first seen.
    pub since: Timestamp,
    /// Whether it has been seen to advance.
    pub advances: bool,
}

/// The next hop of an Edge pool, and when it was seen to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hop {
    /// The next hop.
    pub pool: PoolFqdn,
    /// The one before, if the change was seen.
    #[serde(default)]
    pub left: Option<PoolFqdn>,
    /// When the one before was seen last, as far as it is known: a change was made no earlier.
    pub before: Timestamp,
    /// When this one was first seen.
    pub since: Timestamp,
}

/// Since when things have been so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Watch {
    /// When the last observation was taken in.
    pub last: Option<Timestamp>,
    /// Pools that enough observers call down.
    pub down_since: BTreeMap<PoolFqdn, Timestamp>,
    /// When the replicas of a pool had last reported when somebody began to call it down.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reports: BTreeMap<MachineFqdn, Timestamp>,
    /// Pools that cannot take part in a move without loss: not seen up, or a broken Backup Service.
    pub unfit_since: BTreeMap<PoolFqdn, Timestamp>,
    /// Pools half-way between two states.
    pub half_way_since: BTreeMap<PoolFqdn, Timestamp>,
    /// The pool whose Central Management store does not work; none if it is not known which.
    pub cms_failing_on: Option<PoolFqdn>,
    /// Since when it has not worked there.
    pub cms_failing_since: Option<Timestamp>,
    /// The next hop of each Edge pool.
    pub hops: BTreeMap<EdgeFqdn, Hop>,
    /// Pools that are up and whose servers have not all been seen with a current replica since then.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub replicas_late_since: BTreeMap<PoolFqdn, Timestamp>,
    /// Pools whose servers have all been seen with a current replica since the pool last looked down: they know
    /// what became of it.
    pub caught_up: BTreeSet<PoolFqdn>,
    /// When the changes of each paired pool were last seen to reach its pair as they come.
    pub kept_up_at: BTreeMap<PoolFqdn, Timestamp>,
    /// Pools whose changes come late, or not at all.
    pub behind_since: BTreeMap<PoolFqdn, Timestamp>,
    /// The heartbeat of the active master.
    pub master_beat: Option<Beat>,
    /// The heartbeat of the file transfer agent.
    pub agent_beat: Option<Beat>,
}

impl Watch {
    /// Takes over what was remembered of next hops, if nobody has looked yet.
    #[must_use]
    pub fn recalling(self, hops: &BTreeMap<EdgeFqdn, Hop>) -> Self {
        match self.last {
            None if self.hops.is_empty() => Self { hops: hops.clone(), ..self },
            _ => self,
        }
    }

    /// Takes in an observation.
    #[must_use]
    pub fn with_observation(self, observed: &Observed, limits: &Limits, now: Timestamp) -> Self {
        let is_continuous = self.last.is_some_and(|last| now.duration_since(last) <= limits.stale_after);
        let old = match is_continuous {
            true => self,
            false => Self { hops: self.hops, ..Self::default() },
        };
        let Some(topology) = observed.topology.value() else {
            // Nobody looked: what was so is not known to have lasted, once the gap is too long.
            return old;
        };
        let since = |before: &BTreeMap<PoolFqdn, Timestamp>, holds: &dyn Fn(&PoolFqdn) -> bool| {
            let holding = topology.pools.keys().filter(|pool| holds(pool));
            holding.map(|pool| (pool.clone(), before.get(pool).copied().unwrap_or(now))).collect()
        };
        let beats = observed.central_management.store.value();
        let voting =
            Self { reports: reports(&old.reports, observed, topology, limits, now), ..Self::default() };
        let looks_down = |pool: &PoolFqdn| verdict::looks_down(pool, observed, &voting, limits, now);
        let travels = |pool: &PoolFqdn| travel(observed, pool, false, limits, now);
        let paired = topology.pools.iter().filter(|(_, pool)| pool.backup.is_some()).map(|(name, _)| name);
        let kept_up = |pool: &PoolFqdn| match travels(pool) {
            Ok(Travel::KeepsUp) => Some(now),
            _ => old.kept_up_at.get(pool).copied(),
        };
        let mut new = Self {
            last: Some(now),
            down_since: since(&old.down_since, &looks_down),
            half_way_since: since(&old.half_way_since, &|pool| {
                let state = observed.pool_states.get(pool).and_then(|fact| fact.value());
                matches!(state, Some(PoolState::FailingOver | PoolState::FailingBack))
            }),
            hops: hops(&old, observed, limits, now),
            kept_up_at: paired.filter_map(|pool| Some((pool.clone(), kept_up(pool)?))).collect(),
            behind_since: since(&old.behind_since, &|pool| {
                matches!(travels(pool), Ok(Travel::Behind(_) | Travel::Broken(_)))
            }),
            master_beat: beat(old.master_beat, beats.and_then(|b| b.active_master_heartbeat), now),
            agent_beat: beat(old.agent_beat, beats.and_then(|b| b.active_file_transfer_agent_heartbeat), now),
            ..voting.clone()
        };
        let desired = Desired::default();
        let progress = Progress { watch: new.clone(), ..Progress::default() };
        let world = World::new(&desired, observed, topology, &progress, limits, now);
        let unfit =
            since(&old.unfit_since, &|pool| world.verdict(pool) != Verdict::Up || is_broken(&world, pool));
        let failing = matches!(world.cms, CmsState::Dead { .. } | CmsState::Impaired { .. });
        let on = world.cms.pool().cloned();
        let knows = topology.pools.keys().filter(|pool| match world.verdict(pool) {
            Verdict::Down { .. } | Verdict::Suspect { .. } => false,
            _ => old.caught_up.contains(*pool) || behind(&world, pool).is_ok_and(|all| all.is_empty()),
        });
        new.caught_up = knows.cloned().collect();
        new.replicas_late_since = since(&old.replicas_late_since, &|pool| {
            world.verdict(pool) == Verdict::Up && !behind(&world, pool).is_ok_and(|all| all.is_empty())
        });
        new.unfit_since = unfit;
        if failing {
            let before = old.cms_failing_since.filter(|_| old.cms_failing_on == on);
            new.cms_failing_since = Some(before.unwrap_or(now));
            new.cms_failing_on = on;
        }
        new
    }
}

fn hops(old: &Watch, observed: &Observed, limits: &Limits, now: Timestamp) -> BTreeMap<EdgeFqdn, Hop> {
    let entry = |(edge, fact): (&EdgeFqdn, &Fact<PoolFqdn>)| {
        let before = old.hops.get(edge);
        let hop = match (fact.live(now, limits.stale_after), before) {
            (Err(_), before) => before?.clone(),
            (Ok(pool), Some(before)) if before.pool == *pool => before.clone(),
            (Ok(pool), before) => Hop {
                pool: pool.clone(),
                left: before.map(|hop| hop.pool.clone()),
                // After a restart the last look is not known, but this one is no later: who saw the hop before, saw it then.
                before: old.last.or(before.map(|hop| hop.since)).unwrap_or(now),
                since: now,
            },
        };
        Some((edge.clone(), hop))
    };
    observed.next_hops.iter().filter_map(entry).collect()
}

/// The reports of pools that are called down, as they were when that began.
fn reports(
    old: &BTreeMap<MachineFqdn, Timestamp>,
    observed: &Observed,
    topology: &Topology,
    limits: &Limits,
    now: Timestamp,
) -> BTreeMap<MachineFqdn, Timestamp> {
    let replicas = observed.replicas.value();
    let current = |machine| replicas?.get(machine)?.last_status_report;
    let is_called_down = |pool: &&PoolFqdn| ballots::is_called_down(pool, observed, limits, now);
    let pools = topology.pools.iter().filter(|(name, _)| is_called_down(name));
    let machines = pools.flat_map(|(_, pool)| &pool.machines);
    let report =
        |machine| Some((MachineFqdn::clone(machine), old.get(machine).copied().or(current(machine))?));
    machines.filter_map(report).collect()
}

fn beat(old: Option<Beat>, value: Option<Timestamp>, now: Timestamp) -> Option<Beat> {
    let value = value?;
    Some(match old {
        Some(beat) if beat.value == value => beat,
        Some(beat) => Beat { value, since: now, advances: value > beat.value },
        None => Beat { value, since: now, advances: false },
    })
}
