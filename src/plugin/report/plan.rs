//! The plan of one `LyncFailover`, with the commands that change what becomes of it.

use jiff::Timestamp;
use kube::ResourceExt;
use serde::Serialize;

use super::{Failover, Life, Verdict, api_version, attention, failover, said};
use crate::api::{
    ConditionType, LyncFailover, Management, NextAction, Reason, StepMode, StepState, StepStatus,
};

/// What `kubectl lync plan` reports.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanReport {
    api_version: String,
    kind: &'static str,
    /// When it was made, by the clock of who asked.
    pub taken_at: Timestamp,
    /// How things stand.
    pub verdict: Verdict,
    /// Whether the operator lives. If it does not, the plan is old.
    pub operator: Life,
    /// The resource, as the status report has it.
    pub failover: Failover,
    /// How far the operator goes.
    pub management: Management,
    /// Hash of the plan; absent when nothing is left to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Planned or disaster; absent when no step has a mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<StepMode>,
    /// The plan in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The steps, in the order in which they run; first those that are done.
    pub steps: Vec<PlanStep>,
    /// The consent or the approval that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    /// Who has to act next, and how.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_action: Option<NextAction>,
    /// What to type.
    pub commands: PlanCommands,
}

/// A step, with its number among those that are left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanStep {
    /// Its number; absent when it does not run (again).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<usize>,
    /// The step as the status has it.
    #[serde(flatten)]
    pub step: StepStatus,
}

/// What is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Missing {
    /// `AwaitingConsent`, `Missing` or `Outdated`.
    pub reason: String,
    /// The same in words.
    pub message: String,
}

/// Commands that change what becomes of the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanCommands {
    /// Approves exactly this plan; absent when no approval is awaited, or the plan is not that of the newest spec.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approve: Option<String>,
    /// Stops at the next safe point; absent when that has been asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspend: Option<String>,
    /// Goes on; absent when nothing is suspended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume: Option<String>,
    /// Opens the spec in an editor.
    pub edit: String,
}

/// Puts the report together.
pub fn plan_report(lfo: &LyncFailover, operator: Life, now: Timestamp) -> PlanReport {
    let seen = failover::failover(lfo, None, now);
    let status = lfo.status.clone().unwrap_or_default();
    let plan = status.plan.unwrap_or_default();
    let approved = said(&status.conditions, ConditionType::Approved).filter(|said| said.status == "False");
    let missing = approved.map(|said| Missing { reason: said.reason, message: said.message });
    let hash = Some(plan.hash).filter(|hash| is_hash(hash));
    let is_open = operator.is_leading() && attention::is_quiet(&seen);
    PlanReport {
        api_version: api_version(),
        kind: "LyncPlanReport",
        taken_at: crate::api::condition::whole_seconds(now),
        verdict: match (is_open, seen.is_well()) {
            (false, _) => Verdict::NeedsPeople,
            (true, false) => Verdict::Working,
            (true, true) => Verdict::Well,
        },
        operator,
        management: lfo.spec.policy.management,
        mode: plan.mode,
        summary: plan.summary,
        steps: numbered(plan.steps),
        commands: commands(lfo, seen.current, hash.as_deref(), missing.as_ref()),
        hash,
        missing,
        next_action: status.next_action,
        failover: seen,
    }
}

/// A hash as the operator writes it: what goes into a command has no other characters.
fn is_hash(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn numbered(steps: Vec<StepStatus>) -> Vec<PlanStep> {
    let mut number = 0;
    let steps = steps.into_iter().map(|step| {
        let runs = step.state != StepState::Done;
        number += usize::from(runs);
        PlanStep { number: runs.then_some(number), step }
    });
    steps.collect()
}

fn commands(
    lfo: &LyncFailover,
    current: bool,
    hash: Option<&str>,
    missing: Option<&Missing>,
) -> PlanCommands {
    let (name, namespace) = (lfo.name_any(), lfo.namespace().unwrap_or_default());
    let patch = |spec: String| {
        format!("kubectl patch lyncfailover {name} -n {namespace} --type merge -p '{{\"spec\":{spec}}}'")
    };
    let suspend = |value: bool| patch(format!(r#"{{"suspend":{value}}}"#));
    let is_awaited = missing.is_some_and(|missing| {
        [Reason::Missing, Reason::Outdated].iter().any(|reason| reason.as_str() == missing.reason)
    });
    PlanCommands {
        approve: hash
            .filter(|_| is_awaited && current)
            .map(|hash| patch(format!(r#"{{"approval":{{"planHash":"{hash}"}}}}"#))),
        suspend: (!lfo.spec.suspend).then(|| suspend(true)),
        resume: lfo.spec.suspend.then(|| suspend(false)),
        edit: format!("kubectl edit lyncfailover {name} -n {namespace}"),
    }
}
