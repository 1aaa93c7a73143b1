//! The shell around the planner: one file a verb.
//!
//! [`Rounds::round`] reads as the list of what happens: observe, plan, execute one step, report. Whatever drives
//! it (a command line, a Kubernetes controller) calls it again and again.

mod drill;
mod event;
mod execute;
mod follow;
mod moving;
mod observe;
mod party;
mod record;
mod requeue;
mod resource;
mod round;
mod sign_ins;
mod standing;
mod store;
mod stored;
#[cfg(test)]
mod tests;
mod trail;
mod unrest;

use std::sync::Arc;

use jiff::SignedDuration;

use crate::{
    bridge::{Bridge, Prober},
    clock::Clock,
    lync::{MachineFqdn, PoolFqdn},
    plan::Limits,
};

pub use drill::{Stop, drill};
pub use event::{Event, Listener, Silent};
pub use moving::{Moved, move_record};
pub(crate) use observe::{Asked, topology_document};
pub use observe::{Look, observe};
pub use party::{Party, Sender, Standing};
pub use record::{Memory, OrganisationRecord, OwnedIntent, Owner};
pub use requeue::requeue_after;
pub use resource::Resource;
pub use round::{Passed, Round, Rounds, Subject};
pub use sign_ins::{SignInTests, SignIns};
pub use store::{Mandate, MemoryStore, RecordStore, Revision, StoreError};
pub use stored::{FORMAT_VERSION, FormatError};

use round::{Kept, Shell};

/// A server on which cmdlets may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The server.
    pub host: MachineFqdn,
    /// The pool that it belongs to.
    pub pool: PoolFqdn,
}

/// One Lync organisation and the ways to reach it.
#[derive(Clone)]
pub struct Organisation {
    /// Runs cmdlets.
    pub bridge: Arc<dyn Bridge>,
    /// Tests ports from here.
    pub prober: Arc<dyn Prober>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where cmdlets may run.
    pub endpoints: Vec<Endpoint>,
    /// The planner's numbers.
    pub limits: Limits,
    /// The pause between two observations while nothing happens.
    pub interval: SignedDuration,
}
