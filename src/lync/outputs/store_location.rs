//! `Get-CsConfigurationStoreLocation` (Gg412814).

use super::{DecodeError, read::only_row};
use crate::lync::{SqlInstance, ps::PsObject};

/// The SQL instance that Active Directory points to.
///
/// The page says that the answer is a string such as `atl-sql-001.litwareinc.com/rtc`; a public script
/// reads a property `BackEndServer`. Both are read, with a slash or a backslash.
///
/// # Errors
///
/// Not exactly one object, or no SQL path in it.
pub fn store_location(objects: &[PsObject]) -> Result<SqlInstance, DecodeError> {
    let row = only_row("Get-CsConfigurationStoreLocation", objects)?;
    let path = match (row.has("BackEndServer"), &row.object().text) {
        (true, _) => row.text(&["BackEndServer"])?,
        (false, Some(text)) => text.trim(),
        (false, None) => return Err(row.fault("neither a text nor the property BackEndServer")),
    };
    let location: SqlInstance = row.parsed("the store location", path)?;
    if location.instance.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err(row.fault("the store location has a malformed instance name"));
    }
    Ok(location)
}
