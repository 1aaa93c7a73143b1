//! How long things take in the simulated organisation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Span, open};

/// How long each cmdlet and each copy takes. The defaults stay within Microsoft's targets (JJ205079: a
/// pool in 30 minutes; JJ205376: the Central Management store in 5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(transform = open)]
pub struct Durations {
    /// `Invoke-CsPoolFailOver`.
    pub pool_failover: Span,
    /// `Invoke-CsPoolFailBack`.
    pub pool_failback: Span,
    /// `Invoke-CsManagementServerFailover` without parameters, once all replicas are current.
    pub cms_normal: Span,
    /// `Invoke-CsManagementServerFailover … -Force`.
    pub cms_disaster: Span,
    /// How long the normal failover of the store waits for replicas before it gives up.
    pub cms_replica_wait: Span,
    /// `Set-CsEdgeServer`.
    pub set_edge_server: Span,
    /// How long a cmdlet looks before it refuses.
    pub check: Span,
    /// A change of the store on its way to a Front End.
    pub internal_replication: Span,
    /// A change of the store on its way to an Edge server.
    pub edge_replication: Span,
    /// A full copy after `Invoke-CsManagementStoreReplication` (Gg413060: 2 to 3 minutes).
    pub full_replication: Span,
    /// The interval of the Backup Service (JJ205252: 2 minutes).
    pub backup_interval: Span,
    /// One export of the module (`New-LfExport`).
    pub export: Span,
}

impl Default for Durations {
    fn default() -> Self {
        Self {
            pool_failover: Span::secs(600),
            pool_failback: Span::secs(480),
            cms_normal: Span::secs(180),
            cms_disaster: Span::secs(240),
            cms_replica_wait: Span::secs(900),
            set_edge_server: Span::secs(3),
            check: Span::secs(2),
            internal_replication: Span::secs(30),
            edge_replication: Span::secs(120),
            full_replication: Span::secs(150),
            backup_interval: Span::secs(120),
            export: Span::secs(5),
        }
    }
}
