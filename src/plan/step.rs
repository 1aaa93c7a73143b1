//! The steps of the procedure, as values.

use std::fmt;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::lync::{
    EdgeFqdn, MachineFqdn, PoolFqdn,
    cmdlet::{CmsFailoverMode, Mutation},
    procedure::{self, Citation},
};

/// How users are failed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// The source is up; nothing is lost.
    Planned,
    /// The source is not available; what was not replicated is lost.
    Disaster,
}

/// What a step puts at risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Risk {
    /// Nothing that users notice.
    Low,
    /// Users are signed out or served less for some minutes.
    Interruption,
    /// Data that was not replicated is lost.
    DataLoss,
}

/// One step of the procedure: one mutating cmdlet with one post-condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Step {
    /// Points an Edge pool to another next hop.
    SetEdgeNextHop {
        /// The Edge pool.
        edge: EdgeFqdn,
        /// Its next hop now.
        from: PoolFqdn,
        /// Its next hop afterwards.
        to: PoolFqdn,
    },
    /// Asks for a full copy of the configuration to one replica.
    KickReplication {
        /// The machine whose replica is behind.
        replica: MachineFqdn,
    },
    /// Fails the Central Management store over to the paired pool.
    FailOverCentralManagement {
        /// The pool that has it.
        from: PoolFqdn,
        /// The pool that receives it.
        to: PoolFqdn,
        /// Normal or disaster recovery, with the SQL names.
        mode: CmsFailoverMode,
    },
    /// Lets the paired pool serve the users of a pool.
    FailOverPool {
        /// The home pool of the users.
        home: PoolFqdn,
        /// Its pair.
        to: PoolFqdn,
        /// Planned or disaster.
        mode: Mode,
    },
    /// Lets the home pool serve its users again.
    FailBackPool {
        /// The home pool of the users.
        home: PoolFqdn,
        /// The pool that serves them now.
        from: PoolFqdn,
        /// Planned, or disaster: go back without the backup pool.
        mode: Mode,
    },
}

