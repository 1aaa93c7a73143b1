//! Exports: how often they are made, and what there is of them.

use jiff::SignedDuration;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DurationError, parse_duration, rules};

/// Exports that the operator makes on a schedule: of what a pool failover does not carry over (Response Groups,
/// locations for emergency calls), and of the configuration, from which a lost Central Management store is made
/// anew. It needs the module on the Front End servers. In which folder they are made is not said here: whoever
/// installs the module chooses it.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ExportsSpec {
    /// Time from one export to the next of the same kind, from 1h to 168h. Default: 24h.
    #[serde(default = "every")]
    #[schemars(length(max = 20))]
    #[x_kube(validation = rules::duration("every", "1h", "168h"))]
    pub every: String,
    /// How many whole files of each kind and pool stay, from 1 to 365. Older ones are removed after a newer one
    /// was made; nothing but files that the module has named is ever removed. Default: 14.
    #[serde(default = "keep")]
    #[schemars(range(min = 1, max = 365))]
    pub keep: i32,
}

fn every() -> String {
    "24h".to_owned()
}

fn keep() -> i32 {
    14
}

impl Default for ExportsSpec {
    fn default() -> Self {
        Self { every: every(), keep: keep() }
    }
}

impl ExportsSpec {
    /// The time from one export to the next.
    ///
    /// # Errors
    ///
    /// When the text is not a duration, which the API server does not let in.
    pub fn every_duration(&self) -> Result<SignedDuration, DurationError> {
        parse_duration(&self.every)
    }
}

/// What there is of exports.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct ExportsView {
    /// The folder, as the Front End servers see it; absent while nobody can look into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// Why nobody can look into it, or why the operator makes no exports although the spec asks for some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What is in it, of each kind and pool.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["kind".into(), "subject".into()]))]
    pub files: Vec<ExportView>,
    /// The last time that the operator made some, or tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_attempt: Option<ExportAttempt>,
}

/// The exports of one kind and pool.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct ExportView {
    /// What is exported.
    pub kind: ExportKindName,
    /// Of which pool; `organisation` where it is of all of it.
    pub subject: String,
    /// The newest file that is whole; absent if none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at: Option<Time>,
    /// Its size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<i64>,
    /// What is wrong with a newer file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What is exported.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExportKindName {
    /// The content of the Central Management store (`Export-CsConfiguration`).
    Configuration,
    /// The locations for emergency calls (`Export-CsLisConfiguration`).
    Locations,
    /// The Response Groups of a pool (`Export-CsRgsConfiguration`).
    ResponseGroups,
}

/// The last time that the operator made exports, or tried.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct ExportAttempt {
    /// When it was over.
    pub ended_at: Time,
    /// The Front End on which the cmdlets ran.
    pub host: String,
    /// What came of it.
    pub result: ExportResult,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What came of an attempt.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExportResult {
    /// All that was due was made.
    Made,
    /// Some of it was.
    MadeInPart,
    /// Nothing was.
    Failed,
}
