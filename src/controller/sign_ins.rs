//! Test users that sign in at the pools that serve, beside the rounds: no round waits for them, and nothing is decided
//! by them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::{task::JoinHandle, time::timeout};
use tracing::Instrument;

use super::{Organisation, Passed, observe::Asked};
use crate::{
    bridge::{Answer, CallError, KnownRefusal},
    lync::{
        EndpointState, Fact, MachineFqdn, Observed, PoolFqdn, Source, Why,
        cmdlet::Query,
        outputs::{self, Registration},
    },
    plan::{Desired, Progress, Step},
};

/// The pause between two sign-ins at a pool while users are away.
const EVERY: SignedDuration = SignedDuration::from_mins(15);
/// The pause after a run, in which clients come back.
const SOON: SignedDuration = SignedDuration::from_mins(1);
/// For how long after a failback its one sign-in is worth while.
const LATELY: SignedDuration = SignedDuration::from_hours(1);
/// How long one may take, with the opening of a shell.
const FOR_ONE: Duration = Duration::from_secs(240);

/// What the sign-in of a test user showed, by pool.
pub type SignIns = BTreeMap<PoolFqdn, Fact<Registration>>;

/// Has test users sign in.
#[derive(Debug, Default)]
pub struct SignInTests {
    results: Arc<Mutex<SignIns>>,
    asked: BTreeMap<PoolFqdn, Timestamp>,
    running: BTreeMap<PoolFqdn, JoinHandle<()>>,
}

impl Drop for SignInTests {
    fn drop(&mut self) {
        self.running.values().for_each(JoinHandle::abort);
    }
}

impl SignInTests {
    /// Begins what is due after a round, and returns at once. What is not about a pool that serves somebody any more
    /// is forgotten.
    /// `may_begin` is false while something else goes on beside the rounds: what is due waits.
    pub fn go_on(
        &mut self,
        org: &Organisation,
        observed: &Observed,
        all: &[(&Desired, &Passed)],
        may_begin: bool,
    ) {
        let now = org.clock.now();
        let mut wanted: BTreeMap<&PoolFqdn, Option<Timestamp>> = BTreeMap::new();
        for (desired, passed) in all {
            for (pool, since) in subjects(desired, &passed.progress, now) {
                let latest = wanted.entry(pool).or_default();
                *latest = (*latest).max(since);
            }
        }
        let is_wanted = |pool: &PoolFqdn| wanted.contains_key(pool);
        self.asked.retain(|pool, _| is_wanted(pool));
        self.results.lock().unwrap_or_else(PoisonError::into_inner).retain(|pool, _| is_wanted(pool));
        self.running.retain(|_, task| !task.is_finished());
        if !may_begin {
            return;
        }
        let away: BTreeSet<&PoolFqdn> = all
            .iter()
            .flat_map(|(desired, _)| &desired.users)
            .filter(|goal| goal.is_away())
            .map(|goal| &goal.served_by)
            .collect();
        for (pool, finished) in wanted {
            let last = self.asked.get(pool).copied();
            if !self.running.contains_key(pool) && is_due(last, finished, away.contains(pool), now) {
                self.asked.insert(pool.clone(), now);
                self.running.insert(pool.clone(), self.begin(org, observed, pool.clone(), now));
            }
        }
    }

    /// Whether some are under way.
    pub fn is_running(&self) -> bool {
        self.running.values().any(|task| !task.is_finished())
    }

    /// What came of them so far.
    pub fn results(&self) -> SignIns {
        self.results.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn begin(
        &self,
        org: &Organisation,
        observed: &Observed,
        pool: PoolFqdn,
        at: Timestamp,
    ) -> JoinHandle<()> {
        let (bridge, results) = (Arc::clone(&org.bridge), Arc::clone(&self.results));
        let host = host(org, observed, &pool);
        let work = async move {
            let fact = match host {
                None => Fact::Unknown(Why::BridgeUnavailable(format!("no Front End of {pool} is connected"))),
                Some(host) => {
                    let query = Query::TestRegistration { pool: pool.clone() };
                    let late = || Err(CallError::Unknown(format!("{host} gave no answer in time")));
                    let answer = timeout(FOR_ONE, bridge.query_apart(&host, &query)).await;
                    read(
                        &Asked { at, source: Source::Service(host.clone()) },
                        &answer.unwrap_or_else(|_| late()),
                        &pool,
                    )
                }
            };
            results.lock().unwrap_or_else(PoisonError::into_inner).insert(pool, fact);
        };
        tokio::spawn(work.in_current_span())
    }
}

/// The pools that serve the users of a resource that is at rest, and when a run that moved them ended. Those of users
/// that are at home only for a while after they came.
fn subjects<'a>(
    desired: &'a Desired,
    progress: &Progress,
    now: Timestamp,
) -> Vec<(&'a PoolFqdn, Option<Timestamp>)> {
    if progress.converged_generation != Some(progress.generation) || progress.intent.is_some() {
        return Vec::new();
    }
    let moves = |step: &Step, home: &PoolFqdn| match step {
        Step::FailOverPool { home: moved, .. } | Step::FailBackPool { home: moved, .. } => moved == home,
        _ => false,
    };
    let run = progress.last_run.as_ref();
    let of_goal = |goal: &'a crate::plan::UsersGoal| {
        let moved = run.filter(|run| run.steps.iter().any(|step| moves(step, &goal.home)));
        let finished = moved.and_then(|run| run.finished_at);
        let is_lately = finished.is_some_and(|at| now.duration_since(at) <= LATELY);
        (goal.is_away() || is_lately).then_some((&goal.served_by, finished))
    };
    desired.users.iter().filter_map(of_goal).collect()
}

