//! What is said while users are away: whether they could go home, and whether their home knows that they are away.

use jiff::Timestamp;

use super::{
    Found,
    conditions::{pool_state, unknown},
    organisation,
};
use crate::{
    api::{ConditionStatus, ConditionType, Finding, Reason},
    plan::Failback,
};

/// Whether the users could go home now, and what that needs, said one by one.
pub(super) fn failback_available(found: &Found<'_>, now: Timestamp) -> Finding {
    let condition = ConditionType::FailbackAvailable;
    let failbacks = &found.plan.failbacks;
    if failbacks.is_empty() {
        let away = found.desired.users.iter().filter(|goal| goal.is_away());
        let unseen = away.map(|goal| &goal.home).find(|home| pool_state(found, home, now).is_none());
        return match unseen {
            Some(home) => unknown(condition, format!("PoolState of {home} is not known")),
            None => Finding::new(condition, false, Reason::None, "no pool is failed over"),
        };
    }
    let first = |wanted| failbacks.iter().find(|failback| failback.is_available() == wanted);
    if let Some(failback) = first(Some(true)) {
        let home = &failback.home;
        let message = format!("servedBy: {home} would fail its users back: {}", said(failback, Some(true)));
        return Finding::new(condition, true, Reason::Available, message);
    }
    let lacks = |failback: &Failback| {
        let parts = [Some(false), None, Some(true)].map(|holds| (holds, said(failback, holds)));
        let parts = parts.into_iter().filter(|(_, said)| !said.is_empty()).map(|(holds, said)| match holds {
            Some(true) => format!("holds: {said}"),
            Some(false) => format!("missing: {said}"),
            None => format!("not known: {said}"),
        });
        format!("failback of {}: {}", failback.home, parts.collect::<Vec<_>>().join(". "))
    };
    match first(None) {
        Some(failback) => unknown(condition, lacks(failback)),
        None => {
            let all: Vec<_> = failbacks.iter().map(lacks).collect();
            Finding::new(condition, false, Reason::NotAvailable, all.join(". "))
        }
    }
}

fn said(failback: &Failback, holds: Option<bool>) -> String {
    let checks = failback.checks.iter().filter(|check| check.holds == holds);
    checks.map(|check| check.seen.as_str()).collect::<Vec<_>>().join("; ")
}

/// Whether two answers, or two pools, exclude each other: the store in two places; or a home pool that is up again
/// and has not taken over that it is failed over, so that its Front Ends may take its users in.
pub(super) fn split_brain_suspected(found: &Found<'_>) -> Finding {
    let of_store = organisation::split_brain_suspected(&found.plan.central_management);
    let returned = found.plan.failbacks.iter().find(|failback| !failback.unaware.is_empty());
    match returned {
        Some(Failback { home, unaware, .. }) if of_store.status != ConditionStatus::True => {
            let machines: Vec<_> = unaware.iter().map(ToString::to_string).collect();
            let message = format!(
                "{home} is up again, and {} may not know that it is failed over: the replica there has not been \
                 current since. Get-CsManagementStoreReplicationStatus shows when it is; until then its Front Ends \
                 may serve users that its pair serves",
                machines.join(", ")
            );
            Finding::new(ConditionType::SplitBrainSuspected, true, Reason::Contradictory, message)
        }
        _ => of_store,
    }
}
