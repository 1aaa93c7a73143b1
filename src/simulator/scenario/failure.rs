//! What breaks, and when.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Span, open};

/// Something that happens to the organisation: at the start, or later.
///
/// A name is a machine, a pool (its servers and its SQL servers), an Edge pool or a site (everything in
/// it).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(transform = open)]
pub struct Failure {
    /// When, counted from the start of the simulation (or from the injection); default at once.
    #[serde(default)]
    pub at: Span,
    /// Switches machines off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kill: Vec<String>,
    /// Switches machines on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revive: Vec<String>,
    /// Stops the Front End service (`RTCSRV`) and leaves the rest running: what a loss of quorum does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop_registrars: Vec<String>,
    /// Starts the Front End service again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub start_registrars: Vec<String>,
    /// Cuts network links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<Link>,
    /// Mends links, named as they were cut.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mend: Vec<Link>,
    /// Arms faults.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// Disarms all faults first: slow replicas recover, hanging cmdlets are ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clear_faults: bool,
    /// Runs the local setup (`Bootstrapper.exe /Setup`): servers of a pool with a Central Management service get its
    /// services.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub setup: Vec<String>,
    /// What an administrator does by hand, past the guard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub administrator: Vec<ByHand>,
}

/// A link between two places: `operator`, a site, a pool, an Edge pool or a machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(transform = open)]
pub struct Link {
    /// One end.
    pub from: String,
    /// The other end.
    pub to: String,
}

/// A cmdlet that an administrator types.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(transform = open)]
pub struct ByHand {
    /// Where.
    pub host: String,
    /// The cmdlet.
    pub command: String,
    /// Its parameters with their values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// Its switches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switches: Vec<String>,
}

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum FaultKind {
    /// An error and no effect.
    #[default]
    FailBefore,
    /// The effect, and then an error.
    FailAfter,
    /// The process that runs the cmdlet is gone `after` a while; what it did so far stays.
    Lose,
    /// The cmdlet stops making progress `after` a while and does not end.
    Hang,
    /// The call reaches the host; its answer does not come back.
    LoseAnswer,
    /// No session with the host comes about, although it lives.
    NotSent,
    /// The host refuses the credentials.
    Denied,
    /// Error texts come in the language of the server (Korean).
    Localise,
    /// The objects of the answer come without the property `property`.
    DropProperty,
    /// The answer stops in the middle: the second half of the text, or of the rows, is missing.
    Truncate,
    /// After the failover of the store, both pools think that they are active.
    BothActive,
    /// After the failover of the store, no pool thinks that it is active.
    NoneActive,
    /// The replica of the machine `replica` becomes current only after
    /// `Invoke-CsManagementStoreReplication`.
    ReplicaStuck,
    /// The replica of the machine `replica` never becomes current.
    ReplicaNever,
    /// The host does not have the cmdlet `cmdlet`; without one it has none of Lync's. Stands until faults are
    /// cleared.
    Missing,
    /// A shell that is asked for on the host is made, and never opens. Stands until faults are cleared.
    NeverOpens,
    /// The home of the journal cannot be used from the host: its module reads Lync, and starts and knows nothing.
    /// Stands until faults are cleared.
    HomeAway,
    /// The folder for exports cannot be reached from the host. Stands until faults are cleared.
    ShareAway,
    /// There is no room in the folder for exports: they are refused, and leave nothing behind. Stands until faults
    /// are cleared.
    ShareFull,
    /// The cmdlet says 2,500 lines more than it would, before it begins.
    Talk,
}

/// A fault: which calls it strikes, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(transform = open)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// Only calls of this cmdlet; default all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cmdlet: Option<String>,
    /// Only calls on this host; default all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The first such call that is struck; 1 is the next.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub call: i64,
    /// How many calls are struck from there on; 0 for all.
    #[serde(default = "one")]
    #[schemars(range(min = 0, max = 1_000_000))]
    pub times: i64,
    /// For `Lose` and `Hang`: how long the cmdlet works before; default 1m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Span>,
    /// For `DropProperty`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// For `ReplicaStuck` and `ReplicaNever`: the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replica: Option<String>,
    /// For `FailBefore` and `FailAfter`: the text of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// For `FailBefore` and `FailAfter`: the `FullyQualifiedErrorId`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_id: Option<String>,
}

fn one() -> i64 {
    1
}

impl Fault {
    /// A fault of a kind that strikes the next call of a cmdlet.
    pub fn on(cmdlet: &str, kind: FaultKind) -> Self {
        Self { cmdlet: Some(cmdlet.to_owned()), ..Self::always(kind) }
    }

    /// A fault of a kind that strikes the next call, whatever it is.
    pub fn always(kind: FaultKind) -> Self {
        Self {
            kind,
            cmdlet: None,
            host: None,
            call: 1,
            times: 1,
            after: None,
            property: None,
            replica: None,
            message: None,
            error_id: None,
        }
    }
}
