//! One mutating cmdlet on its way.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Refusal;
use crate::lync::{MachineFqdn, cmdlet::Mutation};

/// The identity of one attempt at one step; the target starts an id at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationId(pub Uuid);

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Everything that is fixed about an operation before the first byte is sent. It is written to the
/// intent record first, so that a new process can adopt the operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Its identity.
    pub id: OperationId,
    /// The host on which the cmdlet runs.
    pub host: MachineFqdn,
    /// The cmdlet.
    pub mutation: Mutation,
    /// The fence epoch under which it starts. 0: the endpoint has no fence, and the cmdlet runs in its session.
    pub epoch: u64,
    /// Who can say later what became of it, where that is not everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeper: Option<Keeper>,
    /// `wsmv:SessionId` of the client session.
    pub session_id: Uuid,
    /// The shell.
    pub shell_id: Uuid,
    /// The command in the shell.
    pub command_id: Uuid,
}

/// What remembers an operation. Somebody else's not knowing it proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Keeper {
    /// The journal in the home of this identity (`HomeId` of `Get-LfEndpoint`).
    Journal(String),
    /// A shell of this account, which no other account can see.
    Shell(String),
}

/// What an operation may start under, from now on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fence {
    /// The epoch that the target keeps; older ones are refused. 0: the target has no fence.
    pub epoch: u64,
    /// Who will remember the operation.
    pub keeper: Option<Keeper>,
}

/// A stream of a PowerShell pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stream {
    /// `Write-Verbose`: where the failover cmdlets tell what they do.
    Verbose,
    /// `Write-Warning`.
    Warning,
    /// A non-terminating error.
    Error,
    /// `Write-Progress`.
    Progress,
}

/// One record that a running cmdlet wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// When it came, by the clock of the target.
    pub at: Timestamp,
    /// On which stream.
    pub stream: Stream,
    /// What it says.
    pub text: String,
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ended {
    /// The pipeline completed. Not yet a proof of anything.
    Completed,
    /// The cmdlet ended with an error. It may have done part of its work.
    Failed(Refusal),
    /// The process that ran it is gone without a word (host reset, service killed).
    Lost(String),
}

/// News of a running operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Followed {
    /// Records that were not seen before.
    pub records: Vec<Record>,
    /// The number to ask from the next time.
    pub next: u64,
    /// Its end, if it has ended.
    pub ended: Option<Ended>,
}

/// What became of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Adoption {
    /// The target has never heard of it, and will refuse it from now on unless it is started again.
    NeverStarted,
    /// It runs; follow it.
    Running,
    /// It has ended.
    Ended(Ended),
    /// The target cannot tell.
    Undecidable(String),
}
