//! Is a pool alive? A verdict on the votes of the observers, which takes its time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Ballot, Limits, Progress, Vote, Watch, ballots::ballots};
use crate::lync::{Observed, PoolFqdn};

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

/// Whether enough observers call the pool down at this moment, and none calls it up.
pub fn looks_down(
    name: &PoolFqdn,
    observed: &Observed,
    watch: &Watch,
    limits: &Limits,
    now: Timestamp,
) -> bool {
    let ballots = ballots(name, observed, watch, limits, now);
    enough_down(&ballots, limits) && !ballots.iter().any(|b| b.vote == Vote::Up)
}

/// The votes of the others count, but the operator has to be among those who say so: a peer and the store
/// often stand in one place, and a cut around that place would cost two votes.
fn enough_down(ballots: &[Ballot], limits: &Limits) -> bool {
    let down = || ballots.iter().filter(|ballot| ballot.vote == Vote::Down);
    i32::try_from(down().count()).is_ok_and(|votes| votes >= limits.down_votes)
        && down().any(|ballot| ballot.observer.is_operators())
}

/// The verdict about a pool.
pub(super) fn verdict(
    name: &PoolFqdn,
    observed: &Observed,
    progress: &Progress,
    limits: &Limits,
    now: Timestamp,
) -> Verdict {
    let ballots = ballots(name, observed, &progress.watch, limits, now);
    let any = |vote| ballots.iter().any(|ballot| ballot.vote == vote);
    let witness = |vote| ballots.iter().any(|ballot| ballot.vote == vote && ballot.observer.is_direct());
    match (any(Vote::Up), any(Vote::Down)) {
        // A replica that is silent, a database that is offline: that does not make a pool that is seen to
        // work a doubtful one.
        (true, _) if witness(Vote::Up) && !witness(Vote::Down) => Verdict::Up,
        (true, true) => Verdict::Suspect { since: None },
        // A server that reports lives; whether it serves, nobody has seen.
        (_, false) => Verdict::Undetermined,
        (false, true) if !enough_down(&ballots, limits) => Verdict::Suspect { since: None },
        (false, true) => match progress.watch.down_since.get(name) {
            Some(since) if now.duration_since(*since) >= limits.down_sustained_for => {
                Verdict::Down { since: *since }
            }
            since => Verdict::Suspect { since: since.copied() },
        },
    }
}
