//! `Get-CsDatabaseMirrorState` (JJ204845).

use serde::{Deserialize, Serialize};

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
    /// `xds` or `lis`.
    pub database: String,
    /// The side that the topology calls primary.
    pub on_primary: MirrorRole,
    /// The side that the topology calls mirror.
    pub on_mirror: MirrorRole,
}
