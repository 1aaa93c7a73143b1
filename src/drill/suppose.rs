//! The world as it would be seen if a pool were lost, and after each step of its failover.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    lync::{
        CmsRole, EndpointState, Fact, MachineFqdn, Observed, PeerSight, PoolFqdn, PoolState, Source,
        StoreStatus, Topology, Why,
    },
    plan::{Limits, Progress, Step, Watch, assess},
};

/// What is said of everything that is supposed to be lost.
const SUPPOSED: &str = "supposed to be lost";

/// A world in which a pool is lost.
pub(super) struct Supposed<'a> {
    /// How things would be.
    truth: Observed,
    lost: &'a PoolFqdn,
    /// Whether the Central Management store went with the pool, and has not been failed over yet.
    store_is_lost: bool,
    /// Who is asked while there is no store.
    witness: Option<MachineFqdn>,
    watch: Watch,
    now: Timestamp,
}

impl<'a> Supposed<'a> {
    /// Takes the Front Ends of a pool away, their votes, its databases, and the store if it is there.
    pub(super) fn new(
        observed: &Observed,
        lost: &'a PoolFqdn,
        watch: &Watch,
        limits: &Limits,
        now: Timestamp,
    ) -> Self {
        let progress = Progress { watch: watch.clone(), ..Progress::default() };
        let central = assess(observed, &progress, limits, now).central_management;
        let mut truth = observed.clone();
        let topology = observed.topology.value();
        let machines = topology.and_then(|all| all.pools.get(lost)).map_or(&[][..], |pool| &pool.machines);
        let pair = topology.and_then(|topology| topology.backup_of(lost));
        let unseen = || Why::BridgeUnavailable(SUPPOSED.to_owned());
        for machine in machines {
            let gone = EndpointState::Unreachable(SUPPOSED.to_owned());
            truth.endpoints.insert(machine.clone(), Fact::known(gone, now, Source::Probe));
            truth.sip.insert(machine.clone(), Fact::known(false, now, Source::Probe));
            truth.registrars.insert(machine.clone(), Fact::Unknown(unseen()));
            truth.guards.remove(machine);
        }
        truth.peers.clear();
        if let Some(pair) = pair {
            let sight = || PeerSight::Unreachable(SUPPOSED.to_owned());
            let all = machines.iter().map(|m| (m.clone(), Fact::known(sight(), now, Source::Probe)));
            truth.peers.insert(pair.clone(), all.collect());
        }
        truth.user_databases.insert(lost.clone(), Fact::known(false, now, Source::Probe));
        truth.backup_services.insert(lost.clone(), Fact::Unknown(unseen()));
        truth.central_management.mirrors.remove(lost);
        let witness = pair.and_then(|pair| topology?.pools.get(pair)?.machines.first().cloned());
        let since = now - limits.down_sustained_for;
        let mut watch = watch.clone();
        watch.down_since.insert(lost.clone(), since);
        watch.unfit_since.insert(lost.clone(), since);
        let store_is_lost = central.pool() == Some(lost);
        if store_is_lost {
            (watch.cms_failing_on, watch.cms_failing_since) = (Some(lost.clone()), Some(since));
        }
        Self { truth, lost, store_is_lost, witness, watch, now }
    }

    /// What would be remembered: that it has been so for long enough.
    pub(super) fn progress(&self) -> Progress {
        Progress { generation: 1, watch: self.watch.clone(), ..Progress::default() }
    }

    /// What would be seen. While the store is lost, what a replica has, and who does not answer.
    pub(super) fn seen(&self) -> Observed {
        let Some(witness) = self.witness.clone().filter(|_| self.store_is_lost) else {
            return self.truth.clone();
        };
        let mut seen = self.truth.clone();
        let silent = || Why::CentralManagementUnavailable(format!("the store on {}: {SUPPOSED}", self.lost));
        seen.topology = replicated(&seen.topology, &witness);
        seen.next_hops = each_replicated(&seen.next_hops, &witness);
        seen.pool_states = each_replicated(&seen.pool_states, &witness);
        seen.replicas = Fact::Unknown(silent());
        let cms = &mut seen.central_management;
        cms.replicated_roles = replicated(&cms.roles, &witness);
        cms.roles = Fact::Unknown(silent());
        cms.store = Fact::known(StoreStatus::default(), self.now, Source::Service(witness.clone()));
        cms.database = Fact::known(false, self.now, Source::Service(witness));
        seen
    }

    /// Takes a step for done: its post-condition holds from now on.
    pub(super) fn done(&mut self, step: &Step, host: &MachineFqdn) {
        let now = self.now;
        let source = || Source::CentralManagement(host.clone());
        match step {
            Step::SetEdgeNextHop { edge, to, .. } => {
                self.truth.next_hops.insert(edge.clone(), Fact::known(to.clone(), now, source()));
            }
            Step::FailOverCentralManagement { to, .. } => self.store_is_on(to, host),
            Step::FailOverPool { home, .. } => {
                let state = Fact::known(PoolState::FailedOver, now, source());
                self.truth.pool_states.insert(home.clone(), state);
            }
            Step::FailBackPool { home, .. } => {
                let state = Fact::known(PoolState::Active, now, source());
                self.truth.pool_states.insert(home.clone(), state);
            }
            Step::KickReplication { .. } => {}
        }
    }

    /// All signals name a pool as the one with the store, and it works.
    fn store_is_on(&mut self, pool: &PoolFqdn, host: &MachineFqdn) {
        let now = self.now;
        self.store_is_lost = false;
        (self.watch.cms_failing_on, self.watch.cms_failing_since) = (None, None);
        (self.watch.master_beat, self.watch.agent_beat) = (None, None);
        let nothing = Topology::default();
        let topology = self.truth.topology.value().unwrap_or(&nothing);
        let Some(found) = topology.pools.get(pool) else { return };
        let (version, database) = (found.version, found.central_management_store.clone());
        let machine = found.machines.first().cloned();
        let cms = &mut self.truth.central_management;
        let mut roles = cms.roles.value().cloned().unwrap_or_default();
        roles.retain(|role| role.pool != *pool);
        roles.iter_mut().for_each(|role| role.active = false);
        roles.push(CmsRole { pool: pool.clone(), active: true, version });
        cms.roles = Fact::known(roles, now, Source::CentralManagement(host.clone()));
        if let Some(database) = database {
            cms.pointer = Fact::known(database, now, Source::ActiveDirectory(host.clone()));
        }
        let store = StoreStatus {
            active_master: machine.clone(),
            active_master_heartbeat: Some(now),
            active_file_transfer_agent: machine,
            active_file_transfer_agent_heartbeat: Some(now),
        };
        cms.store = Fact::known(store, now, Source::Service(host.clone()));
        cms.database = Fact::known(true, now, Source::Service(host.clone()));
    }
}

/// The fact as the replica on a host has it.
fn replicated<T: Clone>(fact: &Fact<T>, host: &MachineFqdn) -> Fact<T> {
    match fact {
        Fact::Known { value, at, .. } => Fact::known(value.clone(), *at, Source::LocalReplica(host.clone())),
        Fact::Unknown(why) => Fact::Unknown(why.clone()),
    }
}

fn each_replicated<K: Ord + Clone, T: Clone>(
    facts: &BTreeMap<K, Fact<T>>,
    host: &MachineFqdn,
) -> BTreeMap<K, Fact<T>> {
    facts.iter().map(|(key, fact)| (key.clone(), replicated(fact, host))).collect()
}
