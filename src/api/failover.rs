//! `LyncFailover`: who should serve whom.

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LyncFailoverStatus, ObjectName, rules};

/// Who should serve whom, how far the operator may go, and what is consented to.
#[derive(CustomResource, KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[kube(
    group = "lyncfailover.dev",
    version = "v1alpha1",
    kind = "LyncFailover",
    singular = "lyncfailover",
    plural = "lyncfailovers",
    shortname = "lfo",
    category = "lync",
    category = "dr",
    namespaced,
    status = "LyncFailoverStatus",
    derive = "PartialEq",
    cel,
    doc = "LyncFailover says which pool should serve the users of each pool. The operator works out the documented steps and performs them one at a time. To fail back, write the home pool into servedBy again; deleting the resource changes nothing in Lync.",
    printcolumn(
        name = "Deployment",
        type_ = "string",
        json_path = ".spec.deploymentRef.name",
        description = "The LyncDeployment"
    ),
    printcolumn(
        name = "Desired",
        type_ = "string",
        json_path = ".status.desired",
        description = "What should be"
    ),
    printcolumn(name = "Actual", type_ = "string", json_path = ".status.actual", description = "What is"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status",
        description = "Whether what is equals what should be"
    ),
    printcolumn(
        name = "Status",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].reason",
        description = "What happens now, in one word"
    ),
    printcolumn(
        name = "Step",
        type_ = "string",
        json_path = ".status.operation.summary",
        description = "The step in flight"
    ),
    printcolumn(
        name = "Next",
        type_ = "string",
        json_path = ".status.nextAction.actor",
        description = "Who has to act next"
    ),
    printcolumn(
        name = "Message",
        type_ = "string",
        json_path = ".status.nextAction.message",
        description = "What that one has to do",
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
#[x_kube(
    validation = Rule::new(
        "(has(self.users) && size(self.users) > 0) || has(self.centralManagement) || \
         (has(self.edges) && size(self.edges) > 0)"
    ).message("at least one of users, centralManagement and edges must be given"),
    validation = Rule::new(
        "!has(self.users) || self.users.all(u, u.servedBy == u.homePool || \
         !self.users.exists(v, v.homePool == u.servedBy && v.servedBy != v.homePool))"
    ).message(
        "servedBy must not name a pool that is itself failed over: fail its users back first, then fail over to it"
    ).field_path(".users"),
    validation = Rule::new(
        "!has(self.users) || !has(self.edges) || self.edges.all(e, \
         !self.users.exists(u, u.homePool == e.nextHop && u.servedBy != u.homePool))"
    ).message("nextHop must not name a pool that is failed over: no Edge may send its traffic there")
        .field_path(".edges"),
    validation = Rule::new(
        "!has(self.users) || !has(self.centralManagement) || \
         !self.users.exists(u, u.homePool == self.centralManagement.pool && u.servedBy != u.homePool)"
    ).message("centralManagement.pool must not name a pool that is failed over")
        .field_path(".centralManagement"),
)]
pub struct LyncFailoverSpec {
    /// The LyncDeployment, in the same namespace. Cannot be changed.
    #[x_kube(validation = Rule::new("self == oldSelf")
        .message("deploymentRef cannot be changed: make another LyncFailover"))]
    pub deployment_ref: DeploymentReference,
    /// Who serves the users of each pool, in the order in which the pools are failed over. A pool that is
    /// not listed is not managed; taking a pool off the list does not fail it back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    #[x_kube(
        merge_strategy = ListMerge::Map(vec!["homePool".into()]),
        validation = Rule::new("self.all(u, self.exists_one(v, v.homePool == u.homePool))")
            .message("each homePool may be listed once"),
    )]
    pub users: Vec<UserAssignment>,
    /// Where the Central Management store should be. Default: it stays where it is healthy, and moves to
    /// the paired pool when its own pool is failed over or dead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub central_management: Option<CentralManagementPlacement>,
    /// The next hop of Edge pools. Default: an Edge whose next hop is failed over is pointed to the pool
    /// that will serve; every other Edge is left alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    #[x_kube(
        merge_strategy = ListMerge::Map(vec!["pool".into()]),
        validation = Rule::new("self.all(e, self.exists_one(f, f.pool == e.pool))")
            .message("each Edge pool may be listed once"),
    )]
    pub edges: Vec<EdgeAssignment>,
    /// How far the operator may go, and what is consented to.
    #[serde(default)]
    pub policy: FailoverPolicy,
    /// Consent to exactly one plan, for a plan that waits for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<PlanApproval>,
    /// Change nothing more: the operator stops at the next safe point, and goes on looking and planning.
    /// Default: false.
    #[serde(default)]
    pub suspend: bool,
}

/// A reference to a LyncDeployment in the same namespace.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentReference {
    /// Name of the LyncDeployment.
    pub name: ObjectName,
}

/// An entry names a pool and the pool that serves its users.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct UserAssignment {
    /// The pool on which the users are homed. A failover does not change it.
    #[schemars(length(max = 253))]
    #[x_kube(validation = rules::fqdn("homePool"))]
    pub home_pool: String,
    /// The pool that serves them: the home pool, or the pool it is paired with.
    #[schemars(length(max = 253))]
    #[x_kube(validation = rules::fqdn("servedBy"))]
    pub served_by: String,
}

