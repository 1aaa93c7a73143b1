//! The commands and parameters that the operator uses, drawn from the typed cmdlets themselves.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::lync::{
    ExportOf, Invocation, MachineFqdn, PoolFqdn,
    cmdlet::{CmsFailoverMode, ModuleFunction, Mutation, Query, ServiceRole},
};

/// Every command has this one.
const COMMON: &str = "Verbose";

/// A command with the parameters that the operator gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The command.
    pub command: String,
    /// The parameters, without the hyphen.
    pub parameters: BTreeSet<String>,
    /// Whether it changes Lync. In the session configuration `LyncFailover` such a command is not visible,
    /// and the module says what it lacks.
    pub changes: bool,
}

/// Whether a session has a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommandSurvey {
    /// The command.
    pub command: String,
    /// What of it is there.
    pub presence: Presence,
}

/// What of a command is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Presence {
    /// All that is used.
    Complete,
    /// It lacks these parameters.
    Lacks(Vec<String>),
    /// Nothing.
    Missing,
}

impl Requirement {
    /// Compares with the parameters that a session knows the command to have; `None` if it does not know
    /// the command. PowerShell does not regard case.
    pub fn compare(&self, known: Option<&[String]>) -> CommandSurvey {
        let presence = match known {
            None => Presence::Missing,
            Some(known) => {
                let has = |name: &&String| known.iter().any(|other| other.eq_ignore_ascii_case(name));
                let lacks: Vec<String> = self.parameters.iter().filter(|name| !has(name)).cloned().collect();
                if lacks.is_empty() { Presence::Complete } else { Presence::Lacks(lacks) }
            }
        };
        CommandSurvey { command: self.command.clone(), presence }
    }
}

/// Every command that the operator can send, in the order of their names.
pub fn requirements() -> Vec<Requirement> {
    let queries = queries().into_iter().map(|query| (query.invocation(), false));
    gathered(queries.chain(mutations().into_iter().map(|mutation| (mutation.invocation(), true))))
}

/// Every function of the module that the operator calls, in the order of their names.
pub fn functions() -> Vec<Requirement> {
    let id = Uuid::nil();
    let mutations = mutations();
    let export = ExportOf::ResponseGroups(pool());
    let starts =
        mutations.iter().map(|mutation| ModuleFunction::StartOperation { id, fence: 0, home: "", mutation });
    let tests = mutations.iter().map(|mutation| ModuleFunction::TestOperation { mutation });
    let others = [
        ModuleFunction::Endpoint,
        ModuleFunction::StepFence,
        ModuleFunction::Operation { id, after: 0 },
        ModuleFunction::Queries(&[]),
        ModuleFunction::MakeExport { of: &export, keep: 1 },
    ];
    let calls = starts.chain(tests).chain(others).map(|function| function.invocation());
    gathered(calls.chain([Query::Exports.invocation()]).map(|call| (call, false)))
}

/// One entry for each command, with the parameters of all its calls.
fn gathered(calls: impl Iterator<Item = (Invocation, bool)>) -> Vec<Requirement> {
    let mut all: BTreeMap<(String, bool), BTreeSet<String>> = BTreeMap::new();
    for (call, changes) in calls {
        let names = call.parameters.into_iter().map(|parameter| parameter.name).filter(|name| name != COMMON);
        all.entry((call.command, changes)).or_default().extend(names);
    }
    all.into_iter()
        .map(|((command, changes), parameters)| Requirement { command, parameters, changes })
        .collect()
}

fn machine() -> MachineFqdn {
    "fe01.example.com".parse().expect("a literal that is a name")
}

fn pool() -> PoolFqdn {
    "pool.example.com".parse().expect("a literal that is a name")
}

