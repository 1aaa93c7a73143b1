//! The pools: who is paired with whom, the Backup Service, the mirrors.

use super::{Look, answer::Asked, early, organisation::call_all};
use crate::{
    bridge::Answer,
    controller::Organisation,
    lync::{
        Fact, MachineFqdn, Observed, Pool, PoolFqdn, PoolKind, Source, Topology, Version, Why, cmdlet::Query,
        outputs,
    },
};

/// What is asked about the Front End pools of a topology, on a host; and about the exports of them all.
pub(super) fn queries(
    topology: &Topology,
    host: &MachineFqdn,
    local_store: bool,
    look: Look<'_>,
) -> Vec<Query> {
    let is_asked = |pool: &Pool| pool.kind == PoolKind::FrontEnd && pool.version >= Version::LYNC_2013;
    let mut queries = Vec::new();
    for (name, pool) in topology.pools.iter().filter(|(_, pool)| is_asked(pool)) {
        queries.push(Query::PoolBackupRelationship { pool: name.clone(), local_store });
        queries.push(Query::BackupServiceStatus { pool: name.clone() });
        // SQL Express of a Standard Edition server does not answer from elsewhere (Gg398831).
        if !pool.is_standard_edition(name) || pool.machines.contains(host) {
            queries.push(Query::UserDatabaseState { pool: name.clone() });
        }
        if pool.central_management_mirror.is_some() {
            queries.push(Query::CentralManagementMirrorState { pool: name.clone(), local_store });
        }
    }
    if !look.without_exports {
        queries.push(Query::Exports);
    }
    queries
}

/// Asks a host about every Front End pool of the topology, in one round trip, unless it was asked just that
/// already.
pub(super) async fn ask(
    org: &Organisation,
    look: Look<'_>,
    host: &MachineFqdn,
    early: Option<early::Asked>,
    observed: &mut Observed,
) {
    let Some(topology) = observed.topology.value() else { return };
    // Where the topology came from the replica, the store does not answer, and nor will it here.
    let local_store = matches!(&observed.topology, Fact::Known { source: Source::LocalReplica(_), .. });
    let queries = queries(topology, host, local_store, look);
    let (at, answers) = match early.filter(|early| early.is_complete_for(&queries)) {
        Some(early) => (early.at, early.answers),
        None => (org.clock.now(), call_all(org, host, &queries).await),
    };
    let source = if local_store { Source::LocalReplica } else { Source::CentralManagement };
    let paired = Asked { at, source: source(host.clone()) };
    let service = Asked { at, source: Source::Service(host.clone()) };
    let mut unpaired = None;
    for (query, answer) in queries.iter().zip(&answers) {
        match query {
            Query::PoolBackupRelationship { pool, .. } => {
                unpaired = take_pair(observed, pool, answer, &paired).or(unpaired);
            }
            Query::BackupServiceStatus { pool } => {
                let status = service.read(answer, outputs::backup_service_status);
                observed.backup_services.insert(pool.clone(), status);
            }
            Query::UserDatabaseState { pool } => {
                let online = service.read(answer, outputs::user_database_online);
                observed.user_databases.insert(pool.clone(), of_database(online, local_store));
            }
            Query::CentralManagementMirrorState { pool, .. } => {
                let rows = service.read(answer, outputs::mirror_rows);
                observed.central_management.mirrors.insert(pool.clone(), rows);
            }
            Query::Exports => observed.exports = service.read(answer, outputs::exports),
            _ => {}
        }
    }
    // A topology whose pairs are not known is not known: "no pair" would be a guess.
    if let Some(why) = unpaired {
        observed.topology = Fact::Unknown(why);
    }
}

/// SQL Server has the same words for every database that it cannot open. While the store answers, it is not
/// the store that they are about.
fn of_database(fact: Fact<bool>, store_is_away: bool) -> Fact<bool> {
    match fact {
        Fact::Unknown(Why::CentralManagementUnavailable(text)) if !store_is_away => {
            Fact::Unknown(Why::CmdletFailed(text))
        }
        fact => fact,
    }
}

/// Enters the pair of a pool into the topology; gives the reason if it could not be read.
fn take_pair(observed: &mut Observed, pool: &PoolFqdn, answer: &Answer, asked: &Asked) -> Option<Why> {
    let fact = asked.read(answer, |objects| outputs::backup_pool(objects, pool));
    match (fact, &mut observed.topology) {
        (Fact::Known { value, .. }, Fact::Known { value: topology, .. }) => {
            if let Some(entry) = topology.pools.get_mut(pool) {
                entry.backup = value;
            }
            None
        }
        (Fact::Unknown(why), _) => Some(why),
        (Fact::Known { .. }, Fact::Unknown(_)) => None,
    }
}
