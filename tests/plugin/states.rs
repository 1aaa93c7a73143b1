//! The real operator gets its objects into each state, and the plugin tells of it.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    golden::shows,
    plugin::{lync, stage},
    stage::{AWAY, ONE_STEP, STORE, Stage, TWO_STEPS, USERS},
};

const STATUS: &[&str] = &["status"];
const PLAN: &[&str] = &["plan", "contoso"];

/// A replica of the operator, which holds the Lease that shows that it lives.
fn operator(stage: &Stage<'_>) -> crate::stage::Process {
    stage.replica("lync-failover-0")
}

fn at_home() -> String {
    AWAY.replace("servedBy: pool2", "servedBy: pool1")
}

fn ready(stage: &Stage<'_>, wanted: &str) {
    stage.until(wanted, || {
        let generations = stage.field("{.metadata.generation} {.status.observedGeneration}");
        let (now, seen) = generations.split_once(' ').unwrap_or_default();
        now == seen && stage.condition("Ready") == wanted
    });
}

/// Fresh exports of everything, which readiness asks for; made by somebody else.
const EXPORTED: &str = "exports: {all: 1h}";

/// What the organisation is seen to be, after a drill; a first look may not have all of it.
fn until_readiness(stage: &Stage<'_>, reason: &str) {
    stage.kubectl(&["annotate", "ldep", "contoso", "lyncfailover.dev/drill-requested-at=now"]);
    let path = "jsonpath={.status.conditions[?(@.type==\"DrReady\")].reason}";
    stage.until(reason, || stage.kubectl(&["get", "ldep", "contoso", "-o", path]) == reason);
}

#[test]
fn all_is_well_until_the_operator_dies() {
    let stage = stage("lync-well", EXPORTED);
    stage.apply(&at_home());
    let leader = operator(&stage);
    ready(&stage, "True Converged");
    until_readiness(&stage, "Prepared");
    shows(&stage, "healthy", &[(STATUS, 0), (PLAN, 0)]);

    // The status stays as it is, and nobody renews the Lease.
    leader.kill();
    let begun = Instant::now();
    while lync(&stage, STATUS).code == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "a dead operator looks healthy");
        thread::sleep(Duration::from_secs(1));
    }
    assert_eq!(stage.condition("Ready"), "True Converged", "it is the status that looks healthy");
    let text = shows(&stage, "operator-dead", &[(STATUS, 3), (PLAN, 3)]);
    assert!(text.contains("SILENT: what follows is old") && !text.contains("all is well"));

    // A leader that stops in order gives the Lease back; then nobody leads either.
    let second = operator(&stage);
    stage.until("it leads", || lync(&stage, STATUS).code == 0);
    assert!(second.terminate().success());
    let answer = lync(&stage, STATUS);
    assert!(answer.code == 3 && answer.stdout.contains("NOT RUNNING"), "{}", answer.stdout);
}

#[test]
fn consent_then_the_failover_and_after() {
    let scenario =
        format!("durations: {{poolFailover: 15s, setEdgeServer: 1s, edgeReplication: 1s}}, {TWO_STEPS}");
    let stage = stage("lync-run", &scenario);
    stage.apply(&AWAY.replace("WhenSourceDown", "Never"));
    let _leader = operator(&stage);
    let command = || stage.field("{.status.nextAction.command}");
    stage.until("the pool is down", || stage.condition("SourceAvailable") == "False Down");
    stage.until("it waits for the lesser consent", || command().contains("WhenSourceDown"));
    shows(&stage, "awaiting-consent", &[(STATUS, 3), (PLAN, 3)]);

    // The command that is shown is one that works.
    let shown = lync(&stage, PLAN).stdout;
    let patch = shown.lines().find_map(|line| line.strip_prefix("    $ ")).unwrap();
    let words: Vec<&str> = patch.split_whitespace().skip(1).map(|word| word.trim_matches('\'')).collect();
    stage.plane.kubectl(&words, "").ok();
    stage.until("the users are moved", || stage.runs(USERS) && stage.condition("Ready") == "False Executing");
    shows(&stage, "executing", &[(STATUS, 4), (PLAN, 4)]);
    assert!(stage.runs(USERS), "the cmdlet ended while the plugin was looking");
    stage.wait_for_ready();
    let text = shows(&stage, "failed-over", &[(STATUS, 3), (PLAN, 0)]);
    assert!(text.contains("last run Succeeded in"), "{text}");
}

