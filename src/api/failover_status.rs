//! The status of a `LyncFailover`: what should be, what is, what happens now, who acts next.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Advice, EdgeView, PlanStatus, PoolServiceState, PoolVerdict, ServiceCheck, closed::closed_enum};

/// What the operator sees and does about a LyncFailover.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct LyncFailoverStatus {
    /// The generation of the spec that this status is about; -1 until the operator has seen the resource.
    #[serde(default = "super::unseen")]
    pub observed_generation: i64,
    /// The last generation whose desired state was reached. From then on nothing is changed until the
    /// spec changes or a plan is approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converged_generation: Option<i64>,
    /// What holds and what does not. `Ready` is True when what is equals what should be.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    pub conditions: Vec<Condition>,
    /// What should be, in one line: `pool1@pool2 cms@pool2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired: Option<String>,
    /// What is, in one line: `pool1@? cms@none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// Who has to act next, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_action: Option<NextAction>,
    /// The documented steps, and where they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanStatus>,
    /// The step in flight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<OperationStatus>,
    /// The execution that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunStatus>,
    /// The last execution that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_run: Option<LastRun>,
    /// What the operator saw of the things this resource is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<ObservedFailover>,
    /// What is not as it should be but holds nothing up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub warnings: Vec<String>,
    /// What is left for people: what a failover or a failback does not carry over, and what a lost Edge pool
    /// carried. Never a step; nothing waits for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["topic".into()]))]
    pub advice: Vec<Advice>,
    /// How the service does after a failover or a failback: test users, and whether the servers have the newest
    /// configuration. A check that fails is never a reason to act.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into(), "subject".into()]))]
    pub checks: Vec<ServiceCheck>,
}

impl Default for LyncFailoverStatus {
    fn default() -> Self {
        Self {
            observed_generation: -1,
            converged_generation: None,
            conditions: Vec::new(),
            desired: None,
            actual: None,
            next_action: None,
            plan: None,
            operation: None,
            run: None,
            last_run: None,
            observed: None,
            warnings: Vec::new(),
            advice: Vec::new(),
            checks: Vec::new(),
        }
    }
}

/// Who has to act next, and how.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct NextAction {
    /// Who: the `Operator` itself, an `Administrator` of Lync, an `Approver` of the plan, or `Nobody`.
    #[serde(default)]
    pub actor: Actor,
    /// What to do, in words.
    #[serde(default)]
    pub message: String,
    /// What to type, if a command does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// Who has to act next.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Actor {
    /// The operator.
    Operator,
    /// An administrator of Lync.
    Administrator,
    /// Somebody who may approve plans.
    Approver,
    /// Nobody: what is equals what should be, or nothing may be done.
    #[default]
    Nobody,
}

/// The step in flight: a copy of the intent that was recorded before the step was started.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct OperationStatus {
    /// Identity of this attempt; the target starts an identity at most once.
    #[serde(default)]
    pub id: String,
    /// Name of the step, such as `FailOverPool`.
    #[serde(default)]
    pub step: String,
    /// What the step changes: a pool or an Edge pool.
    #[serde(default)]
    pub target: String,
    /// The host on which it runs.
    #[serde(default)]
    pub host: String,
    /// The cmdlet with its parameters.
    #[serde(default)]
    pub command: String,
    /// When it was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// Which attempt at the step this is; the first is 1.
    #[serde(default)]
    pub attempt: i32,
    /// The step in a few words: `1/3 FailOverCentralManagement`.
    #[serde(default)]
    pub summary: String,
}

/// The execution that is under way.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct RunStatus {
    /// Identity of the execution. Every line of the log about a step of it has this in its field `run`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// When its first step was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// Since when the source had been down, if it was: the recovery time counts from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_down_since: Option<Time>,
}

/// The last execution that ended.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct LastRun {
    /// Identity of the execution, as in the field `run` of the log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// How it ended.
    #[serde(default)]
    pub outcome: RunOutcome,
    /// When its first step was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// How many steps were done.
    #[serde(default)]
    pub steps_done: i32,
    /// Files in which cmdlets have kept a report of their own, in the order of the steps: the name of the file
    /// as the Front End wrote it, beside the journal. None where the endpoint has no module.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub reports: Vec<String>,
    /// Time from the loss of service to full service, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rto_seconds: Option<i64>,
    /// Age of the newest data that was lost, in seconds; 0 when nothing was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpo_seconds: Option<i64>,
    /// The part of the recovery time in which the loss was noticed, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detect_seconds: Option<i64>,
    /// The part of the recovery time in which people or the operator decided, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_seconds: Option<i64>,
    /// The part of the recovery time in which cmdlets ran, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execute_seconds: Option<i64>,
    /// The part of the recovery time until the result was seen, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify_seconds: Option<i64>,
}

closed_enum! {
    /// How an execution ended.
    #[derive(Serialize, Deserialize, JsonSchema, Default)]
    pub enum RunOutcome {
        /// The desired state was reached and seen.
        Succeeded,
        /// It stopped at a refusal that only people can clear.
        Failed,
        /// The spec changed or the resource was suspended or deleted before the end.
        Stopped,
        /// It is not known what the last step did.
        #[default]
        Unknown,
    }
}

/// What the operator saw of the things a LyncFailover is about.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ObservedFailover {
    /// When the newest of these facts changed. A fresh reading that says the same does not move it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Time>,
    /// Where the facts were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Whether some fact could not be read again in time.
    #[serde(default)]
    pub stale: bool,
    /// The pool that carries the Central Management store; absent when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub central_management: Option<String>,
    /// The pools.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["pool".into()]))]
    pub pools: Vec<ObservedPool>,
    /// The Edge pools.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["pool".into()]))]
    pub edges: Vec<EdgeView>,
}

/// What the operator saw of one pool.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ObservedPool {
    /// The pool.
    pub pool: String,
    /// The state of its failover, as Lync keeps it.
    #[serde(default)]
    pub state: PoolServiceState,
    /// Whether it is up, by the votes of the witnesses.
    #[serde(default)]
    pub verdict: PoolVerdict,
    /// The pool that serves its users; absent when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_by: Option<String>,
}
