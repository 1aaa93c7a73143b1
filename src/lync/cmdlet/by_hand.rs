//! Cmdlets that people run, as they are printed for them. None of them is ever sent.

use std::fmt;

use crate::lync::{FilePath, Invocation, PoolFqdn, SqlInstance};

/// A cmdlet for a person at a console. It keeps its prompt: nothing here has `-Confirm:$false`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByHandCmdlet {
    /// `Install-CsDatabase -CentralManagementDatabase` (Gg399044).
    InstallStore {
        /// Where.
        sql: SqlInstance,
        /// Delete what is there, and make it anew.
        clean: bool,
    },
    /// `Move-CsManagementServer` (Gg412921): to the pool on whose Front End it runs.
    MoveStore {
        /// What `Export-CsConfiguration` and `Export-CsLisConfiguration` wrote, when the old store is lost.
        files: Option<(FilePath, FilePath)>,
    },
    /// `Invoke-CsDatabaseFailover -DatabaseType CentralMgmt -NewPrincipal Primary` (JJ204744).
    MakePrimaryPrincipal {
        /// The pool with the mirrored databases.
        pool: PoolFqdn,
        /// Find the SQL Servers in the local replica.
        local_store: bool,
    },
    /// `Import-CsRgsConfiguration` (JJ205245).
    ImportResponseGroups {
        /// The pool that takes them in.
        to: PoolFqdn,
        /// What `Export-CsRgsConfiguration` wrote.
        file: FilePath,
    },
    /// `Import-CsLisConfiguration` (Gg398380).
    ImportLocations {
        /// What `Export-CsLisConfiguration` wrote.
        file: FilePath,
    },
}

impl ByHandCmdlet {
    fn invocation(&self) -> Invocation {
        match self {
            Self::InstallStore { sql, clean } => Invocation::new("Install-CsDatabase")
                .switch("CentralManagementDatabase")
                .text("SqlServerFqdn", &sql.server)
                .text("SqlInstanceName", &sql.instance)
                .switch_if("Clean", *clean),
            Self::MoveStore { files: None } => Invocation::new("Move-CsManagementServer"),
            Self::MoveStore { files: Some((configuration, lis)) } => {
                Invocation::new("Move-CsManagementServer")
                    .text("ConfigurationFileName", configuration)
                    .text("LisConfigurationFileName", lis)
                    .switch("Force")
            }
            Self::MakePrimaryPrincipal { pool, local_store } => Invocation::new("Invoke-CsDatabaseFailover")
                .text("PoolFqdn", pool)
                .text("DatabaseType", "CentralMgmt")
                .text("NewPrincipal", "Primary")
                .switch_if("LocalStore", *local_store),
            Self::ImportResponseGroups { to, file } => Invocation::new("Import-CsRgsConfiguration")
                .text("Destination", format_args!("service:ApplicationServer:{to}"))
                .text("FileName", file),
            Self::ImportLocations { file } => {
                Invocation::new("Import-CsLisConfiguration").text("FileName", file)
            }
        }
    }
}

impl fmt::Display for ByHandCmdlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.invocation().fmt(f)
    }
}
