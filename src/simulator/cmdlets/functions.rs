//! The functions of the module on a host, with their syntax lines.

use super::table::Cmdlet;

/// `Start-LfOperation` takes the parameters of the cmdlet that it runs under their own names.
const START: &str = "-OperationId <Guid> -Fence <Int64> -HomeId <Guid> -Action <String> [-Identity <String>] [-Registrar <String>] \
    [-BackupSqlServerFqdn <String>] [-BackupSqlInstanceName <String>] [-BackupMirrorSqlServerFqdn <String>] \
    [-BackupMirrorSqlInstanceName <String>] [-Force] [-PoolFqdn <String>] [-DisasterMode] [-ReplicaFqdn <String>]";

/// `Test-LfOperation` takes the same, and nothing that could start anything.
const TEST: &str = "-Action <String> [-Identity <String>] [-Registrar <String>] \
    [-BackupSqlServerFqdn <String>] [-BackupSqlInstanceName <String>] [-BackupMirrorSqlServerFqdn <String>] \
    [-BackupMirrorSqlInstanceName <String>] [-Force] [-PoolFqdn <String>] [-DisasterMode] [-ReplicaFqdn <String>]";

const FUNCTIONS: &[Cmdlet] = &[
    function("Get-LfEndpoint", &[""]),
    function("Step-LfFence", &[""]),
    function("Start-LfOperation", &[START]),
    function("Test-LfOperation", &[TEST]),
    function("Get-LfOperation", &["-OperationId <Guid> [-After <Int64>]"]),
    function("Invoke-LfQuery", &["-Query <Hashtable[]>"]),
    function("Get-LfExport", &[""]),
    function("New-LfExport", &["-Kind <String> -Keep <Int32> [-PoolFqdn <String>]"]),
];

/// The reading cmdlets that the module's endpoint shows, and that `Invoke-LfQuery` runs: those of
/// [`crate::lync::cmdlet::Query`].
const OBSERVING: [&str; 12] = [
    "Get-CsBackupServiceStatus",
    "Get-CsConfigurationStoreLocation",
    "Get-CsDatabaseMirrorState",
    "Get-CsManagementStoreReplicationStatus",
    "Get-CsPoolBackupRelationship",
    "Get-CsRegistrarConfiguration",
    "Get-CsService",
    "Get-CsTopology",
    "Get-CsUserDatabaseState",
    "Get-CsWindowsService",
    "Test-CsDatabase",
    "Test-CsRegistration",
];

const fn function(name: &'static str, sets: &'static [&'static str]) -> Cmdlet {
    Cmdlet { name, class: "", since: 0, changes: false, sets }
}

/// The functions.
pub(in crate::simulator) fn functions() -> impl Iterator<Item = &'static Cmdlet> {
    FUNCTIONS.iter()
}

/// A function, in any case.
pub(in crate::simulator) fn function_named(name: &str) -> Option<&'static Cmdlet> {
    FUNCTIONS.iter().find(|function| function.name.eq_ignore_ascii_case(name))
}

/// Whether the module's endpoint shows a cmdlet.
pub(in crate::simulator) fn observes(name: &str) -> bool {
    OBSERVING.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::lync::cmdlet::{Query, ServiceRole};

    #[test]
    fn what_is_shown_is_what_the_queries_call() {
        let pool = || "pool1.contoso.com".parse().expect("valid");
        let computer = "fe01.pool1.contoso.com".parse().expect("valid");
        let local_store = true;
        let all = [
            Query::Topology { local_store },
            Query::Service { role: ServiceRole::EdgeServer },
            Query::RegistrarConfiguration { local_store },
            Query::PoolBackupRelationship { pool: pool(), local_store },
            Query::CentralManagementStoreStatus,
            Query::ReplicationStatus,
            Query::ConfigurationStoreLocation,
            Query::TestCentralManagementDatabase,
            Query::CentralManagementMirrorState { pool: pool(), local_store },
            Query::BackupServiceStatus { pool: pool() },
            Query::UserDatabaseState { pool: pool() },
            Query::TestRegistration { pool: pool() },
            Query::WindowsService { computer },
        ];
        let called: BTreeSet<String> = all.map(|query| query.invocation().command).into();
        assert_eq!(called, OBSERVING.map(str::to_owned).into());
        assert!(observes("get-cstopology") && !observes("Get-CsPool"));
    }
}
