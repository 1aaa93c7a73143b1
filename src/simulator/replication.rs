//! How changes of the store travel: to the replicas, and to the standby of the pair.

use jiff::Timestamp;

use super::{
    model::{Configuration, Intake, Organisation},
    scenario::BackupHealth,
};
use crate::lync::{MachineFqdn, PoolFqdn, PoolState};

impl Organisation {
    /// Changes the content of the store and sends the change on its way.
    pub(super) fn change(&mut self, now: Timestamp, edit: impl FnOnce(&mut Configuration)) {
        edit(&mut self.cms.master);
        self.cms.master.version += 1;
        for replica in self.replicas.values_mut() {
            replica.last_update = Some(now);
            replica.due = None;
        }
        self.cms.standby_due = None;
        self.retry(now);
    }

    /// Writes the state of a pool into the store.
    pub(super) fn set_state(&mut self, now: Timestamp, pool: &PoolFqdn, state: PoolState) {
        self.change(now, |configuration| {
            configuration.pool_states.insert(pool.clone(), state);
        });
    }

    /// Starts copies for everything that is behind and waits for nothing.
    pub(super) fn retry(&mut self, now: Timestamp) {
        let version = self.cms.master.version;
        for replica in self.replicas.values_mut() {
            let behind = replica.copy.version != version && replica.intake == Intake::Normal;
            if behind && replica.due.is_none() {
                replica.due = now.checked_add(replica.delay).ok();
            }
        }
        if self.cms.standby.version != version && self.cms.standby_due.is_none() {
            self.cms.standby_due = now.checked_add(self.durations.backup_interval.0).ok();
        }
    }

    /// Finishes the copies that are due. A copy that cannot arrive is dropped until something changes.
    pub(super) fn deliver(&mut self, now: Timestamp) {
        let due = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        let arrived: Vec<MachineFqdn> =
            self.replicas.iter().filter(|(_, r)| due(r.due)).map(|(m, _)| m.clone()).collect();
        for machine in arrived {
            let reached = self.replica_reachable(&machine);
            let copy = self.cms.master.clone();
            if let Some(replica) = self.replicas.get_mut(&machine) {
                replica.due = None;
                if reached && replica.intake == Intake::Normal {
                    replica.copy = copy;
                    replica.last_report = Some(now);
                }
            }
        }
        if due(self.cms.standby_due) {
            self.cms.standby_due = None;
            if self.standby_reachable() {
                self.cms.standby = self.cms.master.clone();
            }
        }
    }

    /// Asks for a full copy to one replica, or to all (`Invoke-CsManagementStoreReplication`).
    pub(super) fn full_copy(&mut self, only: Option<&MachineFqdn>, now: Timestamp) {
        let due = now.checked_add(self.durations.full_replication.0).ok();
        for (machine, replica) in &mut self.replicas {
            if only.is_none_or(|only| only == machine) && replica.intake != Intake::Never {
                replica.intake = Intake::Normal;
                replica.copy.version = 0;
                replica.last_report = None;
                replica.due = due;
            }
        }
    }

    /// Lets the services that live give their signs of life.
    pub(super) fn touch(&mut self, now: Timestamp) {
        if let Some(next) = self.next_master() {
            self.cms.master_machine = next;
        }
        if self.master_works() {
            self.cms.heartbeat = now;
        }
        let reached: Vec<MachineFqdn> =
            self.replicas.keys().filter(|machine| self.replica_reachable(machine)).cloned().collect();
        for machine in reached {
            if let Some(replica) = self.replicas.get_mut(&machine)
                && replica.last_report.is_some()
            {
                replica.last_report = Some(now);
            }
        }
    }

    /// Whether a replica has the newest change.
    pub(super) fn up_to_date(&self, machine: &MachineFqdn) -> bool {
        self.replicas.get(machine).is_some_and(|replica| replica.copy.version == self.cms.master.version)
    }

    /// The pool that would receive the store: the pair of the pool that Active Directory points to.
    pub(super) fn standby_pool(&self) -> Option<&PoolFqdn> {
        let pair = self.pools.get(&self.cms.pointer)?.backup.as_ref()?;
        self.pools.get(pair)?.store.as_ref().map(|_| pair)
    }

    /// When the next copy arrives.
    pub(super) fn next_copy_at(&self) -> Option<Timestamp> {
        self.replicas.values().filter_map(|replica| replica.due).chain(self.cms.standby_due).min()
    }

    /// The Front End that takes the master replicator over, if it has to move.
    fn next_master(&self) -> Option<MachineFqdn> {
        let pool = self.pools.get(&self.cms.pointer)?;
        let master = &self.cms.master_machine;
        if self.alive(master) && pool.machines.contains(master) {
            return None;
        }
        self.living(pool).next().cloned()
    }

    fn standby_reachable(&self) -> bool {
        let active = &self.cms.pointer;
        let works = self.pools.get(active).is_some_and(|pool| pool.backup_service != BackupHealth::Broken);
        let Some(standby) = self.standby_pool() else { return false };
        works
            && self.back_end_lives(active)
            && self.back_end_lives(standby)
            && self.pools_connected(active, standby)
    }
}
