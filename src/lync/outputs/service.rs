//! `Get-CsService -CentralManagement`, `-CentralManagementDatabase` and `-Registrar`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    DecodeError,
    read::{Row, rows, without_prefix},
};
use crate::lync::{CmsRole, MachineFqdn, PoolFqdn, SqlInstance, Version, cmdlet::ServiceRole, ps::PsObject};

pub(super) const CMDLET: &str = "Get-CsService";

/// A registrar: a row of `Get-CsService -Registrar`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistrarService {
    /// Its pool.
    pub pool: PoolFqdn,
    /// Its version.
    pub version: Version,
    /// Where its users register when it does not answer. On a paired pool this is the partner (JJ205033);
    /// a second source of the pair, to be compared with `Get-CsPoolBackupRelationship`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<PoolFqdn>,
}

/// The pools that carry the Central Management service, and which of them is active (JJ945635, step 1).
///
/// # Errors
///
/// An empty answer, a pool that is listed twice, or a row that lacks `Identity`, `Active` or `Version`.
pub fn central_management_services(objects: &[PsObject]) -> Result<Vec<CmsRole>, DecodeError> {
    let mut seen = BTreeSet::new();
    rows(CMDLET, objects)?
        .into_iter()
        .map(|row| {
            let pool: PoolFqdn = row.name("Identity", ServiceRole::CentralManagement.name())?;
            once(&row, &mut seen, pool.clone())?;
            Ok(CmsRole { pool, active: row.flag("Active")?, version: row.version("Version")? })
        })
        .collect()
}

/// The SQL instances of the Central Management databases. Mocks by Microsoft show the rows of database
/// services with an empty `SqlInstanceName` for the default instance.
///
/// # Errors
///
/// An empty answer, an instance that is listed twice, or a row that lacks `Identity` or
/// `SqlInstanceName`.
pub fn central_management_databases(objects: &[PsObject]) -> Result<Vec<SqlInstance>, DecodeError> {
    let mut seen = BTreeSet::new();
    rows(CMDLET, objects)?
        .into_iter()
        .map(|row| {
            let server: MachineFqdn = row.name("Identity", ServiceRole::CentralManagementDatabase.name())?;
            let instance = row.text_or_empty(&["SqlInstanceName"])?.unwrap_or("");
            let sql = SqlInstance { server, instance: instance.to_ascii_lowercase() };
            once(&row, &mut seen, sql.clone())?;
            Ok(sql)
        })
        .collect()
}

/// The registrars: Front End pools and Directors.
///
/// # Errors
///
/// An empty answer, a pool that is listed twice, a row that lacks `Identity` or `Version`, or a
/// `BackupRegistrar` that is no name.
pub fn registrars(objects: &[PsObject]) -> Result<Vec<RegistrarService>, DecodeError> {
    let role = ServiceRole::Registrar.name();
    let mut seen = BTreeSet::new();
    rows(CMDLET, objects)?
        .into_iter()
        .map(|row| {
            let pool: PoolFqdn = row.name("Identity", role)?;
            once(&row, &mut seen, pool.clone())?;
            // Only known from the parameters of Set-CsRegistrar, so that its absence says nothing.
            let backup = match row.has("BackupRegistrar") {
                true => row.text_or_empty(&["BackupRegistrar"])?,
                false => None,
            };
            let backup =
                backup.map(|text| row.parsed("BackupRegistrar", without_prefix(text, role))).transpose()?;
            Ok(RegistrarService { pool, version: row.version("Version")?, backup })
        })
        .collect()
}

fn once<T: Ord + std::fmt::Display>(
    row: &Row<'_>,
    seen: &mut BTreeSet<T>,
    name: T,
) -> Result<(), DecodeError> {
    match seen.contains(&name) {
        true => Err(row.fault(format!("{name} is listed twice"))),
        false => {
            seen.insert(name);
            Ok(())
        }
    }
}
