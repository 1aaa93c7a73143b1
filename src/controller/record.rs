//! What the operator remembers of one Lync organisation: the one intent in flight, and a little for each
//! resource.

use std::{collections::BTreeMap, fmt};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Sender;
use crate::{
    lync::EdgeFqdn,
    plan::{Hop, Intent, Progress, Run, StepRecord, Watch},
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
    /// The deployment on whose way it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
    /// The intent.
    pub intent: Intent,
}

impl OwnedIntent {
    /// Whether a deployment has sent it. Where that was not written down, any may have.
    pub fn is_of(&self, deployment: &str) -> bool {
        self.sender.as_ref().is_none_or(|sender| sender.id == deployment)
    }
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

/// Whether what is known of a next hop says more than another sight of it: a newer hop, or of the same one the change
/// itself, and the earlier sight.
fn is_better(known: &Hop, seen: &Hop) -> bool {
    if known.pool != seen.pool {
        return known.since > seen.since;
    }
    match (known.left.is_some(), seen.left.is_some()) {
        (true, true) | (false, false) => known.since <= seen.since,
        (knows, _) => knows,
    }
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
    /// What has ended lately, whoever began it, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<StepRecord>,
    /// The next hops of Edge pools while a change of one of them may be waited for: that one was changed by hand, and
    /// when that was first seen, is written down nowhere else.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub hops: BTreeMap<EdgeFqdn, Hop>,
    /// When an operation that moves the Central Management store last ended, however: it outlives its run, since what the
    /// new store lacks does so too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_moved_at: Option<Timestamp>,
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
            store_moved_at: self.store_moved_at,
            left_alone: None,
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

    /// What of it is a deployment's own: what it has sent, and what is remembered of its resources.
    pub fn own(mut self, sender: &str, owners: &[Owner]) -> Self {
        let is_own = |owned: &OwnedIntent| {
            owners.contains(&owned.owner) || owned.sender.as_ref().is_some_and(|it| it.id == sender)
        };
        self.resources.retain(|owner, _| owners.contains(owner));
        Self { intent: self.intent.filter(is_own), resources: self.resources, ..Self::default() }
    }

    /// Takes over what another record remembers of resources, and what has ended lately. Where both know a
    /// resource, the other one knows it better. A run is not taken over: what is left of it is planned anew, and
    /// asks for consent anew where that is needed.
    pub fn take_over(&mut self, other: &Self, owners: &[Owner]) {
        for owner in owners {
            let Some(memory) = other.resources.get(owner) else { continue };
            let memory = Memory { run: None, ..memory.clone() };
            self.resources.insert(owner.clone(), memory);
        }
        let missing = other.recent.iter().filter(|record| !self.recent.contains(record));
        let missing: Vec<_> = missing.cloned().collect();
        self.recent.extend(missing);
        self.recent.sort_by_key(|record| record.ended_at);
        let too_many = self.recent.len().saturating_sub(MOST);
        self.recent.drain(..too_many);
        self.store_moved_at = self.store_moved_at.max(other.store_moved_at);
        if self.hops.is_empty() {
            self.hops.clone_from(&other.hops);
        }
    }

    /// Remembers the next hops for as long as it matters: while a run is under way, and for a while after one was seen
    /// to change. Others who look at the same organisation remember in the same place: of a change that both have seen
    /// the first sight stays.
    pub fn keep_hops(&mut self, watch: &Watch, now: Timestamp) {
        let mut hops = std::mem::take(&mut self.hops);
        for (edge, seen) in &watch.hops {
            let is_known = hops.get(edge).is_some_and(|known| is_better(known, seen));
            if !is_known {
                hops.insert(edge.clone(), seen.clone());
            }
        }
        let is_running = self.has_open_run();
        let is_news = |hop: &Hop| hop.left.is_some() && now.duration_since(hop.since) <= HORIZON;
        hops.retain(|_, hop| is_running || is_news(hop));
        self.hops = hops;
    }

    /// Whether a run has begun and not ended.
    pub fn has_open_run(&self) -> bool {
        self.resources.values().any(|memory| memory.run.is_some())
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

    /// Enters where the report of an operation is that is over.
    pub fn add_report(&mut self, of: &StepRecord) {
        let runs = self.resources.values_mut().filter_map(|memory| memory.run.as_mut());
        let records = runs.flat_map(|run| &mut run.records).chain(&mut self.recent);
        for record in records.filter(|record| record.operation.id == of.operation.id) {
            record.report.clone_from(&of.report);
        }
    }

    /// Remembers that an operation is over, and forgets what is too old to matter.
    pub fn add_recent(&mut self, record: StepRecord) {
        if record.step.moves_store() && record.has_ended() {
            self.store_moved_at = Some(record.ended_at);
        }
        let horizon = record.ended_at - HORIZON;
        self.recent.retain(|old| old.ended_at >= horizon);
        if self.recent.len() >= MOST {
            self.recent.remove(0);
        }
        self.recent.push(record);
    }
}
