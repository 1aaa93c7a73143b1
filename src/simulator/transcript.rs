//! What the target saw, for black-box checks of the safety rules.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{effects::Work, model::Organisation};
use crate::{
    bridge::{Ended, OperationId, Refusal},
    lync::{EdgeFqdn, MachineFqdn, PoolFqdn, PoolState},
};

/// What an [`Entry`] records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EntryKind {
    /// A changing cmdlet started.
    Start,
    /// It ended.
    End(Ended),
    /// The guard or the host refused to start it.
    Refused(Refusal),
    /// A known operation was ordered again and was not started.
    Repeated,
    /// Something happened to the organisation, in words.
    Event(String),
}

/// Where the signals about the Central Management store point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CmsSignals {
    /// The pools that the topology calls active.
    pub active: BTreeSet<PoolFqdn>,
    /// The pool of the database in Active Directory.
    pub pointer: PoolFqdn,
    /// The pool of the machine that runs the master replicator and the file transfer agent.
    pub master: Option<PoolFqdn>,
    /// Whether that machine gave a sign of life in the last minute.
    pub heartbeat: bool,
    /// Whether the database opens and takes changes.
    pub writable: bool,
}

/// The state of the organisation at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The next hop of each Edge pool, in the topology.
    pub next_hops: BTreeMap<EdgeFqdn, PoolFqdn>,
    /// The Central Management store.
    pub cms: CmsSignals,
    /// The pools on which registrars run.
    pub living: BTreeSet<PoolFqdn>,
    /// The state of each pool.
    pub pool_states: BTreeMap<PoolFqdn, PoolState>,
}

/// One line of the transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EntryKind,
    /// On which host; none for an event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<MachineFqdn>,
    /// The command line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub command: String,
    /// The operation; none for what an administrator typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<OperationId>,
    /// The epoch of its sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u64>,
    /// Whether the effect of the command was there at this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect_present: Option<bool>,
    /// What was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The organisation at this instant.
    pub state: Snapshot,
}

/// Everything that changed or tried to, and how often each cmdlet read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transcript {
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// The number of calls of each reading cmdlet.
    pub queries: BTreeMap<String, u64>,
}

impl Transcript {
    /// The entries as JSON, one a line.
    ///
    /// # Errors
    ///
    /// As [`serde_json::to_string`], which these types do not provoke.
    pub fn json_lines(&self) -> Result<String, serde_json::Error> {
        let lines: Result<Vec<String>, _> = self.entries.iter().map(serde_json::to_string).collect();
        lines.map(|lines| lines.into_iter().map(|line| line + "\n").collect())
    }

    /// The entries of operations that started.
    pub fn starts(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.kind == EntryKind::Start)
    }

    pub(super) fn count(&mut self, cmdlet: &str) {
        *self.queries.entry(cmdlet.to_owned()).or_default() += 1;
    }
}

/// The state of the organisation, for the transcript.
pub(super) fn snapshot(organisation: &Organisation, now: Timestamp) -> Snapshot {
    let cms = &organisation.cms;
    let silent_for = now.duration_since(cms.heartbeat);
    Snapshot {
        next_hops: cms.master.next_hops.clone(),
        cms: CmsSignals {
            active: cms.master.active.clone(),
            pointer: cms.pointer.clone(),
            master: organisation.pool_of(&cms.master_machine).cloned(),
            heartbeat: silent_for <= SignedDuration::from_mins(1),
            writable: organisation.store_writable(&cms.master_machine),
        },
        living: organisation.pools.keys().filter(|pool| organisation.pool_lives(pool)).cloned().collect(),
        pool_states: organisation.pools.keys().map(|p| (p.clone(), cms.master.state(p))).collect(),
    }
}

/// Whether the effect of a cmdlet is there.
pub(super) fn effect_present(
    organisation: &Organisation,
    work: &Result<Work, Refusal>,
    host: &MachineFqdn,
) -> Option<bool> {
    work.as_ref().ok().map(|work| work.present(organisation, host))
}
