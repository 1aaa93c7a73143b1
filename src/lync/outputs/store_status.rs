//! `Get-CsManagementStoreReplicationStatus -CentralManagementStoreStatus` (Gg399052).

use jiff::Timestamp;

use super::{
    DecodeError,
    read::{Row, only_row},
};
use crate::lync::{MachineFqdn, StoreStatus, ps::PsObject};

const CMDLET: &str = "Get-CsManagementStoreReplicationStatus -CentralManagementStoreStatus";

/// Microsoft's objects say the first, JJ204678 says the second.
const FILE_TRANSFER_AGENT: [&str; 2] = ["ActiveFileTransferAgentFqdn", "ActiveFileTransferAgents"];

/// Who runs the master replicator and the file transfer agent, and when they were last alive.
///
/// Empty values are what a store that is not available answers (JJ204678, step 3).
///
/// # Errors
///
/// Not exactly one object, a missing property for master or file transfer agent, more than one of
/// either, or a value that cannot be read. A missing heartbeat is no error: no page names the property.
pub fn store_status(objects: &[PsObject]) -> Result<StoreStatus, DecodeError> {
    let row = only_row(CMDLET, objects)?;
    Ok(StoreStatus {
        active_master: machine(&row, &["ActiveMasterFqdn"])?,
        active_master_heartbeat: heartbeat(&row, "ActiveMasterLastHeartbeat")?,
        active_file_transfer_agent: machine(&row, &FILE_TRANSFER_AGENT)?,
        active_file_transfer_agent_heartbeat: heartbeat(&row, "ActiveFileTransferAgentLastHeartbeat")?,
    })
}

fn machine(row: &Row<'_>, names: &[&str]) -> Result<Option<MachineFqdn>, DecodeError> {
    match row.texts(names)?.as_slice() {
        [] | [""] => Ok(None),
        [one] => row.parsed(names[0], one).map(Some),
        _ => Err(row.fault(format!("contradictory: {} names more than one machine", names[0]))),
    }
}

fn heartbeat(row: &Row<'_>, name: &str) -> Result<Option<Timestamp>, DecodeError> {
    match row.has(name) {
        true => row.time_or_empty(name),
        false => Ok(None),
    }
}
