//! A scenario that was made from an observation shows the same organisation when it is observed.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use jiff::{SignedDuration, Timestamp};
use lync_failover::{
    bridge::SimulatedBridge,
    clock::{Clock, ScaledClock},
    controller::{Endpoint, Look, Organisation, observe},
    lync::{EdgeFqdn, Fact, Observed, PoolFqdn, PoolState, SqlInstance, Topology},
    plan::{Limits, Observer, Progress, Vote, assess},
    simulator::{Rebuilt, Scenario, Simulator, from_observed},
};
use support::sketch::Sketch;

/// Observes a scenario once, `secs` after it has begun.
async fn see(scenario: &Scenario, secs: i64) -> Observed {
    let started: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
    let now = started + SignedDuration::from_secs(secs);
    let mut simulator = Simulator::new(scenario, started).unwrap();
    let front_ends = simulator.describe(now).front_ends();
    let clock: Arc<dyn Clock> = Arc::new(ScaledClock::new(now, 1.0));
    let bridge = Arc::new(SimulatedBridge::new(Arc::new(Mutex::new(simulator)), Arc::clone(&clock)));
    observe(
        &Organisation {
            bridge: bridge.clone(),
            prober: bridge,
            clock,
            endpoints: front_ends.into_iter().map(|(host, pool)| Endpoint { host, pool }).collect(),
            limits: Limits::default(),
            interval: SignedDuration::from_secs(60),
        },
        Look::default(),
    )
    .await
}

/// What has to be the same: names, pairs and versions; the states; the next hops; the store, by every
/// signal; and who lives.
#[derive(Debug, PartialEq)]
struct Seen {
    topology: Option<Topology>,
    states: BTreeMap<PoolFqdn, Option<PoolState>>,
    next_hops: BTreeMap<EdgeFqdn, Option<PoolFqdn>>,
    pointer: Option<SqlInstance>,
    active: Option<Vec<(PoolFqdn, bool)>>,
    replicated: Option<Vec<(PoolFqdn, bool)>>,
    database: Option<bool>,
    alive: BTreeMap<String, (Option<bool>, Option<bool>)>,
    votes: BTreeMap<PoolFqdn, Vec<(Observer, Vote)>>,
    databases: BTreeMap<PoolFqdn, Option<bool>>,
}

fn values<K: Ord + Clone, T: Clone>(facts: &BTreeMap<K, Fact<T>>) -> BTreeMap<K, Option<T>> {
    facts.iter().map(|(key, fact)| (key.clone(), fact.value().cloned())).collect()
}

impl From<&Observed> for Seen {
    fn from(observed: &Observed) -> Self {
        let cms = &observed.central_management;
        let roles = |fact: &Fact<Vec<lync_failover::lync::CmsRole>>| {
            fact.value().map(|rows| rows.iter().map(|row| (row.pool.clone(), row.active)).collect())
        };
        let alive = observed.sip.iter().map(|(machine, sip)| {
            let runs = observed.registrars.get(machine).and_then(Fact::value).copied();
            (machine.to_string(), (sip.value().copied(), runs))
        });
        let at: Timestamp = "2026-11-22T03:00:05Z".parse().unwrap();
        let seen = assess(observed, &Progress::default(), &Limits::default(), at);
        let votes = seen.ballots.into_iter().map(|(pool, ballots)| {
            (pool, ballots.into_iter().map(|ballot| (ballot.observer, ballot.vote)).collect())
        });
        Self {
            votes: votes.collect(),
            databases: values(&observed.user_databases),
            topology: observed.topology.value().cloned(),
            states: values(&observed.pool_states),
            next_hops: values(&observed.next_hops),
            pointer: cms.pointer.value().cloned(),
            active: roles(&cms.roles),
            replicated: roles(&cms.replicated_roles),
            database: cms.database.value().copied(),
            alive: alive.collect(),
        }
    }
}

