//! Several replicas: whichever is asked, the one that leads has the plan.

use super::{
    asked::{Asked, Said, address},
    stage::{AWAY, Process, Stage},
    warnings::{LOST, assert_in_order},
    wire::answer,
};

/// Who is gone is not replaced while a test goes on.
const FOR_LONG: [&str; 2] = ["--leader-elect-lease-duration=10m", "--leader-elect-renew-deadline=5m"];

/// The first leads, the second is asked.
fn two(asked: &Asked<'_>) -> (Process, Process) {
    let authority = asked.certify();
    let leader = asked.replica("first", &FOR_LONG);
    asked.stage.until("it leads", || leader.metric("lync_failover_leader") == Some(1.0));
    let standby = asked.replica("second", &FOR_LONG);
    asked.register(&standby, &authority);
    (leader, standby)
}

fn answers(process: &Process, kind: &str) -> Option<f64> {
    process.metric(&format!("lync_failover_webhook_reviews_total{{answer=\"{kind}\"}}"))
}

/// One warning without a plan, and what is applied is applied.
#[track_caller]
fn assert_allowed_without_plan(said: &Said, why: &[&str]) {
    let text = said.warnings.join("").replace("  ", " ");
    assert!(
        text.starts_with("the plan could not be computed: the replica that was asked stands by"),
        "{text}"
    );
    assert!(why.iter().all(|part| text.contains(part)) && !text.contains("steps"), "{why:?}: {text}");
    assert_eq!(text.matches("could not be computed").count(), 1, "{text}");
}

#[test]
fn whichever_replica_is_asked_the_plan_is_that_of_the_one_that_leads() {
    let stage = Stage::new("replicas", LOST);
    let asked = Asked::new(&stage);
    let (leader, standby) = two(&asked);
    let lines = asked.until(AWAY, "3 steps, mode Disaster");
    assert_in_order(
        &lines,
        &["3 steps", "1. SetEdgeNextHop", "2. FailOverCentral", "3. FailOverPool", "next, Operator"],
    );
    assert!(answers(&standby, "forwarded") >= Some(1.0) && answers(&standby, "plan").is_none());
    assert!(answers(&leader, "plan") >= Some(1.0) && answers(&leader, "forwarded").is_none());
    assert_eq!(asked.published(), format!("127.0.0.1:{}", address(&stage, &leader).port()));

    // What was passed on once is not passed on again.
    let head = "POST /plan HTTP/1.1\r\nLync-Failover-Forwarded: true";
    let review = br#"{"request": {"uid": "u", "object": null}}"#;
    let before = answers(&leader, "no_plan");
    let said = answer(address(&stage, &standby), head, review);
    assert!(
        said.contains("stands by and has not looked at Lync") && said.contains("\"allowed\":true"),
        "{said}"
    );
    assert_eq!(answers(&leader, "no_plan"), before, "the leader was asked");
    let said = answer(address(&stage, &standby), "POST /plan HTTP/1.1", review);
    assert!(said.contains("cannot read the resource"), "the leader was not asked: {said}");

    // The lease is given back, and with it what the leader has published: the standby is asked as the leader that it is.
    assert!(leader.terminate().success());
    asked.stage.until("the second leads", || standby.metric("lync_failover_leader") == Some(1.0));
    asked.until(AWAY, "3 steps, mode Disaster");
    assert_eq!(asked.published(), format!("127.0.0.1:{}", address(&stage, &standby).port()));
    assert!(standby.terminate().success());
    assert_eq!(asked.published(), "");
}

#[test]
fn a_leader_that_is_gone_or_silent_is_one_warning_and_nothing_is_held_up() {
    let stage = Stage::new("leaderless", LOST);
    let asked = Asked::new(&stage);
    let (leader, standby) = two(&asked);
    asked.until(AWAY, "3 steps");
    let at = asked.published();
    // It takes connections and says nothing; the API server would wait no longer than 5 s.
    leader.freeze();
    let why = ["could not be asked at", &at, "has not answered within 2 s"];
    assert_allowed_without_plan(&asked.try_out(AWAY), &why);
    leader.kill();
    let said = asked.try_out(AWAY);
    assert_allowed_without_plan(&said, &["could not be asked at", &at, "refused", "Ask again"]);
    assert!(said.done.contains("server dry run"), "{}", said.done);
    let said = asked.apply(AWAY, &[]);
    assert_allowed_without_plan(&said, &["refused"]);
    assert!(said.done.contains("serverside-applied"), "{}", said.done);
    assert_eq!(answers(&standby, "unreachable"), Some(3.0));
}

/// Who sits at the address that was published and has not the certificate of the replicas is told nothing.
#[test]
fn somebody_else_at_the_leaders_address_is_not_asked() {
    let stage = Stage::new("impostor", LOST);
    let asked = Asked::new(&stage);
    let (leader, _standby) = two(&asked);
    asked.until(AWAY, "3 steps");
    leader.kill();
    let elsewhere = Stage::new("elsewhere", LOST);
    let other = Asked::new(&elsewhere);
    other.certify();
    let impostor = other.operator();
    let at = format!("127.0.0.1:{}", address(&elsewhere, &impostor).port());
    let annotation = format!("lyncfailover.dev/webhook-address={at}");
    stage.kubectl(&["annotate", "--overwrite", "lease", "lync-failover", &annotation]);
    asked.until(AWAY, &at);
    assert_allowed_without_plan(&asked.try_out(AWAY), &[&at, "its certificate is not that of localhost"]);
    let (_, metrics) = impostor.get("/metrics");
    assert!(!metrics.contains("webhook_reviews_total{"), "it was asked");
}

#[test]
fn who_knows_nobody_to_ask_says_that_it_has_no_plan() {
    let stage = Stage::new("standby", LOST);
    let asked = Asked::new(&stage);
    let authority = asked.certify();
    let watch = ["--watch-namespace", &stage.namespace];
    let leader = asked.start(&[&["--identity", "first", "--pod-ip=nonsense"], &watch[..]].concat());
    stage.until("it leads", || leader.metric("lync_failover_leader") == Some(1.0));
    let second = asked.start(&[&["--identity", "second"], &watch[..]].concat());
    asked.register(&second, &authority);
    asked.until(AWAY, "the plan could not be computed");
    assert_allowed_without_plan(&asked.try_out(AWAY), &["has not looked at Lync"]);
    assert_eq!(asked.published(), "");
    asked.register(&leader, &authority);
    asked.until(AWAY, "3 steps");
}
