//! Refused credentials are not tried until the account is locked out.

use std::{collections::HashMap, fmt};

use jiff::{SignedDuration, Timestamp};

/// How often refused credentials are tried before there is a pause.
const ATTEMPTS: u32 = 2;
/// The first pause. Active Directory forgets failures after 10 to 30 minutes.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// The longest pause.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(2);
/// How much longer a host waits that has refused the account itself, so that another one is asked first.
const WAY_FOR_OTHERS: SignedDuration = SignedDuration::from_mins(3);
/// How many versions of a Secret are remembered.
const REVISIONS: usize = 64;

/// Which credentials are shown to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who counts refusals: a domain, or a host.
    pub counted_at: String,
    /// The account.
    pub account: String,
    /// Whom it is shown to.
    pub host: String,
    /// The version of the credentials.
    pub revision: String,
}

/// What somebody who wants to log in is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Go, and say how it went.
    Go(Ticket),
    /// Somebody is at it: wait until that is over and ask again.
    Wait,
    /// Do not.
    Closed(Closed),
}

/// A login that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    number: u64,
    /// How many refusals were counted when it began: those that began together count once.
    known: u64,
}

/// Why an account is not tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It was refused too often.
    Until(Timestamp),
    /// This host has refused it. Others come first.
    NotHereUntil(Timestamp),
    /// It was refused since one arrived.
    JustRefused,
    /// These credentials were refused, and there are newer ones.
    Replaced,
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Until(until) => write!(
                f,
                "was refused twice; it is not tried again before {until}, so that it is not locked out. Change the \
                 Secret with the credentials to try at once"
            ),
            Self::NotHereUntil(until) => write!(
                f,
                "was refused by this host; others are asked first, and here it is not tried again before {until}"
            ),
            Self::JustRefused => {
                write!(f, "was refused just now on another connection; once is enough to know")
            }
            Self::Replaced => write!(f, "was refused, and there are newer credentials"),
        }
    }
}

/// Counts refusals. Until an account was accepted by one host it is shown to one at a time, refusals count for
/// all of them, and who has refused lets the others go first; afterwards a host that refuses it counts for itself, because the credentials are good.
#[derive(Clone, Debug, Default)]
pub struct CredentialGuard {
    /// By who counts and account: each version of the credentials, the newest last.
    accounts: HashMap<(String, String), Vec<Standing>>,
    tickets: u64,
}

/// How one version of the credentials stands.
#[derive(Clone, Debug)]
struct Standing {
    revision: String,
    /// What counts for every host, until one of them has accepted.
    all: Door,
    /// Who has refused since nobody accepts, and when last.
    refusers: HashMap<String, Timestamp>,
    /// What counts for one host, once one of them has accepted.
    hosts: HashMap<String, Door>,
}

#[derive(Clone, Debug, Default)]
struct Door {
    is_accepted: bool,
    /// Refusals since it was last accepted.
    refusals: u32,
    /// All refusals ever.
    known: u64,
    until: Option<Timestamp>,
    /// The login that others wait for.
    at_it: Option<u64>,
}

impl CredentialGuard {
    /// Whether to log in now. `arrived` is what [`CredentialGuard::known`] said before one connected.
    pub fn enter(&mut self, claim: &Claim, arrived: u64, now: Timestamp) -> Entry {
        self.tickets += 1;
        let number = self.tickets;
        let standings = self.accounts.entry(claim.key()).or_default();
        if standings.iter().all(|standing| standing.revision != claim.revision) {
            let revision = claim.revision.clone();
            standings.push(Standing {
                revision,
                all: Door::default(),
                refusers: HashMap::new(),
                hosts: HashMap::new(),
            });
            let too_many = standings.len().saturating_sub(REVISIONS);
            standings.drain(..too_many);
        }
        let is_newest = standings.last().is_some_and(|newest| newest.revision == claim.revision);
        let standing = standings.iter_mut().find(|standing| standing.revision == claim.revision);
        let Some(standing) = standing else { return Entry::Closed(Closed::Replaced) };
        let open = standing.is_open(claim, is_newest, now);
        let door = standing.door(&claim.host);
        if door.known > arrived {
            return Entry::Closed(Closed::JustRefused);
        }
        if let Err(closed) = open {
            return Entry::Closed(closed);
        }
        if !door.is_accepted {
            if door.at_it.is_some() {
                return Entry::Wait;
            }
            door.at_it = Some(number);
        }
        Entry::Go(Ticket { number, known: door.known })
    }

