//! What the operator remembers of one Lync organisation: the one intent in flight, and a little for each
//! resource.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    lync::{Observed, PoolFqdn},
    plan::{Intent, Limits, Progress, Run},
};

/// Identifies a resource in a record: its uid in a cluster, its name elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Owner(pub String);

/// The intent in flight, and whose it is. At most one an organisation: this is the lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnedIntent {
    /// The resource.
    pub owner: Owner,
    /// Its name, for people.
    pub name: String,
    /// The intent.
    pub intent: Intent,
}

/// What is remembered for a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Memory {
    /// The newest generation that was seen converged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converged_generation: Option<i64>,
    /// The run that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    /// The last run that reached its goal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_run: Option<Run>,
}

/// The operator's memory of one Lync organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OrganisationRecord {
    /// The operation in flight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<OwnedIntent>,
    /// Since when each pool has looked down without a break.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub down_since: BTreeMap<PoolFqdn, Timestamp>,
    /// Since when the Central Management store has not worked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cms_failing_since: Option<Timestamp>,
    /// The resources.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub resources: BTreeMap<Owner, Memory>,
}

impl OrganisationRecord {
    /// The planner's view of a resource.
    pub fn progress(&self, owner: &Owner, generation: i64) -> Progress {
        let memory = self.resources.get(owner).cloned().unwrap_or_default();
        let (mine, other) = match &self.intent {
            Some(owned) if owned.owner == *owner => (Some(owned.intent.clone()), None),
            Some(owned) => (None, Some(format!("{} of {}", owned.intent.step, owned.name))),
            None => (None, None),
        };
        Progress {
            generation,
            converged_generation: memory.converged_generation,
            intent: mine,
            busy: other,
            run: memory.run,
            last_run: memory.last_run,
            down_since: self.down_since.clone(),
            cms_failing_since: self.cms_failing_since,
        }
    }

    /// Takes back what a resource's progress came to.
    pub fn keep(&mut self, owner: &Owner, name: &str, progress: &Progress) {
        let memory = Memory {
            converged_generation: progress.converged_generation,
            run: progress.run.clone(),
            last_run: progress.last_run.clone(),
        };
        if memory == Memory::default() {
            self.resources.remove(owner);
        } else {
            self.resources.insert(owner.clone(), memory);
        }
        let is_mine = self.intent.as_ref().is_none_or(|owned| owned.owner == *owner);
        if is_mine {
            let owned = |intent: &Intent| OwnedIntent {
                owner: owner.clone(),
                name: name.to_owned(),
                intent: intent.clone(),
            };
            self.intent = progress.intent.as_ref().map(owned);
        }
    }

    /// Takes in an observation: since when pools look down and the store fails.
    #[must_use]
    pub fn with_observation(mut self, observed: &Observed, limits: &Limits, now: Timestamp) -> Self {
        let seen = Progress {
            down_since: self.down_since,
            cms_failing_since: self.cms_failing_since,
            ..Progress::default()
        }
        .with_observation(observed, limits, now);
        self.down_since = seen.down_since;
        self.cms_failing_since = seen.cms_failing_since;
        self
    }

    /// Forgets resources that are no longer there. What is in flight stays, whoever began it.
    pub fn forget_all_but(&mut self, owners: &[&Owner]) {
        self.resources.retain(|owner, memory| {
            let in_flight = self.intent.as_ref().is_some_and(|owned| owned.owner == *owner);
            owners.contains(&owner) || in_flight || memory.run.is_some()
        });
    }
}