async fn law(name: &str, yaml: &str) -> Rebuilt {
    let before = see(&Scenario::from_yaml(yaml).unwrap(), 5).await;
    let rebuilt = from_observed(&before).unwrap_or_else(|missing| panic!("{name}: {missing:?}"));
    let after = see(&rebuilt.scenario, 5).await;
    assert_eq!(Seen::from(&after), Seen::from(&before), "{name}: {rebuilt:#?}");
    // What was made is written into a resource: it has to survive that.
    let written = serde_json::to_value(&rebuilt.scenario).unwrap();
    assert_eq!(serde_json::from_value::<Scenario>(written).unwrap(), rebuilt.scenario, "{name}");
    rebuilt
}

const SEVERAL: &str = "
start: Empty
sites: [Tokyo, Osaka, Kyoto]
pools:
- {fqdn: a.contoso.com, site: Osaka, backup: b.contoso.com, sql: \"sqla.contoso.com\\\\rtc\", sqlMirror: \"sqlam.contoso.com\\\\rtc\", mirrorIsPrincipal: true}
- {fqdn: b.contoso.com, site: Tokyo, backupService: Behind}
- {fqdn: c.contoso.com, site: Kyoto, backup: d.contoso.com, state: FailedOver}
- {fqdn: d.contoso.com, site: Kyoto, edition: Standard, version: 7}
- {fqdn: alone.contoso.com, site: Kyoto, machines: [x1.contoso.com, x2.contoso.com]}
- {fqdn: old.contoso.com, site: Tokyo, version: 5}
- {fqdn: dir.contoso.com, site: Tokyo, director: true}
edges:
- {fqdn: edge1.contoso.com, site: Tokyo, nextHop: dir.contoso.com, machines: [e1.contoso.com, e2.contoso.com]}
- {fqdn: edge2.contoso.com, site: Kyoto, nextHop: d.contoso.com}
cms: {pool: a.contoso.com}
";

#[tokio::test(start_paused = true)]
async fn an_organisation_is_rebuilt_as_it_was_seen() {
    let failures = [
        "",
        "failures: [{stopRegistrars: [POOL1]}]",
        "failures: [{kill: [POOL1]}]",
        "failures: [{kill: [DC1]}]",
        "failures: [{kill: [DC2]}]",
        "failures: [{kill: [edge1.contoso.com]}]",
        "cms: {pool: POOL2}\nfailures: [{kill: [POOL1]}]",
        "cms: {pool: POOL2}",
        "edges: [{fqdn: edge1.contoso.com, nextHop: POOL2}]\ncms: {pool: POOL2}\n\
         pools: [{fqdn: POOL1, state: FailedOver}]\nfailures: [{kill: [POOL1]}]",
        "pools: [{fqdn: POOL1, state: FailingOver}]",
        "pools: [{fqdn: POOL1, state: FailingBack}]",
        "pools: [{fqdn: POOL1, backupService: Broken}, {fqdn: POOL2, backupService: Behind}]",
        "failures: [{cut: [{from: operator, to: DC2}]}]",
        "failures: [{cut: [{from: operator, to: DC2}], stopRegistrars: [POOL2]}]",
        "cms: {pool: POOL2}\nfailures: [{cut: [{from: operator, to: DC1}]}]",
        "faults: [{kind: Denied, host: MACHINE, times: 0}]",
        "faults: [{kind: NotSent, host: MACHINE, times: 0}]",
        "pools: [{fqdn: POOL1, storeInstalled: false}]",
    ];
    for (start, pool1, pool2, machine) in [
        ("TwoSites", "pool1.contoso.com", "pool2.contoso.com", "fe02.pool2.contoso.com"),
        ("StandardEdition", "se1.contoso.com", "se2.contoso.com", "se1.contoso.com"),
    ] {
        for failure in failures {
            let failure = failure.replace("POOL1", pool1).replace("POOL2", pool2).replace("MACHINE", machine);
            law(&format!("{start} {failure}"), &format!("start: {start}\n{failure}\n")).await;
        }
    }
    for failure in [
        "",
        "failures: [{kill: [Osaka]}]",
        "failures: [{kill: [Tokyo]}]",
        "failures: [{kill: [sqlam.contoso.com]}]",
        "failures: [{kill: [sqla.contoso.com, sqlam.contoso.com]}]",
        "failures: [{kill: [x1.contoso.com]}]",
    ] {
        law(&format!("several {failure}"), &format!("{SEVERAL}{failure}\n")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_has_seen_is_said() {
    let rebuilt = law("two sites", "").await;
    let has = |rebuilt: &Rebuilt, text: &str| {
        assert!(rebuilt.assumed.iter().any(|line| line.contains(text)), "{text}: {:#?}", rebuilt.assumed);
    };
    has(&rebuilt, "each Front End pool homes 12000 users");
    assert_eq!(rebuilt.assumed.len(), 2, "{:#?}", rebuilt.assumed);
    let rebuilt = law("a dead site", "failures: [{kill: [DC1]}]\n").await;
    has(&rebuilt, "pool1.contoso.com is off");
    has(
        &rebuilt,
        "PoolState of pool1.contoso.com is Active, as the replica on fe01.pool2.contoso.com has it",
    );
    has(&rebuilt, "the next hop of edge1.contoso.com is pool1.contoso.com, as the replica on");
    has(&rebuilt, "Backup Service of pool2.contoso.com");
    let rebuilt = law("several", SEVERAL).await;
    assert_eq!(rebuilt.scenario.pools[0].mirror_is_principal, Some(true));
    // Nothing names the SQL Server of a pool any more.
    let mut observed = see(&Scenario::from_yaml(SEVERAL).unwrap(), 5).await;
    let lync_failover::lync::Fact::Known { value: topology, .. } = &mut observed.topology else { panic!() };
    topology.pools.values_mut().for_each(|pool| pool.user_store = None);
    let rebuilt = from_observed(&observed).unwrap();
    has(&rebuilt, "the SQL Server of d.contoso.com is d.contoso.com");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_no_endpoint_takes_no_session_in_the_rehearsal() {
    let mut observed = see(&Scenario::default(), 5).await;
    let host = "fe03.pool2.contoso.com".parse().unwrap();
    observed.endpoints.remove(&host);
    observed.registrars.remove(&host);
    let rebuilt = from_observed(&observed).unwrap();
    let again = see(&rebuilt.scenario, 5).await;
    let state = again.endpoints[&host].value();
    assert!(matches!(state, Some(lync_failover::lync::EndpointState::Denied(_))), "{state:?}");
}

fn sketch(edit: impl FnOnce(&mut Sketch)) -> Observed {
    let text = include_str!("plans/08-nothing-to-do.yaml").split_once("\n---").unwrap().0;
    let mut sketch: Sketch = serde_yaml::from_str(text).unwrap();
    edit(&mut sketch);
    sketch.observed()
}

/// These facts decide what a failover does: a rehearsal on a guess would show the wrong plan.
#[test]
fn what_decides_a_failover_is_not_assumed() {
    let missing = |observed: &Observed, text: &str| {
        let missing = from_observed(observed).expect_err(text);
        assert!(missing.iter().any(|line| line.contains(text)), "{text}: {missing:?}");
    };
    missing(&Observed::default(), "the topology is not known");
    let edge = sketch(|sketch| sketch.edges.get_mut("edge1").unwrap().next_hop = None);
    missing(&edge, "the next hop of edge1.contoso.com is not known");
    let state = sketch(|sketch| sketch.pools.get_mut("pool1").unwrap().state = None);
    missing(&state, "PoolState of pool1.contoso.com is not known");
    missing(&sketch(|sketch| sketch.cms.health = "Split".into()), "two pools are active");
    let newer = sketch(|sketch| sketch.pools.get_mut("pool1").unwrap().version = 9);
    missing(&newer, "version 9, which the simulator does not know");
    let mut nowhere = sketch(|_| {});
    nowhere.central_management = Default::default();
    missing(&nowhere, "where the Central Management store is");
}
