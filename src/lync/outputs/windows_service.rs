//! `Get-CsWindowsService` (Gg398803; Gg182606 prints the rows).

use super::{
    DecodeError,
    read::{Row, rows},
};
use crate::lync::ps::PsObject;

const CMDLET: &str = "Get-CsWindowsService";

/// The states of a Windows service, and whether it runs.
const STATUSES: [(&str, bool); 7] = [
    ("Running", true),
    ("Stopped", false),
    ("StartPending", false),
    ("StopPending", false),
    ("ContinuePending", false),
    ("PausePending", false),
    ("Paused", false),
];

/// Whether the Registrar runs on a computer: the service `RTCSRV`, or where the rows have no `Name`,
/// the services with the role `Registrar`.
///
/// # Errors
///
/// An empty answer, no such service, services that disagree, a row without `Name` and `RoleName`, or
/// an unknown `Status`.
pub fn registrar_running(objects: &[PsObject]) -> Result<bool, DecodeError> {
    let (mut by_name, mut by_role) = (Vec::new(), Vec::new());
    for row in rows(CMDLET, objects)? {
        if row.has("Name") && row.text(&["Name"])?.eq_ignore_ascii_case("RTCSRV") {
            by_name.push(row);
        } else if has_registrar_role(&row)? {
            by_role.push(row);
        }
    }
    let registrars = if by_name.is_empty() { by_role } else { by_name };
    let mut running = None;
    for row in registrars {
        let status = row.choice("Status", &STATUSES)?;
        if running.replace(status).is_some_and(|earlier| earlier != status) {
            return Err(row.fault("contradictory: one Registrar service runs and another does not"));
        }
    }
    running.ok_or_else(|| DecodeError::new(CMDLET, "no Registrar service among the rows"))
}

/// The services of the Central Management store: Master Replicator Agent and File Transfer Agent.
const STORE_SERVICES: [&str; 2] = ["MASTER", "FTA"];

/// Whether setup has installed both services of the Central Management store on a computer, running or not (JJ945635
/// asks for the role in this list).
///
/// # Errors
///
/// An empty answer, or a row without `Name`: a service that cannot be named may be one of them.
pub fn store_services_installed(objects: &[PsObject]) -> Result<bool, DecodeError> {
    let mut names = Vec::new();
    for row in rows(CMDLET, objects)? {
        names.push(row.text(&["Name"])?);
    }
    Ok(STORE_SERVICES.iter().all(|service| names.iter().any(|name| name.eq_ignore_ascii_case(service))))
}

fn has_registrar_role(row: &Row<'_>) -> Result<bool, DecodeError> {
    if row.has("Name") && !row.has("RoleName") {
        return Ok(false);
    }
    Ok(row.texts(&["RoleName"])?.iter().any(|role| role.eq_ignore_ascii_case("Registrar")))
}
