//! Readiness in the status of a `LyncDeployment`: would a failover work tonight?

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::closed::closed_enum;

/// Whether a failover of each paired pool would work, as far as the operator can see.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ReadinessView {
    /// 100 less the weight of each check that fails, or whose answer is not known, for at least one subject.
    pub score: i32,
    /// What was checked, each with what was seen.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["check".into(), "subject".into()]))]
    pub checks: Vec<ReadinessCheck>,
    /// Up to three things to do, the cheapest first, each with the points that it brings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub fixes: Vec<String>,
}

/// One check of one subject.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ReadinessCheck {
    /// What is checked.
    pub check: CheckName,
    /// Of which pool, Edge pool or server; `organisation` where it is about all of them.
    pub subject: String,
    /// What came of it. `Unknown` never counts as a pass.
    pub result: CheckResult,
    /// How many points the check is worth. They are lost as a whole, once, however many subjects lack it.
    pub weight: i32,
    /// What was seen.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// How long that takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
}

closed_enum! {
    /// What is checked. What each check means, and its weight: `docs/readiness.md`.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub enum CheckName {
        /// The pool has a backup pool.
        Paired,
        /// The backup pool names the pool as its own.
        PairIsMutual,
        /// The backup pool is seen alive.
        TargetAlive,
        /// Neither pool of the pair is failed over, or half-way.
        PoolStatesActive,
        /// The pool that would receive the Central Management store has a standby of it.
        StandbyCentralManagementStore,
        /// Where that standby is mirrored, the primary is the principal.
        StandbyMirror,
        /// The Backup Service carries the changes of the pool to its pair.
        BackupServiceSteady,
        /// What the pair has of the pool's data is not older than the recovery point objective.
        BackupAge,
        /// Some server of the backup pool takes cmdlets.
        TargetExecutor,
        /// Each server that is listed as endpoint takes cmdlets.
        ExecutorFit,
        /// The account may do what a failover asks of it, as far as an observation shows.
        Rights,
        /// The next hop of the Edge pool could be changed, and the Edge would learn of it.
        EdgeNextHopChangeable,
        /// The Central Management store works.
        CentralManagementHealthy,
        /// The replicas of the internal servers have the newest configuration.
        ReplicasCurrent,
        /// What a failover does not carry over is exported, off the pool.
        ExportsFresh,
        /// A failover has been tried lately.
        LastDrill,
    }
}

closed_enum! {
    /// What came of a check.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub enum CheckResult {
        /// It is as a failover needs it.
        Pass,
        /// It is not.
        Fail,
        /// The operator cannot tell. Never counts as a pass.
        Unknown,
        /// There is nothing of the kind to check.
        NotApplicable,
    }
}

/// How long it takes to mend something.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// A cmdlet or an edit.
    Minutes,
    /// Work on one or two systems.
    Hours,
    /// A change that has to be planned.
    Days,
}

impl CheckResult {
    /// Whether the weight of the check is lost.
    pub fn is_lacking(self) -> bool {
        matches!(self, Self::Fail | Self::Unknown)
    }
}
