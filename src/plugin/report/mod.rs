//! What is reported, in the shape for machines: pure, from what was read to what is said about it.
//!
//! `docs/kubectl-lync.md` documents the shape. Fields are added, never renamed, while the version stays.

mod attention;
mod failover;
mod life;
mod organisation;
mod plan;

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::ResourceExt;
use serde::Serialize;

use crate::api::{ConditionType, GROUP, LyncDeployment, LyncFailover, VERSION, condition::find_condition};

pub use attention::{Attention, Subject};
pub use failover::{Failover, Flight};
pub use life::{LeaseSeen, Life, LifeState, is_in_doubt, life};
pub use organisation::{Edge, Organisation, OrganisationReadiness, Pool};
pub use plan::{Missing, PlanCommands, PlanReport, PlanStep, plan_report};

/// Where was looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Scope {
    /// In all namespaces.
    All,
    /// In one.
    Namespace(String),
}

/// A resource that this version cannot read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its kind.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// What is wrong with it.
    pub message: String,
}

/// What was read of the cluster.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Each `LyncFailover`.
    pub failovers: Vec<LyncFailover>,
    /// Each `LyncDeployment`.
    pub deployments: Vec<LyncDeployment>,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// How things stand, in one word; the exit code follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Verdict {
    /// All is as it should be, and somebody looks after it.
    Well,
    /// Not all is as it should be, or is seen; the operator goes on, and nobody has to act.
    Working,
    /// Something needs a person.
    NeedsPeople,
}

/// A condition: what holds, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Said {
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// Why, in one word.
    pub reason: String,
    /// Why, in words.
    pub message: String,
    /// Since when the status has been this one.
    pub since: Timestamp,
}

/// What `kubectl lync status` reports.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusReport {
    api_version: String,
    kind: &'static str,
    /// When it was made, by the clock of who asked.
    pub taken_at: Timestamp,
    /// Where was looked.
    pub scope: String,
    /// How things stand.
    pub verdict: Verdict,
    /// Whether the operator lives. If it does not, everything else is old.
    pub operator: Life,
    /// What needs a person, the most urgent first.
    pub attention: Vec<Attention>,
    /// The Lync organisations.
    pub organisations: Vec<Organisation>,
    /// The wishes, and what became of them.
    pub failovers: Vec<Failover>,
}

/// Puts the report together.
pub fn status_report(seen: &Seen, operator: Life, scope: Scope, now: Timestamp) -> StatusReport {
    let mut organisations: Vec<_> = seen.deployments.iter().map(organisation::organisation).collect();
    let objectives: BTreeMap<_, _> = seen
        .deployments
        .iter()
        .filter_map(|one| Some(((one.namespace(), one.name_any()), one.spec.objectives.rto_duration().ok()?)))
        .collect();
    let objective = |failover: &LyncFailover| {
        objectives.get(&(failover.namespace(), failover.spec.deployment_ref.name.to_string())).copied()
    };
    let mut failovers: Vec<_> =
        seen.failovers.iter().map(|one| failover::failover(one, objective(one), now)).collect();
    organisations.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    failovers.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    let attention = attention::attention(&operator, &organisations, &failovers, &seen.unreadable);
    let all_well = organisations.iter().all(Organisation::is_well) && failovers.iter().all(Failover::is_well);
    let verdict = match (attention.is_empty(), all_well) {
        (false, _) => Verdict::NeedsPeople,
        (true, false) => Verdict::Working,
        (true, true) => Verdict::Well,
    };
    StatusReport {
        api_version: api_version(),
        kind: "LyncStatusReport",
        taken_at: crate::api::condition::whole_seconds(now),
        scope: scope.to_string(),
        verdict,
        operator,
        attention,
        organisations,
        failovers,
    }
}

fn api_version() -> String {
    format!("{GROUP}/{VERSION}")
}

fn said(conditions: &[Condition], wanted: ConditionType) -> Option<Said> {
    find_condition(conditions, wanted).map(|condition| Said {
        status: condition.status.clone(),
        reason: condition.reason.clone(),
        message: condition.message.clone(),
        since: condition.last_transition_time.0,
    })
}

/// Seconds from a moment until now; none where the moment lies ahead.
fn seconds_since(then: Timestamp, now: Timestamp) -> i64 {
    now.duration_since(then).as_secs().max(0)
}

impl Said {
    fn is_true(&self) -> bool {
        self.status == "True"
    }
}

impl Seen {
    /// Keeps what has this name, and what belongs to it: the failovers of a deployment, the deployment of a
    /// failover.
    pub fn keep(&mut self, name: &str) {
        let wanted: Vec<_> = self
            .failovers
            .iter()
            .filter(|one| one.name_any() == name)
            .map(|one| (one.namespace(), one.spec.deployment_ref.name.to_string()))
            .collect();
        self.deployments
            .retain(|one| one.name_any() == name || wanted.contains(&(one.namespace(), one.name_any())));
        self.failovers
            .retain(|one| one.name_any() == name || one.spec.deployment_ref.name.to_string() == name);
        self.unreadable.retain(|one| one.name == name);
    }

    /// Whether there is nothing to report about.
    pub fn is_empty(&self) -> bool {
        self.failovers.is_empty() && self.deployments.is_empty() && self.unreadable.is_empty()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all namespaces"),
            Self::Namespace(namespace) => write!(f, "namespace {namespace}"),
        }
    }
}

#[cfg(test)]
pub(in crate::plugin) mod tests;
