//! What can go wrong with a call, as types.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a call did not give a usable answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
pub enum CallError {
    /// No TCP connection to the host: it refused or was silent. Nothing was sent. This alone is evidence that
    /// the host is down.
    #[error("not reached: {0}")]
    Unreachable(String),
    /// Nothing was sent, for a reason that says nothing about whether the host is up: name, certificate, no
    /// KDC, a quota, a missing session configuration. The call may be made again.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The host refused the credentials, or the account may not do this.
    #[error("access denied: {0}")]
    Denied(String),
    /// Lync, or the guard on the target, said no.
    #[error("refused by Lync: {0}")]
    Refused(Refusal),
    /// It may have run. Only an observation can tell.
    #[error("outcome unknown: {0}")]
    Unknown(String),
    /// An answer came and could not be read.
    #[error("unreadable answer: {0}")]
    Unreadable(String),
}

/// An error record of PowerShell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// `FullyQualifiedErrorId`, for example
    /// `ProcessRecord,Microsoft.Rtc.Management.Hadr.InvokePoolFailOverCmdlet`.
    pub error_id: String,
    /// `CategoryInfo.Category`, for example `InvalidOperation`.
    pub category: String,
    /// The message, in the language of the server.
    pub message: String,
}

/// A refusal whose cure is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KnownRefusal {
    /// The pool is still the next hop of an Edge pool (JJ204678, step 7).
    EdgeNextHop,
    /// The Central Management store does not answer, or is not fully failed over.
    CentralManagementUnavailable,
    /// The epoch of the operation is older than the one that the target knows.
    Fenced,
    /// Another operation runs on the target.
    Busy,
    /// The endpoint does not know the cmdlet or one of its parameters.
    UnknownCommand,
    /// A pool has no test users (`NotFoundTestUsers`); nothing was tested.
    NoTestUsers,
}

impl Refusal {
    /// The cure that is known for this refusal, if any. Texts are compared with white space collapsed:
    /// Microsoft's Edge text has two spaces before "before you proceed".
    pub fn known(&self) -> Option<KnownRefusal> {
        let text = self.message.split_whitespace().collect::<Vec<_>>().join(" ");
        let id = self.error_id.split(',').next().unwrap_or_default();
        if text.contains("is specified in topology as the next hop for the Edge server") {
            Some(KnownRefusal::EdgeNextHop)
        } else if matches!(
            id,
            "CommandNotFoundException"
                | "NamedParameterNotFound"
                | "AmbiguousParameterSet"
                | "MissingMandatoryParameter"
        ) {
            Some(KnownRefusal::UnknownCommand)
        } else if id == "NotFoundTestUsers" || text.contains("There is no test user assigned for") {
            Some(KnownRefusal::NoTestUsers)
        } else if id == "StaleEpoch" {
            Some(KnownRefusal::Fenced)
        } else if id == "OperationRunning" {
            Some(KnownRefusal::Busy)
        } else if text.contains("Cannot open database \"xds\"")
            || text.contains("A network-related or instance-specific error")
            || text.contains("Central Management Server is not")
        {
            Some(KnownRefusal::CentralManagementUnavailable)
        } else {
            None
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.error_id)
    }
}
