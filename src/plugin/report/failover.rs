//! One `LyncFailover`: what should be, what is, and what is in flight.

use jiff::{SignedDuration, Timestamp};
use kube::ResourceExt;
use serde::Serialize;

use super::{Said, said, seconds_since};
use crate::api::{Actor, ConditionType, LastRun, LyncFailover, NextAction, OperationStatus, Reason};

/// One `LyncFailover`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failover {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The `LyncDeployment` that it is about.
    pub deployment: String,
    /// Whether the operator has seen the newest spec.
    pub current: bool,
    /// What should be, in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desired: Option<String>,
    /// What is, in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// Whether what is equals what should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready: Option<Said>,
    /// Whether the operator cannot go on without people.
    pub stalled: bool,
    /// Whether two answers of Lync exclude each other.
    pub split_brain: bool,
    /// Whether users have no full service, although what is equals what should be.
    pub not_served: bool,
    /// Whether some fact could not be read again in time.
    pub stale: bool,
    /// Who has to act next, and how.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_action: Option<NextAction>,
    /// What the operator is about; absent when it is about nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_flight: Option<Flight>,
    /// The last execution that ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_run: Option<LastRun>,
    /// The recovery time objective, in seconds; absent when the deployment is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rto_objective_seconds: Option<i64>,
}

/// What the operator is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Flight {
    /// The step in flight; absent while the operator waits or verifies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<OperationStatus>,
    /// For how long the step has been in flight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_seconds: Option<i64>,
    /// For how long a source has been called down; the loss itself began earlier, by the time that the verdict took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub down_seconds: Option<i64>,
    /// Whether that is longer than the recovery time objective.
    pub over_objective: bool,
}

impl Failover {
    /// Whether it is done, by its newest spec, on fresh facts.
    pub(super) fn is_well(&self) -> bool {
        self.current && !self.stale && self.ready.as_ref().is_some_and(Said::is_true) && !self.not_served
    }

    /// Namespace and name of the `LyncDeployment` that it is about.
    pub fn deployment_key(&self) -> (&str, &str) {
        (&self.namespace, &self.deployment)
    }

    /// The reason of `Ready`, or that nobody has looked.
    pub fn reason(&self) -> &str {
        self.ready.as_ref().map_or(Reason::NotObserved.as_str(), |ready| &ready.reason)
    }
}

pub(super) fn failover(lfo: &LyncFailover, rto: Option<SignedDuration>, now: Timestamp) -> Failover {
    let status = lfo.status.clone().unwrap_or_default();
    let condition = |wanted| said(&status.conditions, wanted);
    let holds = |wanted| condition(wanted).is_some_and(|said| said.is_true());
    let down =
        condition(ConditionType::SourceAvailable).filter(|source| source.reason == Reason::Down.as_str());
    let down_seconds = down.map(|source| seconds_since(source.since, now));
    let served = condition(ConditionType::UsersServed);
    let is_ready = holds(ConditionType::Ready);
    let acts = status.next_action.as_ref().is_some_and(|next| next.actor == Actor::Operator);
    let is_in_flight = status.operation.is_some() || (acts && holds(ConditionType::Reconciling));
    let rto = rto.map(|rto| rto.as_secs());
    let in_flight = is_in_flight.then(|| Flight {
        step_seconds: status
            .operation
            .as_ref()
            .and_then(|operation| operation.started_at.as_ref())
            .map(|started| seconds_since(started.0, now)),
        operation: status.operation.clone(),
        down_seconds,
        over_objective: down_seconds.zip(rto).is_some_and(|(down, rto)| down > rto),
    });
    Failover {
        namespace: lfo.namespace().unwrap_or_default(),
        name: lfo.name_any(),
        deployment: lfo.spec.deployment_ref.name.to_string(),
        current: lfo.metadata.generation == Some(status.observed_generation),
        desired: status.desired,
        actual: status.actual,
        ready: condition(ConditionType::Ready),
        stalled: holds(ConditionType::Stalled),
        split_brain: holds(ConditionType::SplitBrainSuspected),
        not_served: is_ready && served.is_some_and(|said| said.status == "False"),
        stale: status.observed.as_ref().is_some_and(|observed| observed.stale),
        next_action: status.next_action,
        in_flight,
        last_run: status.last_run,
        rto_objective_seconds: rto,
    }
}
