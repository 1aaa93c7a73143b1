//! Is a pool alive? What each observer says.
//!
//! An observer looks at something of its own: no ballot rests on what another one has counted. Who cannot
//! look, or is refused, has no evidence; nobody takes that for a dead pool.

mod look;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Limits, Watch};
use crate::lync::{EndpointState, Fact, MachineFqdn, Observed, PoolFqdn};
use look::Look;

/// Who looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Observer {
    /// The operator, at TCP 5061 of every Front End.
    Sip,
    /// The bridge: whether the Front Ends can be reached, and whether their Registrar service runs.
    Bridge,
    /// Front Ends of other pools, at the services of those Front Ends that do not answer for themselves.
    Peer,
    /// A Front End that is asked about the pool, at its user database.
    UserDatabase,
    /// The Central Management store, at when the replicas of the Front Ends have last reported.
    Replicas,
}

impl Observer {
    /// Whether it looks at the servers themselves. The others see signs that a server works or does not:
    /// they support a witness, and neither make nor contradict a verdict without one.
    pub fn is_direct(self) -> bool {
        match self {
            Self::Sip | Self::Bridge | Self::Peer => true,
            Self::UserDatabase | Self::Replicas => false,
        }
    }

    /// Whether it stands where the operator stands in the network.
    pub fn is_operators(self) -> bool {
        matches!(self, Self::Sip | Self::Bridge)
    }

    /// The name for displays.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sip => "operator",
            Self::Bridge => "bridge",
            Self::Peer => "peers",
            Self::UserDatabase => "database",
            Self::Replicas => "replicas",
        }
    }
}

/// What an observer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Vote {
    /// A quorum of Front Ends is seen alive.
    Up,
    /// No Front End is seen alive, and each was looked at.
    Down,
    /// Cannot tell. Refused credentials count here.
    NoEvidence,
}

/// One vote with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ballot {
    /// Who looked.
    pub observer: Observer,
    /// What was concluded.
    pub vote: Vote,
    /// What was seen, in words.
    pub seen: String,
}

/// What each observer says about a pool. `watch` tells a replica that goes on reporting from one that
/// reported before the others called its pool down.
pub fn ballots(
    name: &PoolFqdn,
    observed: &Observed,
    watch: &Watch,
    limits: &Limits,
    now: Timestamp,
) -> Vec<Ballot> {
    let Some(look) = Look::at(name, observed, limits, now) else { return Vec::new() };
    let mut ballots = look.but_the_replicas();
    let is_called_down = ballots.iter().any(|ballot| ballot.vote == Vote::Down);
    ballots.push(look.replicas(is_called_down.then_some(watch)));
    ballots
}

/// Whether an observer calls a pool down, whatever its replicas report.
pub(super) fn is_called_down(name: &PoolFqdn, observed: &Observed, limits: &Limits, now: Timestamp) -> bool {
    Look::at(name, observed, limits, now)
        .is_some_and(|look| look.but_the_replicas().iter().any(|ballot| ballot.vote == Vote::Down))
}

/// Whether the operator's own observers leave it open that a pool is alive: then the Front Ends of other
/// pools are worth asking.
pub fn is_in_doubt(name: &PoolFqdn, observed: &Observed, limits: &Limits, now: Timestamp) -> bool {
    Look::at(name, observed, limits, now).is_some_and(|look| look.is_in_doubt())
}

/// Whether a server takes calls of the bridge. Then nobody else is asked about its services: what it says
/// itself and what a peer reads of it would be one fact, told twice.
pub fn answers_for_itself(machine: &MachineFqdn, observed: &Observed) -> bool {
    let state = observed.endpoints.get(machine).and_then(Fact::value);
    matches!(state, Some(EndpointState::Connected | EndpointState::Unfit(_)))
}
