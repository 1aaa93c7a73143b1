//! `Get-CsUserDatabaseState` (Gg398831).

use super::{DecodeError, read::rows};
use crate::lync::ps::PsObject;

const CMDLET: &str = "Get-CsUserDatabaseState";

/// Whether the user database of the pool that was asked about is online.
///
/// # Errors
///
/// An empty answer, a row without `Online`, or rows that disagree: half a pool is no answer about the pool.
pub fn user_database_online(objects: &[PsObject]) -> Result<bool, DecodeError> {
    let mut online = None;
    for row in rows(CMDLET, objects)? {
        let flag = row.flag("Online")?;
        if online.replace(flag).is_some_and(|earlier| earlier != flag) {
            return Err(row.fault("contradictory: one user database is online and another is not"));
        }
    }
    online.ok_or_else(|| DecodeError::new(CMDLET, "the answer is empty"))
}
