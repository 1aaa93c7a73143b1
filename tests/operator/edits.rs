//! What people do to a resource while its failover is under way.

use crate::stage::{AWAY, EDGE, ONE_STEP, STORE, Stage, TWO_STEPS, USERS};

/// Pool1 is off, the Edge looks to Pool2 already, and the store takes its time to move: store, then users.
const SLOW_STORE: &str = "durations: {poolFailover: 3s, cmsDisaster: 5s, internalReplication: 1s, \
    edgeReplication: 1s, check: 100ms}, edges: [{fqdn: edge1.contoso.com, nextHop: pool2.contoso.com}], \
    failures: [{kill: [pool1.contoso.com]}]";

#[test]
fn suspended_it_lets_the_cmdlet_end_and_starts_nothing_until_it_is_resumed() {
    let stage = Stage::new("suspend", SLOW_STORE);
    let _operator = stage.operator();
    stage.apply(AWAY);
    stage.until("the store moves", || stage.runs(STORE));
    stage.edit(r#"{"suspend": true}"#);
    stage.until("Suspended", || stage.condition("Ready") == "False Suspended");
    assert!(stage.has_ended(STORE), "what ran was let run to its end");
    stage.until_looked(3);
    assert_eq!(stage.cmdlets(), [STORE]);
    assert_eq!(stage.condition("Ready"), "False Suspended");
    assert_eq!(stage.field("{.status.nextAction.actor}"), "Administrator");

    stage.edit(r#"{"suspend": false}"#);
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), [STORE, USERS]);
}

#[test]
fn deleted_while_the_failover_runs_it_is_left_alone_and_a_new_one_repeats_nothing() {
    let slow = format!("durations: {{poolFailover: 6s}}, {ONE_STEP}");
    let stage = Stage::new("delete", &slow);
    let operator = stage.operator();
    stage.apply(AWAY);
    stage.until("the failover runs", || stage.runs(USERS));
    stage.kubectl(&["delete", "lfo", "contoso", "--timeout=5s"]);
    assert!(stage.runs(USERS), "it was deleted too late for this test");
    stage.until("it ends by itself", || stage.has_ended(USERS));
    stage.until_looked(2);
    assert_eq!(stage.cmdlets(), [USERS]);
    assert_eq!(operator.get("/readyz").0, 200);
    let record = stage.kubectl(&["get", "configmap", "-o", "jsonpath={.items[*].data.record\\.json}"]);
    assert!(record.contains("\"recent\"") && !record.contains("\"intent\""), "{record}");

    stage.apply(AWAY);
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), [USERS]);
}

/// The end of the step that runs is the safe point. Only then does the new spec count: the store stays where it
/// went (nobody asked for it back), and users who are at home are not moved.
#[test]
fn a_spec_changed_while_a_step_runs_is_taken_when_the_step_has_ended() {
    let stage = Stage::new("change", SLOW_STORE);
    let _operator = stage.operator();
    stage.apply(AWAY);
    stage.until("the store moves", || stage.runs(STORE));
    stage.edit(r#"{"users": [{"homePool": "pool1.contoso.com", "servedBy": "pool1.contoso.com"}]}"#);
    stage.until("the new generation is seen", || stage.field("{.status.observedGeneration}") == "2");
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), [STORE]);
    assert_eq!(stage.field("{.status.desired}"), "pool1@pool1");
    assert_eq!(stage.field("{.status.actual}"), "pool1@pool1 cms@pool2");
    let said = stage.field("{.status.nextAction.message}");
    assert!(said.contains("pool1.contoso.com is down") && said.contains("write servedBy: pool2"), "{said}");

    stage.edit(r#"{"users": [{"homePool": "pool1.contoso.com", "servedBy": "pool2.contoso.com"}]}"#);
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), [STORE, USERS]);
    assert_eq!(stage.field("{.status.observedGeneration}"), "3");
}

#[test]
fn it_waits_for_consent_and_goes_on_by_the_command_that_it_prints() {
    let stage = Stage::new("consent", TWO_STEPS);
    let _operator = stage.operator();
    stage.apply(&AWAY.replace("WhenSourceDown", "Never"));
    let command = || stage.field("{.status.nextAction.command}");
    // The verdict has to ripen before the command asks for the lesser consent.
    stage.until("the command", || command().contains("WhenSourceDown"));
    assert_eq!(stage.condition("Ready"), "False AwaitingConsent");
    assert!(stage.cmdlets().is_empty());
    let command = command();
    let (kubectl, patch) = command.split_once(" -p ").unwrap();
    let mut words: Vec<&str> = kubectl.split(' ').skip(1).collect();
    words.extend(["-p", patch.trim_matches('\'')]);
    stage.plane.kubectl(&words, "").ok();
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), [EDGE, USERS]);
}
