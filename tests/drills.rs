//! Drills: what would be done if a pool were lost, as golden files, and what trying it does to a simulated Lync:
//! nothing.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::{fs, path::Path, sync::Arc};

use jiff::SignedDuration;
use lync_failover::{
    api::{DrillOutcome, DrillResult, DrillStatus},
    bridge::{Bridge, SimulatedBridge},
    controller::{Endpoint, Look, Organisation, Stop, drill, observe},
    drill::{Script, Standing, obstacle, scripts, status},
    plan::{Decision, Limits, Progress, Watch, assess},
};
use serde::Serialize;
use support::{
    golden,
    lab::{Crash, Lab},
    safety,
    scenes::{DISASTER, EDGE, OVER, STORE, away, check},
    sketch::{Sketch, now},
};

/// A script as people read it.
#[derive(Serialize)]
struct View {
    lost: String,
    #[serde(rename = "servedBy")]
    served_by: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tries: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rest: Vec<String>,
}

fn view(script: &Script) -> View {
    let tried = |mutation: &lync_failover::lync::cmdlet::Mutation| {
        mutation.what_if().map_or("not run".to_owned(), |tried| tried.invocation().to_string())
    };
    let acts = script.acts.iter();
    let rest = script.rest.iter().map(|rest| {
        let host = rest.host.as_ref().map(|host| format!(" on {host}")).unwrap_or_default();
        format!("{:?} {} {}{host}: {}", rest.result, rest.step, rest.target, rest.why)
    });
    View {
        lost: script.pool.to_string(),
        served_by: script.pair.to_string(),
        tries: acts
            .map(|act| format!("{} on {}: {}", act.step, act.host, tried(&act.step.mutation())))
            .collect(),
        rest: rest.collect(),
    }
}

#[test]
fn every_sketch_gives_its_scripts() {
    golden::every("drills", 9, |sketch| {
        let watch = sketch.progress().watch;
        let all = scripts(&sketch.observed(), &watch, &Limits::default(), now());
        let options = serde_yaml::ser_options! { prefer_block_scalars: false };
        let views: Vec<View> = all.iter().map(view).collect();
        serde_yaml::to_string_with_options(&views, options).unwrap()
    });
}

/// How many have to call a pool down does not matter: that it is down is what is supposed.
#[test]
fn however_many_votes_a_verdict_needs_the_script_is_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drills");
    let text = fs::read_to_string(folder.join("01-store-and-edge-on-one-pool.yaml")).unwrap();
    let sketch: Sketch = serde_yaml::from_str(golden::split(&text).0).unwrap();
    let of = |limits: Limits| scripts(&sketch.observed(), &sketch.progress().watch, &limits, now());
    let strict =
        Limits { down_votes: 5, down_sustained_for: SignedDuration::from_hours(1), ..Limits::default() };
    assert_eq!(of(strict), of(Limits::default()));
}

fn organisation(lab: &Lab) -> Organisation {
    let bridge = Arc::new(SimulatedBridge::new(Arc::clone(&lab.simulator), Arc::clone(&lab.clock)));
    let front_ends = lab.simulator.lock().unwrap().describe(lab.clock.now()).front_ends();
    Organisation {
        bridge: bridge.clone(),
        prober: bridge,
        clock: Arc::clone(&lab.clock),
        endpoints: front_ends.into_iter().map(|(host, pool)| Endpoint { host, pool }).collect(),
        limits: Limits::default(),
        interval: SignedDuration::from_secs(60),
    }
}

/// Everything that the simulated Lync is, in every bit that it can print of itself.
fn world(lab: &Lab) -> String {
    format!("{:#?}", lab.simulator.lock().unwrap())
}

/// Looks once and tries everything. The world may not change by it.
async fn try_all(lab: &Lab) -> DrillStatus {
    let org = organisation(lab);
    let observed = observe(&org, Look::default()).await;
    let now = lab.clock.now();
    let watch = Watch::default().with_observation(&observed, &org.limits, now);
    let all = scripts(&observed, &watch, &org.limits, now);
    let (drilled, stopped) = drill(&org, all, &Stop::default()).await;
    status(None, (now, lab.clock.now()), &drilled, stopped.as_deref())
}

fn results(status: &DrillStatus, pool: &str) -> Vec<(String, DrillResult)> {
    let pool = status.pools.iter().find(|one| one.pool == pool).expect("it was tried");
    pool.steps.iter().map(|step| (step.step.clone(), step.result)).collect()
}

const POOL1: &str = "pool1.contoso.com";
const POOL2: &str = "pool2.contoso.com";

