//! `Get-CsBackupServiceStatus` (JJ205032); the values by Jens Trier Rasmussen, 2012-11-06.

use serde::{Deserialize, Serialize};

/// How far a pool has sent its changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportStatus {
    /// Nothing is left to send.
    FinalState,
    /// Keeps up within the interval.
    SteadyState,
    /// Behind.
    NonSteadyState,
    /// Does not send; normal for `CentralMgmt.CMSMaster` on the pool that is not the master.
    NotInitialized,
    /// Broken.
    ErrorState,
}

/// Whether a pool takes in what its partner sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportStatus {
    /// It does.
    NormalState,
    /// Broken.
    ErrorState,
}

/// One module of the Backup Service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BackupModule {
    /// `UserServices.PresenceFocus`, `ConfServices.DataConf` or `CentralMgmt.CMSMaster`.
    pub name: String,
    /// The sending side.
    pub export: ExportStatus,
    /// The receiving side.
    pub import: ImportStatus,
}

/// The Backup Service of a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BackupServiceStatus {
    /// Its modules.
    pub modules: Vec<BackupModule>,
}
