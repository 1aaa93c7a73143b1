//! What scenarios have in common: the cmdlets, the wishes, and the check of what came of them.

use lync_failover::{
    api::DisasterConsent,
    plan::{Desired, UsersGoal},
};

use super::{
    lab::Ended,
    safety::{self, Allowed},
    sketch::pool,
};

pub const EDGE: &str = "Set-CsEdgeServer";
pub const STORE: &str = "Invoke-CsManagementServerFailover";
pub const OVER: &str = "Invoke-CsPoolFailOver";
pub const BACK: &str = "Invoke-CsPoolFailBack";
pub const KICK: &str = "Invoke-CsManagementStoreReplication";

/// Everything quick, so that a run has few passes.
pub const QUICK: &str = "durations: {poolFailover: 40s, poolFailback: 40s, cmsNormal: 30s, cmsDisaster: 30s, \
                     edgeReplication: 20s, internalReplication: 10s}\n";

pub fn goal(home: &str, served_by: &str) -> UsersGoal {
    UsersGoal { home: pool(home), served_by: pool(served_by) }
}

pub fn away() -> Desired {
    Desired {
        users: vec![goal("pool1", "pool2")],
        disaster_mode: DisasterConsent::WhenSourceDown,
        ..Desired::default()
    }
}

pub fn home() -> Desired {
    Desired { users: vec![goal("pool1", "pool1")], ..Desired::default() }
}

pub fn check(name: &str, ended: &Ended, allowed: Allowed) {
    let mut problems = safety::violations(&ended.transcript, allowed);
    problems.extend(ended.problems.iter().cloned());
    assert!(problems.is_empty(), "{name}: {problems:#?}");
}

pub const DISASTER: Allowed = Allowed { disaster: true, failback_disaster: false, failback: false };
pub const NO_LOSS: Allowed = Allowed { disaster: false, failback_disaster: false, failback: true };