#[tokio::test(start_paused = true)]
async fn a_drill_leaves_the_world_as_it_was_bit_for_bit() {
    for scenario in ["", "start: StandardEdition", "cms: {pool: pool2.contoso.com}"] {
        let lab = Lab::new(scenario);
        let org = organisation(&lab);
        let observed = observe(&org, Look::default()).await;
        let now = lab.clock.now();
        let watch = Watch::default().with_observation(&observed, &org.limits, now);
        let all = scripts(&observed, &watch, &org.limits, now);
        assert_eq!(all.len(), 2, "{scenario}");
        let before = world(&lab);
        let (drilled, stopped) = drill(&org, all, &Stop::default()).await;
        assert_eq!(world(&lab), before, "{scenario}");
        assert_eq!(stopped, None);
        let status = status(None, (now, now), &drilled, None);
        assert_eq!(status.outcome, Some(DrillOutcome::Passed), "{scenario}: {status:#?}");
        assert_eq!(lab.transcript().entries, [], "{scenario}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_step_before_would_mend_is_expected_and_the_rest_passes() {
    let status = try_all(&Lab::new("")).await;
    let step = |name: &str, result| (name.to_owned(), result);
    let expected = [
        step("FailOverCentralManagement", DrillResult::Passed),
        step("SetEdgeNextHop", DrillResult::Passed),
        step("FailOverPool", DrillResult::Expected),
    ];
    assert_eq!(results(&status, POOL1), expected, "{status:#?}");
    // The store and the Edge are not on Pool2: nothing comes before.
    assert_eq!(results(&status, POOL2), [step("FailOverPool", DrillResult::Passed)]);
    assert_eq!(status.message.as_deref(), Some("pools: 2 passed"));
}

/// The failover of the same night, after a drill: the rules S1 to S9 hold over the whole transcript.
#[tokio::test(start_paused = true)]
async fn after_a_drill_a_failover_goes_as_ever() {
    let lab = Lab::new("failures: [{at: 1m, kill: [pool1.contoso.com]}]");
    let status = try_all(&lab).await;
    assert_eq!(status.outcome, Some(DrillOutcome::Passed), "{status:#?}");
    lab.clock.sleep(SignedDuration::from_mins(2)).await;
    let ended = lab.drive(&away(), &Crash::never()).await;
    check("after a drill", &ended, DISASTER);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    assert_eq!(safety::names(&ended.transcript), [STORE, EDGE, OVER]);
}

/// What is wrong with a host, or with the cmdlet on it, and what the drill makes of it.
#[tokio::test(start_paused = true)]
async fn what_would_fail_on_the_night_fails_in_the_drill() {
    let over = "cmdlet: Invoke-CsPoolFailOver, host: fe01.pool1.contoso.com";
    let faults = [
        ("Missing", DrillResult::Failed, "is not recognized"),
        ("FailBefore", DrillResult::Failed, "Unexpected error"),
        ("Localise", DrillResult::Passed, ""),
        ("Denied", DrillResult::Failed, "access denied"),
        ("NotSent", DrillResult::Skipped, "not sent"),
        ("LoseAnswer", DrillResult::Skipped, "outcome unknown"),
    ];
    for (kind, result, said) in faults {
        let status = try_all(&Lab::new(&format!("faults: [{{kind: {kind}, {over}}}]"))).await;
        assert_eq!(results(&status, POOL2), [("FailOverPool".to_owned(), result)], "{kind}: {status:#?}");
        let outcome = match result {
            DrillResult::Failed => DrillOutcome::Failed,
            DrillResult::Skipped => DrillOutcome::Incomplete,
            _ => DrillOutcome::Passed,
        };
        assert_eq!(status.outcome, Some(outcome), "{kind}");
        let message = status.message.unwrap();
        assert!(message.contains(said), "{kind}: {message}");
    }
}

/// A text that nobody can read is no reason to call a refusal expected.
#[tokio::test(start_paused = true)]
async fn a_refusal_in_another_language_is_a_failure() {
    let fault = "faults: [{kind: Localise, cmdlet: Invoke-CsPoolFailOver, host: fe01.pool2.contoso.com}]";
    let status = try_all(&Lab::new(fault)).await;
    assert_eq!(results(&status, POOL1)[2], ("FailOverPool".to_owned(), DrillResult::Failed), "{status:#?}");
}

/// A healthy site without a link to the store of the other one is found before the night on which it matters.
#[tokio::test(start_paused = true)]
async fn a_host_that_cannot_open_the_store_fails() {
    let cut = "failures: [{cut: [{from: fe01.pool1.contoso.com, to: sql2.contoso.com}]}]\n\
               cms: {pool: pool2.contoso.com}\nedges: [{fqdn: edge1.contoso.com, nextHop: pool2.contoso.com}]";
    let status = try_all(&Lab::new(cut)).await;
    let of_pool2 = results(&status, POOL2);
    assert_eq!(of_pool2.last().unwrap().1, DrillResult::Failed, "{status:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_drill_that_is_stopped_says_why_and_tries_no_further() {
    let lab = Lab::new("");
    let org = organisation(&lab);
    let observed = observe(&org, Look::default()).await;
    let now = lab.clock.now();
    let all = scripts(&observed, &Watch::default(), &org.limits, now);
    let stop = Stop::default();
    stop.ask("a failover begins");
    stop.ask("something else");
    let (drilled, stopped) = drill(&org, all, &stop).await;
    assert!(drilled.iter().all(|one| one.results.is_empty()));
    assert_eq!(stopped.as_deref(), Some("a failover begins"));
    let status = status(Some("x".to_owned()), (now, now), &drilled, stopped.as_deref());
    assert_eq!(status.outcome, Some(DrillOutcome::Incomplete));
    assert!(status.message.unwrap().ends_with("stopped: a failover begins"));
    let message = status.pools[0].steps[0].message.as_deref();
    assert_eq!(message, Some("not tried: a failover begins"));
}

/// A cmdlet that lacks the switch would be done.
#[tokio::test(start_paused = true)]
async fn the_simulated_lync_refuses_to_try_what_would_be_done() {
    let lab = Lab::new("");
    let host = "fe01.pool2.contoso.com".parse().unwrap();
    let edge = "edge1.contoso.com".parse().unwrap();
    let next_hop = POOL2.parse().unwrap();
    let mutation = lync_failover::lync::cmdlet::Mutation::SetEdgeServer { edge, next_hop };
    let (whole, now) = (mutation.invocation(), lab.clock.now());
    let mut simulator = lab.simulator.lock().unwrap();
    let answer = simulator.rehearse(&host, &whole, Some(&whole), now);
    assert!(format!("{answer:?}").contains("NotARehearsal"), "{answer:?}");
    let tried = mutation.what_if().unwrap().invocation();
    assert_eq!(simulator.rehearse(&host, &whole, Some(&tried), now), Ok(()));
    assert_eq!(simulator.transcript().entries, []);
}

#[tokio::test(start_paused = true)]
async fn a_drill_is_made_on_good_days_only() {
    let cases = [
        ("", None, None, false),
        ("", Some("fails"), Some("FailOverPool is in flight"), false),
        ("", Some("has begun"), None, true),
        ("failures: [{stopRegistrars: [pool1.contoso.com]}]", Some("pool1.contoso.com is"), None, false),
        ("failures: [{kill: [pool2.contoso.com]}]", Some("pool2.contoso.com is"), None, false),
        (
            "pools: [{fqdn: pool1.contoso.com, state: FailedOver}]",
            Some("pool1.contoso.com is FailedOver"),
            None,
            false,
        ),
    ];
    for (scenario, wanted, in_flight, is_running) in cases {
        let lab = Lab::new(scenario);
        let org = organisation(&lab);
        let (observed, now) = (observe(&org, Look::default()).await, lab.clock.now());
        let assessment = &assess(&observed, &Progress::default(), &org.limits, now);
        let (observed, limits) = (&observed, &org.limits);
        let standing = Standing { observed, assessment, in_flight, is_running, limits, now };
        let why = obstacle(standing);
        let wanted = in_flight.or(wanted);
        match wanted {
            None => assert_eq!(why, None, "{scenario}"),
            Some(part) => assert!(why.as_ref().is_some_and(|why| why.contains(part)), "{scenario}: {why:?}"),
        }
        let old = Standing { now: now + SignedDuration::from_mins(10), in_flight: None, ..standing };
        assert!(obstacle(old).is_some(), "{scenario}: nothing is tried on what was seen long ago");
    }
}

/// A bridge that has never heard of drills.
struct Deaf(SimulatedBridge);

#[async_trait::async_trait]
impl Bridge for Deaf {
    async fn query(
        &self,
        host: &lync_failover::lync::MachineFqdn,
        queries: &[lync_failover::lync::cmdlet::Query],
    ) -> Result<Vec<lync_failover::bridge::Answer>, lync_failover::bridge::CallError> {
        self.0.query(host, queries).await
    }

    async fn raise_epoch(
        &self,
        _: &lync_failover::lync::MachineFqdn,
    ) -> Result<lync_failover::bridge::Fence, lync_failover::bridge::CallError> {
        unreachable!("a drill raises no fence")
    }

    async fn start(
        &self,
        _: &lync_failover::bridge::Operation,
    ) -> Result<(), lync_failover::bridge::CallError> {
        unreachable!("a drill starts nothing")
    }

    async fn follow(
        &self,
        _: &lync_failover::bridge::Operation,
        _: u64,
    ) -> Result<lync_failover::bridge::Followed, lync_failover::bridge::CallError> {
        unreachable!("a drill follows nothing")
    }

    async fn adopt(
        &self,
        _: &lync_failover::lync::MachineFqdn,
        _: &lync_failover::bridge::Operation,
    ) -> Result<lync_failover::bridge::Adoption, lync_failover::bridge::CallError> {
        unreachable!("a drill adopts nothing")
    }
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_tried_has_not_passed() {
    let lab = Lab::new("");
    let bridge = SimulatedBridge::new(Arc::clone(&lab.simulator), Arc::clone(&lab.clock));
    let org = Organisation { bridge: Arc::new(Deaf(bridge)), ..organisation(&lab) };
    let observed = observe(&org, Look::default()).await;
    let now = lab.clock.now();
    let all = scripts(&observed, &Watch::default(), &org.limits, now);
    let (drilled, stopped) = drill(&org, all, &Stop::default()).await;
    let status = status(None, (now, now), &drilled, stopped.as_deref());
    assert_eq!(status.outcome, Some(DrillOutcome::Incomplete), "{status:#?}");
}
