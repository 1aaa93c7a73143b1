//! Whether the account may do what a failover asks of it, as far as a day on which nothing is changed shows it.
//!
//! `Get-CsBackupServiceStatus` answers members of RTCUniversalServerAdmins only, unless somebody has let others ask
//! (JJ205032), and the cmdlets of a failover want the same group. So each observation tries it.

use super::{Check, Fix, Inputs, Subject};
use crate::{
    api::CheckName,
    lync::{Fact, Why},
};

const CHECK: CheckName = CheckName::Rights;

pub(super) fn held(inputs: Inputs<'_>) -> Check {
    let statuses = &inputs.observed.backup_services;
    let refused = statuses.iter().find_map(|(pool, status)| match status {
        Fact::Unknown(Why::Denied(said)) => Some((pool, said)),
        Fact::Unknown(Why::CmdletFailed(said)) if speaks_of_rights(said) => Some((pool, said)),
        _ => None,
    });
    let subject = Subject::Organisation;
    if let Some((pool, said)) = refused {
        let message = format!("the account may not run Get-CsBackupServiceStatus for {pool}: {said}");
        let fix = "make the account that the cmdlets run as a member of RTCUniversalServerAdmins, and have the session \
                   configuration started again (docs/windows.md); a drill then tries the rest";
        return Check::fail(CHECK, subject, message, Fix::hours(fix));
    }
    match statuses.values().find_map(|status| inputs.live(Some(status)).ok()) {
        Some(_) => {
            let message =
                "the account is told of the Backup Service, as members of RTCUniversalServerAdmins are";
            Check::pass(CHECK, subject, message)
        }
        None => {
            let message = "nothing was asked lately that only members of RTCUniversalServerAdmins are told";
            Check::unknown(CHECK, subject, message, Fix::see_the_bridge())
        }
    }
}

/// The words of Windows, SQL Server and Lync for it; the category is that of PowerShell, in every language.
fn speaks_of_rights(said: &str) -> bool {
    let said = said.to_ascii_lowercase();
    ["permissiondenied", "denied", "not authorized", "unauthorized"].iter().any(|word| said.contains(word))
}
