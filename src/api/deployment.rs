//! `LyncDeployment`: one Lync organisation, how to reach it and how it is watched.

use jiff::SignedDuration;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    DrillSpec, DurationError, ExportsSpec, LyncDeploymentStatus, WinRm, parse_duration,
    reference::ObjectName, rules,
};

/// How to reach one Lync organisation, how to watch it, and what a failover of it may cost.
#[derive(CustomResource, KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[kube(
    group = "lyncfailover.dev",
    version = "v1alpha1",
    kind = "LyncDeployment",
    singular = "lyncdeployment",
    plural = "lyncdeployments",
    shortname = "ldep",
    category = "lync",
    category = "dr",
    namespaced,
    status = "LyncDeploymentStatus",
    derive = "PartialEq",
    cel,
    doc = "LyncDeployment is one Lync organisation: how the operator reaches it and how it is watched. Its status is what the operator sees of it.",
    printcolumn(
        name = "Bridge",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"BridgeConnected\")].reason",
        description = "Whether the operator reaches Lync"
    ),
    printcolumn(
        name = "Pools",
        type_ = "string",
        json_path = ".status.summary",
        description = "The pools in brief"
    ),
    printcolumn(
        name = "CMS",
        type_ = "string",
        json_path = ".status.centralManagement.pool",
        description = "The pool that carries the Central Management store"
    ),
    printcolumn(
        name = "Readiness",
        type_ = "integer",
        json_path = ".status.readiness.score",
        description = "Whether a failover would work, from 0 to 100"
    ),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status",
        description = "Whether the organisation is reached and seen"
    ),
    printcolumn(
        name = "Status",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].reason",
        description = "Why, in one word",
        priority = 1
    ),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp",
        description = "Time since the resource was made"
    )
)]
#[serde(rename_all = "camelCase")]
pub struct LyncDeploymentSpec {
    /// How the operator runs cmdlets. Exactly one kind of bridge is set.
    pub bridge: BridgeSpec,
    /// How often the operator looks, and how long it believes what it saw.
    #[serde(default)]
    pub observation: ObservationSpec,
    /// What it takes to call a pool down.
    #[serde(default)]
    pub source_down: SourceDownSpec,
    /// What a failover may cost. Measured against, never acted upon.
    #[serde(default)]
    pub objectives: ObjectivesSpec,
    /// What the operator tries besides looking, after a failover or a failback. Nothing follows from it.
    #[serde(default)]
    pub checks: ChecksSpec,
    /// Exports that the operator makes on a schedule. Absent: it makes none, and shows those that it finds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exports: Option<ExportsSpec>,
    /// When the operator tries a failover of every paired pool by itself, with `-WhatIf`: nothing is changed by
    /// it. Absent: only when the annotation `lyncfailover.dev/drill-requested-at` asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<DrillSpec>,
}

/// How the operator runs cmdlets. Exactly one kind of bridge is set.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.winrm) != has(self.simulated)")
    .message("exactly one bridge must be set: winrm or simulated"))]
pub struct BridgeSpec {
    /// PowerShell remoting to Front End servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub winrm: Option<WinRm>,
    /// A simulated deployment that lives in the operator: for trials, drills and tests. It touches no
    /// server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simulated: Option<SimulatedBridge>,
}

/// A simulated Lync deployment.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.scenario) != has(self.address)")
    .message("exactly one of scenario and address must be set"))]
pub struct SimulatedBridge {
    /// The deployment to simulate in the operator: its sites, pools and Edge pools, and what goes wrong
    /// with them. It is gone when the operator stops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "super::scenario_schema")]
    pub scenario: Option<serde_json::Value>,
    /// Loopback address of a simulator that runs as a process of its own, such as `127.0.0.1:4040` (see
    /// `lync-failover simulator serve`). It outlives the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub address: Option<String>,
}

/// How often the operator looks, and how long it believes what it saw.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("duration(self.staleAfter) >= duration(self.interval)")
    .message("staleAfter must not be shorter than interval"))]