/// Where the Central Management store should be.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct CentralManagementPlacement {
    /// The pool: the one that carries the store now, or the pool it is paired with.
    #[schemars(length(max = 253))]
    #[x_kube(validation = rules::fqdn("pool"))]
    pub pool: String,
    /// The files from which the store is made anew on `pool`. Needed only when the store was on a Lync Server
    /// 2010 pool that is lost: such a store cannot be failed over, it is moved by hand from its backup. Take
    /// it out of the spec when the move is over.
    #[serde(default, rename = "move", skip_serializing_if = "Option::is_none")]
    pub move_from: Option<StoreFiles>,
}

/// A backup of the Central Management store, in two files.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct StoreFiles {
    /// The file that `Export-CsConfiguration` wrote: its full name, as the Front End that runs the move sees
    /// it, such as `C:\\backup\\config.zip` or a file on a share.
    #[schemars(length(max = 260))]
    #[x_kube(validation = rules::file_path("configurationFile"))]
    pub configuration_file: String,
    /// The file that `Export-CsLisConfiguration` wrote: the locations for emergency calls. Its full name, as
    /// the Front End that runs the move sees it.
    #[schemars(length(max = 260))]
    #[x_kube(validation = rules::file_path("lisConfigurationFile"))]
    pub lis_configuration_file: String,
}

/// An entry names an Edge pool and its next hop.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct EdgeAssignment {
    /// The Edge pool.
    #[schemars(length(max = 253))]
    #[x_kube(validation = rules::fqdn("pool"))]
    pub pool: String,
    /// The internal pool to which it sends what comes from outside.
    #[schemars(length(max = 253))]
    #[x_kube(validation = rules::fqdn("nextHop"))]
    pub next_hop: String,
}

/// How far the operator may go, and what is consented to.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct FailoverPolicy {
    /// How far the operator goes: `Observe` only looks, `Plan` looks and shows the plan, `Enforce` carries
    /// it out. Default: Enforce.
    #[serde(default)]
    pub management: Management,
    /// Consent to a failover without the source pool, which loses what was not yet copied: `Never`,
    /// `WhenSourceDown` (when the source is seen to be down), or `Always` (also when that is not certain).
    /// Consent is not an order: a source that is up is failed over without loss. Default: Never.
    #[serde(default)]
    pub disaster_mode: DisasterConsent,
    /// Consent to a failback without the pool that serves now, which loses everything that users made
    /// there: `Never` or `Always`. Default: Never.
    #[serde(default)]
    pub failback_disaster_mode: FailbackConsent,
    /// Consent to `Install-CsDatabase -Clean`, which deletes the Central Management database of the pool that
    /// receives the store, and to the loss of what was configured after the files of
    /// `centralManagement.move` were written: `Never` or `Always`. Default: Never.
    #[serde(default)]
    pub install_database_clean: CleanConsent,
    /// What to do when Lync is changed behind the operator's back: `Report` it and wait, or `Correct` it.
    /// Default: Report.
    #[serde(default)]
    pub drift: DriftPolicy,
    /// Who changes an Edge pool whose new next hop is in its own site: the operator, with `Set-CsEdgeServer`
    /// (`Cmdlet`), or a person in Topology Builder, as Microsoft's page prints it (`Manual`): the operator says
    /// what to do, and goes on when it sees the new next hop. A next hop in another site is always changed by
    /// cmdlet. Default: Cmdlet.
    #[serde(default)]
    pub same_site_change: SameSiteChange,
}

/// Consent to exactly one plan.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct PlanApproval {
    /// The hash of the approved plan, copied from `status.plan.hash`.
    #[schemars(length(max = 80))]
    #[x_kube(validation = Rule::new("self.matches('^[0-9a-f]{16}$')")
        .message("planHash must be a hash as status.plan.hash shows it"))]
    pub plan_hash: String,
}

/// How far the operator goes.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Management {
    /// Looks.
    Observe,
    /// Looks and plans.
    Plan,
    /// Looks, plans and acts.
    #[default]
    Enforce,
}

/// Consent to a failover that may lose data.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DisasterConsent {
    /// No.
    #[default]
    Never,
    /// When the source is seen to be down.
    WhenSourceDown,
    /// Whenever a failover without loss cannot work.
    Always,
}

/// Consent to a failback that loses data.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailbackConsent {
    /// No.
    #[default]
    Never,
    /// Yes.
    Always,
}

/// Consent to a database that is deleted and made anew.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CleanConsent {
    /// No.
    #[default]
    Never,
    /// Yes.
    Always,
}

/// What to do when Lync is changed behind the operator's back.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DriftPolicy {
    /// Say so and wait.
    #[default]
    Report,
    /// Bring it back to what the spec says.
    Correct,
}

/// Who changes an Edge pool whose new next hop is in its own site.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameSiteChange {
    /// The operator, with `Set-CsEdgeServer`.
    #[default]
    Cmdlet,
    /// A person, in Topology Builder (JJ204678, Edge section).
    Manual,
}

#[cfg(test)]
mod tests;
