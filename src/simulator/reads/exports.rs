//! The cmdlets that export. What they write lies where the caller wants it, and is no part of Lync.

use super::{Reading, Rows};
use crate::simulator::refusals;

/// The store and the locations are read from the SQL Server of the store, Response Groups from that of the pool.
pub(super) fn export(reading: &Reading<'_>) -> Rows {
    if reading.cmdlet != "Export-CsRgsConfiguration" {
        reading.configuration()?;
        return Ok(Vec::new());
    }
    let organisation = reading.organisation;
    let source = reading.call.get_text("Source").unwrap_or_default();
    let name = source.rsplit_once(':').map_or(source, |(_, name)| name);
    let Some((name, pool)) = organisation.pool(name).filter(|(_, pool)| !pool.director) else {
        return Err(refusals::not_found(reading.cmdlet, source));
    };
    let sql = pool.back_end.principal();
    if organisation.back_end_lives(name) && organisation.connected(reading.host, &sql.server) {
        Ok(Vec::new())
    } else {
        Err(refusals::database_unreachable(reading.cmdlet, sql))
    }
}
