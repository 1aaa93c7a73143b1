//! `LyncDeployment`: its status is the observed world, and it stays while an operation of it runs.

use super::{
    CMDLETS,
    stage::{AWAY, Stage},
};

const JSONPATH_FINALIZERS: &str = "jsonpath={.metadata.finalizers}";

#[test]
fn its_status_is_the_observed_world() {
    let stage = Stage::new("world", "failures: [{stopRegistrars: [pool1.contoso.com]}]");
    let _operator = stage.operator();
    stage.until(|| stage.kubectl(&["get", "ldep"]).contains("1 up, 1 down"));
    let table = stage.kubectl(&["get", "ldep", "-o", "wide"]);
    for part in ["contoso", "Connected", "pool1.contoso.com", "True"] {
        assert!(table.contains(part), "{part} is missing in\n{table}");
    }
    let part = |path: &str| stage.kubectl(&["get", "ldep", "contoso", "-o", &format!("jsonpath={{{path}}}")]);
    assert_eq!(part(".status.pools[*].verdict"), "Down Up");
    assert_eq!(part(".status.pools[*].pairedWith"), "pool2.contoso.com pool1.contoso.com");
    assert_eq!(part(".status.pools[0].votes[*].witness"), "operator bridge");
    assert_eq!(part(".status.edges[*].nextHop"), "pool1.contoso.com");
    assert_eq!(part(".status.observedGeneration"), "1");
    let hosts = part(".status.executors[*].state");
    assert!(hosts.split(' ').count() > 1 && hosts.split(' ').all(|state| state == "Connected"), "{hosts}");
    assert_eq!(part(".metadata.finalizers"), "");
}

#[test]
fn it_stays_while_its_operation_runs_and_nothing_else_is_started() {
    let stage = Stage::new("leaving", "failures: [{kill: [pool1.contoso.com]}]");
    let _operator = stage.operator();
    stage.apply(AWAY);
    stage.until(|| stage.cmdlets().len() == 1);
    assert!(
        stage.kubectl(&["get", "ldep", "contoso", "-o", JSONPATH_FINALIZERS]).contains("operation-in-flight")
    );
    stage.kubectl(&["delete", "ldep", "contoso", "--wait=false"]);
    stage.kubectl(&["wait", "--for=delete", "ldep/contoso", "--timeout=60s"]);
    assert_eq!(stage.cmdlets(), CMDLETS[1..2], "what ran has ended, nothing else was started");
    assert_eq!(stage.ended(), 1);
    let reason = "jsonpath={.status.conditions[?(@.type==\"Ready\")].reason}";
    stage.until(|| stage.kubectl(&["get", "lfo", "contoso", "-o", reason]) == "DeploymentNotFound");
}

#[test]
fn a_finished_run_leaves_no_finalizer() {
    let stage = Stage::new("finalizer", "failures: [{stopRegistrars: [pool1.contoso.com]}]");
    let _operator = stage.operator();
    stage.apply(AWAY);
    stage.wait_for_ready();
    stage.until(|| stage.kubectl(&["get", "ldep", "contoso", "-o", JSONPATH_FINALIZERS]).is_empty());
}
