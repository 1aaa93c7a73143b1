//! Golden plans: an observed world and a wish, and the plan that comes of them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use lync_failover::{
    api::Advice,
    plan::{Decision, Failback, Hold, Limits, Plan, StepState, assess},
};
use serde::Serialize;
use support::{
    golden,
    sketch::{Sketch, now},
};

/// A plan as people read it.
#[derive(Serialize)]
struct View<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    votes: Vec<String>,
    decision: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    order: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    hash: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<StepView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skipped: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failback: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    advice: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StepView {
    step: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    mode: &'static str,
    state: String,
    why: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    command: String,
    citation: String,
    risk: String,
    done_when: String,
}

fn hold(hold: &Hold) -> String {
    match hold {
        Hold::NeedsConsent { field, why } => format!("needs consent ({}): {why}", field.line()),
        Hold::Unknown { what, why } => format!("unknown {what}: {why}"),
        Hold::NotReady { why } => format!("not ready: {why}"),
        Hold::SplitBrain { why } => format!("split brain: {why}"),
        Hold::AwaitingApproval { hash, why } => format!("awaits approval of {hash}: {why}"),
        Hold::Refused { violations } => {
            let all: Vec<_> = violations.iter().map(|v| format!("{:?}: {}", v.rule, v.message)).collect();
            format!("refused: {}", all.join("; "))
        }
        Hold::Failed { attempts, message, cure, command } => {
            let command = command.as_ref().map(|c| format!(": {c}")).unwrap_or_default();
            format!("failed {attempts} times: {message}. {cure}{command}")
        }
        Hold::Manual { instruction, command } => {
            format!(
                "by hand: {instruction}{}",
                command.as_ref().map(|c| format!(": {c}")).unwrap_or_default()
            )
        }
        other => format!("{other:?}"),
    }
}

fn view(plan: &Plan, votes: Vec<String>) -> View<'_> {
    let until = |wait: &lync_failover::plan::Wait| {
        let until = wait.until.map(|at| format!(" until {at} at the latest")).unwrap_or_default();
        format!("waits: {}{until}", wait.what)
    };
    let decision = match &plan.decision {
        Decision::Converged => "Converged".to_owned(),
        Decision::Execute { step, host } => format!("Execute {step} on {host}"),
        Decision::Follow(id) => format!("Follow {id}"),
        Decision::Wait(wait) => until(wait),
        Decision::Hold(h) => hold(h),
    };
    let steps = plan.steps.iter().map(|row| StepView {
        step: row.step.to_string(),
        mode: row.step.mode_name(),
        state: match &row.state {
            StepState::Ready => "Ready".to_owned(),
            StepState::Running => "Running".to_owned(),
            StepState::Later { after } => format!("after {after}"),
            StepState::Waiting(wait) => until(wait),
            StepState::Held(h) => hold(h),
        },
        why: row.why.clone(),
        host: row.host.as_ref().map(ToString::to_string),
        command: row.step.mutation().to_string(),
        citation: row.step.citation().short(),
        risk: format!("{:?}", row.step.risk()),
        done_when: row.step.post_condition(),
    });
    View {
        votes,
        decision,
        order: &plan.order,
        hash: &plan.hash,
        steps: steps.collect(),
        skipped: plan.skipped.iter().map(|s| format!("{} {}: {}", s.step, s.target, s.why)).collect(),
        warnings: plan.warnings.clone(),
        failback: plan.failbacks.iter().map(failback).collect(),
        advice: plan.advice.iter().map(advice).collect(),
    }
}

fn failback(failback: &Failback) -> String {
    let checks = failback.checks.iter().map(|check| match check.holds {
        Some(true) => format!("+ {}", check.seen),
        Some(false) => format!("- {}", check.seen),
        None => format!("? {}", check.seen),
    });
    let unaware = failback.unaware.iter().map(|machine| format!("! {machine} may not know"));
    format!("{}: {}", failback.home, checks.chain(unaware).collect::<Vec<_>>().join("; "))
}

fn advice(advice: &Advice) -> String {
    let command = advice.command.as_ref().map(|command| format!(" > {command}")).unwrap_or_default();
    format!("{:?} ({}): {}{command}", advice.topic, advice.citation, advice.message)
}

/// What is said about the pools about which more is known than what the operator sees for itself.
fn votes(sketch: &Sketch) -> Vec<String> {
    let seen = assess(&sketch.observed(), &sketch.progress(), &Limits::default(), now());
    let mut votes = Vec::new();
    for (name, pool) in &sketch.pools {
        if pool.peer.is_some() || pool.replicas.is_some() || pool.database.is_some() {
            let name = support::sketch::pool(name);
            votes.push(format!("{name} is {}", seen.verdicts[&name].name()));
            votes.extend(
                seen.ballots[&name].iter().map(|b| format!("{} {:?}, {}", b.observer.name(), b.vote, b.seen)),
            );
        }
    }
    votes
}

#[test]
fn every_sketch_gives_its_plan() {
    golden::every("plans", 20, |sketch| {
        let options = serde_yaml::ser_options! { prefer_block_scalars: false };
        serde_yaml::to_string_with_options(&view(&sketch.plan(), votes(sketch)), options).unwrap()
    });
}
