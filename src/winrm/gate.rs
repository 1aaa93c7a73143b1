//! The guard of the credentials as sessions share it: with a clock, and with a place to wait.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::Notify;

use super::{Claim, Closed, CredentialGuard, Entry, SessionError, Ticket};
use crate::clock::Clock;

/// A guard that sessions share.
#[derive(Clone)]
pub struct Gate {
    guard: Arc<Mutex<CredentialGuard>>,
    clock: Arc<dyn Clock>,
    news: Arc<Notify>,
}

/// What was known of an account when somebody set out to log in.
#[derive(Clone, Copy)]
pub(super) struct Arrived(u64);

/// Leave to log in once. Dropped without an outcome it lets the next one go.
pub(super) struct Turn<'a> {
    gate: &'a Gate,
    claim: &'a Claim,
    ticket: Ticket,
}

impl Gate {
    /// A gate that has seen nothing.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { guard: Arc::default(), clock, news: Arc::default() }
    }

    /// Whether it is worth while to connect.
    pub(super) fn is_open(&self, claim: &Claim) -> Result<(), SessionError> {
        self.with(|guard, now| guard.is_open(claim, now)).map_err(|closed| denied(claim, closed))
    }

    /// What is known before one connects.
    pub(super) fn arrive(&self, claim: &Claim) -> Arrived {
        Arrived(self.with(|guard, _| guard.known(claim)))
    }

    /// Waits for leave to log in.
    pub(super) async fn enter<'a>(
        &'a self,
        claim: &'a Claim,
        arrived: Arrived,
    ) -> Result<Turn<'a>, SessionError> {
        loop {
            // Made before one looks, so that nothing is missed in between.
            let news = self.news.notified();
            match self.with(|guard, now| guard.enter(claim, arrived.0, now)) {
                Entry::Go(ticket) => return Ok(Turn { gate: self, claim, ticket }),
                Entry::Closed(closed) => return Err(denied(claim, closed)),
                Entry::Wait => news.await,
            }
        }
    }

    pub(super) fn has_refused(&self, claim: &Claim) -> bool {
        self.with(|guard, _| guard.has_refused(claim))
    }

    fn with<T>(&self, act: impl FnOnce(&mut CredentialGuard, Timestamp) -> T) -> T {
        act(&mut self.guard.lock().unwrap_or_else(PoisonError::into_inner), self.clock.now())
    }
}

impl Turn<'_> {
    /// The account was accepted.
    pub(super) fn accepted(self) {
        self.gate.with(|guard, _| guard.accepted(self.claim, self.ticket));
    }

    /// The account was refused.
    pub(super) fn refused(self) {
        self.gate.with(|guard, now| guard.refused(self.claim, self.ticket, now));
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.gate.with(|guard, _| guard.released(self.claim, self.ticket));
        self.gate.news.notify_waiters();
    }
}

fn denied(claim: &Claim, closed: Closed) -> SessionError {
    SessionError::Denied(format!("{} {closed}", claim.account))
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.guard.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;
    use crate::clock::SystemClock;

    fn claims() -> Vec<Claim> {
        let claim = |number| Claim {
            counted_at: "contoso".to_owned(),
            account: "svc".to_owned(),
            host: format!("fe{number}"),
            revision: "1".to_owned(),
        };
        (0..20).map(claim).collect()
    }

    async fn log_in(gate: &Gate, claim: &Claim, is_good: Option<bool>) -> Result<(), SessionError> {
        let turn = gate.enter(claim, gate.arrive(claim)).await?;
        tokio::task::yield_now().await;
        match is_good {
            Some(true) => turn.accepted(),
            Some(false) => turn.refused(),
            None => {}
        }
        Ok(())
    }

    #[tokio::test]
    async fn of_a_volley_one_logs_in_and_the_others_hear_of_it() {
        for (is_good, expected) in [(Some(false), 1), (Some(true), 20), (None, 20)] {
            let gate = Gate::new(Arc::new(SystemClock));
            let claims = claims();
            let volley = join_all(claims.iter().map(|claim| log_in(&gate, claim, is_good)));
            let outcomes = tokio::time::timeout(std::time::Duration::from_secs(5), volley).await;
            let let_in = outcomes.expect("nobody waits for ever").into_iter().filter(Result::is_ok).count();
            assert_eq!(let_in, expected, "{is_good:?}");
        }
    }
}
