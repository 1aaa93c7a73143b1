//! What holds and what does not: one function a condition.

use jiff::Timestamp;

use super::{Found, organisation, summary::summary, views::hold_text, way_home};
use crate::{
    api::{ConditionStatus, ConditionType, Finding, Reason},
    lync::{PoolFqdn, PoolState},
    plan::{Hold, Step, Verdict},
};

/// All conditions of a `LyncFailover`.
pub(super) fn findings(found: &Found<'_>, now: Timestamp) -> Vec<Finding> {
    let [ready, reconciling, stalled] = summary(found);
    vec![
        ready,
        reconciling,
        stalled,
        edge_next_hop_safe(found, now),
        organisation::central_management_healthy(&found.plan.central_management),
        users_served(found, now),
        source_available(found),
        target_ready(found),
        approved(found),
        organisation::bridge_connected(found.observed, found.limits, now),
        way_home::split_brain_suspected(found),
        drifted(found),
        way_home::failback_available(found, now),
    ]
}

pub(super) fn unknown(condition: ConditionType, why: impl Into<String>) -> Finding {
    Finding::new(condition, ConditionStatus::Unknown, Reason::Unknown, why)
}

/// The state of a pool's failover, if it is known.
pub(super) fn pool_state(found: &Found<'_>, pool: &PoolFqdn, now: Timestamp) -> Option<PoolState> {
    let fact = found.observed.pool_states.get(pool)?;
    fact.live(now, found.limits.stale_after).ok().copied()
}

fn edge_next_hop_safe(found: &Found<'_>, now: Timestamp) -> Finding {
    let condition = ConditionType::EdgeNextHopSafe;
    let leaving = found.desired.leaving();
    let mut unseen = None;
    for (edge, fact) in &found.observed.next_hops {
        match fact.live(now, found.limits.stale_after) {
            Ok(hop)
                if leaving.contains(hop) || pool_state(found, hop, now) == Some(PoolState::FailedOver) =>
            {
                let message = format!(
                    "{edge} sends what comes from outside to {hop}, which is to be failed over, or is"
                );
                return Finding::new(condition, false, Reason::AtRisk, message);
            }
            Ok(hop) if found.is_down(hop) => {
                let message = format!("{edge} sends what comes from outside to {hop}, which is down");
                return Finding::new(condition, false, Reason::AtRisk, message);
            }
            Ok(_) => {}
            Err(why) => unseen = Some(format!("next hop of {edge}: {why}")),
        }
    }
    match unseen {
        Some(why) => unknown(condition, why),
        None if found.observed.topology.value().is_none() => unknown(condition, "the topology is not known"),
        None => Finding::new(
            condition,
            true,
            Reason::Safe,
            "no Edge pool has a pool as next hop that is down or failed over",
        ),
    }
}

fn users_served(found: &Found<'_>, now: Timestamp) -> Finding {
    let condition = ConditionType::UsersServed;
    let mut unseen = None;
    for goal in &found.desired.users {
        let wanted = if goal.is_away() { PoolState::FailedOver } else { PoolState::Active };
        match pool_state(found, &goal.home, now) {
            Some(state) if state == wanted => match found.plan.verdicts.get(&goal.served_by) {
                Some(Verdict::Down { .. }) => {
                    let message =
                        format!("{}, which should serve users of {}, is down", goal.served_by, goal.home);
                    return Finding::new(condition, false, Reason::Down, message);
                }
                Some(Verdict::Suspect { .. }) => unseen = Some(format!("{} may be down", goal.served_by)),
                _ => {}
            },
            Some(state) => {
                let message = format!(
                    "users of {} are not served by {}: PoolState is {state}",
                    goal.home, goal.served_by
                );
                return Finding::new(condition, false, Reason::NotServed, message);
            }
            None => unseen = Some(format!("PoolState of {} is not known", goal.home)),
        }
    }
    match unseen {
        Some(why) => unknown(condition, why),
        None if found.desired.users.is_empty() => {
            Finding::new(condition, true, Reason::NotApplicable, "no users are managed")
        }
        None => Finding::new(condition, true, Reason::Served, "users are served as the spec says"),
    }
}

