//! `Get-CsDatabaseMirrorState` (JJ204845).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{DecodeError, read::rows};
use crate::lync::ps::PsObject;

const CMDLET: &str = "Get-CsDatabaseMirrorState";

const ROLES: [(&str, MirrorRole); 3] = [
    ("Principal", MirrorRole::Principal),
    ("Mirror", MirrorRole::Mirror),
    ("DatabaseInaccessibleOrMirroringNotEnabled", MirrorRole::DatabaseInaccessibleOrMirroringNotEnabled),
];

/// The role of one side of a mirrored database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MirrorRole {
    /// Serves.
    Principal,
    /// Follows.
    Mirror,
    /// Not mirrored, or not reachable: Lync does not tell the two apart.
    DatabaseInaccessibleOrMirroringNotEnabled,
}

/// One database of `Get-CsDatabaseMirrorState`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MirrorRow {
    /// Its name in lower case: `xds` or `lis` for the Central Management store.
    pub database: String,
    /// The side that the topology calls primary.
    pub on_primary: MirrorRole,
    /// The side that the topology calls mirror.
    pub on_mirror: MirrorRole,
}

/// The mirror state of each database that was asked for.
///
/// How well the sides keep up is not read: the page calls that property of the mirror side
/// `MirroringStatusOnSecondary`, a public script `MirroringStatusOnMirror`, and nobody lists its values.
///
/// # Errors
///
/// An empty answer, a database that is listed twice, a row that lacks `DatabaseName`, `StateOnPrimary`
/// or `StateOnMirror`, or an unknown state.
pub fn mirror_rows(objects: &[PsObject]) -> Result<Vec<MirrorRow>, DecodeError> {
    let mut seen = BTreeSet::new();
    rows(CMDLET, objects)?
        .into_iter()
        .map(|row| {
            let database = row.text(&["DatabaseName"])?.to_ascii_lowercase();
            if !seen.insert(database.clone()) {
                return Err(row.fault("a database is listed twice"));
            }
            Ok(MirrorRow {
                database,
                on_primary: row.choice("StateOnPrimary", &ROLES)?,
                on_mirror: row.choice("StateOnMirror", &ROLES)?,
            })
        })
        .collect()
}
