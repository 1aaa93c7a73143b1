//! What the cmdlets of an observation do not show: drills, and what was done before.
//!
//! It comes in as facts; until somebody has gathered it the check says that nobody has looked.

use jiff::{SignedDuration, Timestamp};

use super::{Check, Fix, Inputs, Subject};
use crate::{
    api::{CheckName, DrillOutcome, DrillStatus},
    lync::{Fact, Source, Why},
};

/// How long ago the last drill may be: twice a year.
pub const DRILL_EVERY: SignedDuration = SignedDuration::from_hours(183 * 24);

/// What others know. The time of each fact does not matter: what it tells of is in the past anyway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The last drill.
    pub last_drill: Fact<Drill>,
    /// When the Central Management store last moved, as far as the operator remembers.
    pub store_moved_at: Option<Timestamp>,
    /// Whether nobody looked for exports, since a failover is under way or may begin at any moment.
    pub without_exports: bool,
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
