//! What a `LyncFailover` shows. Pure: the resource in, series out.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use super::states::{Emit, Named, each, seconds};
use crate::{
    api::{
        ConditionStatus, ConditionType, LastRun, LyncFailover, LyncFailoverStatus, Reason, RunOutcome,
        StepState, condition::find_condition,
    },
    procedure::one_of_each,
};

/// All of it.
pub(super) const FAILOVER: &[Named<LyncFailover>] = &[
    Named {
        name: "failover_info",
        help: "1, with the LyncDeployment that the LyncFailover names",
        emit: |lfo, emit| emit(&[("deployment", &lfo.spec.deployment_ref.name.to_string())], 1.0),
    },
    Named {
        name: "ready",
        help: "1 while Ready is True, by LyncFailover",
        emit: |lfo, emit| emit(&[], yes(holds(lfo, ConditionType::Ready))),
    },
    Named {
        name: "ready_reason",
        help: "1 for the reason of Ready, by LyncFailover",
        emit: |lfo, emit| {
            if let Some(reason) = reason(lfo) {
                emit(&[("reason", reason.as_str())], 1.0);
            }
        },
    },
    Named {
        name: "condition",
        help: "1 for the status that a condition has, by LyncFailover",
        emit: |lfo, emit| conditions(&status(lfo).conditions, emit),
    },
    Named {
        name: "suspended",
        help: "1 while spec.suspend is set, by LyncFailover",
        emit: |lfo, emit| emit(&[], yes(lfo.spec.suspend)),
    },
    Named {
        name: "drifted",
        help: "1 while Drifted is True, by LyncFailover",
        emit: |lfo, emit| emit(&[], yes(holds(lfo, ConditionType::Drifted))),
    },
    Named { name: "awaiting", help: "1 for what people are waited for, by LyncFailover", emit: awaiting },
    Named { name: "operation_in_flight", help: "1 for the step in flight, by LyncFailover", emit: in_flight },
    Named {
        name: "operation_started_timestamp_seconds",
        help: "When the step in flight began, by LyncFailover",
        emit: |lfo, emit| {
            let Some(operation) = &status(lfo).operation else { return };
            time(operation.started_at.as_ref(), &[("step", &operation.step)], emit);
        },
    },
    Named { name: "plan_steps", help: "Steps of the plan, by where they stand", emit: plan_steps },
    Named {
        name: "run_started_timestamp_seconds",
        help: "When the execution that is under way began, by LyncFailover",
        emit: |lfo, emit| {
            time(status(lfo).run.as_ref().and_then(|run| run.started_at.as_ref()), &[], emit);
        },
    },
    Named {
        name: "run_recovery_started_timestamp_seconds",
        help: "From when the recovery time of the execution that is under way counts",
        emit: |lfo, emit| {
            let run = status(lfo).run.as_ref();
            time(run.and_then(|run| run.source_down_since.as_ref().or(run.started_at.as_ref())), &[], emit);
        },
    },
    Named {
        name: "last_run_outcome",
        help: "1 for how the last execution ended, by LyncFailover",
        emit: |lfo, emit| {
            if let Some(run) = &status(lfo).last_run {
                each(emit, "outcome", RunOutcome::ALL, RunOutcome::as_str, Some(run.outcome));
            }
        },
    },
    Named {
        name: "last_run_finished_timestamp_seconds",
        help: "When the last execution ended, by LyncFailover",
        emit: |lfo, emit| {
            time(status(lfo).last_run.as_ref().and_then(|run| run.finished_at.as_ref()), &[], emit);
        },
    },
    Named {
        name: "last_run_rto_seconds",
        help: "Recovery time of the last execution, by LyncFailover",
        emit: |lfo, emit| of_last_run(lfo, &[("", |run| run.rto_seconds)], emit),
    },
    Named {
        name: "last_run_rpo_seconds",
        help: "Age of the newest data that the last execution lost, by LyncFailover",
        emit: |lfo, emit| of_last_run(lfo, &[("", |run| run.rpo_seconds)], emit),
    },
    Named {
        name: "last_run_phase_seconds",
        help: "Recovery time of the last execution, by phase",
        emit: |lfo, emit| of_last_run(lfo, PHASES, emit),
    },
];

type Phase = (&'static str, fn(&LastRun) -> Option<i64>);

const PHASES: &[Phase] = &[
    ("detect", |run| run.detect_seconds),
    ("decide", |run| run.decide_seconds),
    ("execute", |run| run.execute_seconds),
    ("verify", |run| run.verify_seconds),
];

fn of_last_run(lfo: &LyncFailover, phases: &[Phase], emit: Emit<'_>) {
    let Some(run) = &status(lfo).last_run else { return };
    for (phase, value) in phases {
        let Some(value) = value(run) else { continue };
        match *phase {
            "" => emit(&[], value as f64),
            phase => emit(&[("phase", phase)], value as f64),
        }
    }
}

fn status(lfo: &LyncFailover) -> &LyncFailoverStatus {
    static NONE: std::sync::OnceLock<LyncFailoverStatus> = std::sync::OnceLock::new();
    lfo.status.as_ref().unwrap_or_else(|| NONE.get_or_init(LyncFailoverStatus::default))
}

fn holds(lfo: &LyncFailover, condition: ConditionType) -> bool {
    let found = find_condition(&status(lfo).conditions, condition);
    found.is_some_and(|found| found.status == ConditionStatus::True.as_str())
}

/// The reason of Ready, if it is a word that there is: a status may come from another version.
fn reason(lfo: &LyncFailover) -> Option<Reason> {
    find_condition(&status(lfo).conditions, ConditionType::Ready)?.reason.parse().ok()
}

/// Each condition with each status.
pub(super) fn conditions(conditions: &[Condition], emit: Emit<'_>) {
    for condition in conditions {
        let Ok(kind) = condition.type_.parse::<ConditionType>() else { continue };
        for status in ConditionStatus::ALL {
            let value = yes(condition.status == status.as_str());
            emit(&[("type", kind.as_str()), ("status", status.as_str())], value);
        }
    }
}

fn awaiting(lfo: &LyncFailover, emit: Emit<'_>) {
    let words = [
        ("approval", Reason::AwaitingApproval),
        ("consent", Reason::AwaitingConsent),
        ("manual_step", Reason::AwaitingManualStep),
    ];
    for (word, of) in words {
        emit(&[("what", word)], yes(reason(lfo) == Some(of)));
    }
}

fn in_flight(lfo: &LyncFailover, emit: Emit<'_>) {
    let operation = status(lfo).operation.as_ref().map(|operation| operation.step.as_str());
    let mut names: Vec<&str> = one_of_each().iter().map(|step| step.name()).collect();
    names.dedup();
    for name in names {
        emit(&[("step", name)], yes(operation == Some(name)));
    }
}

fn plan_steps(lfo: &LyncFailover, emit: Emit<'_>) {
    let Some(plan) = &status(lfo).plan else { return };
    for state in StepState::ALL {
        let count = plan.steps.iter().filter(|step| step.state == *state).count();
        emit(&[("state", state.as_str())], count as f64);
    }
}

fn time(at: Option<&Time>, labels: &[(&'static str, &str)], emit: Emit<'_>) {
    if let Some(at) = at {
        emit(labels, seconds(at.0));
    }
}

pub(super) fn yes(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}
