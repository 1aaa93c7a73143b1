//! From the spec, as it was written, to the planner's words.

use super::{Desired, EdgeGoal, Limits, StoreBackup, UsersGoal};
use crate::api::{
    CleanConsent, DriftPolicy, DurationError, FailbackConsent, LyncDeploymentSpec, LyncFailoverSpec,
};

/// A field of a spec that cannot be understood. The API server does not let such a spec in; an object
/// that was stored before a rule existed can still carry one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct WishError {
    /// The path of the field.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

impl WishError {
    fn new(field: impl Into<String>, problem: impl ToString) -> Self {
        Self { field: field.into(), problem: problem.to_string() }
    }
}

impl TryFrom<&LyncFailoverSpec> for Desired {
    type Error = WishError;

    fn try_from(spec: &LyncFailoverSpec) -> Result<Self, WishError> {
        let users = spec.users.iter().enumerate().map(|(i, user)| {
            Ok(UsersGoal {
                home: name(&user.home_pool, || format!("spec.users[{i}].homePool"))?,
                served_by: name(&user.served_by, || format!("spec.users[{i}].servedBy"))?,
            })
        });
        let edges = spec.edges.iter().enumerate().map(|(i, edge)| {
            Ok(EdgeGoal {
                edge: name(&edge.pool, || format!("spec.edges[{i}].pool"))?,
                next_hop: name(&edge.next_hop, || format!("spec.edges[{i}].nextHop"))?,
            })
        });
        let central = spec.central_management.as_ref();
        let backup = central.and_then(|cms| cms.move_from.as_ref()).map(|files| {
            let field = |name| move || format!("spec.centralManagement.move.{name}");
            Ok(StoreBackup {
                configuration: name(&files.configuration_file, field("configurationFile"))?,
                lis: name(&files.lis_configuration_file, field("lisConfigurationFile"))?,
            })
        });
        Ok(Self {
            users: users.collect::<Result<_, _>>()?,
            central_management: central
                .map(|cms| name(&cms.pool, || "spec.centralManagement.pool".to_owned()))
                .transpose()?,
            store_backup: backup.transpose()?,
            edges: edges.collect::<Result<_, _>>()?,
            management: spec.policy.management,
            disaster_mode: spec.policy.disaster_mode,
            failback_disaster_mode: spec.policy.failback_disaster_mode == FailbackConsent::Always,
            install_database_clean: spec.policy.install_database_clean == CleanConsent::Always,
            correct_drift: spec.policy.drift == DriftPolicy::Correct,
            same_site_change: spec.policy.same_site_change,
            suspend: spec.suspend,
            contested: None,
            approved_plan: spec.approval.as_ref().map(|approval| approval.plan_hash.clone()),
        })
    }
}

impl TryFrom<&LyncDeploymentSpec> for Limits {
    type Error = WishError;

    fn try_from(spec: &LyncDeploymentSpec) -> Result<Self, WishError> {
        let read =
            |field: &str, value: Result<_, DurationError>| value.map_err(|err| WishError::new(field, err));
        Ok(Self {
            stale_after: read("spec.observation.staleAfter", spec.observation.stale_after_duration())?,
            down_votes: spec.source_down.votes,
            down_sustained_for: read(
                "spec.sourceDown.sustainedFor",
                spec.source_down.sustained_for_duration(),
            )?,
            ..Self::default()
        })
    }
}

fn name<T: std::str::FromStr<Err: ToString>>(
    text: &str,
    field: impl FnOnce() -> String,
) -> Result<T, WishError> {
    text.parse().map_err(|err| WishError::new(field(), err))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(spec: &str) -> Result<Desired, WishError> {
        let spec: LyncFailoverSpec = serde_json::from_str(spec).expect("a spec");
        Desired::try_from(&spec)
    }

    #[test]
    fn a_move_needs_its_own_consent_and_full_names() {
        let with = |file: &str, policy: &str| {
            let files = format!(r#"{{"configurationFile": "{file}", "lisConfigurationFile": "C:\\l.zip"}}"#);
            let central = format!(r#"{{"pool": "pool2.contoso.com", "move": {files}}}"#);
            read(&format!(
                r#"{{"deploymentRef": {{"name": "a"}}, "centralManagement": {central}, "policy": {policy}}}"#
            ))
        };
        let all_others = r#"{"disasterMode": "Always", "failbackDisasterMode": "Always"}"#;
        let desired = with("C:\\\\c.zip", all_others).expect("valid");
        assert!(!desired.install_database_clean, "no other consent stands for it");
        assert_eq!(desired.store_backup.expect("files").configuration.to_string(), "C:\\c.zip");
        let desired = with("C:\\\\c.zip", r#"{"installDatabaseClean": "Always"}"#).expect("valid");
        assert!(desired.install_database_clean);
        let stored_before_the_rule = with("c.zip", "{}").expect_err("no full name");
        assert_eq!(stored_before_the_rule.field, "spec.centralManagement.move.configurationFile");
    }
}