#[test]
fn an_approval_is_awaited_then_suspended_then_refused() {
    let stage = stage("lync-approval", EXPORTED);
    stage.apply(AWAY);
    let _leader = operator(&stage);
    ready(&stage, "False AwaitingApproval");
    until_readiness(&stage, "Prepared");
    let text = shows(&stage, "awaiting-approval", &[(STATUS, 3), (PLAN, 3)]);
    let patch = text.lines().find_map(|line| line.strip_prefix("    $ ")).unwrap();
    assert!(patch.contains("planHash"), "{patch}");
    stage.edit(r#"{"suspend": true}"#);
    ready(&stage, "False Suspended");
    shows(&stage, "suspended", &[(STATUS, 3), (PLAN, 3)]);
    // A wish that Lync does not allow is refused, and that is not the plan of before.
    stage.apply(&AWAY.replace("servedBy: pool2", "servedBy: pool9"));
    ready(&stage, "False Refused");
    shows(&stage, "refused", &[(STATUS, 3), (PLAN, 3)]);
    assert!(stage.cmdlets().is_empty(), "{:?}", stage.cmdlets());
}

#[test]
fn a_person_has_to_change_the_topology() {
    let scenario = "cms: {pool: pool2.contoso.com}, edges: [{fqdn: edge2.contoso.com, site: DC2, nextHop: \
                    pool1.contoso.com}], failures: [{kill: [pool1.contoso.com]}]";
    let stage = stage("lync-manual", scenario);
    stage.apply(&AWAY.replace("policy: {", "policy: {sameSiteChange: Manual, "));
    let _leader = operator(&stage);
    ready(&stage, "False AwaitingManualStep");
    stage.until("the pool is down", || stage.condition("SourceAvailable") == "False Down");
    shows(&stage, "awaiting-manual-step", &[(STATUS, 3), (PLAN, 3)]);
}

/// After the move of the store both pools take themselves to be active. An operator that knows of no move believes
/// that at once.
#[test]
fn the_store_is_in_two_places() {
    let scenario =
        format!("failures: [{{kill: [pool1.contoso.com]}}], faults: [{{kind: BothActive, cmdlet: {STORE}}}]");
    let stage = stage("lync-split", &scenario);
    stage.apply(AWAY);
    let leader = operator(&stage);
    ready(&stage, "False Verifying");
    leader.kill();
    stage.kubectl(&["delete", "configmap", "--all"]);
    let _leader = operator(&stage);
    ready(&stage, "False Contradictory");
    stage.until("the pool is down", || stage.condition("SourceAvailable") == "False Down");
    let text = shows(&stage, "split-brain", &[(STATUS, 3), (PLAN, 3)]);
    let first = text.lines().find(|line| line.starts_with("! ")).unwrap();
    assert!(first.starts_with("! Contradictory: LyncFailover"), "{first}");
}

/// Nothing is left for the users of a pool whose way is not told by anybody: what cannot be seen is no "down".
#[test]
fn what_cannot_be_seen_is_not_called_down() {
    let stage = stage("lync-blind", ONE_STEP);
    stage.deploy("127.0.0.1:9".parse().unwrap());
    stage.apply(AWAY);
    let _leader = operator(&stage);
    ready(&stage, "False Unreachable");
    let answer = lync(&stage, STATUS);
    assert_eq!(answer.code, 3, "{}", answer.stdout);
    assert!(answer.stdout.contains("! Unreachable: LyncDeployment lync-blind/contoso"), "{}", answer.stdout);
    assert!(
        answer.stdout.contains("pools are not known") && !answer.stdout.contains("Down"),
        "{}",
        answer.stdout
    );
}