impl Step {
    /// The name of the kind of step, as it stands in status, events and documents.
    pub fn name(&self) -> &'static str {
        match self {
            Self::SetEdgeNextHop { .. } => "SetEdgeNextHop",
            Self::KickReplication { .. } => "KickReplication",
            Self::FailOverCentralManagement { .. } => "FailOverCentralManagement",
            Self::FailOverPool { .. } => "FailOverPool",
            Self::FailBackPool { .. } => "FailBackPool",
        }
    }

    /// What it moves, from where to where.
    pub fn target(&self) -> String {
        match self {
            Self::SetEdgeNextHop { edge, from, to } => format!("{edge}: {from} -> {to}"),
            Self::KickReplication { replica } => replica.to_string(),
            Self::FailOverCentralManagement { from, to, .. } => format!("{from} -> {to}"),
            Self::FailOverPool { home, to, .. } => format!("{home} -> {to}"),
            Self::FailBackPool { home, from, .. } => format!("{from} -> {home}"),
        }
    }

    /// Whether it moves the Central Management store.
    pub fn moves_store(&self) -> bool {
        matches!(self, Self::FailOverCentralManagement { .. })
    }

    /// Whether the source takes part; `None` where there is only one way.
    pub fn mode(&self) -> Option<Mode> {
        match self {
            Self::SetEdgeNextHop { .. } | Self::KickReplication { .. } => None,
            Self::FailOverCentralManagement { mode: CmsFailoverMode::Normal, .. } => Some(Mode::Planned),
            Self::FailOverCentralManagement { .. } => Some(Mode::Disaster),
            Self::FailOverPool { mode, .. } | Self::FailBackPool { mode, .. } => Some(*mode),
        }
    }

    /// `Normal`, `DisasterRecovery`, `Planned`, `Disaster`; empty where there is only one way.
    pub fn mode_name(&self) -> &'static str {
        match self {
            Self::SetEdgeNextHop { .. } | Self::KickReplication { .. } => "",
            Self::FailOverCentralManagement { mode: CmsFailoverMode::Normal, .. } => "Normal",
            Self::FailOverCentralManagement { .. } => "DisasterRecovery",
            Self::FailOverPool { mode: Mode::Planned, .. }
            | Self::FailBackPool { mode: Mode::Planned, .. } => "Planned",
            Self::FailOverPool { .. } | Self::FailBackPool { .. } => "Disaster",
        }
    }

    /// The cmdlet that performs it.
    pub fn mutation(&self) -> Mutation {
        match self.clone() {
            Self::SetEdgeNextHop { edge, to, .. } => Mutation::SetEdgeServer { edge, next_hop: to },
            Self::KickReplication { replica } => Mutation::InvokeManagementStoreReplication { replica },
            Self::FailOverCentralManagement { mode, .. } => Mutation::InvokeManagementServerFailover { mode },
            Self::FailOverPool { home, mode, .. } => {
                Mutation::InvokePoolFailOver { pool: home, disaster_mode: mode == Mode::Disaster }
            }
            Self::FailBackPool { home, mode, .. } => {
                Mutation::InvokePoolFailBack { pool: home, disaster_mode: mode == Mode::Disaster }
            }
        }
    }

    /// The paragraph of the documentation that it follows.
    pub fn citation(&self) -> &'static Citation {
        match self {
            Self::SetEdgeNextHop { .. } => &procedure::EDGE_NEXT_HOP,
            Self::KickReplication { .. } => &procedure::REPLICATION_KICK,
            Self::FailOverCentralManagement { mode: CmsFailoverMode::Normal, .. } => &procedure::CMS_NORMAL,
            Self::FailOverCentralManagement { .. } => &procedure::CMS_DISASTER,
            Self::FailOverPool { mode: Mode::Disaster, .. } => &procedure::POOL_DISASTER,
            Self::FailOverPool { .. } => &procedure::POOL_PLANNED,
            Self::FailBackPool { .. } => &procedure::POOL_FAILBACK,
        }
    }

    /// What it puts at risk.
    pub fn risk(&self) -> Risk {
        match self {
            Self::SetEdgeNextHop { .. } | Self::KickReplication { .. } => Risk::Low,
            Self::FailOverCentralManagement { mode: CmsFailoverMode::Normal, .. } => Risk::Low,
            Self::FailOverCentralManagement { .. } => Risk::DataLoss,
            Self::FailOverPool { mode, .. } | Self::FailBackPool { mode, .. } => match mode {
                Mode::Planned => Risk::Interruption,
                Mode::Disaster => Risk::DataLoss,
            },
        }
    }

    /// What has to be observed for the step to be done.
    pub fn post_condition(&self) -> String {
        match self {
            Self::SetEdgeNextHop { edge, to, .. } => {
                format!("the topology names {to} as next hop of {edge}")
            }
            Self::KickReplication { replica } => format!("the replica on {replica} is up to date"),
            Self::FailOverCentralManagement { to, .. } => format!(
                "one active Central Management service, on {to}; active master and file transfer agent on \
                 its servers with fresh heartbeats; Active Directory points to its store"
            ),
            Self::FailOverPool { home, .. } => format!("PoolState of {home} is FailedOver"),
            Self::FailBackPool { home, .. } => format!("PoolState of {home} is Active"),
        }
    }

    /// The pool that the step takes something away from. A step whose source is Up moves a healthy pool.
    pub fn source(&self) -> Option<&PoolFqdn> {
        match self {
            Self::SetEdgeNextHop { from, .. }
            | Self::FailOverCentralManagement { from, .. }
            | Self::FailBackPool { from, .. } => Some(from),
            Self::FailOverPool { home, .. } => Some(home),
            Self::KickReplication { .. } => None,
        }
    }

    /// How long after the cmdlet's end the post-condition may take to show before the step counts as not
    /// done. A single write shows at once; services of a new store need minutes to start.
    pub fn verification_window(&self) -> SignedDuration {
        match self {
            Self::SetEdgeNextHop { .. } | Self::KickReplication { .. } => SignedDuration::from_mins(1),
            _ => SignedDuration::from_mins(10),
        }
    }

    /// How long its cmdlet takes at most in the documented times; past it something is wrong.
    pub fn soft_limit(&self) -> SignedDuration {
        match self {
            Self::SetEdgeNextHop { .. } | Self::KickReplication { .. } => SignedDuration::from_mins(5),
            Self::FailOverCentralManagement { .. } => SignedDuration::from_mins(20),
            Self::FailOverPool { .. } | Self::FailBackPool { .. } => SignedDuration::from_mins(45),
        }
    }

    /// How long its cmdlet is waited for. It is never killed; a person decides then.
    pub fn hard_limit(&self) -> SignedDuration {
        match self {
            Self::SetEdgeNextHop { .. } | Self::KickReplication { .. } => SignedDuration::from_mins(15),
            Self::FailOverCentralManagement { .. } => SignedDuration::from_mins(45),
            Self::FailOverPool { .. } | Self::FailBackPool { .. } => SignedDuration::from_mins(120),
        }
    }

    /// Whether two steps are attempts at the same thing, whatever their mode.
    pub fn same_goal(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::SetEdgeNextHop { edge: a, to: x, .. }, Self::SetEdgeNextHop { edge: b, to: y, .. }) => {
                a == b && x == y
            }
            (Self::KickReplication { replica: a }, Self::KickReplication { replica: b }) => a == b,
            (
                Self::FailOverCentralManagement { to: a, .. },
                Self::FailOverCentralManagement { to: b, .. },
            ) => a == b,
            (Self::FailOverPool { home: a, .. }, Self::FailOverPool { home: b, .. })
            | (Self::FailBackPool { home: a, .. }, Self::FailBackPool { home: b, .. }) => a == b,
            _ => false,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name(), self.target())
    }
}
