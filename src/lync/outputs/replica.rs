//! `Get-CsManagementStoreReplicationStatus` (Gg399052).

use std::collections::BTreeMap;

use super::{DecodeError, read::rows};
use crate::lync::{MachineFqdn, Replica, ps::PsObject};

const CMDLET: &str = "Get-CsManagementStoreReplicationStatus";

/// The state of each replica.
///
/// The times may be empty for a new replica, or just after a full copy was asked for.
///
/// # Errors
///
/// An empty answer (every server has a replica), a machine that is listed twice, or a row that lacks
/// `ReplicaFqdn`, `UpToDate`, `LastStatusReport` or `LastUpdateCreation`.
pub fn replicas(objects: &[PsObject]) -> Result<BTreeMap<MachineFqdn, Replica>, DecodeError> {
    let mut replicas = BTreeMap::new();
    for row in rows(CMDLET, objects)? {
        let machine: MachineFqdn = row.parsed("ReplicaFqdn", row.text(&["ReplicaFqdn"])?)?;
        let replica = Replica {
            up_to_date: row.flag("UpToDate")?,
            last_status_report: row.time_or_empty("LastStatusReport")?,
            last_update_creation: row.time_or_empty("LastUpdateCreation")?,
        };
        if replicas.insert(machine.clone(), replica).is_some() {
            return Err(row.fault(format!("{machine} is listed twice")));
        }
    }
    Ok(replicas)
}
