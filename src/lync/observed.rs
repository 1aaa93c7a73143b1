//! The observed world: one value that the planner reads.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    EdgeFqdn, Exports, Fact, MachineFqdn, PoolFqdn, PoolState, SqlInstance, Topology, Version, Why,
    outputs::{BackupServiceStatus, MirrorRow},
};

/// One row of `Get-CsService -CentralManagement`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CmsRole {
    /// The pool that carries the service.
    pub pool: PoolFqdn,
    /// Whether it is the active one.
    pub active: bool,
    /// Its version: 5 (Lync 2010) cannot be failed over, only moved.
    pub version: Version,
}

/// `Get-CsManagementStoreReplicationStatus -CentralManagementStoreStatus`.
///
/// The names are of machines; on a Standard Edition pool they equal the pool's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoreStatus {
    /// The machine that runs the master replicator; empty when the store is not available.
    pub active_master: Option<MachineFqdn>,
    /// Its last sign of life.
    pub active_master_heartbeat: Option<Timestamp>,
    /// The machine that runs the file transfer agent.
    pub active_file_transfer_agent: Option<MachineFqdn>,
    /// Its last sign of life.
    pub active_file_transfer_agent_heartbeat: Option<Timestamp>,
}

/// The signals about the Central Management store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CentralManagement {
    /// The pools with the service, and which is active.
    pub roles: Fact<Vec<CmsRole>>,
    /// The same as a local replica has it, read only when the store does not answer. As old as the last
    /// replication: it says where the store was, not where it is.
    #[serde(default)]
    pub replicated_roles: Fact<Vec<CmsRole>>,
    /// Master, file transfer agent and their heartbeats.
    pub store: Fact<StoreStatus>,
    /// The SQL instance that Active Directory points to.
    pub pointer: Fact<SqlInstance>,
    /// Whether the databases could be opened.
    pub database: Fact<bool>,
    /// The mirror state of each pool's databases `xds` and `lis`.
    #[serde(default)]
    pub mirrors: BTreeMap<PoolFqdn, Fact<Vec<MirrorRow>>>,
}

/// One row of `Get-CsManagementStoreReplicationStatus`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Replica {
    /// Whether the replica has the newest change.
    pub up_to_date: bool,
    /// When the replica last reported; empty just after a full copy was asked for.
    pub last_status_report: Option<Timestamp>,
    /// When the newest update for it was made.
    pub last_update_creation: Option<Timestamp>,
}

/// What became of the last attempt to reach an endpoint of the bridge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EndpointState {
    /// It answers.
    Connected,
    /// No TCP connection: it refuses or is silent. Evidence, together with others.
    Unreachable(String),
    /// It answered and refused the credentials, or its identity is not the expected one. No evidence
    /// about Lync.
    Denied(String),
    /// It answers, but lacks what a change needs: a module, a cmdlet, a parameter. It can be asked.
    Unfit(String),
}

/// What a Front End of one pool found of a server of another (`Get-CsWindowsService -ComputerName`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PeerSight {
    /// The Registrar service runs.
    Runs,
    /// The server answers; its Registrar service does not run.
    Stopped,
    /// The server cannot be reached from there, in the words of Windows.
    Unreachable(String),
}

/// What keeps a cmdlet on a host from running twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Guard {
    /// A module on the host with a lock, a fence and a journal.
    Module,
    /// Nothing: the cmdlet runs in the session.
    Plain,
}

/// Everything that was observed of one Lync organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Observed {
    /// Sites, pools, pairs, machines, SQL names.
    pub topology: Fact<Topology>,
    /// The state of each pool's failover.
    #[serde(default)]
    pub pool_states: BTreeMap<PoolFqdn, Fact<PoolState>>,
    /// The Central Management store.
    pub central_management: CentralManagement,
    /// The next hop of each Edge pool.
    #[serde(default)]
    pub next_hops: BTreeMap<EdgeFqdn, Fact<PoolFqdn>>,
    /// The state of each replica.
    pub replicas: Fact<BTreeMap<MachineFqdn, Replica>>,
    /// The Backup Service of each pool.
    #[serde(default)]
    pub backup_services: BTreeMap<PoolFqdn, Fact<BackupServiceStatus>>,
    /// Whether TCP 5061 of each server accepts connections.
    #[serde(default)]
    pub sip: BTreeMap<MachineFqdn, Fact<bool>>,
    /// Whether the Registrar service runs on each server that could be asked.
    #[serde(default)]
    pub registrars: BTreeMap<MachineFqdn, Fact<bool>>,
    /// Whether the services of the Central Management store are installed on each server that could be asked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub store_services: BTreeMap<MachineFqdn, Fact<bool>>,
    /// What the Front Ends of other pools find of the servers of a pool that is in doubt: by the pool that
    /// was asked, then by server. Nobody is asked about a pool that nobody doubts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub peers: BTreeMap<PoolFqdn, BTreeMap<MachineFqdn, Fact<PeerSight>>>,
    /// Whether the user database of each pool is online.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub user_databases: BTreeMap<PoolFqdn, Fact<bool>>,
    /// The endpoints of the bridge.
    #[serde(default)]
    pub endpoints: BTreeMap<MachineFqdn, Fact<EndpointState>>,
    /// What guards each endpoint that said so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub guards: BTreeMap<MachineFqdn, Guard>,
    /// What is in the folder for exports, as the host sees it that was asked about the pools.
    #[serde(default, skip_serializing_if = "is_not_observed")]
    pub exports: Fact<Exports>,
}

