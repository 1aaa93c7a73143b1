//! Rounds in which a host says nothing, or says why not.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::{Look, observe};
use crate::{
    bridge::{Adoption, Answer, Bridge, CallError, Followed, Operation, SimulatedBridge},
    clock::{Clock, ScaledClock},
    controller::{Endpoint, Organisation},
    lync::{EndpointState, Fact, MachineFqdn, Observed, Why, cmdlet::Query},
    plan::{Limits, Observer, Vote, Watch, ballots},
    simulator::{Scenario, Simulator},
};

const POOL1: [&str; 3] = ["fe01.pool1.contoso.com", "fe02.pool1.contoso.com", "fe03.pool1.contoso.com"];

/// What is wrong with a host.
#[derive(Clone)]
pub(super) enum Ill {
    /// It never answers.
    Hangs,
    /// It says what it is, and answers nothing else.
    SaysNothingMore,
    Fails(CallError),
    /// It answers for itself, and this is what it says about others.
    SaysOfOthers(Answer),
    /// It hangs when it is asked about others.
    HangsOverOthers,
}

/// A simulated Lync some of whose hosts are ill.
pub(super) struct Ward {
    healthy: SimulatedBridge,
    ill: Mutex<BTreeMap<MachineFqdn, Ill>>,
}

#[async_trait]
impl Bridge for Ward {
    async fn query(&self, host: &MachineFqdn, queries: &[Query]) -> Result<Vec<Answer>, CallError> {
        let ill = self.ill.lock().expect("no panic").get(host).cloned();
        let own = matches!(queries, [Query::WindowsService { .. }]);
        let others = matches!(queries, [Query::WindowsService { computer }, ..] if computer != host);
        match ill {
            Some(Ill::Hangs) => std::future::pending().await,
            Some(Ill::SaysNothingMore) if !own => Err(CallError::Unknown("no answer in time".to_owned())),
            Some(Ill::Fails(error)) => Err(error),
            Some(Ill::HangsOverOthers) if others => std::future::pending().await,
            Some(Ill::SaysOfOthers(answer)) if others => match answer {
                Err(error @ CallError::Unreachable(_)) => Err(error),
                answer => Ok(vec![answer; queries.len()]),
            },
            _ => self.healthy.query(host, queries).await,
        }
    }

    async fn raise_epoch(&self, host: &MachineFqdn) -> Result<crate::bridge::Fence, CallError> {
        self.healthy.raise_epoch(host).await
    }

    async fn start(&self, operation: &Operation) -> Result<(), CallError> {
        self.healthy.start(operation).await
    }

    async fn follow(&self, operation: &Operation, after: u64) -> Result<Followed, CallError> {
        self.healthy.follow(operation, after).await
    }

    async fn adopt(&self, via: &MachineFqdn, operation: &Operation) -> Result<Adoption, CallError> {
        self.healthy.adopt(via, operation).await
    }
}

pub(super) fn named(name: &str) -> MachineFqdn {
    name.parse().expect("a name")
}

fn organisation(ill: &[(&str, Ill)]) -> (Organisation, Arc<Ward>) {
    organisation_of("", ill)
}

pub(super) fn organisation_of(scenario: &str, ill: &[(&str, Ill)]) -> (Organisation, Arc<Ward>) {
    let started: Timestamp = "2026-11-22T03:00:00Z".parse().expect("a time");
    let scenario = Scenario::from_yaml(scenario).expect("it is one");
    let mut simulator = Simulator::new(&scenario, started).expect("it makes sense");
    let front_ends = simulator.describe(started).front_ends();
    let clock: Arc<dyn Clock> = Arc::new(ScaledClock::new(started, 1.0));
    let healthy = SimulatedBridge::new(Arc::new(Mutex::new(simulator)), Arc::clone(&clock));
    let ill = ill.iter().map(|(host, ill)| (named(host), ill.clone())).collect();
    let ward = Arc::new(Ward { healthy: healthy.clone(), ill: Mutex::new(ill) });
    let organisation = Organisation {
        bridge: ward.clone(),
        prober: Arc::new(healthy),
        clock,
        endpoints: front_ends.into_iter().map(|(host, pool)| Endpoint { host, pool }).collect(),
        limits: Limits::default(),
        interval: SignedDuration::from_secs(60),
    };
    (organisation, ward)
}