fn source_available(found: &Found<'_>) -> Finding {
    let condition = ConditionType::SourceAvailable;
    let verdicts = || {
        let homes = found.desired.users.iter().map(|goal| &goal.home);
        homes.map(|home| (home, found.plan.verdicts.get(home).copied().unwrap_or(Verdict::Undetermined)))
    };
    let first = |wanted: fn(&Verdict) -> bool| verdicts().find(|(_, verdict)| wanted(verdict));
    if let Some((home, _)) = first(Verdict::is_down) {
        return Finding::new(condition, false, Reason::Down, format!("{home} is down"));
    }
    if let Some((home, _)) = first(|verdict| matches!(verdict, Verdict::Suspect { .. })) {
        let message = format!("some observers call {home} down; not enough, or not for long enough");
        return Finding::new(condition, ConditionStatus::Unknown, Reason::Suspect, message);
    }
    if let Some((home, _)) = first(|verdict| matches!(verdict, Verdict::Undetermined)) {
        let message = format!("nobody can tell whether {home} is up");
        return Finding::new(condition, ConditionStatus::Unknown, Reason::Undetermined, message);
    }
    match found.desired.users.is_empty() {
        true => Finding::new(condition, true, Reason::NotApplicable, "no users are managed"),
        false => Finding::new(condition, true, Reason::Up, "the home pools are up"),
    }
}

fn target_ready(found: &Found<'_>) -> Finding {
    let condition = ConditionType::TargetReady;
    let users = found.desired.users.iter().map(|goal| &goal.served_by);
    let store = found.plan.steps.iter().filter_map(|row| match &row.step {
        Step::FailOverCentralManagement { to, .. } => Some(to),
        _ => None,
    });
    for pool in users.chain(store) {
        match found.plan.verdicts.get(pool) {
            Some(Verdict::Up) => {}
            Some(Verdict::Down { .. }) => {
                return Finding::new(condition, false, Reason::NotCapable, format!("{pool} is down"));
            }
            _ => return unknown(condition, format!("{pool} is not seen alive")),
        }
    }
    Finding::new(condition, true, Reason::Capable, "the pools that are to serve are up")
}

fn approved(found: &Found<'_>) -> Finding {
    let condition = ConditionType::Approved;
    let held = found.plan.steps.iter().find_map(|row| match &row.state {
        crate::plan::StepState::Held(hold @ (Hold::AwaitingApproval { .. } | Hold::NeedsConsent { .. })) => {
            Some(hold)
        }
        _ => None,
    });
    match (held, &found.desired.approved_plan) {
        (Some(hold @ Hold::NeedsConsent { .. }), _) => {
            Finding::new(condition, false, Reason::AwaitingConsent, hold_text(hold))
        }
        (Some(hold), Some(_)) => Finding::new(condition, false, Reason::Outdated, hold_text(hold)),
        (Some(hold), None) => Finding::new(condition, false, Reason::Missing, hold_text(hold)),
        (None, Some(hash)) if *hash == found.plan.hash => {
            Finding::new(condition, true, Reason::Given, "the plan is approved by its hash")
        }
        (None, _) => {
            Finding::new(condition, true, Reason::NotRequired, "no approval or further consent is needed")
        }
    }
}

fn drifted(found: &Found<'_>) -> Finding {
    let condition = ConditionType::Drifted;
    let is_armed = found.progress.is_armed();
    match found.plan.steps.first() {
        Some(row) if !is_armed && found.progress.intent.is_none() => {
            Finding::new(condition, true, Reason::Drifted, format!("{} would undo it", row.step))
        }
        _ if is_armed => {
            Finding::new(condition, false, Reason::Progressing, "the desired state has not been reached yet")
        }
        _ => Finding::new(
            condition,
            false,
            Reason::InSync,
            "Lync is as it was when the desired state was reached",
        ),
    }
}
