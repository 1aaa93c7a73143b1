//! What the reading cmdlets answer.

mod central_management;
mod exports;
mod pools;
mod services;
mod topology;
mod topology_xml;

use jiff::Timestamp;

use super::{
    model::{Configuration, Organisation},
    refusals,
};
use crate::{
    bridge::Refusal,
    lync::{
        Invocation, MachineFqdn, PoolFqdn,
        ps::{PsObject, PsValue},
    },
};

/// A reading cmdlet that runs on a host.
pub(super) struct Reading<'a> {
    pub(super) organisation: &'a Organisation,
    pub(super) host: &'a MachineFqdn,
    pub(super) cmdlet: &'static str,
    pub(super) call: &'a Invocation,
    pub(super) now: Timestamp,
}

/// The rows of an answer, or an error record.
type Rows = Result<Vec<PsObject>, Refusal>;

/// Answers a bound reading cmdlet.
pub(super) fn answer(
    organisation: &Organisation,
    host: &MachineFqdn,
    cmdlet: &'static str,
    call: &Invocation,
    now: Timestamp,
) -> Rows {
    let reading = Reading { organisation, host, cmdlet, call, now };
    match cmdlet {
        "Get-CsTopology" => topology::document(&reading),
        "Get-CsSite" => topology::sites(&reading),
        "Get-CsPool" => topology::pools(&reading),
        "Get-CsComputer" => topology::computers(&reading),
        "Get-CsService" => services::services(&reading),
        "Get-CsWindowsService" => services::windows_services(&reading),
        "Get-CsRegistrarConfiguration" => pools::registrar_configuration(&reading),
        "Get-CsPoolBackupRelationship" => pools::backup_relationship(&reading),
        "Get-CsBackupServiceStatus" => pools::backup_service(&reading),
        "Get-CsUserDatabaseState" => pools::user_database(&reading),
        "Get-CsManagementStoreReplicationStatus" => central_management::replication(&reading),
        "Get-CsConfigurationStoreLocation" => Ok(central_management::location(&reading)),
        "Test-CsRegistration" => pools::test_registration(&reading),
        "Test-CsDatabase" => Ok(central_management::test_database(&reading)),
        "Get-CsDatabaseMirrorState" => central_management::mirror_state(&reading),
        "Export-CsConfiguration" | "Export-CsLisConfiguration" | "Export-CsRgsConfiguration" => {
            exports::export(&reading)
        }
        other => Err(refusals::not_found(other, other)),
    }
}

impl Reading<'_> {
    /// The content of the store, or of the local replica where `-LocalStore` asks for it.
    fn configuration(&self) -> Result<&Configuration, Refusal> {
        if self.call.has_switch("LocalStore") {
            let replica = self.organisation.replicas.get(self.host);
            return replica.map(|r| &r.copy).ok_or_else(|| refusals::store_closed(self.cmdlet));
        }
        self.organisation.require_store(self.cmdlet, self.host)?;
        Ok(&self.organisation.cms.master)
    }

    /// The pool that `-PoolFqdn` names.
    fn pool(&self) -> Result<(&PoolFqdn, &super::model::Pool), Refusal> {
        self.pool_in("PoolFqdn")
    }

    /// The pool that a parameter names.
    fn pool_in(&self, parameter: &str) -> Result<(&PoolFqdn, &super::model::Pool), Refusal> {
        let text = self.call.get_text(parameter).unwrap_or_default();
        self.organisation.pool(text).ok_or_else(|| refusals::not_found(self.cmdlet, text))
    }

    /// Whether a row passes the filter of a text parameter that may be left out.
    fn wants(&self, parameter: &str, value: &str) -> bool {
        self.call.get_text(parameter).is_none_or(|text| {
            let bare = text.rsplit_once(':').map_or(text, |(_, bare)| bare);
            text.eq_ignore_ascii_case(value) || bare.eq_ignore_ascii_case(value)
        })
    }
}

/// Texts as a collection.
fn texts<T: ToString>(items: impl IntoIterator<Item = T>) -> PsValue {
    PsValue::List(items.into_iter().map(|item| PsValue::Text(item.to_string())).collect())
}
