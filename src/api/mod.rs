//! The API: what people write and read.
//!
//! Wire types keep names and durations as the texts that were written: one bad object must not stop the
//! watch of all others. Their form is checked by the API server (CEL rules), and by [`load`] for files.

mod closed;
pub mod condition;
mod crd;
#[expect(unreachable_pub, reason = "the derive copies each struct into a function")]
#[expect(clippy::duplicated_attributes, reason = "two printer columns may have the same type")]
mod deployment;
#[expect(unreachable_pub, reason = "the derive copies each struct into a function")]
mod deployment_status;
mod duration;
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
mod reason;
mod reference;
mod rules;
mod schema;
#[expect(unreachable_pub, reason = "the derive copies each struct into a function")]
mod winrm;
mod yaml;

pub use closed::UnknownWord;
pub use condition::{ConditionStatus, ConditionType, Finding};
pub use crd::{crd_file_name, crd_yaml, crds};
pub use deployment::{
    Authentication, BridgeSpec, LyncDeployment, LyncDeploymentSpec, ObjectivesSpec, ObservationSpec,
    SecretReference, SimulatedBridge, SourceDownSpec,
};
pub use deployment_status::{
    CentralManagementView, EdgeView, ExecutorState, ExecutorView, LyncDeploymentStatus, PoolRole,
    PoolServiceState, PoolVerdict, PoolView, Vote,
};
pub use duration::{DurationError, format_duration, parse_duration};
pub use failover::{
    CentralManagementPlacement, DeploymentReference, DisasterConsent, DriftPolicy, EdgeAssignment,
    FailbackConsent, FailoverPolicy, LyncFailover, LyncFailoverSpec, Management, PlanApproval,
    UserAssignment,
};
pub use failover_status::{
    Actor, LastRun, LyncFailoverStatus, NextAction, ObservedFailover, ObservedPool, OperationStatus,
    RunOutcome,
};
pub use plan_status::{PlanStatus, Risk, StepMode, StepState, StepStatus};
pub use reason::Reason;
pub use reference::ObjectName;
pub use winrm::{Endpoint, TlsSpec, WinRm};

/// The API group of all kinds.
pub const GROUP: &str = "lyncfailover.dev";
/// The version of the API.
pub const VERSION: &str = "v1alpha1";

/// Any object: the scenario is checked where it is used.
fn scenario_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true })
}

/// The observed generation of an object that the operator has not seen yet.
fn unseen() -> i64 {
    -1
}
