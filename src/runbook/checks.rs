//! What shows that a step is needed, and that it is done.

use crate::{
    lync::{
        Topology,
        cmdlet::{Query, ServiceRole},
    },
    plan::Step,
};

/// The cmdlets to look with, before a step and after it.
pub(super) fn of(step: &Step, topology: &Topology) -> Vec<Query> {
    let service = |role| Query::Service { role };
    let backup = |pool: &crate::lync::PoolFqdn| Query::BackupServiceStatus { pool: pool.clone() };
    let states = Query::RegistrarConfiguration { local_store: false };
    match step {
        Step::SetEdgeNextHop { .. } => vec![service(ServiceRole::EdgeServer), Query::ReplicationStatus],
        Step::KickReplication { .. } => vec![Query::ReplicationStatus],
        Step::FailOverCentralManagement { to, .. } => {
            let is_mirrored =
                topology.pools.get(to).is_some_and(|pool| pool.central_management_mirror.is_some());
            let mirror = Query::CentralManagementMirrorState { pool: to.clone(), local_store: true };
            let mut checks = vec![
                service(ServiceRole::CentralManagement),
                Query::CentralManagementStoreStatus,
                Query::ConfigurationStoreLocation,
                Query::ReplicationStatus,
            ];
            if is_mirrored {
                checks.insert(0, mirror);
            }
            checks
        }
        Step::FailOverPool { to, .. } => vec![states, backup(to)],
        Step::FailBackPool { home, from, .. } => vec![states, backup(home), backup(from)],
    }
}

/// Where a step may be typed, if the server that the plan names does not answer.
pub(super) fn elsewhere(step: &Step) -> String {
    match step {
        Step::SetEdgeNextHop { to, .. } => format!("any Front End of a living pool, such as {to}"),
        Step::KickReplication { .. } => "any Front End of a living pool".to_owned(),
        Step::FailOverCentralManagement { to, .. } => {
            format!("a Front End of {to}: the cmdlet has to run on the pool that receives the store")
        }
        Step::FailOverPool { to, .. } => format!("a Front End of {to}"),
        Step::FailBackPool { home, from, .. } => format!("a Front End of {from}, or of {home}"),
    }
}
