//! The pools: who is paired with whom, the Backup Service, the mirrors.

use super::{answer::Asked, organisation::call_all};
use crate::{
    bridge::Answer,
    controller::Organisation,
    lync::{Fact, MachineFqdn, Observed, PoolFqdn, PoolKind, Source, Version, Why, cmdlet::Query, outputs},
};

/// Asks a host about every Front End pool of the topology, in one round trip.
pub(super) async fn ask(org: &Organisation, host: &MachineFqdn, observed: &mut Observed) {
    let Some(topology) = observed.topology.value() else { return };
    // Where the topology came from the replica, the store does not answer, and nor will it here.
    let local_store = matches!(&observed.topology, Fact::Known { source: Source::LocalReplica(_), .. });
    let pools: Vec<(PoolFqdn, bool)> = topology
        .pools
        .iter()
        .filter(|(_, pool)| pool.kind == PoolKind::FrontEnd && pool.version >= Version::LYNC_2013)
        .map(|(name, pool)| (name.clone(), pool.central_management_mirror.is_some()))
        .collect();

    let mut queries = Vec::new();
    for (pool, has_mirror) in &pools {
        queries.push(Query::PoolBackupRelationship { pool: pool.clone(), local_store });
        queries.push(Query::BackupServiceStatus { pool: pool.clone() });
        if *has_mirror {
            queries.push(Query::CentralManagementMirrorState { pool: pool.clone(), local_store });
        }
    }
    let at = org.clock.now();
    let answers = call_all(org, host, &queries).await;
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
            Query::CentralManagementMirrorState { pool, .. } => {
                let rows = service.read(answer, outputs::mirror_rows);
                observed.central_management.mirrors.insert(pool.clone(), rows);
            }
            _ => {}
        }
    }
    // A topology whose pairs are not known is not known: "no pair" would be a guess.
    if let Some(why) = unpaired {
        observed.topology = Fact::Unknown(why);
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
