//! What lives, and who reaches whom.

use super::{
    model::{Organisation, Pool, same},
    refusals,
    scenario::Link,
};
use crate::{
    bridge::Refusal,
    lync::{MachineFqdn, PoolFqdn},
};

/// The operator's own place in the network, as a scenario names it.
const OPERATOR: &str = "operator";

impl Organisation {
    /// Whether a machine is switched on.
    pub(super) fn alive(&self, machine: &MachineFqdn) -> bool {
        !self.down.contains(machine)
    }

    /// The living Front Ends of a pool, in the order of the topology.
    pub(super) fn living<'a>(&'a self, pool: &'a Pool) -> impl Iterator<Item = &'a MachineFqdn> {
        pool.machines.iter().filter(|machine| self.alive(machine))
    }

    /// Whether the Front End service runs on a machine: it lives, nobody stopped the service, and the pool
    /// has a quorum (without one the remaining servers stop theirs, Gg412996).
    pub(super) fn registrar_runs(&self, machine: &MachineFqdn) -> bool {
        let Some(pool) = self.pool_of(machine).and_then(|name| self.pools.get(name)) else { return false };
        let could = |m: &&MachineFqdn| self.alive(m) && !self.stopped.contains(*m);
        could(&machine) && pool.machines.iter().filter(could).count() >= pool.quorum()
    }

    /// Whether a pool can serve at home.
    pub(super) fn pool_lives(&self, name: &PoolFqdn) -> bool {
        self.pools.get(name).is_some_and(|pool| pool.machines.iter().any(|m| self.registrar_runs(m)))
    }

    /// Whether the SQL instance of a pool serves.
    pub(super) fn back_end_lives(&self, name: &PoolFqdn) -> bool {
        self.pools.get(name).is_some_and(|pool| self.alive(&pool.back_end.principal().server))
    }

    /// Whether two machines reach each other.
    pub(super) fn connected(&self, a: &MachineFqdn, b: &MachineFqdn) -> bool {
        let (here, there) = (self.places(a), self.places(b));
        a == b || !self.cut.iter().any(|link| joins(link, &here, &there))
    }

    /// Whether the operator reaches a machine.
    pub(super) fn operator_reaches(&self, machine: &MachineFqdn) -> bool {
        let operator = [OPERATOR.to_owned()];
        let there = self.places(machine);
        self.alive(machine) && !self.cut.iter().any(|link| joins(link, &operator, &there))
    }

    /// The names under which a cut can mean a machine.
    fn places(&self, machine: &MachineFqdn) -> Vec<String> {
        let mut places = vec![machine.to_string()];
        for (name, pool) in &self.pools {
            if pool.machines.contains(machine) || pool.back_end.servers().any(|server| server == machine) {
                places.extend([name.to_string(), pool.site.clone()]);
            }
        }
        for (name, edge) in &self.edges {
            if edge.machines.contains(machine) {
                places.extend([name.to_string(), edge.site.clone()]);
            }
        }
        places
    }

    /// Whether a cmdlet on a host can open the store that Active Directory points to.
    pub(super) fn store_readable(&self, host: &MachineFqdn) -> bool {
        let name = &self.cms.pointer;
        let Some(pool) = self.pools.get(name) else { return false };
        let installed = pool.store.as_ref().is_some_and(|store| store.installed);
        installed && self.back_end_lives(name) && self.connected(host, &pool.back_end.principal().server)
    }

    /// Lets a cmdlet on a host open the store, or says with SQL Server's words why not.
    pub(super) fn require_store(&self, cmdlet: &str, host: &MachineFqdn) -> Result<(), Refusal> {
        if self.store_readable(host) {
            return Ok(());
        }
        let Some(pool) = self.pools.get(&self.cms.pointer) else {
            return Err(refusals::store_closed(cmdlet));
        };
        let sql = pool.back_end.principal();
        if self.alive(&sql.server) && self.connected(host, &sql.server) {
            Err(refusals::store_closed(cmdlet))
        } else {
            Err(refusals::store_unreachable(cmdlet, sql))
        }
    }

    /// Whether a cmdlet on a host can write to it.
    pub(super) fn store_writable(&self, host: &MachineFqdn) -> bool {
        let store = self.pools.get(&self.cms.pointer).and_then(|pool| pool.store.as_ref());
        self.store_readable(host) && store.is_some_and(|store| !store.read_only)
    }

    /// Whether the master replicator works: its machine lives and reaches a living database.
    pub(super) fn master_works(&self) -> bool {
        let master = &self.cms.master_machine;
        self.alive(master) && self.store_readable(master)
    }

    /// Whether the file transfer agent can bring a change to a machine.
    pub(super) fn replica_reachable(&self, machine: &MachineFqdn) -> bool {
        self.master_works() && self.alive(machine) && self.connected(&self.cms.master_machine, machine)
    }

    /// Whether a host reaches a living Front End of a pool; gives the first.
    pub(super) fn front_end_for(&self, host: &MachineFqdn, pool: &Pool) -> Option<&MachineFqdn> {
        let name = pool.machines.iter().find(|m| self.alive(m) && self.connected(host, m))?;
        self.replicas.get_key_value(name).map(|(machine, _)| machine)
    }

    /// Whether the servers of two pools reach each other.
    pub(super) fn pools_connected(&self, a: &PoolFqdn, b: &PoolFqdn) -> bool {
        let first = |name| self.pools.get(name).and_then(|pool| self.living(pool).next());
        match (first(a), first(b)) {
            (Some(a), Some(b)) => self.connected(a, b),
            _ => false,
        }
    }
}

fn joins(link: &Link, a: &[String], b: &[String]) -> bool {
    let at = |end: &str, places: &[String]| places.iter().any(|place| same(end, place));
    (at(&link.from, a) && at(&link.to, b)) || (at(&link.from, b) && at(&link.to, a))
}
