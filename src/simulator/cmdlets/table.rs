//! The cmdlets: their syntax lines as Microsoft's pages for Lync Server 2013 print them.

use super::{
    functions::function_named,
    syntax::{Slot, slots},
};

/// A cmdlet of the table.
pub(in crate::simulator) struct Cmdlet {
    /// Its name.
    pub(in crate::simulator) name: &'static str,
    /// The class that its error ids name.
    pub(in crate::simulator) class: &'static str,
    /// The first version that has it: 5 is Lync 2010.
    pub(in crate::simulator) since: i32,
    /// Whether it changes anything.
    pub(in crate::simulator) changes: bool,
    /// Its parameter sets.
    pub(in crate::simulator) sets: &'static [&'static str],
}

const DATABASE_TYPES: &str = "-DatabaseType <Application | Archiving | Monitoring | User | Provision | \
    CentralAdmin | Lyss | Registrar | Edge | PersistentChat | PersistentChatCompliance | CentralMgmt>";

/// Reading cmdlets. `Get-CsService` has a set for each role; those that matter here are listed.
const READS: &[Cmdlet] = &[
    read("Get-CsTopology", "Xds.GetTopologyCmdlet", 5, &["[-AsXml] [-LocalStore]"]),
    read(
        "Get-CsService",
        "Xds.GetServiceCmdlet",
        5,
        &[
            "[-Identity <String>] [-PoolFqdn <String>]",
            "[-CentralManagement] [-PoolFqdn <String>]",
            "[-CentralManagementDatabase] [-PoolFqdn <String>]",
            "[-EdgeServer] [-PoolFqdn <String>]",
            "[-Registrar] [-PoolFqdn <String>]",
        ],
    ),
    read(
        "Get-CsRegistrarConfiguration",
        "Registrar.GetRegistrarConfigurationCmdlet",
        5,
        &["[-Identity <XdsIdentity>] [-LocalStore]", "[-Filter <String>] [-LocalStore]"],
    ),
    read(
        "Get-CsPoolBackupRelationship",
        "Hadr.GetPoolBackupRelationshipCmdlet",
        6,
        &["-PoolFqdn <Fqdn> [-Force] [-LocalStore]"],
    ),
    read(
        "Get-CsManagementStoreReplicationStatus",
        "Xds.GetReplicaStatusCmdlet",
        5,
        &["[-ReplicaFqdn <String>] [-CentralManagementStoreStatus]"],
    ),
    read(
        "Get-CsConfigurationStoreLocation",
        "Deployment.GetConfigurationStoreLocationCmdlet",
        5,
        &["[-GlobalSettingsDomainController <Fqdn>] [-Report <String>]"],
    ),
    read(
        "Test-CsDatabase",
        "Deployment.TestDatabaseCmdlet",
        6,
        &[
            "-CentralManagementDatabase [-SqlInstanceName <String>] [-SqlServerFqdn <Fqdn>] [-Confirm] \
             [-Report <String>] [-WhatIf]",
            "-LocalService [-Confirm] [-Report <String>] [-WhatIf]",
            "-ConfiguredDatabases -SqlServerFqdn <Fqdn> [-Confirm] [-Report <String>] [-WhatIf]",
        ],
    ),
    read(
        "Test-CsRegistration",
        "SyntheticTransactions.TestRegistrationCmdlet",
        5,
        &[
            "-TargetFqdn <String> [-Authentication <TrustedServer | Negotiate | ClientCertificate | LiveID>] \
             [-RegistrarPort <Int32>] [-UserSipAddress <String>] [-Force] [-OutLoggerVariable <String>] \
             [-OutVerboseVariable <String>]",
            "[-Authentication <TrustedServer | Negotiate | ClientCertificate | LiveID>] [-Force] \
             [-OutLoggerVariable <String>] [-OutVerboseVariable <String>]",
        ],
    ),
    read(
        "Get-CsDatabaseMirrorState",
        "Deployment.GetDatabaseMirrorStateCmdlet",
        6,
        &["-PoolFqdn <Fqdn> [DATABASE] [-LocalStore] [-Report <String>]"],
    ),
    read(
        "Get-CsBackupServiceStatus",
        "Hadr.GetBackupServiceStatusCmdlet",
        6,
        &["-PoolFqdn <Fqdn> [-Category <UserData | CMS>] [-Force]"],
    ),
    read(
        "Get-CsUserDatabaseState",
        "Xds.GetUserStoreStateCmdlet",
        5,
        &["[-RegistrarPool <Fqdn>]", "[-Identity <String>]"],
    ),
    read(
        "Get-CsWindowsService",
        "Deployment.GetNTServiceCmdlet",
        5,
        &["[-ComputerName <String>] [-ExcludeActivityLevel] [-Name <String>] [-Report <String>]"],
    ),
    read(
        "Get-CsPool",
        "Xds.GetClusterCmdlet",
        5,
        &["[-Identity <String>] [-Site <String>]", "[-Filter <String>] [-Site <String>]"],
    ),
    read(
        "Get-CsComputer",
        "Xds.GetMachineCmdlet",
        5,
        &["[-Identity <String>] [-Local] [-Pool <String>]", "[-Filter <String>] [-Local] [-Pool <String>]"],
    ),
    read(
        "Export-CsConfiguration",
        "Xds.ExportConfigurationCmdlet",
        5,
        &["[-AsBytes] [-Force] [-LocalStore]", "-FileName <String> [-Force] [-LocalStore]"],
    ),
    read(
        "Export-CsLisConfiguration",
        "Xds.ExportLisConfigurationCmdlet",
        5,
        &["-FileName <String>", "[-AsBytes]"],
    ),
    read(
        "Export-CsRgsConfiguration",
        "Rgs.ExportRgsConfigurationCmdlet",
        6,
        &["-FileName <String> -Source <String> [-Force] [-Owner <String>] [-RemoveExportedConfiguration]"],
    ),
    read("Get-CsSite", "Xds.GetSiteCmdlet", 5, &["[-Identity <String>]", "[-Filter <String>]"]),
];

