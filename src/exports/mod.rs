//! Exports on a schedule: what is due, and what came of the last attempt. Pure; who makes them is the operator.
//!
//! An export reads Lync and changes nothing in it, so it needs neither fence nor consent. It is never worth a
//! delay of a failover: nothing is begun while one is under way, and nobody waits for one.

mod attempt;
mod due;
#[cfg(test)]
mod tests;
mod wanted;

use jiff::SignedDuration;

use crate::{
    api::{DurationError, ExportsSpec},
    lync::{EndpointState, Fact, Guard, MachineFqdn, Observed, Source},
    plan::Limits,
};

pub use attempt::Attempt;
pub use due::{AHEAD, Due, Inputs, due};
pub use wanted::{AFTER_A_MOVE, needed, wanted};

/// How often exports are made, and how many stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The time from one export to the next of the same kind.
    pub every: SignedDuration,
    /// How many whole files of each kind and pool stay.
    pub keep: u16,
}

impl TryFrom<&ExportsSpec> for Schedule {
    type Error = DurationError;

    /// Fails on what the API server does not let in.
    fn try_from(spec: &ExportsSpec) -> Result<Self, DurationError> {
        Ok(Self { every: spec.every_duration()?, keep: u16::try_from(spec.keep).unwrap_or(1).max(1) })
    }
}

/// The host that makes exports: the one that has told what there is, because it is its folder that is meant; else
/// the first that takes cmdlets and has the module.
pub fn maker(observed: &Observed, limits: &Limits, now: jiff::Timestamp) -> Option<MachineFqdn> {
    let takes = |host: &&MachineFqdn| {
        let state = observed.endpoints.get(*host).map(|fact| fact.live(now, limits.stale_after));
        state == Some(Ok(&EndpointState::Connected)) && observed.guards.get(*host) != Some(&Guard::Plain)
    };
    let told = match &observed.exports {
        Fact::Known { source: Source::Service(host), .. } => Some(host),
        _ => None,
    };
    told.filter(takes).or_else(|| observed.endpoints.keys().find(takes)).cloned()
}
