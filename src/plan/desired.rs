//! What is wanted, in the planner's words.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    api::{DisasterConsent, Management, SameSiteChange},
    lync::{EdgeFqdn, FilePath, PoolFqdn},
};

/// Who shall serve the users of a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsersGoal {
    /// The home pool of the users; never changes.
    pub home: PoolFqdn,
    /// The home pool itself, or its pair.
    pub served_by: PoolFqdn,
}

impl UsersGoal {
    /// Whether the users shall be away from home.
    pub fn is_away(&self) -> bool {
        self.home != self.served_by
    }
}

/// The next hop of an Edge pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EdgeGoal {
    /// The Edge pool.
    pub edge: EdgeFqdn,
    /// The registrar pool behind it.
    pub next_hop: PoolFqdn,
}

/// A backup of the Central Management store, as the Front End that restores it sees the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoreBackup {
    /// What `Export-CsConfiguration` wrote.
    pub configuration: FilePath,
    /// What `Export-CsLisConfiguration` wrote.
    pub lis: FilePath,
}

/// What the desired state and the policy of a resource say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Desired {
    /// Goals for users, in the order in which they are to be reached.
    pub users: Vec<UsersGoal>,
    /// The pool that shall host the Central Management store; if absent it stays where it is healthy.
    pub central_management: Option<PoolFqdn>,
    /// The files from which the store is made anew there, if it was on a Lync Server 2010 pool.
    pub store_backup: Option<StoreBackup>,
    /// Explicit next hops; if absent they are derived.
    pub edges: Vec<EdgeGoal>,
    /// How far the operator may go.
    pub management: Management,
    /// Consent to disaster mode for users and Central Management store.
    pub disaster_mode: DisasterConsent,
    /// Consent to a failback without the backup pool.
    pub failback_disaster_mode: bool,
    /// Consent to `Install-CsDatabase -Clean` on the pool that receives the store.
    pub install_database_clean: bool,
    /// Whether drift is corrected without a new generation.
    pub correct_drift: bool,
    /// Who changes an Edge pool whose new next hop is in its own site.
    pub same_site_change: SameSiteChange,
    /// No mutation starts.
    pub suspend: bool,
    /// What another resource wants otherwise, if one does; nothing is done then.
    pub contested: Option<String>,
    /// The hash of the plan that a person has agreed to.
    pub approved_plan: Option<String>,
}

impl Desired {
    /// The pools that users are to be taken away from.
    pub fn leaving(&self) -> BTreeSet<&PoolFqdn> {
        self.users.iter().filter(|goal| goal.is_away()).map(|goal| &goal.home).collect()
    }

    /// The pool that shall serve the users of a pool, if that is managed.
    pub fn served_by(&self, home: &PoolFqdn) -> Option<&PoolFqdn> {
        self.users.iter().find(|goal| goal.home == *home).map(|goal| &goal.served_by)
    }
}

/// The numbers that the planner works with; from the `LyncDeployment`, or the documented defaults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Limits {
    /// A fact older than this carries no decision.
    pub stale_after: SignedDuration,
    /// How many observers have to call a pool down.
    pub down_votes: i32,
    /// How long they have to go on saying so.
    pub down_sustained_for: SignedDuration,
    /// How long a replica is waited for; a kick half-way.
    pub replica_wait: SignedDuration,
    /// A heartbeat of the Central Management store is fresh up to this age.
    pub heartbeat_fresh: SignedDuration,
    /// How often a step is tried in one run.
    pub max_attempts: i32,
    /// The pause before the second attempt; doubled before each further one.
    pub retry_after: SignedDuration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            stale_after: SignedDuration::from_mins(3),
            down_votes: 2,
            down_sustained_for: SignedDuration::from_secs(60),
            replica_wait: SignedDuration::from_mins(10),
            heartbeat_fresh: SignedDuration::from_mins(5),
            max_attempts: 3,
            retry_after: SignedDuration::from_secs(30),
        }
    }
}
