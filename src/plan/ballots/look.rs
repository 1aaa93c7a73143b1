//! What is seen of a pool at one moment, observer by observer.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Ballot, Observer, Vote, answers_for_itself};
use crate::{
    lync::{CmsRole, EndpointState, Fact, MachineFqdn, Observed, PeerSight, Pool, PoolFqdn, PoolKind},
    plan::{Limits, Watch, cms::within},
};

/// The longest reason in a ballot, in characters.
const REASON: usize = 160;

/// A pool at one moment.
pub(super) struct Look<'a> {
    name: &'a PoolFqdn,
    pool: &'a Pool,
    observed: &'a Observed,
    limits: &'a Limits,
    now: Timestamp,
}

impl<'a> Look<'a> {
    pub(super) fn at(
        name: &'a PoolFqdn,
        observed: &'a Observed,
        limits: &'a Limits,
        now: Timestamp,
    ) -> Option<Self> {
        let pool = observed.topology.value()?.pools.get(name)?;
        Some(Self { name, pool, observed, limits, now })
    }

    fn live<'f, T>(&self, fact: Option<&'f Fact<T>>) -> Option<&'f T> {
        fact?.live(self.now, self.limits.stale_after).ok()
    }

    pub(super) fn but_the_replicas(&self) -> Vec<Ballot> {
        let mut ballots = vec![self.sip(), self.bridge(), self.peers()];
        // A Director homes nobody.
        if self.pool.kind == PoolKind::FrontEnd {
            ballots.push(self.user_database());
        }
        ballots
    }

    pub(super) fn is_in_doubt(&self) -> bool {
        let own = [self.sip().vote, self.bridge().vote];
        !own.contains(&Vote::Up) || own.contains(&Vote::Down)
    }

    fn sip(&self) -> Ballot {
        let open = |machine: &MachineFqdn| self.live(self.observed.sip.get(machine)).copied();
        self.count(Observer::Sip, "TCP 5061 answers", open)
    }

    fn bridge(&self) -> Ballot {
        let runs = |machine: &MachineFqdn| {
            let running = self.live(self.observed.registrars.get(machine)).copied();
            running.or_else(|| match self.live(self.observed.endpoints.get(machine))? {
                EndpointState::Unreachable(_) => Some(false),
                _ => None,
            })
        };
        self.count(Observer::Bridge, "the Registrar service runs", runs)
    }

    /// A server that one peer sees at work works, whatever another one sees of it: there is a way to it.
    fn peers(&self) -> Ballot {
        let asked: Vec<_> = self.asked().collect();
        if asked.is_empty() {
            let others = self.observed.topology.value().map_or(0, |topology| topology.pools.len());
            let why = if others < 2 {
                "there is no other pool whose Front Ends could be asked"
            } else if !self.is_in_doubt() {
                "not asked, since the operator sees for itself"
            } else if self.pool.machines.iter().all(|m| answers_for_itself(m, self.observed)) {
                "not asked, since each Front End answers for itself"
            } else {
                "not asked yet"
            };
            return no_evidence(Observer::Peer, why.to_owned());
        }
        let names: Vec<&str> = asked.iter().map(|(peer, _)| peer.as_str()).collect();
        let what = format!("seen from {}, the Registrar service runs", names.join(", "));
        let runs = |machine: &MachineFqdn| {
            let sights = asked.iter().filter_map(|(_, facts)| self.live(facts.get(machine)));
            sights.map(|sight| *sight == PeerSight::Runs).reduce(|one, other| one || other)
        };
        let mut ballot = self.count(Observer::Peer, &what, runs);
        let facts = || asked.iter().flat_map(|(_, facts)| self.pool.machines.iter().map(|m| facts.get(m)));
        let blind = facts().flatten().find_map(|f| f.live(self.now, self.limits.stale_after).err());
        if let (Vote::NoEvidence, Some(why)) = (ballot.vote, blind) {
            ballot.seen += &format!(" ({})", shortened(&why));
        }
        ballot
    }

    /// The pools whose Front Ends were asked about servers of this one.
    fn asked(&self) -> impl Iterator<Item = (&'a PoolFqdn, &'a BTreeMap<MachineFqdn, Fact<PeerSight>>)> {
        let is_about = |machine: &MachineFqdn| self.pool.machines.contains(machine);
        self.observed.peers.iter().filter(move |(_, facts)| facts.keys().any(is_about))
    }

    /// A database that is online serves nobody without Front Ends, so it does not speak for the pool.
    fn user_database(&self) -> Ballot {
        let observer = Observer::UserDatabase;
        match self.observed.user_databases.get(self.name) {
            None => no_evidence(observer, "not asked".to_owned()),
            Some(fact) => match fact.live(self.now, self.limits.stale_after) {
                Ok(true) => no_evidence(observer, "it is online, which serves nobody by itself".to_owned()),
                Ok(false) => Ballot { observer, vote: Vote::Down, seen: "it is offline".to_owned() },
                Err(why) => no_evidence(observer, shortened(&why)),
            },
        }
    }

    /// A report shows that a server lives, not that its Registrar runs: where that was seen to be stopped,
    /// the report is no news. While others call the pool down, only a report that has come since then
    /// contradicts them; the last one before a death is fresh for a while.
    pub(super) fn replicas(&self, called_down: Option<&Watch>) -> Ballot {
        let Some(reports) = self.live(Some(&self.observed.replicas)) else {
            let why = "the Central Management store does not say when they have reported";
            return no_evidence(Observer::Replicas, why.to_owned());
        };
        let report = |machine: &MachineFqdn| reports.get(machine).and_then(|r| r.last_status_report);
        let fresh = |at: Timestamp| within(at, self.now, self.limits.heartbeat_fresh);
        let others = reports.keys().filter(|machine| !self.pool.machines.contains(machine));
        let is_comparable = self.store_works() && others.filter_map(report).any(fresh);
        let alive = |machine: &MachineFqdn| {
            let at = report(machine).filter(|_| !self.is_seen_stopped(machine))?;
            let before = called_down.map(|watch| watch.reports.get(machine).copied());
            match before {
                _ if !fresh(at) => (is_comparable && at < self.now).then_some(false),
                None => Some(true),
                Some(before) => before.is_some_and(|before| at > before).then_some(true),
            }
        };
        let what = match called_down {
            Some(_) => "the replica has reported since others call it down",
            None => "the replica reports",
        };
        self.count(Observer::Replicas, what, alive)
    }

    fn is_seen_stopped(&self, machine: &MachineFqdn) -> bool {
        let by_peer = |facts: &BTreeMap<_, _>| self.live(facts.get(machine)) == Some(&PeerSight::Stopped);
        self.live(self.observed.registrars.get(machine)) == Some(&false)
            || self.observed.peers.values().any(by_peer)
    }

    /// Whether reports are taken in at all: there is one store, and both parts of its service show life.
    fn store_works(&self) -> bool {
        let cms = &self.observed.central_management;
        let is_fresh = |beat: Option<Timestamp>| {
            beat.is_some_and(|at| within(at, self.now, self.limits.heartbeat_fresh))
        };
        let active = |roles: &Vec<CmsRole>| roles.iter().filter(|role| role.active).count();
        self.live(Some(&cms.roles)).map(active) == Some(1)
            && self.live(Some(&cms.database)) == Some(&true)
            && self.live(Some(&cms.store)).is_some_and(|store| {
                is_fresh(store.active_master_heartbeat)
                    && is_fresh(store.active_file_transfer_agent_heartbeat)
            })
    }

    fn count(&self, observer: Observer, what: &str, seen: impl Fn(&MachineFqdn) -> Option<bool>) -> Ballot {
        let seen: Vec<Option<bool>> = self.pool.machines.iter().map(seen).collect();
        let alive = seen.iter().filter(|s| **s == Some(true)).count();
        let voting = seen.iter().take(self.pool.voters()).filter(|s| **s == Some(true)).count();
        let looked_at = seen.iter().flatten().count();
        let vote = if voting >= self.pool.quorum() {
            Vote::Up
        } else if alive == 0 && looked_at == seen.len() && looked_at > 0 {
            Vote::Down
        } else {
            Vote::NoEvidence
        };
        let unseen = match (seen.len() - looked_at, observer) {
            (0, _) => String::new(),
            (n, Observer::Replicas) => format!(", of {n} nothing follows"),
            (n, _) => format!(", {n} could not be looked at"),
        };
        Ballot { observer, vote, seen: format!("{what} on {alive} of {} Front Ends{unseen}", seen.len()) }
    }
}

fn no_evidence(observer: Observer, seen: String) -> Ballot {
    Ballot { observer, vote: Vote::NoEvidence, seen }
}

/// A reason in one short line: what Lync answers may be of any size.
fn shortened(why: &str) -> String {
    let line = why.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(REASON) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