pub(super) async fn look(org: &Organisation, before: Option<&Observed>) -> (Observed, Duration) {
    let begun = Instant::now();
    let observed = observe(org, Look { before, ..Look::default() }).await;
    (observed, begun.elapsed())
}

fn vote(org: &Organisation, observed: &Observed) -> Vote {
    vote_of(Observer::Bridge, org, observed).0
}

pub(super) fn vote_of(observer: Observer, org: &Organisation, observed: &Observed) -> (Vote, String) {
    let pool = "pool1.contoso.com".parse().expect("a name");
    let ballots = ballots(&pool, observed, &Watch::default(), &org.limits, org.clock.now());
    let ballot = ballots.into_iter().find(|ballot| ballot.observer == observer).expect("it is asked");
    (ballot.vote, ballot.seen)
}

fn why(observed: &Observed, host: &str) -> String {
    match &observed.endpoints[&named(host)] {
        Fact::Unknown(why @ Why::BridgeUnavailable(_)) => why.to_string(),
        other => panic!("{host}: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn hosts_that_hang_cost_the_round_half_a_minute_and_are_no_witness() {
    let (org, ward) = organisation(&POOL1.map(|host| (host, Ill::Hangs)));
    let (first, took) = look(&org, None).await;
    assert!(took <= Duration::from_secs(31), "{took:?}");
    assert!(first.topology.value().is_some(), "{:?}", first.topology);
    for host in POOL1 {
        assert!(why(&first, host).contains("gave no answer in time"), "{:?}", first.endpoints);
    }
    assert_eq!(vote(&org, &first), Vote::NoEvidence);
    let (_, took) = look(&org, Some(&first)).await;
    assert!(took <= Duration::from_secs(31), "who is expected answers: {took:?}");
    ward.ill.lock().expect("no panic").clear();
    let (well, took) = look(&org, Some(&first)).await;
    assert_eq!((vote(&org, &well), took), (Vote::Up, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn when_the_expected_host_hangs_another_is_asked() {
    let (org, ward) = organisation(&[]);
    let (before, _) = look(&org, None).await;
    let expected = POOL1[0];
    ward.ill.lock().expect("no panic").insert(named(expected), Ill::Hangs);
    let (observed, took) = look(&org, Some(&before)).await;
    assert!(took > Duration::from_secs(60) && took <= Duration::from_secs(91), "{took:?}");
    assert_eq!(observed.topology.value(), before.topology.value());
    assert!(why(&observed, expected).contains("gave no answer in time"));
}

#[tokio::test(start_paused = true)]
async fn a_host_that_says_nothing_more_is_passed_over() {
    let (org, _ward) = organisation(&[(POOL1[0], Ill::SaysNothingMore)]);
    let (observed, _) = look(&org, None).await;
    assert!(observed.topology.value().is_some(), "{:?}", observed.topology);
    assert!(why(&observed, POOL1[0]).contains("no answer in time"));
}

/// A certificate that has expired, a KDC that is silent, a name that is not found: that is no dead pool.
#[tokio::test(start_paused = true)]
async fn only_hosts_that_take_no_connection_are_witnesses_of_a_dead_pool() {
    let text = || "for a reason".to_owned();
    let errors = [
        (CallError::Unreachable(text()), Vote::Down, Some(EndpointState::Unreachable(text()))),
        (CallError::NotSent(text()), Vote::NoEvidence, None),
        (CallError::Denied(text()), Vote::NoEvidence, Some(EndpointState::Denied(text()))),
        (CallError::Unknown(text()), Vote::NoEvidence, None),
        (CallError::Unreadable(text()), Vote::NoEvidence, None),
    ];
    for (error, expected, state) in errors {
        let (org, _ward) = organisation(&POOL1.map(|host| (host, Ill::Fails(error.clone()))));
        let (observed, took) = look(&org, None).await;
        assert_eq!(vote(&org, &observed), expected, "{error}");
        assert_eq!(observed.endpoints[&named(POOL1[0])].value(), state.as_ref(), "{error}");
        assert_eq!(took, Duration::ZERO);
    }
}