/// Changing cmdlets.
const CHANGES: &[Cmdlet] = &[
    change(
        "Set-CsEdgeServer",
        "Xds.SetEdgeServerCmdlet",
        5,
        &["[-Identity <String>] [-Confirm] [-Force] [-Registrar <String>] [-WhatIf]"],
    ),
    change(
        "Invoke-CsManagementServerFailover",
        "Hadr.InvokeManagementServerFailoverCmdlet",
        6,
        &[
            "-BackupSqlServerFqdn <Fqdn> -Force [-BackupMirrorSqlInstanceName <String>] \
             [-BackupMirrorSqlServerFqdn <Fqdn>] [-BackupSqlInstanceName <String>] [-Confirm] \
             [-Report <String>] [-WhatIf]",
            "[-Restore] [-Confirm] [-Report <String>] [-WhatIf]",
        ],
    ),
    change(
        "Move-CsManagementServer",
        "Deployment.MoveManagementServerCmdlet",
        5,
        &["[-ConfigurationFileName <String>] [-LisConfigurationFileName <String>] [-TargetFqdn <Fqdn>] \
           [-Confirm] [-Force] [-Report <String>] [-WhatIf]"],
    ),
    change(
        "Install-CsDatabase",
        "Deployment.InstallDatabaseCmdlet",
        5,
        &["-CentralManagementDatabase -SqlServerFqdn <Fqdn> [-Backup] [-Clean] [-Collocated] [-Confirm] \
           [-Force] [-Report <String>] [-SqlInstanceName <String>] [-Update] [-WhatIf]"],
    ),
    change(
        "Invoke-CsDatabaseFailover",
        "Deployment.InvokeDatabaseFailoverCmdlet",
        6,
        &["DATABASE -NewPrincipal <Primary | Mirror> -PoolFqdn <Fqdn> [-Confirm] \
           [-ExcludeDatabaseList <String>] [-Force] [-LocalStore] [-Report <String>] [-WhatIf]"],
    ),
    change(
        "Invoke-CsPoolFailOver",
        "Hadr.InvokePoolFailOverCmdlet",
        6,
        &["-PoolFqdn <Fqdn> [-Confirm] [-DatabaseCommandTimeoutInSeconds <Int32>] [-DisasterMode] \
             [-FlushStorageService] [-Force] [-ServicesStopDelayMins <Int32>] [-SkipDataVerification] \
             [-WaitTime <TimeSpan>] [-WhatIf]"],
    ),
    change(
        "Invoke-CsPoolFailBack",
        "Hadr.InvokePoolFailBackCmdlet",
        6,
        &["-PoolFqdn <Fqdn> [-Confirm] [-DatabaseCommandTimeoutInSeconds <Int32>] [-DisasterMode] [-Force] \
           [-SkipDataVerification] [-WaitTime <TimeSpan>] [-WhatIf]"],
    ),
    change(
        "Set-CsRegistrarConfiguration",
        "Registrar.SetRegistrarConfigurationCmdlet",
        6,
        &["[-Identity <XdsIdentity>] [-Confirm] [-Force] \
           [-PoolState <FailedOver | Active | FailingOver | FailingBack>] [-WhatIf]"],
    ),
    change(
        "Invoke-CsManagementStoreReplication",
        "Xds.InvokeReplicationCmdlet",
        5,
        &["[-ReplicaFqdn <String>] [-Force]"],
    ),
];

