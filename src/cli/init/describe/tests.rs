use std::sync::{Arc, Mutex};

use jiff::SignedDuration;

use super::{super::write, *};
use crate::{
    api::{
        DisasterConsent, LyncFailover,
        load::{Source, load},
    },
    bridge::SimulatedBridge,
    clock::{Clock, ScaledClock},
    controller::{Endpoint, Look, Organisation, observe},
    lync::{Fact, Why},
    simulator::{Scenario, Simulator},
};

/// Observes a scenario a few seconds after it has begun.
async fn see(yaml: &str) -> (Observed, Timestamp) {
    let started: Timestamp = "2026-11-22T03:00:00Z".parse().expect("valid");
    let mut simulator =
        Simulator::new(&Scenario::from_yaml(yaml).expect("it reads"), started).expect("it makes sense");
    let now = started + SignedDuration::from_secs(5);
    let front_ends = simulator.describe(now).front_ends();
    let clock: Arc<dyn Clock> = Arc::new(ScaledClock::new(now, 1.0));
    let bridge = Arc::new(SimulatedBridge::new(Arc::new(Mutex::new(simulator)), Arc::clone(&clock)));
    let organisation = Organisation {
        bridge: bridge.clone(),
        prober: bridge,
        clock: Arc::clone(&clock),
        endpoints: front_ends.into_iter().map(|(host, pool)| Endpoint { host, pool }).collect(),
        limits: Limits::default(),
        interval: SignedDuration::from_secs(60),
    };
    (observe(&organisation, Look::default()).await, clock.now())
}

/// What is written about a scenario, read back as kubectl would; planning it finds nothing to do, whether
/// the operator may act or not.
async fn harmless(yaml: &str) -> (LyncFailoverSpec, String) {
    let (observed, now) = see(yaml).await;
    let limits = Limits::default();
    let described = describe("contoso", &observed, &limits, now);
    let Described { spec, left_out } = described.unwrap_or_else(|refusals| panic!("{yaml}: {refusals:?}"));
    let text = write::failover(&LyncFailover::new("contoso", spec), &left_out, now).expect("it is valid");
    let source = Source { name: "generated".to_owned(), text: text.clone() };
    let spec = load(&[source]).expect("it is valid").failovers().next().expect("one").spec.clone();
    for management in [Management::Plan, Management::Enforce] {
        let desired = Desired { management, ..Desired::try_from(&spec).expect("valid") };
        let watch = Watch::default().with_observation(&observed, &limits, now);
        let progress = Progress { generation: 1, watch, ..Progress::default() };
        let plan = plan(&desired, &observed, &progress, &limits, now);
        assert_eq!(plan.decision, Decision::Converged, "{yaml}: {text}");
        assert!(plan.steps.is_empty(), "{yaml}: {:?}", plan.steps);
    }
    assert_eq!(spec.policy.disaster_mode, DisasterConsent::Never);
    (spec, text)
}

async fn refused(yaml: &str) -> Vec<Refusal> {
    let (observed, now) = see(yaml).await;
    describe("contoso", &observed, &Limits::default(), now).expect_err("refused")
}

fn says(refusals: &[Refusal], is_unseen: bool, text: &str) {
    let found = refusals.iter().any(|one| one.is_unseen == is_unseen && one.to_string().contains(text));
    assert!(found, "{text}: {refusals:?}");
}

