//! What happens during a pass, for whoever shows or records it.

use jiff::Timestamp;

use crate::{
    bridge::Record,
    lync::Observed,
    plan::{Intent, Plan, Progress, StepRecord},
};

use super::{Owner, Passed};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The organisation was looked at.
    Observed(Box<Observed>),
    /// A plan was made from the last observation, from this progress, at this time. That is enough to make
    /// it again.
    Planned {
        /// For whom.
        owner: Owner,
        /// The plan.
        plan: Box<Plan>,
        /// What was remembered.
        progress: Box<Progress>,
        /// The time.
        now: Timestamp,
    },
    /// An intent was written; its cmdlet is about to be sent.
    Intended(Box<Intent>),
    /// The cmdlet runs.
    Started(Box<Intent>),
    /// The running cmdlet wrote something.
    Wrote(Box<Intent>, Record),
    /// An operation is over.
    Ended(Box<StepRecord>),
    /// A round is over, and its status is where readers find it.
    Reported {
        /// Whose.
        owner: Owner,
        /// The generation of the spec that the round followed.
        generation: i64,
        /// What came of it; `None` when the spec could not be followed.
        passed: Option<Box<Passed>>,
    },
}

/// Somebody who wants to know.
pub trait Listener: Send + Sync {
    /// Takes in an event. Must not block.
    fn saw(&self, event: Event);
}

/// Nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Listener for Silent {
    fn saw(&self, _event: Event) {}
}
