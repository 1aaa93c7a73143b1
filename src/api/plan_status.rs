//! The plan as a status shows it.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::closed::closed_enum;

/// The documented steps towards the desired state, and where they stand.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct PlanStatus {
    /// Hash of the plan, for an approval of exactly this plan; absent when nothing is left to do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hash: String,
    /// Whether the plan is a planned failover, a disaster failover or a failback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<StepMode>,
    /// The plan in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The steps, in the order in which they run.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub steps: Vec<StepStatus>,
}

/// One step of the documented procedure.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct StepStatus {
    /// Name of the step, such as `FailOverPool`.
    #[serde(default)]
    pub name: String,
    /// What it changes: a pool or an Edge pool.
    #[serde(default)]
    pub target: String,
    /// Where it stands.
    #[serde(default)]
    pub state: StepState,
    /// Whether the source pool takes part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<StepMode>,
    /// What users may notice or lose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
    /// The host on which it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The paragraph of Microsoft's documentation that asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citation: Option<String>,
    /// Why it is needed, why it is not needed, or what it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The cmdlet with its parameters, or the instruction for a step that people do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// What has to be seen for the step to count as done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_condition: Option<String>,
}

closed_enum! {
    /// Where a step stands.
    #[derive(Serialize, Deserialize, JsonSchema, Default)]
    pub enum StepState {
        /// What it is for has been seen; it does not run (again).
        Done,
        /// It is the next to run, or it runs.
        Next,
        /// It runs after others.
        #[default]
        Later,
        /// It waits for time, for people or for a fact.
        Waiting,
        /// It cannot run as things are.
        Blocked,
    }
}

/// Whether the source pool takes part.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StepMode {
    /// The source takes part; nothing is lost.
    #[default]
    Planned,
    /// The source is given up; what was not copied is lost.
    Disaster,
}

/// What users may notice or lose.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Risk {
    /// Nothing.
    #[default]
    None,
    /// Users are signed out for a time; calls and meetings end.
    Interruption,
    /// Data that was not copied is lost.
    DataLoss,
}
