//! What the cmdlets of an observation do not show: drills.
//!
//! The operator does not gather it yet. It comes in as facts, so that who gathers it only has to fill
//! [`Evidence`]; until then the checks say that nobody has looked, and weigh nothing.

use jiff::{SignedDuration, Timestamp};

use super::{Check, Fix, Inputs, Subject};
use crate::{
    api::{CheckName, format_duration},
    lync::{Fact, Why},
};

/// How long ago the last drill may be: twice a year.
pub const DRILL_EVERY: SignedDuration = SignedDuration::from_hours(183 * 24);

/// What others know. The time of each fact does not matter: what it tells of is in the past anyway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The last drill.
    pub last_drill: Fact<Drill>,
}

/// A failover and the way back, to see that it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drill {
    /// When it was over.
    pub ended_at: Timestamp,
    /// How long users were without full service.
    pub took: SignedDuration,
}

pub(super) fn drill(inputs: Inputs<'_>) -> Check {
    let (check, subject) = (CheckName::LastDrill, Subject::Organisation);
    let rto = inputs.objectives.rto;
    let objective = format_duration(rto);
    let fix = Fix::days(
        "plan a failover of a pool in quiet hours, and the way back: servedBy of the LyncFailover, and its \
         reverse; lync-failover simulate --snapshot rehearses it first",
    );
    match &inputs.evidence.last_drill {
        Fact::Known { value: Drill { ended_at, took }, .. } => {
            let told = format!("the last drill ended at {ended_at:.0} and took {}", format_duration(*took));
            if *took > rto {
                Check::fail(check, subject, format!("{told}, more than the objective of {objective}"), fix)
            } else if is_within(inputs, *ended_at, DRILL_EVERY) {
                Check::pass(check, subject, told)
            } else {
                Check::fail(check, subject, format!("{told}, more than half a year ago"), fix)
            }
        }
        Fact::Unknown(why) => {
            let wanted =
                format!("that one was made in the last half year and took no longer than {objective}");
            Check::unknown(check, subject, unseen("drills", &wanted, why), fix)
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