/// Parameters that came later than their cmdlet: cmdlet, parameter, first version.
const LATER: &[(&str, &str, i32)] = &[
    ("Install-CsDatabase", "Backup", 6),
    ("Move-CsManagementServer", "TargetFqdn", 6),
    ("Test-CsRegistration", "Authentication", 6),
    ("Test-CsRegistration", "OutLoggerVariable", 6),
    ("Invoke-CsPoolFailOver", "DatabaseCommandTimeoutInSeconds", 7),
    ("Invoke-CsPoolFailOver", "ServicesStopDelayMins", 7),
    ("Invoke-CsPoolFailOver", "SkipDataVerification", 7),
    ("Invoke-CsPoolFailBack", "DatabaseCommandTimeoutInSeconds", 7),
    ("Invoke-CsPoolFailBack", "SkipDataVerification", 7),
];

const fn read(name: &'static str, class: &'static str, since: i32, sets: &'static [&'static str]) -> Cmdlet {
    Cmdlet { name, class, since, changes: false, sets }
}

const fn change(
    name: &'static str,
    class: &'static str,
    since: i32,
    sets: &'static [&'static str],
) -> Cmdlet {
    Cmdlet { name, class, since, changes: true, sets }
}

/// Every cmdlet.
pub(in crate::simulator) fn cmdlets() -> impl Iterator<Item = &'static Cmdlet> {
    READS.iter().chain(CHANGES)
}

/// Looks a cmdlet up, in any case.
pub(super) fn lookup(name: &str) -> Option<&'static Cmdlet> {
    cmdlets().find(|cmdlet| cmdlet.name.eq_ignore_ascii_case(name))
}

impl Cmdlet {
    /// The class that its error ids name; a function is its own.
    pub(super) fn full_class(&self) -> String {
        match self.class {
            "" => self.name.to_owned(),
            class => format!("Microsoft.Rtc.Management.{class}"),
        }
    }
}

/// The class name that ends an error id of a cmdlet.
pub(in crate::simulator) fn class_of(name: &str) -> String {
    let known = lookup(name).or_else(|| function_named(name));
    known.map_or_else(|| "Microsoft.Rtc.Management.PSCmdlet".to_owned(), Cmdlet::full_class)
}

/// A syntax line with its abbreviations written out.
fn expanded(set: &str) -> String {
    set.replace("DATABASE", DATABASE_TYPES)
}

impl Cmdlet {
    /// The parameters of each set that the cmdlet has in a version.
    pub(super) fn slots(&self, version: i32) -> Vec<Vec<Slot>> {
        let since = |slot: &Slot| {
            let later = LATER.iter().find(|(cmdlet, name, _)| *cmdlet == self.name && *name == slot.name);
            later.map_or(self.since, |(.., since)| *since)
        };
        let of_set =
            |set: &&str| slots(&expanded(set)).into_iter().filter(|slot| since(slot) <= version).collect();
        self.sets.iter().map(of_set).collect()
    }
}