pub struct ObservationSpec {
    /// Time from one observation to the next, from 5s to 1h. During a failover the operator looks more
    /// often. Default: 60s.
    #[serde(default = "interval")]
    #[schemars(length(max = 20))]
    #[x_kube(validation = rules::duration("interval", "5s", "1h"))]
    pub interval: String,
    /// Age at which a fact that could not be read again turns into unknown, from 10s to 24h. Nothing is
    /// changed on the strength of an older fact. Default: 3m.
    #[serde(default = "stale_after")]
    #[schemars(length(max = 20))]
    #[x_kube(validation = rules::duration("staleAfter", "10s", "24h"))]
    pub stale_after: String,
}

/// What it takes to call a pool down.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct SourceDownSpec {
    /// How many independent witnesses have to say that the pool is down, from 1 to 5. A refused password
    /// is no witness. Default: 2.
    #[serde(default = "votes")]
    #[schemars(range(min = 1, max = 5))]
    pub votes: i32,
    /// How long they have to say so without a break, up to 1h. Default: 60s.
    #[serde(default = "sustained_for")]
    #[schemars(length(max = 20))]
    #[x_kube(validation = rules::duration("sustainedFor", "0s", "1h"))]
    pub sustained_for: String,
}

/// What a failover may cost. Measured against, never acted upon.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct ObjectivesSpec {
    /// Recovery time objective: how long users may be without full service, from 1m to 168h. Default:
    /// 30m.
    #[serde(default = "objective")]
    #[schemars(length(max = 20))]
    #[x_kube(validation = rules::duration("rto", "1m", "168h"))]
    pub rto: String,
    /// Recovery point objective: how much of the latest data may be lost, as the time in which it was
    /// made, from 1m to 168h. Default: 30m.
    #[serde(default = "objective")]
    #[schemars(length(max = 20))]
    #[x_kube(validation = rules::duration("rpo", "1m", "168h"))]
    pub rpo: String,
}

/// What the operator tries besides looking, after a failover or a failback. Nothing follows from it.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ChecksSpec {
    /// Whether test users sign in at the pool that serves (`Test-CsRegistration`): soon after a failover or a failback
    /// has converged, and every 15 minutes while users are away. The result is in `status.checks` of the LyncFailover.
    /// Set it once the pools have test users (`New-CsHealthMonitoringConfiguration`). Default: false.
    #[serde(default)]
    pub registration: bool,
}

/// A reference to a Secret in the namespace of the resource.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct SecretReference {
    /// Name of the Secret.
    pub name: ObjectName,
}

/// How the operator proves to a Front End who it is.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Authentication {
    /// Kerberos, with the account of the Secret.
    #[default]
    Kerberos,
    /// Kerberos if `kerberos` is set, NTLM otherwise.
    Negotiate,
    /// A client certificate; needs TLS.
    Certificate,
    /// User name and password as they are; needs TLS.
    Basic,
}

fn interval() -> String {
    "60s".to_owned()
}

fn stale_after() -> String {
    "3m".to_owned()
}

fn votes() -> i32 {
    2
}

fn sustained_for() -> String {
    "60s".to_owned()
}

fn objective() -> String {
    "30m".to_owned()
}

impl Default for ObservationSpec {
    fn default() -> Self {
        Self { interval: interval(), stale_after: stale_after() }
    }
}

impl Default for SourceDownSpec {
    fn default() -> Self {
        Self { votes: votes(), sustained_for: sustained_for() }
    }
}

impl Default for ObjectivesSpec {
    fn default() -> Self {
        Self { rto: objective(), rpo: objective() }
    }
}

macro_rules! duration_getters {
    ($spec:ty: $($(#[$doc:meta])* $getter:ident = $field:ident;)+) => {
        impl $spec {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                ///
                /// When the text is not a duration, which the API server does not let in.
                pub fn $getter(&self) -> Result<SignedDuration, DurationError> {
                    parse_duration(&self.$field)
                }
            )+
        }
    };
}

duration_getters! { ObservationSpec:
    /// The time from one observation to the next.
    interval_duration = interval;
    /// The age at which a fact is no longer believed.
    stale_after_duration = stale_after;
}
duration_getters! { SourceDownSpec:
    /// How long the witnesses have to agree.
    sustained_for_duration = sustained_for;
}
duration_getters! { ObjectivesSpec:
    /// The recovery time objective.
    rto_duration = rto;
    /// The recovery point objective.
    rpo_duration = rpo;
}

#[cfg(test)]
mod tests;