#[tokio::test(start_paused = true)]
async fn applying_the_description_changes_nothing() {
    let (spec, _) = harmless("").await;
    let users: Vec<_> =
        spec.users.iter().map(|user| (user.home_pool.as_str(), user.served_by.as_str())).collect();
    assert_eq!(
        users,
        [("pool1.contoso.com", "pool1.contoso.com"), ("pool2.contoso.com", "pool2.contoso.com")]
    );
    assert_eq!(spec.central_management.expect("it is known").pool, "pool1.contoso.com");
    assert_eq!(spec.edges[0].next_hop, "pool1.contoso.com");
    harmless("start: StandardEdition\n").await;
    harmless("cms: {pool: pool2.contoso.com}\n").await;
    // A pool that is down and serves its users nowhere else: that is how it is.
    harmless("cms: {pool: pool2.contoso.com}\nfailures: [{kill: [fe01.pool1.contoso.com, fe02.pool1.contoso.com]}]\n").await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_over_pool_stays_failed_over() {
    let over = "pools: [{fqdn: pool1.contoso.com, state: FailedOver}]\n\
                edges: [{fqdn: edge1.contoso.com, nextHop: pool2.contoso.com}]\n\
                cms: {pool: pool2.contoso.com}\n";
    for more in ["", "failures: [{kill: [DC1]}]\n"] {
        let (spec, text) = harmless(&format!("{over}{more}")).await;
        assert_eq!(spec.users[0].served_by, "pool2.contoso.com", "{text}");
        assert_eq!(spec.central_management.expect("it is known").pool, "pool2.contoso.com");
    }
}

const MIXED: &str = "\
start: Empty
pools:
- {fqdn: a.contoso.com, site: A, backup: b.contoso.com}
- {fqdn: b.contoso.com, site: B}
- {fqdn: c.contoso.com, site: A, backup: d.contoso.com, state: FailedOver, edition: Standard}
- {fqdn: d.contoso.com, site: B, edition: Standard}
- {fqdn: alone.contoso.com, site: B}
- {fqdn: old.contoso.com, site: A, version: 5}
- {fqdn: dir.contoso.com, site: A, director: true}
edges:
- {fqdn: e1.contoso.com, site: A, nextHop: dir.contoso.com}
- {fqdn: e2.contoso.com, site: B, nextHop: d.contoso.com}
";

#[tokio::test(start_paused = true)]
async fn several_pools_and_those_that_cannot_be_failed_over() {
    let (spec, text) = harmless(&format!("{MIXED}cms: {{pool: a.contoso.com}}\n")).await;
    let homes: Vec<_> = spec.users.iter().map(|user| user.home_pool.as_str()).collect();
    assert_eq!(homes, ["a.contoso.com", "b.contoso.com", "c.contoso.com", "d.contoso.com"]);
    assert_eq!(spec.users[2].served_by, "d.contoso.com");
    for line in [
        "# No entry for alone.contoso.com: it has no backup pool.",
        "# No entry for old.contoso.com: Lync Server 2010, which has no pool failover.",
        "# No entry for dir.contoso.com: a Director pool",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    // The store on a pool without failover cmdlets stays there.
    let (spec, _) = harmless(&format!("{MIXED}cms: {{pool: old.contoso.com}}\n")).await;
    assert_eq!(spec.central_management.expect("it is known").pool, "old.contoso.com");
}

#[tokio::test(start_paused = true)]
async fn a_state_between_two_is_not_written_down() {
    says(
        &refused("pools: [{fqdn: pool1.contoso.com, state: FailingOver}]\n").await,
        false,
        "is FailingOver. Let the failover end",
    );
    says(
        &refused("pools: [{fqdn: pool2.contoso.com, state: FailingBack}]\n").await,
        false,
        "is FailingBack. Let the failback end",
    );
    let half = refused("pools: [{fqdn: pool1.contoso.com, state: FailedOver}]\n").await;
    says(&half, false, "the next hop of edge1.contoso.com is pool1.contoso.com, whose users are failed over");
    says(&half, false, "the Central Management store is on pool1.contoso.com, whose users are failed over");
    let orphan = "start: Empty\npools: [{fqdn: a.contoso.com, state: FailedOver}]\n";
    says(&refused(orphan).await, false, "It has no backup pool");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_known_is_not_guessed() {
    let dead = refused("failures: [{kill: [DC1]}]\n").await;
    says(&dead, true, "only known from the local replica on");
    says(&dead, false, "the Central Management store does not work");
    says(
        &refused("failures: [{cut: [{from: operator, to: DC1}, {from: operator, to: DC2}]}]\n").await,
        true,
        "the topology is not known",
    );
    let (mut observed, now) = see("").await;
    let edge = "edge1.contoso.com".parse().expect("valid");
    observed.next_hops.insert(edge, Fact::Unknown(Why::Unreadable("truncated".to_owned())));
    let refusals = describe("contoso", &observed, &Limits::default(), now).expect_err("refused");
    says(
        &refusals,
        true,
        "the next hop of edge1.contoso.com is not known: the answer could not be read: truncated",
    );
    let (mut observed, now) = see("").await;
    let pool = "pool2.contoso.com".parse().expect("valid");
    observed.pool_states.insert(pool, Fact::Unknown(Why::Denied("401".to_owned())));
    let refusals = describe("contoso", &observed, &Limits::default(), now).expect_err("refused");
    says(&refusals, true, "who serves the users of pool2.contoso.com is not known: access denied: 401");
    assert_eq!(refusals.len(), 1);
    let (mut observed, now) = see("").await;
    observed.central_management.pointer = Fact::Unknown(Why::Denied("401".to_owned()));
    let refusals = describe("contoso", &observed, &Limits::default(), now).expect_err("refused");
    says(&refusals, true, "the Central Management store could not be seen");
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_is_described_as_of_its_time_and_not_later() {
    let (observed, now) = see("").await;
    let later = now + SignedDuration::from_mins(10);
    let refusals = describe("contoso", &observed, &Limits::default(), later).expect_err("refused");
    says(&refusals, true, "too long ago");
}
