//! The state of the simulated organisation.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::scenario::{BackupHealth, Durations, Link};
use crate::lync::{EdgeFqdn, MachineFqdn, PoolFqdn, PoolState, SqlInstance};

/// A SQL Server instance, perhaps mirrored. A witness is taken for granted: the surviving side becomes the
/// principal.
#[derive(Clone, Debug)]
pub(super) struct BackEnd {
    pub(super) primary: SqlInstance,
    pub(super) mirror: Option<SqlInstance>,
    pub(super) mirror_is_principal: bool,
}

impl BackEnd {
    /// The side that serves.
    pub(super) fn principal(&self) -> &SqlInstance {
        match &self.mirror {
            Some(mirror) if self.mirror_is_principal => mirror,
            _ => &self.primary,
        }
    }

    /// The servers of both sides.
    pub(super) fn servers(&self) -> impl Iterator<Item = &MachineFqdn> {
        std::iter::once(&self.primary.server).chain(self.mirror.as_ref().map(|mirror| &mirror.server))
    }
}

/// The Central Management service of a pool.
#[derive(Clone, Debug)]
pub(super) struct Store {
    /// Whether the databases exist.
    pub(super) installed: bool,
    /// Whether they refuse writing, as those of a standby do.
    pub(super) read_only: bool,
}

/// A Front End or Director pool.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    pub(super) site: String,
    pub(super) director: bool,
    pub(super) version: i32,
    pub(super) machines: Vec<MachineFqdn>,
    pub(super) back_end: BackEnd,
    pub(super) backup: Option<PoolFqdn>,
    pub(super) users: i64,
    pub(super) store: Option<Store>,
    /// Whether an empty Central Management database lies on its SQL Server, for a move of the store.
    pub(super) prepared: bool,
    pub(super) backup_service: BackupHealth,
    /// Whether test users are assigned to it.
    pub(super) test_users: bool,
    /// The servers on which setup has installed the services of the store.
    pub(super) store_services: BTreeSet<MachineFqdn>,
}

impl Pool {
    /// How many Front Ends have to live (Gg412996).
    pub(super) fn quorum(&self) -> usize {
        crate::lync::quorum(self.machines.len())
    }

    pub(super) fn is_standard(&self) -> bool {
        self.machines.len() == 1 && self.machines.contains(&self.back_end.primary.server)
    }
}

/// An Edge pool.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) site: String,
    pub(super) version: i32,
    pub(super) machines: Vec<MachineFqdn>,
    pub(super) replication: SignedDuration,
}

/// The changeable content of the database `xds`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Configuration {
    /// Grows with each change.
    pub(super) version: u64,
    pub(super) next_hops: BTreeMap<EdgeFqdn, PoolFqdn>,
    /// Only pools that were failed over at least once have a row of their own.
    pub(super) pool_states: BTreeMap<PoolFqdn, PoolState>,
    pub(super) active: BTreeSet<PoolFqdn>,
}

impl Configuration {
    pub(super) fn state(&self, pool: &PoolFqdn) -> PoolState {
        self.pool_states.get(pool).copied().unwrap_or(PoolState::Active)
    }
}

/// How a replica takes changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intake {
    Normal,
    /// Only after a full copy was asked for.
    Stuck,
    Never,
}

/// The local replica (`RTCLOCAL`) of a machine.
#[derive(Clone, Debug)]
pub(super) struct Replica {
    /// What the machine has.
    pub(super) copy: Configuration,
    /// When the next copy arrives, if one is under way.
    pub(super) due: Option<Timestamp>,
    pub(super) last_report: Option<Timestamp>,
    pub(super) last_update: Option<Timestamp>,
    pub(super) delay: SignedDuration,
    pub(super) intake: Intake,
}

/// The Central Management store as a whole.
#[derive(Clone, Debug)]
pub(super) struct Cms {
    /// The database that Active Directory points to.
    pub(super) pointer: PoolFqdn,
    /// The content of that database.
    pub(super) master: Configuration,
    /// What the Backup Service has brought to the standby.
    pub(super) standby: Configuration,
    /// When it brings the next change.
    pub(super) standby_due: Option<Timestamp>,
    /// The machine that runs the master replicator and the file transfer agent.
    pub(super) master_machine: MachineFqdn,
    pub(super) heartbeat: Timestamp,
}

/// The whole organisation.
#[derive(Clone, Debug)]
pub(super) struct Organisation {
    pub(super) sites: Vec<String>,
    pub(super) pools: BTreeMap<PoolFqdn, Pool>,
    pub(super) edges: BTreeMap<EdgeFqdn, Edge>,
    pub(super) cms: Cms,
    pub(super) replicas: BTreeMap<MachineFqdn, Replica>,
    pub(super) down: BTreeSet<MachineFqdn>,
    pub(super) stopped: BTreeSet<MachineFqdn>,
    pub(super) cut: BTreeSet<Link>,
    pub(super) durations: Durations,
}

impl Organisation {
    /// The pool that a Front End belongs to.
    pub(super) fn pool_of(&self, machine: &MachineFqdn) -> Option<&PoolFqdn> {
        self.pools.iter().find(|(_, pool)| pool.machines.contains(machine)).map(|(name, _)| name)
    }

    /// The Edge pool that a machine belongs to.
    pub(super) fn edge_of(&self, machine: &MachineFqdn) -> Option<&EdgeFqdn> {
        self.edges.iter().find(|(_, edge)| edge.machines.contains(machine)).map(|(name, _)| name)
    }

    /// A pool by a text in any case.
    pub(super) fn pool(&self, text: &str) -> Option<(&PoolFqdn, &Pool)> {
        let name: PoolFqdn = text.parse().ok()?;
        self.pools.get_key_value(&name)
    }

    /// Every machine that a name stands for: a machine, a pool with its SQL servers, an Edge pool, a site.
    pub(super) fn machines_named(&self, name: &str) -> BTreeSet<MachineFqdn> {
        let mut found = BTreeSet::new();
        for (fqdn, pool) in &self.pools {
            let whole = same(name, fqdn.as_str()) || same(name, &pool.site);
            let all = pool.machines.iter().chain(pool.back_end.servers());
            found.extend(all.filter(|machine| whole || same(name, machine.as_str())).cloned());
        }
        for (fqdn, edge) in &self.edges {
            let whole = same(name, fqdn.as_str()) || same(name, &edge.site);
            found.extend(edge.machines.iter().filter(|m| whole || same(name, m.as_str())).cloned());
        }
        found
    }

    /// The number of a site in the topology document, from 1.
    pub(super) fn site_id(&self, site: &str) -> usize {
        self.sites.iter().position(|name| same(name, site)).map_or(0, |at| at + 1)
    }
}

/// Lync compares names without regard to case.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}
