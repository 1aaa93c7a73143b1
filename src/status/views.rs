//! Plan, operation and run as a status shows them.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::Found;
use crate::{
    api::{
        LastRun, OperationStatus, PlanStatus, Risk, RunOutcome, RunStatus, StepMode, StepState as State,
        StepStatus, condition::whole_seconds,
    },
    plan::{Hold, Intent, Limits, Mode, PlannedStep, Risk as PlanRisk, Run, StepOutcome, StepState},
};

pub(super) fn plan_status(found: &Found<'_>) -> PlanStatus {
    let plan = found.plan;
    let steps: Vec<_> = plan.steps.iter().map(step_status).collect();
    let mut skipped: Vec<_> = plan.skipped.iter().collect();
    skipped.sort_by_key(|skipped| place(&skipped.step));
    let done = skipped.into_iter().map(|skipped| StepStatus {
        name: skipped.step.clone(),
        target: skipped.target.clone(),
        state: State::Done,
        reason: Some(skipped.why.clone()),
        ..StepStatus::default()
    });
    let has = |mode| steps.iter().any(|step| step.mode == Some(mode));
    let mode = match (has(StepMode::Disaster), has(StepMode::Planned)) {
        (true, _) => Some(StepMode::Disaster),
        (false, true) => Some(StepMode::Planned),
        (false, false) => None,
    };
    let summary = (!plan.order.is_empty()).then(|| plan.order.clone());
    PlanStatus { hash: plan.hash.clone(), mode, summary, steps: done.chain(steps).collect() }
}

/// Where a step that is done stands: in the documented order, as nobody can tell when it was done.
fn place(step: &str) -> usize {
    let before_users = ["SetEdgeNextHop", "FailOverCentralManagement"];
    before_users.iter().position(|name| *name == step).unwrap_or(before_users.len())
}

fn step_status(row: &PlannedStep) -> StepStatus {
    let step = &row.step;
    let mode = step.mode().map(|mode| match mode {
        Mode::Planned => StepMode::Planned,
        Mode::Disaster => StepMode::Disaster,
    });
    let (state, obstacle) = match &row.state {
        StepState::Ready | StepState::Running => (State::Next, None),
        StepState::Later { after } => (State::Later, Some(format!("after: {after}"))),
        StepState::Waiting(wait) => (State::Waiting, Some(format!("waits until {}", wait.what))),
        // Why it needs consent stands in the reason already.
        StepState::Held(Hold::NeedsConsent { field, .. }) => {
            (State::Waiting, Some(format!("waits for {}", field.line())))
        }
        StepState::Held(hold) => (state_of(hold), Some(hold_text(hold))),
    };
    StepStatus {
        name: step.name().to_owned(),
        target: step.target(),
        state,
        mode,
        risk: Some(match step.risk() {
            PlanRisk::Low => Risk::None,
            PlanRisk::Interruption => Risk::Interruption,
            PlanRisk::DataLoss => Risk::DataLoss,
        }),
        host: row.host.as_ref().map(ToString::to_string),
        citation: Some(step.citation().short()),
        reason: Some(match obstacle {
            Some(obstacle) => format!("{}; {obstacle}", row.why),
            None => row.why.clone(),
        }),
        command: Some(step.mutation().to_string()),
        post_condition: Some(step.post_condition()),
    }
}

fn state_of(hold: &Hold) -> State {
    match hold {
        Hold::Refused { .. }
        | Hold::Contested { .. }
        | Hold::Failed { .. }
        | Hold::OutcomeUnknown { .. }
        | Hold::SplitBrain { .. } => State::Blocked,
        _ => State::Waiting,
    }
}

/// What holds a step up, in a few words.
pub(crate) fn hold_text(hold: &Hold) -> String {
    match hold {
        Hold::Suspended => "suspended".to_owned(),
        Hold::PlanOnly => "the policy only allows to plan".to_owned(),
        Hold::Contested { why } => why.clone(),
        Hold::Drifted => "drift is only reported".to_owned(),
        Hold::AwaitingApproval { why, .. } => format!("awaits approval: {why}"),
        Hold::NeedsConsent { field, why } => format!("{why}; {} would let it go on", field.line()),
        Hold::Refused { violations } => {
            violations.iter().map(|violation| violation.message.clone()).collect::<Vec<_>>().join("; ")
        }
        Hold::Unknown { what, why } => format!("{what} is not known: {why}"),
        Hold::NotReady { why } | Hold::SplitBrain { why } => why.clone(),
        Hold::Manual { instruction, .. } => instruction.clone(),
        Hold::Failed { attempts, message, .. } => format!("tried {}: {message}", times(*attempts)),
        Hold::OutcomeUnknown { operation, why } => format!("operation {operation} may have run: {why}"),
    }
}

/// `once`, `3 times`.
pub(super) fn times(count: i32) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

pub(super) fn operation_status(intent: &Intent) -> OperationStatus {
    let (position, total) = intent.position;
    OperationStatus {
        id: intent.operation.id.to_string(),
        step: intent.step.name().to_owned(),
        target: intent.step.target(),
        host: intent.operation.host.to_string(),
        command: intent.operation.mutation.to_string(),
        started_at: Some(time(intent.written_at)),
        attempt: intent.attempt,
        summary: match position {
            0 => intent.step.name().to_owned(),
            _ => format!("{position}/{total} {}", intent.step.name()),
        },
    }
}

pub(super) fn run_status(run: &Run) -> RunStatus {
    RunStatus {
        id: run.id.clone(),
        started_at: Some(time(run.started_at)),
        source_down_since: run.down_since.map(time),
    }
}

/// A run that has reached its goal, with its times. Recovery counts from the loss of the source, where
/// there was one: until it was certain (detect), until the first step (decide), while cmdlets ran
/// (execute), and the rest (verify).
pub(super) fn last_run(run: &Run, limits: &Limits) -> LastRun {
    let finished = run.finished_at.unwrap_or(run.started_at);
    let ended = run.records.iter().filter(|record| matches!(record.outcome, StepOutcome::Ended(_)));
    let execute: i64 = ended.clone().map(|record| seconds(record.started_at, record.ended_at)).sum();
    let total = seconds(run.down_since.unwrap_or(run.started_at), finished);
    let before = run.down_since.map_or(0, |down| seconds(down, run.started_at));
    let detect = before.min(limits.down_sustained_for.as_secs());
    LastRun {
        id: run.id.clone(),
        outcome: RunOutcome::Succeeded,
        started_at: Some(time(run.started_at)),
        finished_at: Some(time(finished)),
        steps_done: i32::try_from(ended.count()).unwrap_or(i32::MAX),
        reports: run.records.iter().filter_map(|record| record.report.clone()).collect(),
        rto_seconds: Some(total),
        rpo_seconds: None,
        detect_seconds: Some(detect),
        decide_seconds: Some(before - detect),
        execute_seconds: Some(execute),
        verify_seconds: Some((total - before - execute).max(0)),
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs()
}

pub(super) fn time(at: Timestamp) -> Time {
    Time(whole_seconds(at))
}