/// Whether a test user signs in now: soon after a run once, and from time to time while users are away.
fn is_due(last: Option<Timestamp>, finished: Option<Timestamp>, is_away: bool, now: Timestamp) -> bool {
    let is_settled = finished.is_none_or(|at| now.duration_since(at) >= SOON);
    let is_new = match (last, finished) {
        (None, _) => true,
        (Some(last), Some(finished)) => last < finished,
        (Some(_), None) => false,
    };
    is_settled && (is_new || is_away && last.is_some_and(|last| now.duration_since(last) >= EVERY))
}

/// A Front End of the pool that is connected, else of any other.
fn host(org: &Organisation, observed: &Observed, pool: &PoolFqdn) -> Option<MachineFqdn> {
    let is_connected = |host: &MachineFqdn| {
        observed.endpoints.get(host).and_then(Fact::value) == Some(&EndpointState::Connected)
    };
    let mut connected = org.endpoints.iter().filter(|endpoint| is_connected(&endpoint.host));
    let first = connected.clone().next();
    connected.find(|endpoint| endpoint.pool == *pool).or(first).map(|endpoint| endpoint.host.clone())
}

/// A pool without test users was not tested, which is no failure.
fn read(asked: &Asked, answer: &Answer, pool: &PoolFqdn) -> Fact<Registration> {
    match answer {
        Err(CallError::Refused(refusal)) if refusal.known() == Some(KnownRefusal::NoTestUsers) => {
            Fact::Unknown(Why::CmdletFailed(format!(
                "{pool} has no test users. New-CsHealthMonitoringConfiguration -TargetFqdn {pool} \
                 -FirstTestUserSipUri <sip address> -SecondTestUserSipUri <sip address> assigns two"
            )))
        }
        answer => asked.read(answer, |objects| outputs::registration(objects, pool)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridge::Refusal;

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    #[test]
    fn soon_after_a_run_and_every_quarter_of_an_hour_while_users_are_away() {
        let cases = [
            ("the run has just ended", None, Some(at(100)), true, at(100), false),
            ("clients have had their minute", None, Some(at(100)), true, at(101), true),
            ("asked already", Some(at(101)), Some(at(100)), true, at(110), false),
            ("a quarter of an hour later", Some(at(101)), Some(at(100)), true, at(116), true),
            ("another run since", Some(at(101)), Some(at(105)), true, at(106), true),
            ("after a restart, away for long", None, None, true, at(500), true),
            ("home again, once", None, Some(at(100)), false, at(102), true),
            ("home again, not twice", Some(at(102)), Some(at(100)), false, at(130), false),
        ];
        for (what, last, finished, is_away, now, expected) in cases {
            assert_eq!(is_due(last, finished, is_away, now), expected, "{what}");
        }
    }

    #[test]
    fn a_pool_without_test_users_is_unknown_and_says_what_helps() {
        let pool: PoolFqdn = "pool2.contoso.com".parse().expect("a name");
        let asked = Asked { at: at(0), source: Source::Probe };
        for (id, text) in [
            ("NotFoundTestUsers,Microsoft.Rtc.Management.SyntheticTransactions", "xyz"),
            ("ProcessRecord,x", "There is no test user assigned for [pool2.contoso.com]."),
        ] {
            let refusal =
                Refusal { error_id: id.to_owned(), category: String::new(), message: text.to_owned() };
            let fact = read(&asked, &Err(CallError::Refused(refusal)), &pool);
            let Fact::Unknown(why) = fact else { panic!("{fact:?}") };
            assert!(
                why.to_string().contains("New-CsHealthMonitoringConfiguration -TargetFqdn pool2"),
                "{why}"
            );
        }
    }
}
