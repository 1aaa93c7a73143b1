//! `Get-CsService -EdgeServer`.

use std::collections::BTreeMap;

use super::{DecodeError, read::Row, service::CMDLET};
use crate::lync::{EdgeFqdn, PoolFqdn, cmdlet::ServiceRole, ps::PsObject};

/// The next hop of each Edge pool: the property `Registrar` (Dn747889 prints a row).
///
/// An empty answer is a deployment without Edge pools.
///
/// # Errors
///
/// An Edge pool that is listed twice, or a row that lacks `Identity` or `Registrar`.
pub fn edge_next_hops(objects: &[PsObject]) -> Result<BTreeMap<EdgeFqdn, PoolFqdn>, DecodeError> {
    let mut hops = BTreeMap::new();
    for row in objects.iter().map(|object| Row::new(CMDLET, object)) {
        let edge: EdgeFqdn = row.name("Identity", ServiceRole::EdgeServer.name())?;
        let next_hop = row.name("Registrar", ServiceRole::Registrar.name())?;
        if hops.insert(edge.clone(), next_hop).is_some() {
            return Err(row.fault(format!("{edge} is listed twice")));
        }
    }
    Ok(hops)
}
