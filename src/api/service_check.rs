//! Checks of the service after a failover or a failback. Shown, never acted upon.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One check of the service that users get after a failover or a failback. A check that fails is never a reason to
/// act.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct ServiceCheck {
    /// What was looked at.
    pub name: ServiceCheckName,
    /// The pool or the Edge pool that it is about.
    pub subject: String,
    /// What came of it. Unknown means that nobody could tell, and is not a failure.
    #[serde(default)]
    pub result: ServiceCheckResult,
    /// What was seen, in words.
    #[serde(default)]
    pub message: String,
    /// When it was first found so. A later check that finds the same does not move it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
}

/// What is looked at after a failover.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServiceCheckName {
    /// A test user signs in at the pool that serves (`Test-CsRegistration`).
    Registration,
    /// The servers of the pool that serves have the newest configuration.
    Replicas,
    /// The servers of an Edge pool have it.
    EdgeReplicas,
}

/// What came of a check.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServiceCheckResult {
    /// It is as it should be.
    Pass,
    /// It is not.
    Fail,
    /// Nobody could tell.
    #[default]
    Unknown,
}
