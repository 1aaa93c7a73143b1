//! A scenario: what the organisation is, how long things take, what breaks and when. Written in YAML.

mod durations;
mod exports;
mod failure;
mod from_observed;
mod span;
mod start;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};

pub use durations::Durations;
pub use exports::{ExportKind, ExportSpec, ExportsSpec};
pub use failure::{ByHand, Failure, Fault, FaultKind, Link};
pub use from_observed::{Rebuilt, from_observed};
pub use span::{Span, SpanError};
pub use start::{BackupHealth, CmsSpec, EdgeSpec, Edition, InitialState, PoolSpec, Start};

/// A simulated Lync organisation and its fate. An empty one is two healthy sites.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(transform = open)]
pub struct Scenario {
    /// What it shows, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The ready-made organisation to start from.
    #[serde(default)]
    pub start: Start,
    /// The sites in the order of their numbers; default: as the pools name them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<String>,
    /// Pools to add, or to change where the name is that of a ready-made one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<PoolSpec>,
    /// Edge pools to add or to change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<EdgeSpec>,
    /// Where the Central Management store is; default: on the first pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cms: Option<CmsSpec>,
    /// Which exports there are.
    #[serde(default, skip_serializing_if = "is_default")]
    pub exports: ExportsSpec,
    /// How long things take.
    #[serde(default)]
    pub durations: Durations,
    /// What breaks, and what is repaired.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// Faults that are armed from the start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Why a scenario cannot be played.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// It is not YAML, or has a field that does not exist.
    #[error("the scenario cannot be read: {0}")]
    Unreadable(String),
    /// It contradicts itself.
    #[error("the scenario makes no sense: {0}")]
    Nonsense(String),
}

impl Scenario {
    /// Reads a scenario from YAML. An empty text is the default scenario.
    ///
    /// # Errors
    ///
    /// [`ScenarioError::Unreadable`] with line and column.
    pub fn from_yaml(text: &str) -> Result<Self, ScenarioError> {
        let blank = text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
        if blank {
            return Ok(Self::default());
        }
        serde_yaml::from_str(text).map_err(|error| ScenarioError::Unreadable(error.to_string()))
    }
}

/// Takes `additionalProperties: false` out of a schema: Kubernetes forbids it in a CRD and refuses unknown
/// fields by itself.
fn open(schema: &mut Schema) {
    if schema.get("additionalProperties").and_then(serde_json::Value::as_bool) == Some(false) {
        schema.remove("additionalProperties");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_reads_as_people_write_it() {
        let scenario = Scenario::from_yaml(
            "description: pool1 dies, the Edge replica is slow\n\
             pools:\n\
             - {fqdn: pool1.contoso.com, users: 4000}\n\
             edges:\n\
             - {fqdn: edge1.contoso.com, replication: 5m}\n\
             durations: {poolFailover: 90s}\n\
             failures:\n\
             - kill: [pool1.contoso.com]\n\
             - {at: 2m, cut: [{from: operator, to: DC1}]}\n\
             faults:\n\
             - {cmdlet: Get-CsService, call: 2, kind: DropProperty, property: Registrar}\n",
        )
        .expect("valid");
        assert_eq!(scenario.pools[0].users, Some(4000));
        assert_eq!(scenario.durations.pool_failover, Span::secs(90));
        assert_eq!(scenario.durations.cms_disaster, Durations::default().cms_disaster);
        assert_eq!(scenario.failures[1].at, Span::secs(120));
        assert_eq!((scenario.faults[0].call, scenario.faults[0].times), (2, 1));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let text = "failures:\n- {at: 1h 30m, revive: [DC1]}\n";
        let scenario = Scenario::from_yaml(text).expect("valid");
        let again = serde_yaml::to_string(&scenario).expect("it serialises");
        assert_eq!(Scenario::from_yaml(&again), Ok(scenario));
    }

    #[test]
    fn an_unknown_field_and_a_bad_span_are_refused() {
        for text in [
            "failurez: []",
            "pools:\n- {fqdn: pool1.contoso.com, user: 3}",
            "durations: {poolFailover: soon}",
            "faults:\n- {kind: Explode}",
        ] {
            assert!(matches!(Scenario::from_yaml(text), Err(ScenarioError::Unreadable(_))), "{text}");
        }
        assert_eq!(Scenario::from_yaml("# nothing\n"), Ok(Scenario::default()));
    }

    #[derive(kube::CustomResource, Clone, Debug, Deserialize, Serialize, JsonSchema)]
    #[kube(group = "test.lyncfailover.dev", version = "v1", kind = "Holder")]
    struct HolderSpec {
        scenario: Scenario,
    }

    #[test]
    fn the_schema_may_stand_in_a_crd() {
        let crd = <Holder as kube::CustomResourceExt>::crd();
        let schema = serde_json::to_string(&crd).expect("it serialises");
        assert!(schema.contains("poolFailover") && schema.contains("ReplicaNever"));
        assert!(!schema.contains("additionalProperties\":false"));
        assert!(!schema.contains("uint") && !schema.contains("oneOf"));
    }
}
