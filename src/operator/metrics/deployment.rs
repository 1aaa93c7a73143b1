//! What a `LyncDeployment` shows. Pure: the resource and the news in, series out.

use jiff::SignedDuration;

use super::{
    failover::conditions,
    states::{Emit, Named, Seen, each, seconds},
};
use crate::api::{
    CheckResult, ConditionType, DurationError, ExecutorState, LyncDeploymentStatus, PoolRole,
    PoolServiceState, PoolVerdict, Reason, condition::find_condition,
};

/// What stands for a pool that nobody knows.
const UNKNOWN: &str = "unknown";

/// How the Central Management store can be, in the words of its condition.
const STORE: &[Reason] =
    &[Reason::Healthy, Reason::Impaired, Reason::Unavailable, Reason::Contradictory, Reason::Unknown];

/// All of it.
pub(super) const DEPLOYMENT: &[Named<Seen>] = &[
    Named {
        name: "deployment_condition",
        help: "1 for the status that a condition has, by LyncDeployment",
        emit: |seen, emit| {
            if let Some(status) = &seen.deployment.status {
                conditions(&status.conditions, emit);
            }
        },
    },
    Named {
        name: "objective_rto_seconds",
        help: "The recovery time objective, by LyncDeployment",
        emit: |seen, emit| duration(seen.deployment.spec.objectives.rto_duration(), emit),
    },
    Named {
        name: "objective_rpo_seconds",
        help: "The recovery point objective, by LyncDeployment",
        emit: |seen, emit| duration(seen.deployment.spec.objectives.rpo_duration(), emit),
    },
    Named {
        name: "observation_interval_seconds",
        help: "The time from one observation to the next while nothing happens, by LyncDeployment",
        emit: |seen, emit| duration(seen.deployment.spec.observation.interval_duration(), emit),
    },
    Named {
        name: "last_successful_observation_timestamp_seconds",
        help: "When the organisation was seen last, by LyncDeployment",
        emit: |seen, emit| {
            if let Some(at) = seen.news.observed_at {
                emit(&[], seconds(at));
            }
        },
    },
    Named { name: "pool_verdict", help: "1 for the verdict about a pool", emit: verdicts },
    Named { name: "pool_state", help: "1 for the state of a pool's failover", emit: pool_states },
    Named { name: "served_by", help: "1 for the pool that serves the users of a pool", emit: served_by },
    Named {
        name: "central_management",
        help: "1 for the pool that carries the Central Management store",
        emit: |seen, emit| {
            let Some(status) = facts(seen) else { return };
            let store = status.central_management.as_ref();
            let pool = store.and_then(|store| store.pool.as_deref());
            emit(&[("pool", pool.unwrap_or(UNKNOWN))], 1.0);
        },
    },
    Named {
        name: "central_management_state",
        help: "1 for the state of the Central Management store",
        emit: store_state,
    },
    Named {
        name: "edge_next_hop",
        help: "1 for the next hop of an Edge pool",
        emit: |seen, emit| {
            for edge in facts(seen).into_iter().flat_map(|status| &status.edges) {
                let hop = edge.next_hop.as_deref().unwrap_or(UNKNOWN);
                emit(&[("edge", &edge.pool), ("next_hop", hop)], 1.0);
            }
        },
    },
    Named {
        name: "backup_kept_up_timestamp_seconds",
        help: "When the changes of a pool were last seen to reach its pair",
        emit: |seen, emit| {
            for (pool, at) in seen.news.kept_up_at.iter().filter(|_| seen.news.looks) {
                emit(&[("pool", pool.as_str())], seconds(*at));
            }
        },
    },
    Named {
        name: "readiness_score",
        help: "Whether a failover would work, from 0 to 100, by LyncDeployment",
        emit: |seen, emit| {
            if let Some(readiness) = facts(seen).and_then(|status| status.readiness.as_ref()) {
                emit(&[], f64::from(readiness.score));
            }
        },
    },
    Named { name: "readiness_check", help: "1 for the result of a check of a subject", emit: checks },
    Named {
        name: "executor_state",
        help: "1 for the state of a server as a place to run cmdlets",
        emit: executors,
    },
];

/// What the status says, if it is of now.
fn facts(seen: &Seen) -> Option<&LyncDeploymentStatus> {
    seen.deployment.status.as_ref().filter(|_| seen.news.looks)
}

fn duration(duration: Result<SignedDuration, DurationError>, emit: Emit<'_>) {
    // What cannot be read, the API server does not let in.
    if let Ok(duration) = duration {
        emit(&[], duration.as_secs_f64());
    }
}

fn verdicts(seen: &Seen, emit: Emit<'_>) {
    for pool in facts(seen).into_iter().flat_map(|status| &status.pools) {
        let emit: Emit<'_> = &mut |labels, value| emit(&[("pool", &*pool.pool), labels[0]], value);
        each(emit, "verdict", PoolVerdict::ALL, PoolVerdict::as_str, Some(pool.verdict));
    }
}

fn pool_states(seen: &Seen, emit: Emit<'_>) {
    for pool in facts(seen).into_iter().flat_map(|status| &status.pools) {
        let emit: Emit<'_> = &mut |labels, value| emit(&[("pool", &*pool.pool), labels[0]], value);
        each(emit, "state", PoolServiceState::ALL, PoolServiceState::as_str, Some(pool.state));
    }
}

/// A Director homes nobody.
fn served_by(seen: &Seen, emit: Emit<'_>) {
    let pools = facts(seen).into_iter().flat_map(|status| &status.pools);
    for pool in pools.filter(|pool| pool.kind != Some(PoolRole::Director)) {
        emit(&[("home_pool", &pool.pool), ("serving_pool", pool.served_by().unwrap_or(UNKNOWN))], 1.0);
    }
}

fn store_state(seen: &Seen, emit: Emit<'_>) {
    let Some(status) = facts(seen) else { return };
    let condition = find_condition(&status.conditions, ConditionType::CentralManagementHealthy);
    let reason = condition.and_then(|condition| condition.reason.parse().ok());
    let known = reason.filter(|reason| STORE.contains(reason)).unwrap_or(Reason::Unknown);
    each(emit, "state", STORE, Reason::as_str, Some(known));
}

fn checks(seen: &Seen, emit: Emit<'_>) {
    let readiness = facts(seen).and_then(|status| status.readiness.as_ref());
    for check in readiness.into_iter().flat_map(|readiness| &readiness.checks) {
        let own = [("check", check.check.as_str()), ("subject", &*check.subject)];
        let emit: Emit<'_> = &mut |labels, value| emit(&[own[0], own[1], labels[0]], value);
        each(emit, "result", CheckResult::ALL, CheckResult::as_str, Some(check.result));
    }
}

fn executors(seen: &Seen, emit: Emit<'_>) {
    for executor in facts(seen).into_iter().flat_map(|status| &status.executors) {
        let emit: Emit<'_> = &mut |labels, value| emit(&[("host", &*executor.host), labels[0]], value);
        each(emit, "state", ExecutorState::ALL, ExecutorState::as_str, Some(executor.state));
    }
}
