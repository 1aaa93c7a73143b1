//! The operator as a process of its own, on a real API server, with a simulated Lync in a third process.
#![cfg(unix)]
#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test may panic, and nobody else sees it")]

#[path = "../controlplane/mod.rs"]
mod controlplane;
mod deployment;
mod service;
mod stage;

use std::time::{Duration, Instant};

use stage::{AWAY, Stage};

const CMDLETS: [&str; 3] = ["Set-CsEdgeServer", "Invoke-CsManagementServerFailover", "Invoke-CsPoolFailOver"];

#[test]
fn kubectl_apply_leads_to_ready_and_then_to_silence() {
    let stage = Stage::new("apply", "failures: [{stopRegistrars: [pool1.contoso.com]}]");
    let _operator = stage.operator();
    stage.apply(AWAY);
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), CMDLETS);
    let table = stage.kubectl(&["get", "lfo"]);
    for part in ["contoso", "pool1@pool2", "True", "Converged", "Nobody"] {
        assert!(table.contains(part), "{part} is missing in\n{table}");
    }
    let events = stage.kubectl(&["get", "events", "-o", "jsonpath={.items[*].reason}"]);
    for reason in ["SetEdgeNextHopCompleted", "FailOverPoolCompleted", "Converged"] {
        assert!(events.contains(reason), "{reason} is missing in {events}");
    }

    // From here on: no writes but the lease, and one observation an interval.
    std::thread::sleep(Duration::from_secs(6));
    let (writes, reads) = (stage.writes(), stage.observations());
    std::thread::sleep(Duration::from_secs(16));
    assert_eq!(stage.writes(), writes, "writes at rest");
    let looked = stage.observations() - reads;
    assert!((2..=4).contains(&looked), "{looked} observations in three intervals");
}

/// The flagship example as it is in `examples/`, with quicker cmdlets: the simulated Lync lives in the operator.
#[test]
fn the_example_runs_on_a_lync_inside_the_operator() {
    let stage = Stage::new("inside", "");
    let _operator = stage.operator();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/registrars-lost.yaml");
    let quick = "durations: {poolFailover: 2s, cmsNormal: 2s, edgeReplication: 2s, internalReplication: 1s}";
    let example = std::fs::read_to_string(path)
        .unwrap()
        .replace("namespace: lync-dr", "annotations: {}")
        .replace("name: contoso", "name: inside")
        .replace("        failures:", &format!("        {quick}\n        failures:"))
        .replace(
            "  bridge:",
            "  observation: {interval: 5s, staleAfter: 30s}\n  sourceDown: {sustainedFor: 1s}\n  bridge:",
        );
    stage.apply(&example);
    stage.kubectl(&["wait", "--for=condition=Ready", "lfo/inside", "--timeout=90s"]);
    let steps = stage.kubectl(&["get", "lfo", "inside", "-o", "jsonpath={.status.lastRun.stepsDone}"]);
    assert_eq!(steps, "3");
}

#[test]
fn killed_at_any_moment_it_goes_on_and_does_nothing_twice() {
    let stage = Stage::new("kill", "failures: [{kill: [pool1.contoso.com]}]");
    stage.apply(AWAY);
    let end = Instant::now() + Duration::from_secs(60);
    let mut lives = 0;
    // Lives of growing length, each ended by SIGKILL, until the third cmdlet has begun; then one to the end.
    while stage.cmdlets().len() < 3 && Instant::now() < end {
        lives += 1;
        let operator = stage.operator();
        std::thread::sleep(Duration::from_millis(1500 + 400 * lives));
        operator.kill();
    }
    let _operator = stage.operator();
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), [CMDLETS[1], CMDLETS[0], CMDLETS[2]]);
    assert!(lives > 1, "it was not killed in between");
}

#[test]
fn a_standby_takes_over_from_a_killed_leader_and_a_stopped_one_gives_the_lease_back() {
    let stage = Stage::new("lease", "failures: [{kill: [pool1.contoso.com]}]");
    let holder =
        || stage.kubectl(&["get", "lease", "lync-failover", "-o", "jsonpath={.spec.holderIdentity}"]);
    let first = stage.replica("first");
    stage.until(|| stage.has_lease() && holder() == "first");
    let second = stage.replica("second");
    stage.apply(AWAY);
    stage.until(|| !stage.cmdlets().is_empty());
    first.kill();
    stage.wait_for_ready();
    assert_eq!(holder(), "second");
    assert_eq!(stage.cmdlets(), [CMDLETS[1], CMDLETS[0], CMDLETS[2]]);
    assert!(second.terminate().success(), "it ends well");
    assert_eq!(holder(), "", "the lease is given back");
}

#[test]
fn it_waits_for_consent_and_goes_on_by_the_command_that_it_prints() {
    let stage = Stage::new("consent", "failures: [{kill: [pool1.contoso.com]}]");
    let _operator = stage.operator();
    stage.apply(&AWAY.replace("WhenSourceDown", "Never"));
    let reason = "jsonpath={.status.conditions[?(@.type==\"Ready\")].reason}";
    stage.until(|| stage.kubectl(&["get", "lfo", "contoso", "-o", reason]) == "AwaitingConsent");
    let command = stage.kubectl(&["get", "lfo", "contoso", "-o", "jsonpath={.status.nextAction.command}"]);
    let patch = command.split('\'').nth(1).unwrap();
    assert!(stage.cmdlets().is_empty());
    stage.until(|| {
        // The verdict has to ripen before the command asks for the lesser consent.
        let command =
            stage.kubectl(&["get", "lfo", "contoso", "-o", "jsonpath={.status.nextAction.command}"]);
        command.contains("WhenSourceDown")
    });
    assert!(patch.contains("disasterMode"), "{command}");
    stage.kubectl(&[
        "patch",
        "lfo",
        "contoso",
        "--type",
        "merge",
        "-p",
        r#"{"spec":{"policy":{"disasterMode":"WhenSourceDown"}}}"#,
    ]);
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), [CMDLETS[1], CMDLETS[0], CMDLETS[2]]);
}

#[test]
fn resources_that_contradict_each_other_are_both_told_and_neither_acts() {
    let stage = Stage::new("contest", "failures: [{kill: [pool1.contoso.com]}]");
    let home = AWAY
        .replace("name: contoso\nspec", "name: rival\nspec")
        .replace("servedBy: pool2", "servedBy: pool1");
    stage.apply(AWAY);
    stage.apply(&home);
    let _operator = stage.operator();
    let reasons = "jsonpath={.items[*].status.conditions[?(@.type==\"Ready\")].reason}";
    stage.until(|| stage.kubectl(&["get", "lfo", "-o", reasons]) == "Conflict Conflict");
    assert!(stage.cmdlets().is_empty());
    stage.kubectl(&["delete", "lfo", "rival"]);
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), [CMDLETS[1], CMDLETS[0], CMDLETS[2]]);
}
