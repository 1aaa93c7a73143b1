//! `Get-CsBackupServiceStatus` (JJ205032); the values by Jens Trier Rasmussen, 2012-11-06.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    DecodeError,
    read::{Row, chosen, quoted, rows},
};
use crate::lync::ps::{PsObject, PsValue};

const CMDLET: &str = "Get-CsBackupServiceStatus";

const EXPORTS: [(&str, ExportStatus); 5] = [
    ("FinalState", ExportStatus::FinalState),
    ("SteadyState", ExportStatus::SteadyState),
    ("NonSteadyState", ExportStatus::NonSteadyState),
    ("NotInitialized", ExportStatus::NotInitialized),
    ("ErrorState", ExportStatus::ErrorState),
];

const IMPORTS: [(&str, ImportStatus); 2] =
    [("NormalState", ImportStatus::NormalState), ("ErrorState", ImportStatus::ErrorState)];

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

/// The status of a pool's Backup Service, from the object of the cmdlet or from its `BackupModules`
/// alone.
///
/// A module may also be the text `Name:[Export,Import]`: nested objects arrive as their text where
/// remoting's depth ends. That form has no public source.
///
/// # Errors
///
/// No module, a module that is listed twice or lacks `Identity`, `ExportStatus` or `ImportStatus`, an
/// unknown status, or more than one pool's object.
pub fn backup_service_status(objects: &[PsObject]) -> Result<BackupServiceStatus, DecodeError> {
    let whole = rows(CMDLET, objects)?;
    let modules: Vec<BackupModule> = match (whole.as_slice(), objects) {
        ([row], [object]) if row.has("BackupModules") => match object.get("BackupModules") {
            Some(PsValue::List(values)) => values.iter().map(|value| nested(row, value)).collect(),
            Some(value) => nested(row, value).map(|module| vec![module]),
            None => Ok(Vec::new()),
        },
        _ => whole.iter().map(module).collect(),
    }?;
    let names: BTreeSet<_> = modules.iter().map(|module| module.name.to_ascii_lowercase()).collect();
    if modules.is_empty() || names.len() != modules.len() {
        return Err(DecodeError::new(CMDLET, "BackupModules is empty or lists a module twice"));
    }
    Ok(BackupServiceStatus { modules })
}

fn module(row: &Row<'_>) -> Result<BackupModule, DecodeError> {
    Ok(BackupModule {
        name: row.text(&["Identity"])?.to_owned(),
        export: row.choice("ExportStatus", &EXPORTS)?,
        import: row.choice("ImportStatus", &IMPORTS)?,
    })
}

fn nested(row: &Row<'_>, value: &PsValue) -> Result<BackupModule, DecodeError> {
    match value {
        PsValue::Object(object) if !object.properties.is_empty() => module(&Row::new(CMDLET, object)),
        PsValue::Text(text) | PsValue::Object(PsObject { text: Some(text), .. }) => module_text(text)
            .ok_or_else(|| row.fault(format!("BackupModules has an unknown module: {}", quoted(text)))),
        _ => Err(row.fault("BackupModules has a member that is no module")),
    }
}

fn module_text(text: &str) -> Option<BackupModule> {
    let (name, statuses) = text.trim().split_once(":[")?;
    let (export, import) = statuses.strip_suffix(']')?.split_once(',')?;
    if name.is_empty() || name.contains(char::is_control) {
        return None;
    }
    Some(BackupModule {
        name: name.to_owned(),
        export: chosen(export, &EXPORTS)?,
        import: chosen(import, &IMPORTS)?,
    })
}
