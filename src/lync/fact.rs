//! What is known about Lync: every fact says when and from where, or why it is not known.
//!
//! Unknown is a value. It never turns into "no", "down" or "already done".

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::MachineFqdn;

/// Where a fact was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// The Central Management store, asked from this host.
    CentralManagement(MachineFqdn),
    /// The local replica on this host: as old as the last replication, good for what does not change
    /// during an outage (pairing, sites, SQL names, versions).
    LocalReplica(MachineFqdn),
    /// Active Directory, asked from this host.
    ActiveDirectory(MachineFqdn),
    /// A service of Lync or of Windows, asked from this host.
    Service(MachineFqdn),
    /// A network probe by the operator itself.
    Probe,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CentralManagement(host) => write!(f, "Central Management store via {host}"),
            Self::LocalReplica(host) => write!(f, "local replica on {host}"),
            Self::ActiveDirectory(host) => write!(f, "Active Directory via {host}"),
            Self::Service(host) => write!(f, "asked on {host}"),
            Self::Probe => write!(f, "probe by the operator"),
        }
    }
}

/// Why a fact is not known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Why {
    /// Nobody has looked yet.
    NotObserved,
    /// The Central Management store did not answer the cmdlet: a fact about the store, not about the
    /// bridge.
    CentralManagementUnavailable(String),
    /// No host could be asked.
    BridgeUnavailable(String),
    /// The host refused the credentials or the account lacks the right. Says nothing about Lync.
    Denied(String),
    /// Lync answered with an error.
    CmdletFailed(String),
    /// The answer could not be read: truncated, a property missing, an unknown value.
    Unreadable(String),
    /// Two answers exclude each other.
    Contradictory(String),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotObserved => write!(f, "not observed yet"),
            Self::CentralManagementUnavailable(text) => {
                write!(f, "the Central Management store did not answer: {text}")
            }
            Self::BridgeUnavailable(text) => write!(f, "no host could be asked: {text}"),
            Self::Denied(text) => write!(f, "access denied: {text}"),
            Self::CmdletFailed(text) => write!(f, "the cmdlet failed: {text}"),
            Self::Unreadable(text) => write!(f, "the answer could not be read: {text}"),
            Self::Contradictory(text) => write!(f, "contradictory answers: {text}"),
        }
    }
}

/// A fact about Lync.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fact<T> {
    /// Observed.
    Known {
        /// What was observed.
        value: T,
        /// When, by the observer's clock.
        at: Timestamp,
        /// Where it was read.
        source: Source,
    },
    /// Not known.
    Unknown(Why),
}

impl<T> Default for Fact<T> {
    fn default() -> Self {
        Self::Unknown(Why::NotObserved)
    }
}

impl<T> Fact<T> {
    /// A known fact.
    pub fn known(value: T, at: Timestamp, source: Source) -> Self {
        Self::Known { value, at, source }
    }

    /// The value, whatever its age.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Known { value, .. } => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// The value if it may carry a mutation: read from the live system and not older than `max_age`.
    ///
    /// A value from a local replica is never live.
    ///
    /// # Errors
    ///
    /// Says in words why the fact cannot carry a decision.
    pub fn live(&self, now: Timestamp, max_age: SignedDuration) -> Result<&T, String> {
        match self {
            Self::Known { value, at, source } => {
                if let Source::LocalReplica(host) = source {
                    return Err(format!("only known from the local replica on {host}, which may be old"));
                }
                if now.duration_since(*at) > max_age {
                    return Err(format!("last seen at {at}, too long ago"));
                }
                Ok(value)
            }
            Self::Unknown(why) => Err(why.to_string()),
        }
    }

    /// Applies a function to the value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known { value, at, source } => Fact::Known { value: f(value), at, source },
            Self::Unknown(why) => Fact::Unknown(why),
        }
    }

    /// Keeps what was known before if this reading only failed to see: the earlier fact ages on. A
    /// reading that says something, also that the store does not answer or that answers contradict each
    /// other, replaces it. For showing; a decision looks at the reading itself.
    #[must_use]
    pub fn or_earlier(self, earlier: &Self) -> Self
    where
        T: Clone,
    {
        let is_blind = matches!(
            self,
            Self::Unknown(
                Why::NotObserved
                    | Why::BridgeUnavailable(_)
                    | Why::Denied(_)
                    | Why::CmdletFailed(_)
                    | Why::Unreadable(_)
            )
        );
        if is_blind && earlier.value().is_some() { earlier.clone() } else { self }
    }
}
