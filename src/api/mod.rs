//! The API: what people write and read.
//!
//! Wire types keep names and durations as the texts that were written: one bad object must not stop the
//! watch of all others. Their form is checked by the API server (CEL rules), and by [`load`] for files.

#[expect(unreachable_pub, reason = "the derive copies each struct into a function")]
mod advice;
mod closed;
pub mod condition;
mod crd;
#[expect(unreachable_pub, reason = "the derive copies each struct into a function")]
#[expect(clippy::duplicated_attributes, reason = "two printer columns may have the same type")]
mod deployment;
#[expect(unreachable_pub, reason = "the derive copies each struct into a function")]
mod deployment_status;
#[expect(unreachable_pub, reason = "the derive copies each struct into a function")]
mod drill;
mod duration;
#[expect(unreachable_pub, reason = "the derive copies each struct into a function")]
mod exports;
#[expect(unreachable_pub, reason = "the derive copies each struct into a function")]
#[expect(clippy::duplicated_attributes, reason = "two printer columns may have the same type")]
mod failover;
#[expect(unreachable_pub, reason = "the derive copies each struct into a function")]
mod failover_status;
pub mod load;
mod load_error;
mod metadata;
#[expect(unreachable_pub, reason = "the derive copies each struct into a function")]
mod plan_status;
#[expect(unreachable_pub, reason = "the derive copies each struct into a function")]
mod readiness;
mod reason;
mod reference;
mod rules;
mod schema;
#[expect(unreachable_pub, reason = "the derive copies each struct into a function")]
mod service_check;
#[expect(unreachable_pub, reason = "the derive copies each struct into a function")]
mod winrm;
mod yaml;

pub use advice::{Advice, AdviceTopic};
pub use closed::UnknownWord;
pub use condition::{ConditionStatus, ConditionType, Finding};
pub use crd::{crd_file_name, crd_yaml, crds};
pub use deployment::{
    Authentication, BridgeSpec, ChecksSpec, LyncDeployment, LyncDeploymentSpec, ObjectivesSpec,
    ObservationSpec, SecretReference, SimulatedBridge, SourceDownSpec,
};
pub use deployment_status::{
    CentralManagementView, EdgeView, ExecutorGuard, ExecutorState, ExecutorView, LyncDeploymentStatus,
    PoolRole, PoolServiceState, PoolVerdict, PoolView, Vote,
};
pub use drill::{
    DRILL_REQUESTED_AT, DrillOutcome, DrillResult, DrillSpec, DrillStatus, DrilledPool, DrilledStep,
};
pub use duration::{DurationError, format_duration, parse_duration};
pub use exports::{ExportAttempt, ExportKindName, ExportResult, ExportView, ExportsSpec, ExportsView};
pub use failover::{
    CentralManagementPlacement, CleanConsent, DeploymentReference, DisasterConsent, DriftPolicy,
    EdgeAssignment, FailbackConsent, FailoverPolicy, LyncFailover, LyncFailoverSpec, Management,
    PlanApproval, SameSiteChange, StoreFiles, UserAssignment,
};
pub use failover_status::{
    Actor, LastRun, LyncFailoverStatus, NextAction, ObservedFailover, ObservedPool, OperationStatus,
    RunOutcome, RunStatus,
};
pub use plan_status::{PlanStatus, Risk, StepMode, StepState, StepStatus};
pub use readiness::{CheckName, CheckResult, Effort, ReadinessCheck, ReadinessView};
pub use reason::Reason;
pub use reference::ObjectName;
pub use service_check::{ServiceCheck, ServiceCheckName, ServiceCheckResult};
pub use winrm::{Endpoint, KerberosSpec, TlsSpec, WinRm};

/// The API group of all kinds.
pub const GROUP: &str = "lyncfailover.dev";
/// The version of the API.
pub const VERSION: &str = "v1alpha1";

/// The schema of a scenario. The value itself stays untyped here, so that one bad scenario cannot stop the
/// watch of all other resources; it is read where it is used.
fn scenario_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let mut schema = <crate::simulator::Scenario as schemars::JsonSchema>::json_schema(generator);
    schemars::transform::transform_subschemas(&mut whole_lists, &mut schema);
    schema
}

/// Lists of a scenario are written as a whole: nobody but its author owns a part of them.
fn whole_lists(schema: &mut schemars::Schema) {
    if schema.get("items").is_some() {
        schema.insert("x-kubernetes-list-type".to_owned(), "atomic".into());
    }
    schemars::transform::transform_subschemas(&mut whole_lists, schema);
}

/// The observed generation of an object that the operator has not seen yet.
fn unseen() -> i64 {
    -1
}
