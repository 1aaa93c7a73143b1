//! What the organisation consists of when the simulation starts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Span, open};

/// A ready-made organisation to start from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Start {
    /// Sites DC1 and DC2; `pool1` and `pool2.contoso.com` with three Front Ends and a SQL Server each,
    /// paired; `edge1.contoso.com` at DC1 with next hop `pool1`; the store active on `pool1`.
    #[default]
    TwoSites,
    /// The same with Standard Edition servers `se1` and `se2.contoso.com`.
    StandardEdition,
    /// Nothing; the scenario lists every pool.
    Empty,
}

/// The edition of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Edition {
    /// Several servers and a SQL Server.
    Enterprise,
    /// One machine that is all.
    Standard,
}

/// How the Backup Service of a pool does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum BackupHealth {
    /// Keeps up.
    #[default]
    Steady,
    /// Has changes that the partner has not.
    Behind,
    /// Broken.
    Broken,
}

/// The pool state at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum InitialState {
    /// Serves its users.
    #[default]
    Active,
    /// A failover stopped half-way.
    FailingOver,
    /// The pair serves its users.
    FailedOver,
    /// A failback stopped half-way.
    FailingBack,
}

/// A Front End or Director pool. What is left out comes from the ready-made pool of the same name, or
/// from the defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(transform = open)]
pub struct PoolSpec {
    /// The name of the pool.
    pub fqdn: String,
    /// Its site; default DC1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Its edition; default Enterprise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<Edition>,
    /// Whether it is a Director: homes no users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub director: Option<bool>,
    /// The version of its services: 5 Lync 2010, 6 Lync 2013, 7 and 8 Skype for Business; default 6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 5, max = 8))]
    pub version: Option<i32>,
    /// Its servers; default `fe01`, `fe02`, `fe03` under the name of the pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machines: Option<Vec<String>>,
    /// Its SQL instance, for example `sql1.contoso.com\rtc`; default `sql.<pool>\rtc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    /// The mirror of that instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql_mirror: Option<String>,
    /// Whether the mirror is the principal now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mirror_is_principal: Option<bool>,
    /// The pool that it is paired with; pairing is mutual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<String>,
    /// Whether that pool does not name it back, as after a topology that was published half; default false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup_one_sided: Option<bool>,
    /// How many users are homed on it; default 12000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1_000_000))]
    pub users: Option<i64>,
    /// Whether it carries a Central Management service; default: the active pool and its pair do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub central_management: Option<bool>,
    /// Whether the databases of that service exist; on a Standard Edition standby somebody has to create
    /// them by hand (JJ945635). Default true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_installed: Option<bool>,
    /// The state of its failover; default Active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<InitialState>,
    /// How its Backup Service does; default Steady.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup_service: Option<BackupHealth>,
    /// Whether test users are assigned to it (New-CsHealthMonitoringConfiguration); default true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_users: Option<bool>,
    /// Whether setup has put the services of the Central Management store (MASTER, FTA) on its servers, where the
    /// pool has such a service; default true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_services: Option<bool>,
}

/// An Edge pool. What is left out comes from the ready-made one of the same name, or from the defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(transform = open)]
pub struct EdgeSpec {
    /// The name of the Edge pool.
    pub fqdn: String,
    /// Its site; default DC1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Its servers; default one of the same name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machines: Option<Vec<String>>,
    /// Its next hop. Required for a new Edge pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_hop: Option<String>,
    /// The version of its service; default 6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 5, max = 8))]
    pub version: Option<i32>,
    /// How long a change of the store needs to reach it; default `durations.edgeReplication`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replication: Option<Span>,
}

/// Where the Central Management store is at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(transform = open)]
pub struct CmsSpec {
    /// The pool on which it is active.
    pub pool: String,
}
