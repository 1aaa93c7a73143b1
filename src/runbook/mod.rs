//! The manual runbook of a plan: the same steps, in the same order, with real names, for the day on which the operator
//! cannot do them.
//!
//! [`Runbook::new`] takes the planner's own rows, [`Runbook::markdown`] writes them for people. Pure.

mod checks;
mod markdown;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    lync::{Invocation, Observed, Topology, procedure::Citation},
    plan::{Decision, Hold, Plan, PlannedStep, Risk, StepState},
    status::hold_text,
};

/// What a person does by hand instead of the operator.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Runbook {
    /// The resource whose plan it is: namespace and name.
    pub resource: String,
    /// When the facts were seen that it rests on.
    pub seen_at: Timestamp,
    /// The hash of the plan; another plan has another one.
    pub plan_hash: String,
    /// Why the steps stand in this order.
    pub order: String,
    /// What has to be cleared up before anything is done; empty if nothing stands in the way.
    pub before: Vec<String>,
    /// The steps, in order.
    pub entries: Vec<Entry>,
    /// The steps of the procedure that are not needed, and why.
    pub skipped: Vec<String>,
}

/// A step for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// `SetEdgeNextHop edge1.contoso.com: pool1.contoso.com -> pool2.contoso.com`.
    pub title: String,
    /// Why it is needed.
    pub why: String,
    /// What it puts at risk.
    pub risk: Risk,
    /// The server on which it is typed; none if none was reachable.
    pub host: Option<String>,
    /// Where else, in words, if that server does not answer.
    pub elsewhere: String,
    /// What has to be decided or cleared up before it.
    pub needs: Option<String>,
    /// What shows whether it is still needed, and afterwards whether it is done.
    pub checks: Vec<String>,
    /// The cmdlet.
    pub command: String,
    /// What has to be seen for it to be done.
    pub done_when: String,
    /// How long the cmdlet takes at most in the documented times, in minutes.
    pub minutes: i64,
    /// The paragraph that it follows.
    pub citation: Citation,
}

impl Runbook {
    /// The runbook of a plan, from what the plan was made from.
    pub fn new(resource: &str, plan: &Plan, observed: &Observed, seen_at: Timestamp) -> Self {
        let nothing = Topology::default();
        let topology = observed.topology.value().unwrap_or(&nothing);
        Self {
            resource: resource.to_owned(),
            seen_at,
            plan_hash: plan.hash.clone(),
            order: plan.order.clone(),
            before: before(plan),
            entries: plan.steps.iter().map(|row| entry(row, topology)).collect(),
            skipped: plan.skipped.iter().map(|skipped| skipped.why.clone()).collect(),
        }
    }
}

/// What stands in the way of the whole plan, for a person. That somebody only wants to plan does not.
fn before(plan: &Plan) -> Vec<String> {
    let hold = match &plan.decision {
        Decision::Hold(Hold::PlanOnly | Hold::Suspended | Hold::Drifted) => None,
        Decision::Hold(hold) => Some(hold),
        _ => None,
    };
    let is_of_a_step =
        |hold: &Hold| plan.steps.iter().any(|row| matches!(&row.state, StepState::Held(own) if own == hold));
    let own = hold.filter(|hold| !is_of_a_step(hold)).map(hold_text);
    own.into_iter().chain(plan.warnings.iter().cloned()).collect()
}

fn entry(row: &PlannedStep, topology: &Topology) -> Entry {
    let step = &row.step;
    let text = |call: Invocation| call.to_string();
    Entry {
        title: step.to_string(),
        why: row.why.clone(),
        risk: step.risk(),
        host: row.host.as_ref().map(ToString::to_string),
        elsewhere: checks::elsewhere(step),
        needs: needs(&row.state),
        checks: checks::of(step, topology).iter().map(|query| text(query.invocation())).collect(),
        command: step.mutation().to_string(),
        done_when: step.post_condition(),
        minutes: step.soft_limit().as_mins(),
        citation: *step.citation(),
    }
}

/// What a step waits for that is not another step.
fn needs(state: &StepState) -> Option<String> {
    match state {
        StepState::Held(Hold::PlanOnly | Hold::Suspended | Hold::Drifted) => None,
        StepState::Held(hold) => Some(hold_text(hold)),
        StepState::Waiting(wait) => Some(format!("wait until {}", wait.what)),
        StepState::Running => Some("the operator has started it; see what became of it first".to_owned()),
        StepState::Ready | StepState::Later { .. } => None,
    }
}
