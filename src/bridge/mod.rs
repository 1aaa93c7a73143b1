//! The hands of the operator: how typed cmdlets reach Lync, and what came of them.
//!
//! A [`Bridge`] reads ([`Bridge::query`]) and performs one [`Operation`] at a time
//! ([`Bridge::start`], [`Bridge::follow`], [`Bridge::adopt`]). Everything that identifies an operation
//! is chosen before the first byte is sent, so that a new process can find out what became of it.

mod error;
mod operation;
mod rehearsed;
mod remote;
mod simulated;
#[cfg(test)]
mod simulated_fixtures;
mod sip;
pub mod winrm;

use async_trait::async_trait;

use crate::lync::{
    ExportMade, ExportOrder, Guard, MachineFqdn,
    cmdlet::{Mutation, Query},
    ps::PsObject,
};

pub use error::{CallError, KnownRefusal, Refusal};
pub use operation::{Adoption, Ended, Fence, Followed, Keeper, Operation, OperationId, Record, Stream};
pub use rehearsed::Rehearsed;
pub use remote::RemoteSimulator;
pub use simulated::SimulatedBridge;
pub(crate) use simulated::{await_export, await_news};
pub use sip::SipProber;

/// The answer to one query: the objects of its output stream, or what went wrong.
pub type Answer = Result<Vec<PsObject>, CallError>;

/// A way to run cmdlets on the hosts of one Lync organisation.
#[async_trait]
pub trait Bridge: Send + Sync {
    /// Runs reading cmdlets on a host, all in one round trip where the endpoint allows it. The answers
    /// come in the order of the queries.
    ///
    /// # Errors
    ///
    /// [`CallError::Unreachable`], [`CallError::NotSent`] or [`CallError::Denied`] when the host could not be
    /// asked at all.
    async fn query(&self, host: &MachineFqdn, queries: &[Query]) -> Result<Vec<Answer>, CallError>;

    /// Runs one reading cmdlet that takes its time, apart from [`Bridge::query`], so that no observation of the host
    /// waits for it.
    ///
    /// # Errors
    ///
    /// Any [`CallError`].
    async fn query_apart(&self, host: &MachineFqdn, query: &Query) -> Answer {
        let answers = self.query(host, std::slice::from_ref(query)).await?;
        let none = || Err(CallError::Unreadable("there is no answer".to_owned()));
        answers.into_iter().next().unwrap_or_else(none)
    }

    /// Raises the fence epoch that the target keeps for the organisation by one, and says what it is. An
    /// operation with a lower epoch is refused from then on.
    ///
    /// # Errors
    ///
    /// Any [`CallError`]; the epoch may have been raised all the same, which is harmless.
    async fn raise_epoch(&self, host: &MachineFqdn) -> Result<Fence, CallError>;

    /// Hands an operation over. An operation id that the target knows is not started again.
    ///
    /// # Errors
    ///
    /// [`CallError::Unreachable`], [`CallError::NotSent`], [`CallError::Denied`]: it certainly does not run.
    /// [`CallError::Refused`]: the target said no and
    /// did nothing. [`CallError::Unknown`]: it may run; ask with [`Bridge::adopt`].
    async fn start(&self, operation: &Operation) -> Result<(), CallError>;

    /// Waits for news of a started operation: the records after number `after`, and its end if it has
    /// ended. Comes back without news after a while.
    ///
    /// # Errors
    ///
    /// A [`CallError`] says nothing about the operation, which goes on.
    async fn follow(&self, operation: &Operation, after: u64) -> Result<Followed, CallError>;

    /// Finds out, through any host, what became of an operation that another process may have started.
    ///
    /// # Errors
    ///
    /// A [`CallError`] when the target could not be asked.
    async fn adopt(&self, via: &MachineFqdn, operation: &Operation) -> Result<Adoption, CallError>;

    /// The file in which the cmdlet of an ended operation has kept its own report (`-Report`), by what any host says
    /// that knows the operation. `None` where none is kept, as on every endpoint without the module.
    ///
    /// # Errors
    ///
    /// A [`CallError`] when the target could not be asked.
    async fn report(&self, _via: &MachineFqdn, _operation: &Operation) -> Result<Option<String>, CallError> {
        Ok(None)
    }

    /// Makes exports, one after the other, on a host with the module; what it is asked otherwise does not wait for
    /// them. It changes nothing in Lync. Made twice, there is a file more.
    ///
    /// # Errors
    ///
    /// A [`CallError`] when it is not known that any was made. What came of each is in the answer.
    async fn export(&self, _host: &MachineFqdn, _order: &ExportOrder) -> Result<Vec<ExportMade>, CallError> {
        Err(CallError::NotSent(NO_EXPORTS.to_owned()))
    }

    /// Tries a changing cmdlet on a host without changing anything: what stands against running it there, and
    /// the cmdlet itself with `-WhatIf` ([`crate::lync::cmdlet::WhatIf`]). Nothing is written down, no fence is
    /// raised, no lock is taken.
    ///
    /// # Errors
    ///
    /// [`CallError::Refused`]: the cmdlet, or the host's parameter binder, says no.
    /// [`CallError::Unreachable`], [`CallError::NotSent`], [`CallError::Denied`]: it could not be run from there.
    /// [`CallError::Unknown`], [`CallError::Unreadable`]: nobody knows.
    async fn rehearse(&self, _host: &MachineFqdn, _mutation: &Mutation) -> Result<Rehearsed, CallError> {
        Ok(Rehearsed::NotTried("this bridge cannot try anything".to_owned()))
    }

    /// What the last answers of a host said about the host itself; `None` before it has answered, and where
    /// nothing is to be said.
    fn sight(&self, _host: &MachineFqdn) -> Option<Sight> {
        None
    }
}

/// Why there are no exports by a way that has no module at its end.
pub(crate) const NO_EXPORTS: &str = "exports are made by the module LyncFailover, which a plain endpoint does not \
    have; install it (docs/windows.md), or export by hand";

/// What a host's answers say about the host as a place to run cmdlets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// What keeps a cmdlet there from running twice.
    pub guard: Guard,
    /// Why nothing can be changed from there, in words; `None` if it can.
    pub unfit: Option<String>,
}

/// Tests from the operator's own place in the network.
#[async_trait]
pub trait Prober: Send + Sync {
    /// Whether TCP 5061 (SIP over TLS) of a server accepts a connection; `None` when nobody could try: it is not
    /// known where the server is, or there is no way there from here.
    async fn sip(&self, machine: &MachineFqdn) -> Option<bool>;
}
