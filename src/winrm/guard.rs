//! Refused credentials are not tried until the account is locked out.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;

/// How often refused credentials are tried before there is a pause.
const ATTEMPTS: u32 = 2;
/// The first pause. Active Directory forgets failures after 10 to 30 minutes.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// The longest pause.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(2);

/// Counts refusals, by who counts them (a domain, a host) and account.
#[derive(Clone, Debug, Default)]
pub struct CredentialGuard {
    refused: HashMap<(String, String), Refused>,
}

#[derive(Clone, Debug)]
struct Refused {
    revision: String,
    times: u32,
    until: Option<Timestamp>,
}

impl CredentialGuard {
    /// Whether an account may be tried now. Credentials of another revision have never been refused.
    ///
    /// # Errors
    ///
    /// When it may be tried again.
    pub fn may_try(
        &self,
        counted_at: &str,
        account: &str,
        revision: &str,
        now: Timestamp,
    ) -> Result<(), Timestamp> {
        let known = self.refused.get(&(counted_at.to_owned(), account.to_owned()));
        match known.filter(|refused| refused.revision == revision).and_then(|refused| refused.until) {
            Some(until) if now < until => Err(until),
            _ => Ok(()),
        }
    }

    /// Whether an account was refused with credentials of this revision, and not accepted since.
    pub fn has_refused(&self, counted_at: &str, account: &str, revision: &str) -> bool {
        let known = self.refused.get(&(counted_at.to_owned(), account.to_owned()));
        known.is_some_and(|refused| refused.revision == revision)
    }

    /// The account was refused.
    pub fn refused(&mut self, counted_at: &str, account: &str, revision: &str, now: Timestamp) {
        let key = (counted_at.to_owned(), account.to_owned());
        let new = || Refused { revision: revision.to_owned(), times: 0, until: None };
        let known = self.refused.entry(key).or_insert_with(new);
        if known.revision != revision {
            *known = new();
        }
        known.times = known.times.saturating_add(1);
        if known.times.is_multiple_of(ATTEMPTS) {
            let doublings = (known.times / ATTEMPTS - 1).min(8);
            let pause = FIRST_PAUSE.checked_mul(1 << doublings).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
            known.until = now.checked_add(pause).ok().or(Some(Timestamp::MAX));
        }
    }

    /// The account was accepted.
    pub fn accepted(&mut self, counted_at: &str, account: &str) {
        self.refused.remove(&(counted_at.to_owned(), account.to_owned()));
    }
}

/// A guard that sessions share, with a clock.
#[derive(Clone)]
pub struct Gate {
    guard: Arc<Mutex<CredentialGuard>>,
    clock: Arc<dyn Clock>,
}

impl Gate {
    /// A gate that has seen nothing.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { guard: Arc::default(), clock }
    }

    pub(super) fn may_try(&self, counted_at: &str, account: &str, revision: &str) -> Result<(), Timestamp> {
        self.with(|guard, now| guard.may_try(counted_at, account, revision, now))
    }

    pub(super) fn has_refused(&self, counted_at: &str, account: &str, revision: &str) -> bool {
        self.with(|guard, _| guard.has_refused(counted_at, account, revision))
    }

    pub(super) fn refused(&self, counted_at: &str, account: &str, revision: &str) {
        self.with(|guard, now| guard.refused(counted_at, account, revision, now));
    }

    pub(super) fn accepted(&self, counted_at: &str, account: &str) {
        self.with(|guard, _| guard.accepted(counted_at, account));
    }

    fn with<T>(&self, act: impl FnOnce(&mut CredentialGuard, Timestamp) -> T) -> T {
        act(&mut self.guard.lock().unwrap_or_else(PoisonError::into_inner), self.clock.now())
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.guard.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(minutes * 60).expect("in range")
    }

    #[test]
    fn two_attempts_then_pauses_that_double() {
        let mut guard = CredentialGuard::default();
        let mut now = 0;
        for pause in [15, 30, 60, 120, 120, 120] {
            for _ in 0..2 {
                assert_eq!(guard.may_try("CONTOSO", "svc", "1", at(now)), Ok(()), "{now}");
                guard.refused("CONTOSO", "svc", "1", at(now));
            }
            assert_eq!(guard.may_try("CONTOSO", "svc", "1", at(now + pause - 1)), Err(at(now + pause)));
            now += pause;
        }
    }

    #[test]
    fn other_accounts_other_places_and_new_passwords_are_free() {
        let mut guard = CredentialGuard::default();
        guard.refused("CONTOSO", "svc", "1", at(0));
        assert!(guard.has_refused("CONTOSO", "svc", "1") && !guard.has_refused("CONTOSO", "svc", "2"));
        guard.refused("CONTOSO", "svc", "1", at(0));
        assert!(guard.may_try("CONTOSO", "svc", "1", at(0)).is_err());
        assert!(guard.may_try("fe1", "svc", "1", at(0)).is_ok());
        assert!(guard.may_try("CONTOSO", "other", "1", at(0)).is_ok());
        assert!(guard.may_try("CONTOSO", "svc", "2", at(0)).is_ok());
        guard.refused("CONTOSO", "svc", "2", at(0));
        assert!(guard.may_try("CONTOSO", "svc", "2", at(0)).is_ok(), "the count starts again");
        guard.accepted("CONTOSO", "svc");
        guard.refused("CONTOSO", "svc", "2", at(0));
        assert!(guard.may_try("CONTOSO", "svc", "2", at(0)).is_ok());
    }
}
