//! What the cmdlets of an observation do not show: exports, drills.
//!
//! The operator does not gather it yet. It comes in as facts, so that who gathers it only has to fill
//! [`Evidence`]; until then the checks say that nobody has looked, and weigh nothing.

use jiff::{SignedDuration, Timestamp};

use super::{Check, Fix, Inputs, Subject};
use crate::{
    api::{CheckName, DrillOutcome, DrillStatus},
    lync::{Fact, Source, Why},
};

/// How old an export may be. They are made by a scheduled task, once a night.
pub const EXPORT_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// How long ago the last drill may be: twice a year.
pub const DRILL_EVERY: SignedDuration = SignedDuration::from_hours(183 * 24);

/// What others know. The time of each fact does not matter: what it tells of is in the past anyway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// When the oldest of the exports was made: configuration, locations, response groups.
    pub exports: Fact<Timestamp>,
    /// The last drill.
    pub last_drill: Fact<Drill>,
}

/// The failover of every paired pool, tried with `-WhatIf` (`docs/drill.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drill {
    /// When it was over.
    pub ended_at: Timestamp,
    /// What it came to.
    pub outcome: DrillOutcome,
}

impl Drill {
    /// The last drill, as a status has it.
    pub fn last(status: Option<&DrillStatus>) -> Fact<Self> {
        let last = status.and_then(|status| {
            let ended_at = status.finished_at.as_ref()?.0;
            Some(Fact::known(Self { ended_at, outcome: status.outcome? }, ended_at, Source::Probe))
        });
        last.unwrap_or_default()
    }
}

pub(super) fn exports(inputs: Inputs<'_>) -> Check {
    let (check, subject) = (CheckName::ExportsFresh, Subject::Organisation);
    let fix = Fix::hours(
        "each night, to a place that outlives the pool: Export-CsConfiguration, Export-CsLisConfiguration, and \
         Export-CsRgsConfiguration of each pool. A failover carries over no locations and no response groups",
    );
    match &inputs.evidence.exports {
        Fact::Known { value: at, .. } if is_within(inputs, *at, EXPORT_EVERY) => {
            Check::pass(check, subject, format!("the oldest export is of {at:.0}"))
        }
        Fact::Known { value: at, .. } => {
            Check::fail(check, subject, format!("the oldest export is of {at:.0}, more than a day old"), fix)
        }
        Fact::Unknown(why) => {
            Check::unknown(check, subject, unseen("exports", "that there is one of each, of today", why), fix)
        }
    }
}

pub(super) fn drill(inputs: Inputs<'_>) -> Check {
    let (check, subject) = (CheckName::LastDrill, Subject::Organisation);
    let ask = "kubectl annotate ldep NAME --overwrite lyncfailover.dev/drill-requested-at=\"$(date)\", or spec.drill";
    let fix = Fix::minutes(format!("have one made, which changes nothing: {ask}"));
    match &inputs.evidence.last_drill {
        Fact::Known { value: Drill { ended_at, outcome }, .. } => {
            let told = format!("the last drill was over at {ended_at:.0}");
            match outcome {
                DrillOutcome::Failed => {
                    let fix = Fix::hours(format!("status.drill says which step and why; then {}", fix.text));
                    Check::fail(check, subject, format!("{told} and failed"), fix)
                }
                DrillOutcome::Incomplete => {
                    Check::unknown(check, subject, format!("{told} and did not try everything"), fix)
                }
                DrillOutcome::Passed if is_within(inputs, *ended_at, DRILL_EVERY) => {
                    Check::pass(check, subject, format!("{told} and passed"))
                }
                DrillOutcome::Passed => {
                    Check::fail(check, subject, format!("{told}, more than half a year ago"), fix)
                }
            }
        }
        Fact::Unknown(Why::NotObserved) => {
            Check::unknown(check, subject, "there has been no drill that is known of", fix)
        }
        Fact::Unknown(why) => {
            Check::unknown(check, subject, format!("nothing is known of drills: {why}"), fix)
        }
    }
}

/// Something that lies ahead proves nothing.
fn is_within(inputs: Inputs<'_>, at: Timestamp, limit: SignedDuration) -> bool {
    let age = inputs.now.duration_since(at);
    !age.is_negative() && age <= limit
}

fn unseen(what: &str, wanted: &str, why: &Why) -> String {
    match why {
        Why::NotObserved => format!("the operator does not look at {what} yet; a person has to see {wanted}"),
        other => format!("nothing is known of {what}: {other}"),
    }
}
