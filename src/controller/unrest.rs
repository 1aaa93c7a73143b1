//! Whether this is a time for what can wait.

use super::Round;
use crate::{
    lync::PoolState,
    plan::{CmsState, Decision, Verdict},
};

impl Round {
    /// Why this is no time for what can wait, such as exports, in words: a failover is under way or may begin at any
    /// moment, and nothing is to stand in its way. `None` while things are as they are meant to be; a pool that is
    /// failed over may well be down then.
    pub fn unrest(&self) -> Option<String> {
        if let Some(owned) = &self.in_flight {
            return Some(format!("{owned} is in flight"));
        }
        if self.is_running {
            return Some("a run is open".to_owned());
        }
        if self.passed.iter().any(|one| one.progress.is_armed() && goes_on_by_itself(&one.plan.decision)) {
            return Some("a failover is about to begin".to_owned());
        }
        let topology = self.observed.topology.value()?;
        for (pool, verdict) in &self.assessment.verdicts {
            let state = self.observed.pool_states.get(pool).and_then(|fact| fact.value());
            let is_served_elsewhere = state == Some(&PoolState::FailedOver);
            let could_be_lost = topology.backup_of(pool).is_some() && !is_served_elsewhere;
            if could_be_lost && matches!(verdict, Verdict::Down { .. } | Verdict::Suspect { .. }) {
                return Some(format!("{pool} is {}", verdict.name()));
            }
        }
        match &self.assessment.central_management {
            CmsState::Impaired { why, .. } | CmsState::Dead { why, .. } | CmsState::SplitBrain { why } => {
                Some(format!("the Central Management store does not work: {why}"))
            }
            // Who sees nothing begins nothing as it is.
            CmsState::Healthy { .. } | CmsState::Unknown { .. } => None,
        }
    }
}

fn goes_on_by_itself(decision: &Decision) -> bool {
    match decision {
        Decision::Execute { .. } | Decision::Follow(_) | Decision::Wait(_) => true,
        // What it waits for may never come.
        Decision::Hold(_) | Decision::Converged => false,
    }
}
