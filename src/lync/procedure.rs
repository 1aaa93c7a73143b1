//! The documented procedure, as data: which paragraph of which page each step follows.
//!
//! The pages are Microsoft's, by their TechNet ids. Where this product departs from a page, the reason
//! stands in `departs`.

use serde::Serialize;

/// A paragraph of Microsoft's documentation that a step follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Citation {
    /// The TechNet id of the page.
    pub page: &'static str,
    /// Where on the page.
    pub paragraph: &'static str,
    /// What it asks for, in short.
    pub says: &'static str,
    /// Where this product departs from the letter, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub departs: Option<&'static str>,
}

impl Citation {
    /// `JJ204678 step 7`, for one line.
    pub fn short(&self) -> String {
        format!("{} {}", self.page, self.paragraph)
    }
}

/// The Edge's next hop, before the pool is failed over.
pub const EDGE_NEXT_HOP: Citation = Citation {
    page: "JJ204678",
    paragraph: "Edge section",
    says: "An Edge pool that uses the failed pool as next hop is pointed to another pool before the failed \
           Front End pool is failed over.",
    departs: Some(
        "The page uses Topology Builder for a pool of the same site; Set-CsEdgeServer has no such \
         restriction in its reference (Gg398859). spec.policy.sameSiteChange: Manual keeps to the page.",
    ),
};

/// An Edge replica that does not become current.
pub const REPLICATION_KICK: Citation = Citation {
    page: "Gg413060",
    paragraph: "description",
    says: "Asks for a full copy to one replica instead of waiting for the next change.",
    departs: None,
};

/// The Central Management store, when its pool is alive.
pub const CMS_NORMAL: Citation = Citation {
    page: "JJ204647",
    paragraph: "parameter set Normal",
    says: "Makes sure that replication is complete, makes the source read-only, switches.",
    departs: Some(
        "The procedure page (JJ204678 step 5) only knows the disaster call; JJ205376 asks for the move of \
         a living store before a planned pool failover.",
    ),
};

/// The Central Management store, when it is dead.
pub const CMS_DISASTER: Citation = Citation {
    page: "JJ204678",
    paragraph: "steps 4 and 5",
    says: "If the store is not available, or was on Pool1, it is failed over to the database of \
           Backup_Pool before the users.",
    departs: Some(
        "-Force is mandatory in this parameter set and missing on the page; the page's MirrorSQL… \
         parameters do not exist, the real names are BackupMirrorSql… (JJ204647).",
    ),
};

/// The users, when their pool is dead.
pub const POOL_DISASTER: Citation = Citation {
    page: "JJ204678",
    paragraph: "step 7",
    says: "The users of Pool1 are failed over to Pool2 in disaster mode.",
    departs: None,
};

/// The users, when their pool is alive.
pub const POOL_PLANNED: Citation = Citation {
    page: "JJ205252",
    paragraph: "planned failover",
    says: "Without -DisasterMode the pool is made read-only, the Backup Service copies the rest, then the \
           users are switched; nothing is lost.",
    departs: None,
};

/// The users, on their way home.
pub const POOL_FAILBACK: Citation = Citation {
    page: "JJ204945",
    paragraph: "failing back a pool",
    says: "When the home pool works again its users are failed back; the pool name is the one of the \
           failover.",
    departs: None,
};
