//! The guard on the target, as the module on a real host keeps it: one journal, one lock and one fence
//! epoch for the organisation. Its home survives every Front End.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    effects::{Act, Work},
    refusals,
    scenario::FaultKind,
};
use crate::{
    bridge::{Ended, OperationId, Record, Refusal, Stream},
    lync::{Invocation, MachineFqdn},
};

/// An order to run a changing cmdlet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Its identity.
    pub id: OperationId,
    /// Where it runs.
    pub host: MachineFqdn,
    /// The cmdlet.
    pub invocation: Invocation,
    /// The fence epoch of the sender.
    pub epoch: u64,
}

/// Who calls a changing cmdlet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// An operation, which the guard admits.
    Operation,
    /// A person at the host itself.
    Console,
    /// A person in a remote session on the host.
    Session,
}

/// One line of the journal: an operation, running or ended.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) order: Order,
    pub(super) cmdlet: &'static str,
    /// False for what an administrator types, which no lock holds up.
    pub(super) guarded: bool,
    /// Whether it was typed at the host itself.
    pub(super) local: bool,
    pub(super) work: Result<Work, Refusal>,
    pub(super) acts: VecDeque<(SignedDuration, Act)>,
    /// When the next act is due; `None` when it has ended, or hangs.
    pub(super) next_at: Option<Timestamp>,
    pub(super) waits_since: Option<Timestamp>,
    pub(super) lose_at: Option<Timestamp>,
    pub(super) hang_at: Option<Timestamp>,
    pub(super) fail_before: Option<Refusal>,
    pub(super) fail_after: Option<Refusal>,
    pub(super) localise: bool,
    pub(super) split: Option<FaultKind>,
    pub(super) records: Vec<Record>,
    pub(super) started_at: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) ended: Option<Ended>,
}

impl Operation {
    pub(super) fn say(&mut self, at: Timestamp, text: String) {
        self.records.push(Record { at, stream: Stream::Verbose, text });
    }

    /// When something happens to it next.
    pub(super) fn due(&self) -> Option<Timestamp> {
        if self.ended.is_some() {
            return None;
        }
        [self.next_at, self.lose_at].into_iter().flatten().min()
    }
}

/// The journal, the lock and the epoch.
#[derive(Clone, Debug, Default)]
pub(super) struct Guard {
    pub(super) epoch: u64,
    pub(super) journal: Vec<Operation>,
}

impl Guard {
    /// Raises the epoch by one.
    pub(super) fn raise(&mut self) -> u64 {
        self.epoch += 1;
        self.epoch
    }

    pub(super) fn find(&self, id: OperationId) -> Option<&Operation> {
        self.journal.iter().find(|operation| operation.order.id == id)
    }

    /// Whether an order may start: its epoch is not old and nothing runs.
    pub(super) fn admit(&mut self, order: &Order) -> Result<(), Refusal> {
        if order.epoch < self.epoch {
            let text = format!(
                "Epoch {} is older than {}, which this organisation has seen.",
                order.epoch, self.epoch
            );
            return Err(refusals::guard("StaleEpoch", text));
        }
        let running = |operation: &&Operation| operation.guarded && operation.ended.is_none();
        if let Some(other) = self.journal.iter().find(running) {
            let text = format!("Operation {} ({}) is running.", other.order.id, other.cmdlet);
            return Err(refusals::guard("OperationRunning", text));
        }
        self.epoch = order.epoch;
        Ok(())
    }

    /// When the next running operation has something to do.
    pub(super) fn next_at(&self) -> Option<Timestamp> {
        self.journal.iter().filter_map(Operation::due).min()
    }
}
