//! Advice: what is left for people, and nothing waits for.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that is left for people after a failover or a failback.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Advice {
    /// What it is about; each topic stands once.
    pub topic: AdviceTopic,
    /// What to do, in words.
    #[serde(default)]
    pub message: String,
    /// What to type, if a command does it; words in angle brackets are to be filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Where it is documented.
    #[serde(default)]
    pub citation: String,
}

/// What advice is about. The order is the order in a status.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdviceTopic {
    /// Names that have to lead to a living pool.
    Dns,
    /// The way between an Edge pool and its new next hop.
    EdgePath,
    /// Queues, groups and workflows of Response Groups.
    ResponseGroups,
    /// Announcements and ranges of unassigned numbers.
    Announcements,
    /// Orbits and music of Call Park, and the ranges of Group Call Pickup.
    CallPark,
    /// The locations for emergency calls (LIS).
    LocationInformation,
    /// Persistent Chat, which has a failover of its own.
    PersistentChat,
    /// Users of survivable branch appliances.
    SurvivableBranchAppliances,
    /// What was archived and monitored.
    ArchivingMonitoring,
    /// The contents of conferences, after a failback.
    ConferenceContents,
    /// The federation route of an Edge pool that is lost.
    FederationRoute,
    /// The XMPP route of an Edge pool that is lost.
    XmppRoute,
    /// The media of the Front End pools that an Edge pool that is lost was associated with.
    MediaAssociation,
}
