//! Why a drill cannot be made now.

use jiff::Timestamp;

use super::script::paired;
use crate::{
    lync::{Observed, PoolState},
    plan::{Assessment, CmsState, Limits, Verdict},
};

/// How things stand.
#[derive(Clone, Copy)]
pub struct Standing<'a> {
    /// What was seen.
    pub observed: &'a Observed,
    /// What that says.
    pub assessment: &'a Assessment,
    /// What is in flight, whoever began it, in words.
    pub in_flight: Option<&'a str>,
    /// Whether a run has begun and is not over.
    pub is_running: bool,
    /// The planner's numbers.
    pub limits: &'a Limits,
    /// The time.
    pub now: Timestamp,
}

/// Why a drill cannot be made now, in words; `None` if it can. A drill tries what would be done on the worst
/// night on the best day: it never stands in the way of a failover, and what is broken already is known
/// without it.
pub fn obstacle(standing: Standing<'_>) -> Option<String> {
    let Standing { observed, assessment, in_flight, is_running, limits, now } = standing;
    if let Some(operation) = in_flight {
        return Some(format!("{operation} is in flight"));
    }
    if is_running {
        return Some("a failover has begun and is not over".to_owned());
    }
    if let Err(why) = observed.topology.live(now, limits.stale_after) {
        return Some(format!("the topology is not known: {why}"));
    }
    if paired(observed).next().is_none() {
        return Some("no pool has a pair that could serve its users".to_owned());
    }
    for (pool, verdict) in &assessment.verdicts {
        if *verdict != Verdict::Up {
            return Some(format!("{pool} is {}", verdict.name()));
        }
    }
    for (pool, _) in paired(observed) {
        let state = observed.pool_states.get(pool).ok_or_else(|| "not observed yet".to_owned());
        match state.and_then(|state| state.live(now, limits.stale_after)) {
            Ok(PoolState::Active) => {}
            Ok(state) => return Some(format!("{pool} is {state}")),
            Err(why) => return Some(format!("the PoolState of {pool} is not known: {why}")),
        }
    }
    match &assessment.central_management {
        CmsState::Healthy { .. } => None,
        CmsState::Impaired { why, .. }
        | CmsState::Dead { why, .. }
        | CmsState::SplitBrain { why }
        | CmsState::Unknown { why } => {
            Some(format!("the Central Management store is not seen to work: {why}"))
        }
    }
}
