//! The status as a pure function of the last status, what a pass found, and the time.
//!
//! Nothing in it changes without news: a pass that finds the same world writes the same status.

mod checks;
mod conditions;
mod deployment;
mod exports;
mod lines;
pub mod lint;
mod next_action;
mod organisation;
mod readiness;
mod seen;
mod summary;
mod views;
mod way_home;

use jiff::Timestamp;

use crate::{
    api::{ConditionType, Finding, LyncFailoverStatus, Management, Reason, condition::next_conditions},
    controller::SignIns,
    lync::{Observed, PoolFqdn},
    plan::{Desired, Plan, Progress, Verdict},
};

pub use deployment::{DeploymentFound, DeploymentOutcome, next_deployment};
pub use exports::ExportsTold;
pub use lines::{Names, actual_line, desired_line};
pub use readiness::readiness_view;
pub(crate) use views::hold_text;

/// What a pass found about one resource.
pub struct Found<'a> {
    /// The resource's namespace, for commands that people are told to run.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The generation of its spec that the pass followed.
    pub generation: i64,
    /// What the spec says.
    pub desired: &'a Desired,
    /// What was seen.
    pub observed: &'a Observed,
    /// The plan.
    pub plan: &'a Plan,
    /// What is remembered.
    pub progress: &'a Progress,
    /// The planner's numbers.
    pub limits: &'a crate::plan::Limits,
    /// What test users found at the pools that serve; empty where none are asked for.
    pub sign_ins: &'a SignIns,
}

impl Found<'_> {
    /// Whether the verdict about a pool is Down.
    fn is_down(&self, pool: &PoolFqdn) -> bool {
        self.plan.verdicts.get(pool).is_some_and(Verdict::is_down)
    }
}

/// What a pass came to.
pub enum Outcome<'a> {
    /// It looked and planned.
    Found(Found<'a>),
    /// The spec cannot be understood, or what it refers to is not there. Nothing was done.
    Unusable {
        /// The generation of the spec.
        generation: i64,
        /// [`Reason::InvalidSpec`], [`Reason::DeploymentNotFound`] or another that says why.
        reason: Reason,
        /// What is wrong, with the field.
        message: String,
    },
}

/// The status that follows.
pub fn next(old: &LyncFailoverStatus, outcome: &Outcome<'_>, now: Timestamp) -> LyncFailoverStatus {
    match outcome {
        Outcome::Found(found) => found_status(old, found, now),
        Outcome::Unusable { generation, reason, message } => {
            unusable_status(old, *generation, *reason, message, now)
        }
    }
}

fn found_status(old: &LyncFailoverStatus, found: &Found<'_>, now: Timestamp) -> LyncFailoverStatus {
    let generation = found.generation.max(old.observed_generation);
    let is_planned = found.desired.management != Management::Observe;
    let names = Names::of(found.observed);
    LyncFailoverStatus {
        observed_generation: generation,
        converged_generation: found.progress.converged_generation,
        conditions: next_conditions(&old.conditions, conditions::findings(found, now), generation, now),
        desired: Some(desired_line(found.desired, &names)),
        actual: Some(actual_line(found, &names, now)),
        next_action: Some(next_action::next_action(found)),
        plan: is_planned.then(|| views::plan_status(found)),
        operation: found.progress.intent.as_ref().map(views::operation_status),
        run: found.progress.run.as_ref().map(views::run_status),
        last_run: found.progress.last_run.as_ref().map(|run| views::last_run(run, found.limits)),
        observed: Some(seen::observed(old.observed.as_ref(), found, now)),
        warnings: found.plan.warnings.clone(),
        advice: found.plan.advice.clone(),
        checks: checks::checks(&old.checks, found, now),
    }
}

/// Keeps what was known, and says what is wrong. Generation moves on: the spec has been looked at.
fn unusable_status(
    old: &LyncFailoverStatus,
    generation: i64,
    reason: Reason,
    message: &str,
    now: Timestamp,
) -> LyncFailoverStatus {
    let generation = generation.max(old.observed_generation);
    // A deployment that is not there yet may still come; a spec that cannot be read needs a person.
    let is_stalled = reason == Reason::InvalidSpec;
    let why_unknown = match reason {
        Reason::InvalidSpec | Reason::DeploymentNotFound => {
            "not looked at, since the spec cannot be followed"
        }
        _ => "not looked at",
    };
    let findings = ConditionType::FAILOVER.iter().map(|condition| match condition {
        ConditionType::Ready => Finding::new(*condition, false, reason, message),
        ConditionType::Reconciling => Finding::new(*condition, !is_stalled, reason, message),
        ConditionType::Stalled => Finding::new(*condition, is_stalled, reason, message),
        other => conditions::unknown(*other, why_unknown),
    });
    LyncFailoverStatus {
        observed_generation: generation,
        conditions: next_conditions(&old.conditions, findings, generation, now),
        next_action: Some(next_action::unusable(reason, message)),
        plan: None,
        ..old.clone()
    }
}
