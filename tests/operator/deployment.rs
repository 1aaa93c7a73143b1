//! `LyncDeployment`: its status is the observed world, and it stays while an operation of it runs.

use crate::stage::{AWAY, ONE_STEP, REASON, STORE, Stage};

fn part(stage: &Stage<'_>, path: &str) -> String {
    stage.kubectl(&["get", "ldep", "contoso", "-o", &format!("jsonpath={{{path}}}")])
}

#[test]
fn its_status_is_the_observed_world() {
    let stage = Stage::new("world", "failures: [{stopRegistrars: [pool1.contoso.com]}]");
    let _operator = stage.operator();
    stage.until("the verdict is Down", || part(&stage, ".status.summary") == "1 up, 1 down");
    let table = stage.kubectl(&["get", "ldep", "-o", "wide"]);
    for part in ["contoso", "Connected", "pool1.contoso.com", "True"] {
        assert!(table.contains(part), "{part} is missing in\n{table}");
    }
    let part = |path: &str| part(&stage, path);
    assert_eq!(part(".status.pools[*].verdict"), "Down Up");
    assert_eq!(part(".status.pools[*].pairedWith"), "pool2.contoso.com pool1.contoso.com");
    assert_eq!(part(".status.pools[0].votes[*].witness"), "operator bridge peers database replicas");
    assert_eq!(part(".status.edges[*].nextHop"), "pool1.contoso.com");
    assert_eq!(part(".status.observedGeneration"), "1");
    let hosts = part(".status.executors[*].state");
    assert!(hosts.split(' ').count() > 1 && hosts.split(' ').all(|state| state == "Connected"), "{hosts}");
}

#[test]
fn it_stays_while_its_operation_runs_and_nothing_else_is_started() {
    let stage = Stage::new("leaving", "failures: [{kill: [pool1.contoso.com]}]");
    let _operator = stage.operator();
    stage.apply(AWAY);
    stage.until("the store moves", || stage.runs(STORE));
    assert!(part(&stage, ".metadata.finalizers").contains("operation-in-flight"));
    stage.kubectl(&["delete", "ldep", "contoso", "--wait=false"]);
    assert!(!stage.has_ended(STORE));
    stage.kubectl(&["wait", "--for=delete", "ldep/contoso", "--timeout=60s"]);
    assert_eq!(stage.cmdlets(), [STORE], "nothing else was started");
    assert!(stage.has_ended(STORE));
    stage.until("its failovers are told", || stage.field(REASON) == "DeploymentNotFound");
}

#[test]
fn a_finished_run_leaves_no_finalizer() {
    let stage = Stage::new("finalizer", ONE_STEP);
    let _operator = stage.operator();
    stage.apply(AWAY);
    stage.wait_for_ready();
    stage.until("the finalizer is gone", || part(&stage, ".metadata.finalizers").is_empty());
}
