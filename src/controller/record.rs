//! What the operator remembers of one Lync organisation: the one intent in flight, and a little for each
//! resource.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::plan::{Intent, Progress, Run, StepRecord, Watch};

/// Identifies a resource in a record: its uid in a cluster, its name elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Owner(pub String);

/// The deployment on whose way an operation was sent: its endpoints and its account know how to ask for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sender {
    /// The uid of the deployment.
    pub id: String,
    /// Its namespace and name, for people.
    pub name: String,
}

/// Whose rounds they are, and who else makes some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// The deployment; none where there is only one.
    pub own: Option<Sender>,
    /// The ids of all deployments that somebody works for.
    pub others: BTreeSet<String>,
}

impl Party {
    /// Whether it may find out about an operation, and decide about it. What another deployment has sent is left
    /// to that one for as long as it is there.
    pub fn may_follow(&self, owned: &OwnedIntent) -> bool {
        match (&owned.sender, &self.own) {
            (Some(sender), Some(own)) => sender.id == own.id || !self.others.contains(&sender.id),
            _ => true,
        }
    }
}

/// The intent in flight, and whose it is. At most one an organisation: this is the lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnedIntent {
    /// The resource.
    pub owner: Owner,
    /// Its name, for people.
    pub name: String,
    /// The deployment on whose way it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
    /// The intent.
    pub intent: Intent,
}

impl fmt::Display for OwnedIntent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.intent.step, self.name)?;
        if let Some(sender) = &self.sender {
            write!(f, " (LyncDeployment {})", sender.name)?;
        }
        match &self.intent.undecided {
            Some(why) => write!(f, " (its outcome is not known: {why})"),
            None => Ok(()),
        }
    }
}

/// For how long an ended operation is remembered: longer than any wait that counts from it.
const HORIZON: SignedDuration = SignedDuration::from_hours(2);
/// How many are remembered at most.
const MOST: usize = 64;

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
    /// What has ended lately, whoever began it, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<StepRecord>,
    /// The resources.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub resources: BTreeMap<Owner, Memory>,
}

impl OrganisationRecord {
    /// The planner's view of a resource.
    pub fn progress(&self, owner: &Owner, generation: i64, watch: &Watch) -> Progress {
        let memory = self.resources.get(owner).cloned().unwrap_or_default();
        let (mine, other) = match &self.intent {
            Some(owned) if owned.owner == *owner => (Some(owned.intent.clone()), None),
            Some(owned) => (None, Some(owned.to_string())),
            None => (None, None),
        };
        Progress {
            generation,
            converged_generation: memory.converged_generation,
            intent: mine,
            busy: other,
            run: memory.run,
            last_run: memory.last_run,
            recent: self.recent.clone(),
            barred: None,
            watch: watch.clone(),
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
            let sender = self.intent.take().and_then(|owned| owned.sender);
            let owned = |intent: &Intent| OwnedIntent {
                owner: owner.clone(),
                name: name.to_owned(),
                sender: sender.clone(),
                intent: intent.clone(),
            };
            self.intent = progress.intent.as_ref().map(owned);
        }
    }

    /// Drops what is remembered for a resource that was deleted, unless its operation is in flight. Says
    /// whether nothing is left.
    pub fn forget(&mut self, owner: &Owner) -> bool {
        let is_in_flight = self.intent.as_ref().is_some_and(|owned| owned.owner == *owner);
        if !is_in_flight {
            self.resources.remove(owner);
        }
        !is_in_flight
    }

    /// Remembers that an operation is over, and forgets what is too old to matter.
    pub fn add_recent(&mut self, record: StepRecord) {
        let horizon = record.ended_at - HORIZON;
        self.recent.retain(|old| old.ended_at >= horizon);
        if self.recent.len() >= MOST {
            self.recent.remove(0);
        }
        self.recent.push(record);
    }
}
