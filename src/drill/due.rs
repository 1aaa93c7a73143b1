//! Whether a drill is due.

use jiff::{SignedDuration, Timestamp};

use crate::api::{DrillOutcome, DrillStatus};

/// After how long a drill of the schedule that did not pass is made again.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Why a drill is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// Somebody asked, with this value of the annotation.
    Asked(String),
    /// `spec.drill.every` has passed.
    Scheduled,
}

/// Whether a drill is due. `asked` is the value of the annotation, `every` that of `spec.drill`, `last` what is
/// known of the last drill.
pub fn due(
    asked: Option<&str>,
    every: Option<SignedDuration>,
    last: Option<&DrillStatus>,
    now: Timestamp,
) -> Option<Due> {
    let answered = last.and_then(|last| last.request.as_deref());
    if let Some(asked) = asked.filter(|asked| answered != Some(*asked)) {
        return Some(Due::Asked(asked.to_owned()));
    }
    let every = every?;
    let Some(started) = last.and_then(|last| last.started_at.as_ref()) else { return Some(Due::Scheduled) };
    let pause = match last.and_then(|last| last.outcome) {
        Some(DrillOutcome::Passed) => every,
        _ => every.min(AGAIN_AFTER),
    };
    // One that lies ahead proves nothing.
    let age = now.duration_since(started.0);
    (age >= pause || age.is_negative()).then_some(Due::Scheduled)
}

/// Of two records of the last drill the one that tells of the later one.
pub fn newer(one: Option<DrillStatus>, other: Option<DrillStatus>) -> Option<DrillStatus> {
    let at =
        |record: &Option<DrillStatus>| record.as_ref().and_then(|it| it.finished_at.as_ref().map(|at| at.0));
    if at(&other) > at(&one) { other } else { one.or(other) }
}
