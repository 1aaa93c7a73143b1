//! The drill: how often, and what came of the last one.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{closed::closed_enum, rules};

/// The annotation on a `LyncDeployment` that asks for a drill. Each new value is one drill.
pub const DRILL_REQUESTED_AT: &str = "lyncfailover.dev/drill-requested-at";

/// When the operator tries the failover of every paired pool by itself, with `-WhatIf`. Nothing is changed by it.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct DrillSpec {
    /// Time from the start of one drill to the next, from 24h to 4320h (180 days), such as 720h. One that did
    /// not pass is made again after a day.
    #[schemars(length(max = 20))]
    #[x_kube(validation = rules::duration("every", "24h", "4320h"))]
    pub every: String,
}

/// The last drill: the failover of each paired pool, tried step by step with `-WhatIf` on the hosts that would
/// run it. Nothing was changed by it, and it says nothing about how long a failover takes.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct DrillStatus {
    /// Why the drill that is due has not begun; absent when none is due, or one is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// The value of the annotation `lyncfailover.dev/drill-requested-at` that has been answered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// When the last drill began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// What it came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DrillOutcome>,
    /// The same in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What was tried, for each pool that was taken for lost. At most 16: those that failed come first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["pool".into()]))]
    pub pools: Vec<DrilledPool>,
    /// How many pools more there were.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_pools: i32,
}

/// The failover of one pool, as it was tried.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct DrilledPool {
    /// The pool that was taken for lost.
    pub pool: String,
    /// Its pair, which would serve its users.
    pub pair: String,
    /// What it came to.
    pub outcome: DrillOutcome,
    /// The steps in the order in which they would be done. At most 16: those that passed are left out first.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub steps: Vec<DrilledStep>,
    /// How many steps more there were.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_steps: i32,
}

/// One step, as it was tried.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct DrilledStep {
    /// The step, such as `FailOverPool`.
    pub step: String,
    /// What it would move, from where to where.
    pub target: String,
    /// The server on which its cmdlet would run, and was tried; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// What came of it.
    pub result: DrillResult,
    /// What was tried and what came back, where that is not all of the cmdlet without an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

closed_enum! {
    /// What a drill came to.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub enum DrillOutcome {
        /// Every step passed, or was refused for what a step before it would mend.
        Passed,
        /// Some step was not tried, or nobody knows what came of it. None failed.
        Incomplete,
        /// Some step could not be done as things are.
        Failed,
    }
}

closed_enum! {
    /// What came of trying a step.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub enum DrillResult {
        /// Its cmdlet reported no error.
        Passed,
        /// It was refused for what a step before it would have mended, which a drill does not do.
        Expected,
        /// It could not be done as things are.
        Failed,
        /// It was not tried, or nobody knows what came of it.
        Skipped,
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &i32) -> bool {
    *number == 0
}
