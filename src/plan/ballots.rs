//! Is a pool alive? What each observer says.
//!
//! An observer looks at something of its own: no ballot rests on what another one has counted. Who cannot
//! look, or is refused, has no evidence; nobody takes that for a dead pool.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Limits, Watch, cms::within};
use crate::lync::{CmsRole, EndpointState, Fact, MachineFqdn, Observed, PeerSight, Pool, PoolFqdn, PoolKind};

/// The longest reason in a ballot, in characters.
const REASON: usize = 160;

/// Who looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Observer {
    /// The operator, at TCP 5061 of every Front End.
    Sip,
    /// The bridge: whether the Front Ends can be reached, and whether their Registrar service runs.
    Bridge,
    /// Front Ends of other pools, at the services of those Front Ends that do not answer for themselves.
    Peer,
    /// A Front End that is asked about the pool, at its user database.
    UserDatabase,
    /// The Central Management store, at when the replicas of the Front Ends have last reported.
    Replicas,
}

impl Observer {
    /// Whether it looks at the servers themselves. The others see signs that a server works or does not:
    /// they support a witness, and neither make nor contradict a verdict without one.
    pub fn is_direct(self) -> bool {
        match self {
            Self::Sip | Self::Bridge | Self::Peer => true,
            Self::UserDatabase | Self::Replicas => false,
        }
    }

    /// The name for displays.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sip => "operator",
            Self::Bridge => "bridge",
            Self::Peer => "peers",
            Self::UserDatabase => "database",
            Self::Replicas => "replicas",
        }
    }
}

/// What an observer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Vote {
    /// A quorum of Front Ends is seen alive.
    Up,
    /// No Front End is seen alive, and each was looked at.
    Down,
    /// Cannot tell. Refused credentials count here.
    NoEvidence,
}

/// One vote with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ballot {
    /// Who looked.
    pub observer: Observer,
    /// What was concluded.
    pub vote: Vote,
    /// What was seen, in words.
    pub seen: String,
}

/// What each observer says about a pool. `watch` tells a replica that goes on reporting from one that
/// reported before the others called its pool down.
pub fn ballots(
    name: &PoolFqdn,
    observed: &Observed,
    watch: &Watch,
    limits: &Limits,
    now: Timestamp,
) -> Vec<Ballot> {
    let Some(look) = Look::at(name, observed, limits, now) else { return Vec::new() };
    let mut ballots = look.but_the_replicas();
    let is_called_down = ballots.iter().any(|ballot| ballot.vote == Vote::Down);
    ballots.push(look.replicas(is_called_down.then_some(watch)));
    ballots
}

/// Whether an observer calls a pool down, whatever its replicas report.
pub(super) fn is_called_down(name: &PoolFqdn, observed: &Observed, limits: &Limits, now: Timestamp) -> bool {
    Look::at(name, observed, limits, now)
        .is_some_and(|look| look.but_the_replicas().iter().any(|ballot| ballot.vote == Vote::Down))
}

/// Whether the operator's own observers leave it open that a pool is alive: then the Front Ends of other
/// pools are worth asking.
pub fn is_in_doubt(name: &PoolFqdn, observed: &Observed, limits: &Limits, now: Timestamp) -> bool {
    Look::at(name, observed, limits, now).is_some_and(|look| look.is_in_doubt())
}

/// Whether a server takes calls of the bridge. Then nobody else is asked about its services: what it says
/// itself and what a peer reads of it would be one fact, told twice.
pub fn answers_for_itself(machine: &MachineFqdn, observed: &Observed) -> bool {
    let state = observed.endpoints.get(machine).and_then(Fact::value);
    matches!(state, Some(EndpointState::Connected | EndpointState::Unfit(_)))
}

/// A pool at one moment.
struct Look<'a> {
    name: &'a PoolFqdn,
    pool: &'a Pool,
    observed: &'a Observed,
    limits: &'a Limits,
    now: Timestamp,
}

impl<'a> Look<'a> {
    fn at(name: &'a PoolFqdn, observed: &'a Observed, limits: &'a Limits, now: Timestamp) -> Option<Self> {
        let pool = observed.topology.value()?.pools.get(name)?;
        Some(Self { name, pool, observed, limits, now })
    }

    fn live<'f, T>(&self, fact: Option<&'f Fact<T>>) -> Option<&'f T> {
        fact?.live(self.now, self.limits.stale_after).ok()
    }

    fn but_the_replicas(&self) -> Vec<Ballot> {
        let mut ballots = vec![self.sip(), self.bridge(), self.peers()];
        // A Director homes nobody.
        if self.pool.kind == PoolKind::FrontEnd {
            ballots.push(self.user_database());
        }
        ballots
    }

    fn is_in_doubt(&self) -> bool {
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
    fn asked(
        &self,
    ) -> impl Iterator<Item = (&'a PoolFqdn, &'a std::collections::BTreeMap<MachineFqdn, Fact<PeerSight>>)>
    {
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
    fn replicas(&self, called_down: Option<&Watch>) -> Ballot {
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
        let by_peer = |facts: &std::collections::BTreeMap<_, _>| {
            self.live(facts.get(machine)) == Some(&PeerSight::Stopped)
        };
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
