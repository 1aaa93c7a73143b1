//! `Test-CsDatabase -CentralManagementDatabase` (JJ204839; Dn727307 prints the rows).

use super::{DecodeError, read::rows};
use crate::lync::ps::PsObject;

const CMDLET: &str = "Test-CsDatabase";

/// The databases of the Central Management store: topology and policies, and locations.
const DATABASES: [&str; 2] = ["xds", "lis"];

/// Whether both databases of the Central Management store could be opened. Rows of other databases do
/// not count.
///
/// # Errors
///
/// An empty answer, no row for one of the two, or a row that lacks `DatabaseName` or `Succeed`.
pub fn database_succeeds(objects: &[PsObject]) -> Result<bool, DecodeError> {
    let mut results = Vec::new();
    for row in rows(CMDLET, objects)? {
        results.push((row.text(&["DatabaseName"])?, row.flag("Succeed")?));
    }
    let mut all = true;
    for database in DATABASES {
        let mut own = results.iter().filter(|(name, _)| name.eq_ignore_ascii_case(database)).peekable();
        if own.peek().is_none() {
            return Err(DecodeError::new(CMDLET, format!("no row for the database {database}")));
        }
        all &= own.all(|(_, succeed)| *succeed);
    }
    Ok(all)
}
