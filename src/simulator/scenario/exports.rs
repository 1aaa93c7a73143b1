//! Which exports there are when the simulation starts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Span, open};

/// The folder for exports. An empty one on a share where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(transform = open)]
pub struct ExportsSpec {
    /// Whether it is on the disk of a Front End; default: on a share.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub local: bool,
    /// One whole file of each kind and pool, all of this age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all: Option<Span>,
    /// Further files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ExportSpec>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(transform = open)]
pub struct ExportSpec {
    /// What it is of.
    pub kind: ExportKind,
    /// For `ResponseGroups`: the pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// How old it is at the start.
    #[serde(default)]
    pub age: Span,
    /// Whether a part of it is missing; default false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub broken: bool,
}

/// What a file is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ExportKind {
    /// The content of the Central Management store.
    Configuration,
    /// The locations for emergency calls.
    Locations,
    /// The Response Groups of a pool.
    ResponseGroups,
}
