//! Is a pool alive? Votes of independent observers, and a verdict that takes its time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Limits, Progress};
use crate::lync::{EndpointState, Observed, Pool, PoolFqdn};

/// Who looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Observer {
    /// The operator, at TCP 5061 of every Front End.
    Sip,
    /// The bridge: whether the Front Ends can be reached, and whether their Registrar service runs.
    Bridge,
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

/// The verdict about a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Seen alive, and nobody objects.
    Up,
    /// Enough observers have called it down for long enough.
    Down {
        /// Since when.
        since: Timestamp,
    },
    /// Some evidence of death: too few votes, too short, or another observer sees it alive.
    Suspect {
        /// Since when enough observers have called it down, if they do.
        since: Option<Timestamp>,
    },
    /// Nobody can tell.
    Undetermined,
}

impl Verdict {
    /// The word for displays.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Up => "Up",
            Self::Down { .. } => "Down",
            Self::Suspect { .. } => "Suspect",
            Self::Undetermined => "Undetermined",
        }
    }

    /// Whether it is [`Verdict::Down`].
    pub fn is_down(&self) -> bool {
        matches!(self, Self::Down { .. })
    }
}

/// What each observer says about a pool.
pub fn ballots(name: &PoolFqdn, observed: &Observed, limits: &Limits, now: Timestamp) -> Vec<Ballot> {
    let Some(pool) = observed.topology.value().and_then(|topology| topology.pools.get(name)) else {
        return Vec::new();
    };
    let sip = pool.machines.iter().map(|machine| {
        let fact = observed.sip.get(machine)?;
        fact.live(now, limits.stale_after).ok().copied()
    });
    let bridge = pool.machines.iter().map(|machine| {
        let running = observed.registrars.get(machine).and_then(|f| f.live(now, limits.stale_after).ok());
        running.copied().or_else(|| match observed.endpoints.get(machine)?.live(now, limits.stale_after) {
            Ok(EndpointState::Unreachable(_)) => Some(false),
            _ => None,
        })
    });
    vec![
        count(pool, Observer::Sip, "TCP 5061 answers", sip.collect()),
        count(pool, Observer::Bridge, "the Registrar service runs", bridge.collect()),
    ]
}

fn count(pool: &Pool, observer: Observer, what: &str, seen: Vec<Option<bool>>) -> Ballot {
    let alive = seen.iter().filter(|s| **s == Some(true)).count();
    let voting = seen.iter().take(pool.voters()).filter(|s| **s == Some(true)).count();
    let looked_at = seen.iter().flatten().count();
    let vote = if voting >= pool.quorum() {
        Vote::Up
    } else if alive == 0 && looked_at == seen.len() && looked_at > 0 {
        Vote::Down
    } else {
        Vote::NoEvidence
    };
    let unseen = match seen.len() - looked_at {
        0 => String::new(),
        n => format!(", {n} could not be looked at"),
    };
    Ballot { observer, vote, seen: format!("{what} on {alive} of {} Front Ends{unseen}", seen.len()) }
}

/// Whether enough observers call the pool down at this moment, and none calls it up.
pub fn looks_down(name: &PoolFqdn, observed: &Observed, limits: &Limits, now: Timestamp) -> bool {
    let ballots = ballots(name, observed, limits, now);
    enough_down(&ballots, limits) && !ballots.iter().any(|b| b.vote == Vote::Up)
}

fn enough_down(ballots: &[Ballot], limits: &Limits) -> bool {
    let down = ballots.iter().filter(|ballot| ballot.vote == Vote::Down).count();
    i32::try_from(down).is_ok_and(|down| down >= limits.down_votes)
}

/// The verdict about a pool.
pub(super) fn verdict(
    name: &PoolFqdn,
    observed: &Observed,
    progress: &Progress,
    limits: &Limits,
    now: Timestamp,
) -> Verdict {
    let ballots = ballots(name, observed, limits, now);
    let any = |vote| ballots.iter().any(|ballot| ballot.vote == vote);
    match (any(Vote::Up), any(Vote::Down)) {
        (true, false) => Verdict::Up,
        (true, true) => Verdict::Suspect { since: None },
        (false, false) => Verdict::Undetermined,
        (false, true) if !enough_down(&ballots, limits) => Verdict::Suspect { since: None },
        (false, true) => match progress.watch.down_since.get(name) {
            Some(since) if now.duration_since(*since) >= limits.down_sustained_for => {
                Verdict::Down { since: *since }
            }
            since => Verdict::Suspect { since: since.copied() },
        },
    }
}
