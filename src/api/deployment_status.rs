//! The status of a `LyncDeployment`: the observed world in brief.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DrillStatus, ExportsView, ReadinessView, closed::closed_enum};
use crate::lync::PoolState;

/// What the operator sees of a Lync organisation.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct LyncDeploymentStatus {
    /// The generation of the spec that this status is about; -1 until the operator has seen the resource.
    #[serde(default = "super::unseen")]
    pub observed_generation: i64,
    /// What holds and what does not.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    pub conditions: Vec<Condition>,
    /// The pools in a few words: `2 up, 1 down`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Identity of the Lync organisation, read from Lync. Two resources with the same identity share one
    /// lock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// When the newest of these facts changed. A fresh reading that says the same does not move it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Time>,
    /// The registrar pools.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["pool".into()]))]
    pub pools: Vec<PoolView>,
    /// The Central Management store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub central_management: Option<CentralManagementView>,
    /// The Edge pools.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["pool".into()]))]
    pub edges: Vec<EdgeView>,
    /// The servers on which cmdlets may run.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["host".into()]))]
    pub executors: Vec<ExecutorView>,
    /// Whether a failover of each paired pool would work, as far as the operator can see; absent while the
    /// organisation is not looked at. The condition `DrReady` is its summary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readiness: Option<ReadinessView>,
    /// The newest exports, of what a failover does not carry over and a lost store is made anew from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exports: Option<ExportsView>,
    /// The last drill, and what one that is due waits for; absent while there has been none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<DrillStatus>,
}

impl Default for LyncDeploymentStatus {
    fn default() -> Self {
        Self {
            observed_generation: -1,
            conditions: Vec::new(),
            summary: None,
            organisation: None,
            observed_at: None,
            pools: Vec::new(),
            central_management: None,
            edges: Vec::new(),
            executors: Vec::new(),
            readiness: None,
            exports: None,
            drill: None,
        }
    }
}

impl LyncDeploymentStatus {
    /// The last drill, if it was one of this organisation, or nobody knows of which.
    pub fn drill_of(&self, organisation: Option<&str>) -> Option<&DrillStatus> {
        let is_other =
            organisation.zip(self.organisation.as_deref()).is_some_and(|(one, other)| one != other);
        self.drill.as_ref().filter(|_| !is_other)
    }
}

/// A registrar pool.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct PoolView {
    /// The pool.
    pub pool: String,
    /// Its site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// `FrontEnd` homes users, `Director` does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<PoolRole>,
    /// The product, such as `Lync Server 2013`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The pool it is paired with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paired_with: Option<String>,
    /// How many servers the pool has.
    #[serde(default)]
    pub machines: i32,
    /// How many of them were seen to work.
    #[serde(default)]
    pub machines_up: i32,
    /// The state of its failover, as Lync keeps it.
    #[serde(default)]
    pub state: PoolServiceState,
    /// Whether it is up, by the votes of the witnesses.
    #[serde(default)]
    pub verdict: PoolVerdict,
    /// What each witness said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["witness".into()]))]
    pub votes: Vec<Vote>,
}

impl PoolView {
    /// The pool that serves its users; `None` while that is not known, or a failover is under way.
    pub fn served_by(&self) -> Option<&str> {
        match self.state {
            PoolServiceState::Active => Some(&self.pool),
            PoolServiceState::FailedOver => self.paired_with.as_deref(),
            PoolServiceState::FailingOver | PoolServiceState::FailingBack | PoolServiceState::Unknown => None,
        }
    }
}

/// What one witness said about a pool.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Vote {
    /// Who looked, and at what.
    pub witness: String,
    /// What it saw.
    #[serde(default)]
    pub verdict: PoolVerdict,
    /// The same in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// The Central Management store.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct CentralManagementView {
    /// The pool that carries it; absent when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// The server that runs its master replicator; absent when none does, or unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_master: Option<String>,
    /// The SQL Server instance that Active Directory points to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
}

/// An Edge pool.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct EdgeView {
    /// The Edge pool.
    pub pool: String,
    /// The internal pool to which it sends what comes from outside; absent when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_hop: Option<String>,
}

/// A server on which cmdlets may run.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ExecutorView {
    /// The server.
    pub host: String,
    /// Its pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// Whether it takes cmdlets.
    #[serde(default)]
    pub state: ExecutorState,
    /// What keeps a cmdlet there from running twice; absent when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<ExecutorGuard>,
    /// Why not, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

closed_enum! {
    /// Whether a server takes cmdlets.
    #[derive(Serialize, Deserialize, JsonSchema, Default)]
    pub enum ExecutorState {
        /// It answers.
        Connected,
        /// It refuses the connection or is silent.
        Unreachable,
        /// It answers and refuses the credentials. Says nothing about Lync.
        Denied,
        /// It answers and can be asked, but nothing can be changed from there: a module, a cmdlet or a parameter
        /// is missing.
        Unfit,
        /// Nobody has tried yet, or it failed for a reason that says nothing about the server.
        #[default]
        Unknown,
    }
}

/// What keeps a cmdlet from running twice.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutorGuard {
    /// The operator's module on the server: a lock, a fence and a journal that outlive every connection.
    Module,
    /// Nothing but the operator itself: a plain endpoint. A cmdlet whose end was not seen is decided by
    /// observation.
    Plain,
}

/// What a registrar pool is.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolRole {
    /// Homes users.
    FrontEnd,
    /// Homes no users.
    Director,
}

closed_enum! {
    /// The state of a pool's failover, as Lync keeps it.
    #[derive(Serialize, Deserialize, JsonSchema, Default)]
    pub enum PoolServiceState {
        /// The home pool serves its users.
        Active,
        /// A failover is under way, or stopped half-way.
        FailingOver,
        /// The paired pool serves the users.
        FailedOver,
        /// A failback is under way, or stopped half-way.
        FailingBack,
        /// Not known.
        #[default]
        Unknown,
    }
}

impl From<PoolState> for PoolServiceState {
    fn from(state: PoolState) -> Self {
        match state {
            PoolState::Active => Self::Active,
            PoolState::FailingOver => Self::FailingOver,
            PoolState::FailedOver => Self::FailedOver,
            PoolState::FailingBack => Self::FailingBack,
        }
    }
}

closed_enum! {
    /// Whether a pool is up, by the votes of the witnesses.
    #[derive(Serialize, Deserialize, JsonSchema, Default)]
    pub enum PoolVerdict {
        /// It serves.
        Up,
        /// Some say that it is down; not enough of them, or not for long enough.
        Suspect,
        /// It is down.
        Down,
        /// Nobody can tell.
        #[default]
        Undetermined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drill_of_another_organisation_is_none_of_this() {
        let drill = DrillStatus { message: Some("x".to_owned()), ..DrillStatus::default() };
        let of = |organisation: Option<&str>| LyncDeploymentStatus {
            organisation: organisation.map(str::to_owned),
            drill: Some(drill.clone()),
            ..LyncDeploymentStatus::default()
        };
        assert_eq!(of(Some("a")).drill_of(Some("a")), Some(&drill));
        assert_eq!(of(Some("a")).drill_of(Some("b")), None);
        assert_eq!(of(Some("a")).drill_of(None), Some(&drill), "nobody has said so yet");
        assert_eq!(of(None).drill_of(Some("a")), Some(&drill));
    }
}
