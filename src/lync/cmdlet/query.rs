//! Cmdlets that read.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::lync::{Invocation, MachineFqdn, PoolFqdn};

/// A service role that `Get-CsService` lists with a switch of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ServiceRole {
    /// The Central Management service; one row a pool that has it.
    CentralManagement,
    /// The databases `xds` and `lis` of a Central Management service, with the SQL instance.
    CentralManagementDatabase,
    /// Edge pools, with their next hop.
    EdgeServer,
    /// Registrars: Front End pools and Directors.
    Registrar,
}

impl ServiceRole {
    /// The switch, which is also the prefix of an identity (`EdgeServer:edge1.contoso.com`).
    pub fn name(self) -> &'static str {
        match self {
            Self::CentralManagement => "CentralManagement",
            Self::CentralManagementDatabase => "CentralManagementDatabase",
            Self::EdgeServer => "EdgeServer",
            Self::Registrar => "Registrar",
        }
    }
}

/// A cmdlet that reads and changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Query {
    /// `Get-CsTopology -AsXml`: the whole topology document (Gg412824).
    Topology {
        /// Read the local replica: works without a Central Management store, may be old.
        local_store: bool,
    },
    /// `Get-CsService -<Role>`: needs the Central Management store.
    Service {
        /// Which services.
        role: ServiceRole,
    },
    /// `Get-CsRegistrarConfiguration`: the pool states (Gg398483).
    RegistrarConfiguration {
        /// Read the local replica.
        local_store: bool,
    },
    /// `Get-CsPoolBackupRelationship` (JJ204745).
    PoolBackupRelationship {
        /// The pool whose partner is asked for.
        pool: PoolFqdn,
        /// Read the local replica.
        local_store: bool,
    },
    /// `Get-CsManagementStoreReplicationStatus -CentralManagementStoreStatus` (Gg399052).
    CentralManagementStoreStatus,
    /// `Get-CsManagementStoreReplicationStatus`: one row a replica (Gg399052).
    ReplicationStatus,
    /// `Get-CsConfigurationStoreLocation`: the pointer in Active Directory, which answers with a dead
    /// Central Management store (Gg412814).
    ConfigurationStoreLocation,
    /// `Test-CsDatabase -CentralManagementDatabase` (JJ204839).
    TestCentralManagementDatabase,
    /// `Get-CsDatabaseMirrorState -DatabaseType CentralMgmt` (JJ204845).
    CentralManagementMirrorState {
        /// The pool whose databases are asked for.
        pool: PoolFqdn,
        /// Read the local replica to find the SQL servers.
        local_store: bool,
    },
    /// `Get-CsBackupServiceStatus` (JJ205032); needs a living Front End of the pool.
    BackupServiceStatus {
        /// The pool.
        pool: PoolFqdn,
    },
    /// `Get-CsUserDatabaseState -RegistrarPool …` (Gg398831): whether the user database of a pool is online.
    UserDatabaseState {
        /// The pool.
        pool: PoolFqdn,
    },
    /// `Get-CsWindowsService -ComputerName … -ExcludeActivityLevel` (Gg398803).
    WindowsService {
        /// The computer.
        computer: MachineFqdn,
    },
    /// `Test-CsRegistration -TargetFqdn …` (Gg412737; Dn743841): whether the test user of a pool can sign in there. Takes
    /// seconds, so it never stands in an observation.
    TestRegistration {
        /// The pool.
        pool: PoolFqdn,
    },
    /// `Get-LfExport` of the operator's module: what is in the folder for exports. A plain endpoint has no such
    /// function and is not asked.
    Exports,
}

impl Query {
    /// Whether only the module answers it.
    pub fn needs_module(&self) -> bool {
        matches!(self, Self::Exports)
    }

    /// The command with its arguments.
    pub fn invocation(&self) -> Invocation {
        match self {
            Self::Topology { local_store } => {
                Invocation::new("Get-CsTopology").switch("AsXml").switch_if("LocalStore", *local_store)
            }
            Self::Service { role } => Invocation::new("Get-CsService").switch(role.name()),
            Self::RegistrarConfiguration { local_store } => {
                Invocation::new("Get-CsRegistrarConfiguration").switch_if("LocalStore", *local_store)
            }
            Self::PoolBackupRelationship { pool, local_store } => {
                Invocation::new("Get-CsPoolBackupRelationship")
                    .text("PoolFqdn", pool)
                    .switch_if("LocalStore", *local_store)
            }
            Self::CentralManagementStoreStatus => Invocation::new("Get-CsManagementStoreReplicationStatus")
                .switch("CentralManagementStoreStatus"),
            Self::ReplicationStatus => Invocation::new("Get-CsManagementStoreReplicationStatus"),
            Self::ConfigurationStoreLocation => Invocation::new("Get-CsConfigurationStoreLocation"),
            Self::TestCentralManagementDatabase => {
                Invocation::new("Test-CsDatabase").switch("CentralManagementDatabase")
            }
            Self::CentralManagementMirrorState { pool, local_store } => {
                Invocation::new("Get-CsDatabaseMirrorState")
                    .text("DatabaseType", "CentralMgmt")
                    .text("PoolFqdn", pool)
                    .switch_if("LocalStore", *local_store)
            }
            Self::BackupServiceStatus { pool } => {
                Invocation::new("Get-CsBackupServiceStatus").text("PoolFqdn", pool)
            }
            Self::UserDatabaseState { pool } => {
                Invocation::new("Get-CsUserDatabaseState").text("RegistrarPool", pool)
            }
            Self::WindowsService { computer } => Invocation::new("Get-CsWindowsService")
                .text("ComputerName", computer)
                .switch("ExcludeActivityLevel"),
            Self::TestRegistration { pool } => {
                Invocation::new("Test-CsRegistration").text("TargetFqdn", pool)
            }
            Self::Exports => Invocation::new("Get-LfExport"),
        }
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.invocation().fmt(f)
    }
}