    /// How many refusals are known by now. Of those who arrive together one logs in, and the others take its
    /// refusal for theirs.
    pub fn known(&self, claim: &Claim) -> u64 {
        self.seen(claim).and_then(|(standing, _)| standing.seen(&claim.host)).map_or(0, |door| door.known)
    }

    /// Whether it is worth while to connect: nobody is let in by it.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn is_open(&self, claim: &Claim, now: Timestamp) -> Result<(), Closed> {
        self.seen(claim).map_or(Ok(()), |(standing, is_newest)| standing.is_open(claim, is_newest, now))
    }

    /// Whether these credentials were refused by who counts for this host, and not accepted since.
    pub fn has_refused(&self, claim: &Claim) -> bool {
        let door = self.seen(claim).and_then(|(standing, _)| standing.seen(&claim.host));
        door.is_some_and(|door| door.refusals > 0)
    }

    /// The account was refused.
    pub fn refused(&mut self, claim: &Claim, ticket: Ticket, now: Timestamp) {
        self.released(claim, ticket);
        let Some(standing) = self.standing(claim) else { return };
        let nobody_accepts = !standing.all.is_accepted;
        let door = standing.door(&claim.host);
        if door.known > ticket.known {
            return;
        }
        door.known += 1;
        door.is_accepted = false;
        door.refusals = door.refusals.saturating_add(1);
        if door.refusals.is_multiple_of(ATTEMPTS) {
            let doublings = (door.refusals / ATTEMPTS - 1).min(8);
            let pause = FIRST_PAUSE.checked_mul(1 << doublings).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
            door.until = now.checked_add(pause).ok().or(Some(Timestamp::MAX));
        }
        if nobody_accepts {
            standing.refusers.insert(claim.host.clone(), now);
        }
    }

    /// The account was accepted.
    pub fn accepted(&mut self, claim: &Claim, ticket: Ticket) {
        self.released(claim, ticket);
        let Some(standing) = self.standing(claim) else { return };
        let own = standing.hosts.entry(claim.host.clone()).or_default();
        for door in [&mut standing.all, own] {
            *door = Door { is_accepted: true, known: door.known, at_it: door.at_it, ..Door::default() };
        }
    }

    /// It did not come to an answer.
    pub fn released(&mut self, claim: &Claim, ticket: Ticket) {
        let Some(standing) = self.standing(claim) else { return };
        for door in standing.hosts.values_mut().chain([&mut standing.all]) {
            door.at_it = door.at_it.filter(|number| *number != ticket.number);
        }
    }

    /// How the credentials stand, if anybody has shown them, and whether they are the newest.
    fn seen(&self, claim: &Claim) -> Option<(&Standing, bool)> {
        let standings = self.accounts.get(&claim.key())?;
        let is_newest = standings.last().is_some_and(|newest| newest.revision == claim.revision);
        let standing = standings.iter().find(|standing| standing.revision == claim.revision)?;
        Some((standing, is_newest))
    }

    fn standing(&mut self, claim: &Claim) -> Option<&mut Standing> {
        let standings = self.accounts.get_mut(&claim.key())?;
        standings.iter_mut().find(|standing| standing.revision == claim.revision)
    }
}

impl Claim {
    fn key(&self) -> (String, String) {
        (self.counted_at.clone(), self.account.clone())
    }
}

impl Standing {
    fn door(&mut self, host: &str) -> &mut Door {
        if self.all.is_accepted { self.hosts.entry(host.to_owned()).or_default() } else { &mut self.all }
    }

    fn seen(&self, host: &str) -> Option<&Door> {
        if self.all.is_accepted { self.hosts.get(host) } else { Some(&self.all) }
    }

    fn is_open(&self, claim: &Claim, is_newest: bool, now: Timestamp) -> Result<(), Closed> {
        self.seen(&claim.host).map_or(Ok(()), |door| door.is_open(is_newest, now))?;
        let refused_at = self.refusers.get(&claim.host).filter(|_| !self.all.is_accepted);
        let Some(refused_at) = refused_at.filter(|_| claim.counted_at != claim.host) else { return Ok(()) };
        let since = self.all.until.map_or(*refused_at, |until| until.max(*refused_at));
        let until = since.checked_add(WAY_FOR_OTHERS).unwrap_or(Timestamp::MAX);
        if now < until { Err(Closed::NotHereUntil(until)) } else { Ok(()) }
    }
}

impl Door {
    fn is_open(&self, is_newest: bool, now: Timestamp) -> Result<(), Closed> {
        match self.until {
            Some(until) if now < until => Err(Closed::Until(until)),
            _ if self.refusals > 0 && !is_newest => Err(Closed::Replaced),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
