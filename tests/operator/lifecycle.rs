//! From `kubectl apply` to silence, and what holds an operator up on the way.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::stage::{AWAY, EDGE, ONE_STEP, REASON, STORE, Stage, TWO_STEPS, USERS};

#[test]
fn kubectl_apply_leads_to_ready_and_then_to_silence() {
    let stage = Stage::new("apply", "failures: [{stopRegistrars: [pool1.contoso.com]}]");
    let operator = stage.operator();
    stage.apply(AWAY);
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), [EDGE, STORE, USERS]);
    let events = stage.kubectl(&["get", "events", "-o", "jsonpath={.items[*].reason}"]);
    for reason in ["SetEdgeNextHopCompleted", "FailOverPoolCompleted", "Converged"] {
        assert!(events.contains(reason), "{reason} is missing in {events}");
    }

    // From here on: no writes but the lease, and one observation an interval.
    stage.until_looked(2);
    let (writes, reads, begun) = (stage.writes(), stage.observations(), Instant::now());
    stage.until_looked(3);
    assert_eq!(stage.writes(), writes, "writes at rest");
    let (looked, intervals) = (stage.observations() - reads, begun.elapsed().as_secs() / 5 + 1);
    assert!(looked <= intervals, "{looked} observations in {intervals} intervals");
    assert!(operator.terminate().success(), "it ends well");
}

/// What is documented about the operator's own endpoints.
#[test]
fn it_serves_its_health_and_its_metrics() {
    let stage = Stage::new("metrics", ONE_STEP);
    let operator = stage.operator();
    stage.apply(AWAY);
    stage.wait_for_ready();
    assert_eq!(operator.get("/livez"), (200, "ok\n".to_owned()));
    assert_eq!(operator.get("/readyz"), (200, "ok\n".to_owned()));
    let (code, text) = operator.get("/metrics");
    let here = format!("namespace=\"{}\",name=\"contoso\"", stage.namespace);
    for line in [
        "lync_failover_leader 1".to_owned(),
        format!("lync_failover_ready{{{here}}} 1"),
        format!("lync_failover_last_successful_observation_timestamp_seconds{{{here}}} "),
        format!("lync_failover_rounds_total{{{here}}} "),
        "lync_failover_steps_total{step=\"FailOverPool\",outcome=\"completed\"} 1".to_owned(),
        "lync_failover_status_writes_total ".to_owned(),
    ] {
        assert!(text.contains(&line), "{line} is missing in\n{text}");
    }
    assert_eq!(code, 200);
    assert!(operator.log().is_ascii() && !operator.log().contains('\x1b'), "no colours in a file");
}

/// The flagship example as it is in `examples/`, with quicker cmdlets: the simulated Lync lives in the
/// operator. GitOps tools apply it from the server's side, and must see no difference afterwards.
#[test]
fn the_example_runs_on_a_lync_inside_the_operator_and_gitops_sees_no_difference() {
    let stage = Stage::new("inside", "");
    let _operator = stage.operator();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/registrars-lost.yaml");
    let quick = "durations: {poolFailover: 2s, cmsNormal: 2s, edgeReplication: 2s, internalReplication: 1s}";
    let example = fs::read_to_string(path)
        .unwrap()
        .replace("  namespace: lync-dr\n", "")
        .replace("name: contoso", "name: inside")
        .replace("        failures:", &format!("        {quick}\n        failures:"))
        .replace(
            "  bridge:",
            "  observation: {interval: 5s, staleAfter: 30s}\n  sourceDown: {sustainedFor: 1s}\n  bridge:",
        );
    let as_gitops = |verb: &str| {
        stage.try_kubectl(&[verb, "--server-side", "--field-manager=gitops", "-f", "-"], &example)
    };
    let versions = || {
        let version = "{.metadata.resourceVersion} {.metadata.generation} ";
        let path = format!("jsonpath={{range .items[*]}}{version}{{end}}");
        stage.kubectl(&["get", "ldep/inside", "lfo/inside", "-o", &path])
    };
    as_gitops("apply").ok();
    // The first write after the creation stores the default of the status with it.
    as_gitops("apply").ok();
    stage.kubectl(&["wait", "--for=condition=Ready", "lfo/inside", "--timeout=90s"]);
    let steps = stage.kubectl(&["get", "lfo", "inside", "-o", "jsonpath={.status.lastRun.stepsDone}"]);
    assert_eq!(steps, "3");

    let before = versions();
    let diff = as_gitops("diff");
    assert_eq!((diff.code, diff.stdout.as_str()), (0, ""), "{}", diff.stderr);
    as_gitops("apply").ok();
    assert_eq!(versions(), before, "applying it again changed something");
}

/// Lives of growing length, wherever that ends them; `kills.rs` does it effect by effect.
#[test]
fn killed_at_any_moment_it_goes_on_and_does_nothing_twice() {
    let stage = Stage::new("kill", TWO_STEPS);
    stage.apply(AWAY);
    let mut lives = 0;
    while !stage.has_ended(USERS) {
        lives += 1;
        assert!(lives < 30, "it gets nowhere: {:?}", stage.cmdlets());
        let operator = stage.operator();
        thread::sleep(Duration::from_millis(1500 + 400 * lives));
        operator.kill();
    }
    let _operator = stage.operator();
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), [EDGE, USERS]);
    assert!(lives > 2, "it was not killed in between");
}

#[test]
fn resources_that_cannot_be_followed_are_told_and_the_others_go_on() {
    let stage = Stage::new("contest", ONE_STEP);
    let home = AWAY
        .replace("name: contoso\nspec", "name: rival\nspec")
        .replace("servedBy: pool2", "servedBy: pool1");
    let orphan = AWAY
        .replace("name: contoso\nspec", "name: orphan\nspec")
        .replace("deploymentRef: {name: contoso}", "deploymentRef: {name: nothing}");
    stage.apply(&format!("{AWAY}---\n{home}---\n{orphan}"));
    let _operator = stage.operator();
    let reasons = || {
        stage.kubectl(&[
            "get",
            "lfo",
            "-o",
            &format!("jsonpath={{.items[*]{}}}", &REASON[1..REASON.len() - 1]),
        ])
    };
    stage.until("both are told", || reasons() == "Conflict DeploymentNotFound Conflict");
    assert!(stage.cmdlets().is_empty());
    let said = stage.kubectl(&["get", "lfo", "orphan", "-o", "jsonpath={.status.nextAction.message}"]);
    assert!(said.contains("there is no LyncDeployment nothing in this namespace"), "{said}");
    stage.kubectl(&["delete", "lfo", "rival"]);
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), [USERS]);
    assert_eq!(reasons(), "Converged DeploymentNotFound");
}