/// One of each query, with all that it can be given.
fn queries() -> Vec<Query> {
    let roles = [
        ServiceRole::CentralManagement,
        ServiceRole::CentralManagementDatabase,
        ServiceRole::EdgeServer,
        ServiceRole::Registrar,
    ];
    let mut all: Vec<Query> = roles.into_iter().map(|role| Query::Service { role }).collect();
    all.extend([
        Query::Topology { local_store: true },
        Query::RegistrarConfiguration { local_store: true },
        Query::PoolBackupRelationship { pool: pool(), local_store: true },
        Query::CentralManagementStoreStatus,
        Query::ReplicationStatus,
        Query::ConfigurationStoreLocation,
        Query::TestCentralManagementDatabase,
        Query::CentralManagementMirrorState { pool: pool(), local_store: true },
        Query::BackupServiceStatus { pool: pool() },
        Query::UserDatabaseState { pool: pool() },
        Query::WindowsService { computer: machine() },
        Query::TestRegistration { pool: pool() },
    ]);
    all
}

/// One of each mutation, with all that it can be given.
fn mutations() -> Vec<Mutation> {
    let sql = || "sql.example.com\\rtc".parse().expect("a literal that is an instance");
    vec![
        Mutation::SetEdgeServer {
            edge: "edge.example.com".parse().expect("a literal that is a name"),
            next_hop: pool(),
        },
        Mutation::InvokeManagementServerFailover {
            mode: CmsFailoverMode::DisasterRecovery { backup: sql(), mirror: Some(sql()) },
        },
        Mutation::InvokePoolFailOver { pool: pool(), disaster_mode: true },
        Mutation::InvokePoolFailBack { pool: pool(), disaster_mode: true },
        Mutation::InvokeManagementStoreReplication { replica: machine() },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requirement(command: &str) -> Requirement {
        requirements().into_iter().find(|one| one.command == command).expect("it is used")
    }

    #[test]
    fn every_command_is_there_with_all_its_parameters() {
        let all = requirements();
        assert_eq!(all.iter().filter(|one| one.changes).count(), 5);
        assert_eq!(all.len(), 17, "{all:#?}");
        let cms = requirement("Invoke-CsManagementServerFailover");
        let names: Vec<&str> = cms.parameters.iter().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "BackupMirrorSqlInstanceName",
                "BackupMirrorSqlServerFqdn",
                "BackupSqlInstanceName",
                "BackupSqlServerFqdn",
                "Confirm",
                "Force"
            ]
        );
        assert_eq!(requirement("Get-CsService").parameters.len(), 4);
        // A new variant breaks the build here: give it a place in the lists above.
        for query in queries() {
            match query {
                Query::Topology { .. }
                | Query::Service { .. }
                | Query::RegistrarConfiguration { .. }
                | Query::PoolBackupRelationship { .. }
                | Query::CentralManagementStoreStatus
                | Query::ReplicationStatus
                | Query::ConfigurationStoreLocation
                | Query::TestCentralManagementDatabase
                | Query::CentralManagementMirrorState { .. }
                | Query::BackupServiceStatus { .. }
                | Query::UserDatabaseState { .. }
                | Query::WindowsService { .. }
                | Query::TestRegistration { .. } => {}
                // A function of the module.
                Query::Exports => assert!(query.needs_module()),
            }
        }
    }

    #[test]
    fn an_operation_takes_what_the_cmdlets_take() {
        let start =
            functions().into_iter().find(|one| one.command == "Start-LfOperation").expect("it is one");
        let names: Vec<&str> = start.parameters.iter().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "Action",
                "BackupMirrorSqlInstanceName",
                "BackupMirrorSqlServerFqdn",
                "BackupSqlInstanceName",
                "BackupSqlServerFqdn",
                "DisasterMode",
                "Fence",
                "Force",
                "HomeId",
                "Identity",
                "OperationId",
                "PoolFqdn",
                "Registrar",
                "ReplicaFqdn"
            ]
        );
    }

    #[test]
    fn a_session_is_compared_without_regard_to_case() {
        let over = requirement("Invoke-CsPoolFailOver");
        let known = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let whole = known(&["poolfqdn", "disastermode", "CONFIRM", "Verbose"]);
        assert_eq!(over.compare(Some(&whole)).presence, Presence::Complete);
        let old = known(&["PoolFqdn", "Confirm"]);
        assert_eq!(over.compare(Some(&old)).presence, Presence::Lacks(vec!["DisasterMode".to_owned()]));
        assert_eq!(over.compare(None).presence, Presence::Missing);
    }
}