fn is_not_observed<T>(fact: &Fact<T>) -> bool {
    matches!(fact, Fact::Unknown(Why::NotObserved))
}

impl Observed {
    /// Fills what could not be seen this time with what was seen before, with its age.
    #[must_use]
    pub fn or_earlier(self, earlier: &Self) -> Self {
        let (mine, theirs) = (self.central_management, &earlier.central_management);
        Self {
            topology: self.topology.or_earlier(&earlier.topology),
            pool_states: each_or_earlier(self.pool_states, &earlier.pool_states),
            central_management: CentralManagement {
                roles: mine.roles.or_earlier(&theirs.roles),
                replicated_roles: mine.replicated_roles.or_earlier(&theirs.replicated_roles),
                store: mine.store.or_earlier(&theirs.store),
                pointer: mine.pointer.or_earlier(&theirs.pointer),
                database: mine.database.or_earlier(&theirs.database),
                mirrors: each_or_earlier(mine.mirrors, &theirs.mirrors),
            },
            next_hops: each_or_earlier(self.next_hops, &earlier.next_hops),
            replicas: self.replicas.or_earlier(&earlier.replicas),
            backup_services: each_or_earlier(self.backup_services, &earlier.backup_services),
            sip: each_or_earlier(self.sip, &earlier.sip),
            registrars: each_or_earlier(self.registrars, &earlier.registrars),
            store_services: each_or_earlier(self.store_services, &earlier.store_services),
            peers: peers_or_earlier(self.peers, &earlier.peers),
            user_databases: each_or_earlier(self.user_databases, &earlier.user_databases),
            // What became of the last attempt, not of one before it: why it failed is the news.
            endpoints: match self.endpoints.is_empty() {
                true => earlier.endpoints.clone(),
                false => self.endpoints,
            },
            guards: earlier.guards.clone().into_iter().chain(self.guards).collect(),
            exports: self.exports.or_earlier(&earlier.exports),
        }
    }
}

/// Keys that a reading does not have are gone, unless it has none at all: then nobody could look.
fn each_or_earlier<K: Ord + Clone, T: Clone>(
    now: BTreeMap<K, Fact<T>>,
    earlier: &BTreeMap<K, Fact<T>>,
) -> BTreeMap<K, Fact<T>> {
    if now.is_empty() {
        return earlier.clone();
    }
    let fill = |(key, fact): (K, Fact<T>)| match earlier.get(&key) {
        Some(before) => (key, fact.or_earlier(before)),
        None => (key, fact),
    };
    now.into_iter().map(fill).collect()
}

/// Who is not asked this time is not needed: what was said before does not linger.
fn peers_or_earlier(
    now: BTreeMap<PoolFqdn, BTreeMap<MachineFqdn, Fact<PeerSight>>>,
    earlier: &BTreeMap<PoolFqdn, BTreeMap<MachineFqdn, Fact<PeerSight>>>,
) -> BTreeMap<PoolFqdn, BTreeMap<MachineFqdn, Fact<PeerSight>>> {
    let fill = |(pool, facts)| match earlier.get(&pool) {
        Some(before) => (pool, each_or_earlier(facts, before)),
        None => (pool, facts),
    };
    now.into_iter().map(fill).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lync::Source;

    #[test]
    fn why_the_last_attempt_failed_is_not_hidden_by_one_that_went_well() {
        let host: MachineFqdn = "fe1.contoso.com".parse().expect("a name");
        let seen = |endpoint, runs| Observed {
            endpoints: BTreeMap::from([(host.clone(), endpoint)]),
            registrars: BTreeMap::from([(host.clone(), runs)]),
            ..Observed::default()
        };
        let (at, source) = (Timestamp::UNIX_EPOCH, Source::Probe);
        let before =
            seen(Fact::known(EndpointState::Connected, at, source.clone()), Fact::known(true, at, source));
        let unknown = || Why::BridgeUnavailable("the certificate has expired".to_owned());
        let now = seen(Fact::Unknown(unknown()), Fact::Unknown(unknown()));
        let both = now.or_earlier(&before);
        assert_eq!(both.endpoints[&host], Fact::Unknown(unknown()));
        assert_eq!(both.registrars, before.registrars, "a fact about Lync ages on");
        assert_eq!(Observed::default().or_earlier(&before).endpoints, before.endpoints);
    }
}
