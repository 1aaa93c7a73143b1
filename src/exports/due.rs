//! What is due.

use jiff::{SignedDuration, Timestamp};

use super::{Attempt, Schedule};
use crate::lync::{ExportFile, ExportOf, Exports, Fact};

/// How far the clock of a host may be ahead: as much as Kerberos lets pass. What lies farther ahead proves nothing.
pub const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// What becomes due within this part of the interval is made along with what is due, so that a set stays together.
const TOGETHER: i32 = 4;

/// What decides.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// `spec.exports`; without it the operator makes none.
    pub schedule: Option<Schedule>,
    /// Why nothing may be begun now: a failover is under way, or it is not known whether one is.
    pub busy: Option<&'a str>,
    /// What there should be of the organisation.
    pub wanted: &'a [ExportOf],
    /// What a host has found in the folder.
    pub seen: &'a Fact<Exports>,
    /// The age at which that is not believed any more.
    pub stale_after: SignedDuration,
    /// The last attempt of this process.
    pub last: Option<&'a Attempt>,
    /// The time.
    pub now: Timestamp,
}

/// What is to be done about exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing is asked for.
    Never,
    /// Nothing, for now; says why.
    Held(String),
    /// Nothing: nobody can see what there is, so nobody knows what is lacking; says why.
    Blind(String),
    /// Nothing is lacking, or the last attempt failed and its pause is not over.
    NotYet,
    /// These.
    Now(Vec<ExportOf>),
}

/// What is due. Total and deterministic.
pub fn due(inputs: Inputs<'_>) -> Due {
    let Some(Schedule { every, .. }) = inputs.schedule else { return Due::Never };
    if let Some(why) = inputs.busy {
        return Due::Held(why.to_owned());
    }
    let seen = match inputs.seen.live(inputs.now, inputs.stale_after) {
        Ok(seen) => seen,
        Err(why) => return Due::Blind(why),
    };
    if inputs.last.is_some_and(|last| inputs.now < last.again_at(every)) {
        return Due::NotYet;
    }
    let is_due = |of: &ExportOf, every: SignedDuration| {
        // Made already: where the folder does not show it, the next one would not show either.
        let is_made = inputs.last.is_some_and(|last| last.has_made(of) && inputs.now < last.ended_at + every);
        !is_made && !seen.newest(of).is_some_and(|file| is_younger(file, every, inputs.now))
    };
    if !inputs.wanted.iter().any(|of| is_due(of, every)) {
        return Due::NotYet;
    }
    let soon = every - every / TOGETHER;
    Due::Now(inputs.wanted.iter().filter(|of| is_due(of, soon)).cloned().collect())
}

fn is_younger(file: &ExportFile, limit: SignedDuration, now: Timestamp) -> bool {
    let age = now.duration_since(file.made_at);
    age > -AHEAD && age < limit
}
