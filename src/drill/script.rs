//! What the operator would do if a pool were lost: the planner's own steps, one after the other.

use jiff::Timestamp;

use super::suppose::Supposed;
use crate::{
    api::{DisasterConsent, DrillResult},
    lync::{MachineFqdn, Observed, PoolFqdn, PoolKind, Version},
    plan::{Decision, Desired, Hold, Limits, Plan, Progress, Step, StepState, UsersGoal, Wait, Watch, plan},
    status::hold_text,
};

/// More steps than any plan has: the planner goes in circles.
const STEPS: usize = 200;

/// The failover of one pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The pool that is supposed to be lost.
    pub pool: PoolFqdn,
    /// Its pair.
    pub pair: PoolFqdn,
    /// The steps in order, each with the host that would run it.
    pub acts: Vec<Act>,
    /// What would not be done, and why; empty where the plan comes to its end.
    pub rest: Vec<Rest>,
}

/// A step and its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// The step.
    pub step: Step,
    /// The host on which its cmdlet would run.
    pub host: MachineFqdn,
}

/// A step that the plan does not come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// The name of the step; `Plan` where there is not even one.
    pub step: String,
    /// What it would move.
    pub target: String,
    /// The host on which its cmdlet would run, if there is one.
    pub host: Option<MachineFqdn>,
    /// [`DrillResult::Failed`] where something is seen to be in the way, else [`DrillResult::Skipped`].
    pub result: DrillResult,
    /// What is in the way.
    pub why: String,
}

/// The failover of each pool that has a pair, in the order of their names. `watch` says since when things have
/// been so in the world as it is.
pub fn scripts(observed: &Observed, watch: &Watch, limits: &Limits, now: Timestamp) -> Vec<Script> {
    let one = |(pool, pair)| script(observed, watch, (pool, pair), limits, now);
    paired(observed).map(one).collect()
}

/// The pools that can be failed over at all, with their pairs.
pub(super) fn paired(observed: &Observed) -> impl Iterator<Item = (&PoolFqdn, &PoolFqdn)> {
    let pools = observed.topology.value().into_iter().flat_map(|topology| &topology.pools);
    let homes_users =
        pools.filter(|(_, pool)| pool.kind == PoolKind::FrontEnd && pool.version >= Version::LYNC_2013);
    homes_users.filter_map(|(name, pool)| Some((name, pool.backup.as_ref()?)))
}

fn script(
    observed: &Observed,
    watch: &Watch,
    (pool, pair): (&PoolFqdn, &PoolFqdn),
    limits: &Limits,
    now: Timestamp,
) -> Script {
    let desired = Desired {
        users: vec![UsersGoal { home: pool.clone(), served_by: pair.clone() }],
        disaster_mode: DisasterConsent::Always,
        ..Desired::default()
    };
    // That the pool is lost is supposed, not found out: how many have to say so is not what is tried.
    let assumed = Limits { down_votes: 1, ..limits.clone() };
    let mut world = Supposed::new(observed, pool, watch, limits, now);
    let mut script = Script { pool: pool.clone(), pair: pair.clone(), acts: Vec::new(), rest: Vec::new() };
    while script.acts.len() < STEPS {
        let progress: Progress = world.progress();
        let plan = plan(&desired, &world.seen(), &progress, &assumed, now);
        let is_new = |step: &Step| script.acts.iter().all(|act| act.step != *step);
        match &plan.decision {
            Decision::Converged => return script,
            Decision::Execute { step, host } if is_new(step) => {
                world.done(step, host);
                script.acts.push(Act { step: step.clone(), host: host.clone() });
            }
            _ => {
                script.rest = rest(&plan);
                return script;
            }
        }
    }
    script
}

/// What is left of a plan that does not go on.
fn rest(plan: &Plan) -> Vec<Rest> {
    let rows = plan.steps.iter().map(|row| {
        let (result, why) = obstacle(&row.state);
        let (step, target) = (row.step.name().to_owned(), row.step.target());
        Rest { step, target, host: row.host.clone(), result, why }
    });
    let mut rest: Vec<Rest> = rows.collect();
    if rest.iter().all(|one| one.result != DrillResult::Failed) {
        // The rows may not say what the decision says, or there are none.
        let (result, why) = match &plan.decision {
            Decision::Hold(hold) => held(hold),
            Decision::Wait(wait) => waits(wait),
            _ => (DrillResult::Skipped, "the plan repeats a step that it has taken for done".to_owned()),
        };
        if rest.iter().all(|one| one.why != why) {
            let (step, target) = ("Plan".to_owned(), String::new());
            rest.insert(0, Rest { step, target, host: None, result, why });
        }
    }
    rest
}

fn obstacle(state: &StepState) -> (DrillResult, String) {
    match state {
        StepState::Held(hold) => held(hold),
        StepState::Waiting(wait) => waits(wait),
        StepState::Later { after } => (DrillResult::Skipped, format!("after {after}")),
        StepState::Ready | StepState::Running => (DrillResult::Skipped, "not tried".to_owned()),
    }
}

fn waits(wait: &Wait) -> (DrillResult, String) {
    (DrillResult::Skipped, format!("it would wait until {}", wait.what))
}

fn held(hold: &Hold) -> (DrillResult, String) {
    let result = match hold {
        Hold::Refused { .. }
        | Hold::NotReady { .. }
        | Hold::SplitBrain { .. }
        | Hold::Failed { .. }
        | Hold::Manual { .. } => DrillResult::Failed,
        Hold::Unknown { .. }
        | Hold::Suspended
        | Hold::PlanOnly
        | Hold::Contested { .. }
        | Hold::Drifted
        | Hold::AwaitingApproval { .. }
        | Hold::NeedsConsent { .. }
        | Hold::OutcomeUnknown { .. } => DrillResult::Skipped,
    };
    (result, hold_text(hold))
}
