//! One Lync organisation: pools, store, Edge pools, readiness.

use jiff::Timestamp;
use kube::ResourceExt;
use serde::Serialize;

use super::{Said, said};
use crate::api::{ConditionType, LyncDeployment, PoolServiceState, PoolVerdict};

/// One Lync organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Organisation {
    /// The namespace of its `LyncDeployment`.
    pub namespace: String,
    /// The name of its `LyncDeployment`.
    pub name: String,
    /// Whether the operator has seen the newest spec.
    pub current: bool,
    /// Whether the organisation is reached and seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready: Option<Said>,
    /// Whether a failover would work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dr_ready: Option<Said>,
    /// Whether two answers about the store exclude each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split_brain: Option<Said>,
    /// Whether the store works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_healthy: Option<Said>,
    /// The pool that carries the store; absent when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub central_management: Option<String>,
    /// The registrar pools.
    pub pools: Vec<Pool>,
    /// The Edge pools.
    pub edges: Vec<Edge>,
    /// Score and cheapest fixes; absent while nobody looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readiness: Option<OrganisationReadiness>,
    /// When the newest fact changed. A fresh reading that says the same does not move it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
}

/// A registrar pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pool {
    /// The pool.
    pub pool: String,
    /// Its site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Whether it is up.
    pub verdict: PoolVerdict,
    /// The state of its failover.
    pub state: PoolServiceState,
    /// How many servers it has, and how many of them were seen to work.
    pub machines: i32,
    /// How many of them were seen to work.
    pub machines_up: i32,
    /// The pool that serves its users; absent when that is unknown or on its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub served_by: Option<String>,
    /// The pool it is paired with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paired_with: Option<String>,
}

/// An Edge pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Edge {
    /// The Edge pool.
    pub pool: String,
    /// Its next hop; absent when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_hop: Option<String>,
    /// The verdict about the next hop; absent when it is not among the pools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_hop_verdict: Option<PoolVerdict>,
}

/// Whether a failover would work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrganisationReadiness {
    /// From 0 to 100.
    pub score: i32,
    /// What to mend first, the cheapest first.
    pub fixes: Vec<String>,
}

impl Pool {
    /// Whether it is up and serves its own users.
    pub fn is_normal(&self) -> bool {
        self.verdict == PoolVerdict::Up && self.state == PoolServiceState::Active
    }
}

impl Organisation {
    /// Namespace and name of its `LyncDeployment`.
    pub fn key(&self) -> (&str, &str) {
        (&self.namespace, &self.name)
    }

    /// Whether all of it is as on a usual day.
    pub fn is_usual(&self) -> bool {
        self.is_well() && self.pools.iter().all(Pool::is_normal)
    }

    /// Whether it is seen, by its newest spec, and a failover would work.
    pub(super) fn is_well(&self) -> bool {
        let holds = |said: &Option<Said>| said.as_ref().is_some_and(Said::is_true);
        self.current && holds(&self.ready) && holds(&self.dr_ready)
    }
}

pub(super) fn organisation(deployment: &LyncDeployment) -> Organisation {
    let status = deployment.status.clone().unwrap_or_default();
    let conditions = &status.conditions;
    let pools: Vec<Pool> = status
        .pools
        .iter()
        .map(|pool| Pool {
            pool: pool.pool.clone(),
            site: pool.site.clone(),
            verdict: pool.verdict,
            state: pool.state,
            machines: pool.machines,
            machines_up: pool.machines_up,
            served_by: match pool.state {
                PoolServiceState::Active => Some(pool.pool.clone()),
                PoolServiceState::FailedOver => pool.paired_with.clone(),
                PoolServiceState::FailingOver | PoolServiceState::FailingBack | PoolServiceState::Unknown => {
                    None
                }
            },
            paired_with: pool.paired_with.clone(),
        })
        .collect();
    let verdict = |name: &String| pools.iter().find(|pool| pool.pool == *name).map(|pool| pool.verdict);
    let edges = status
        .edges
        .iter()
        .map(|edge| Edge {
            pool: edge.pool.clone(),
            next_hop_verdict: edge.next_hop.as_ref().and_then(verdict),
            next_hop: edge.next_hop.clone(),
        })
        .collect();
    Organisation {
        namespace: deployment.namespace().unwrap_or_default(),
        name: deployment.name_any(),
        current: deployment.metadata.generation == Some(status.observed_generation),
        ready: said(conditions, ConditionType::Ready),
        dr_ready: said(conditions, ConditionType::DrReady),
        split_brain: said(conditions, ConditionType::SplitBrainSuspected),
        store_healthy: said(conditions, ConditionType::CentralManagementHealthy),
        central_management: status.central_management.and_then(|store| store.pool),
        edges,
        pools,
        readiness: status
            .readiness
            .map(|view| OrganisationReadiness { score: view.score, fixes: view.fixes }),
        observed_at: status.observed_at.map(|time| time.0),
    }
}
