//! Which namespaces are watched.

use crate::stage::{AWAY, ONE_STEP, REASON, Stage, USERS};

/// Of several namespaces each is seen, and no other.
#[test]
fn several_namespaces_are_watched_and_no_other() {
    let stage = Stage::new("several-here", ONE_STEP);
    let (there, elsewhere) = (stage.plane.namespace("several-there"), stage.plane.namespace("elsewhere"));
    let orphan = AWAY.replace("deploymentRef: {name: contoso}", "deploymentRef: {name: nothing}");
    let path = format!("jsonpath={REASON}");
    let reason = |namespace: &str| {
        stage.plane.kubectl(&["get", "lfo", "contoso", "-n", namespace, "-o", &path], "").ok()
    };
    for namespace in [&there, &elsewhere] {
        stage.plane.kubectl(&["apply", "-n", namespace, "-f", "-"], &orphan).ok();
    }
    let args = ["--no-leader-election", "--watch-namespace", &stage.namespace, "--watch-namespace", &there];
    let operator = stage.start(&stage.plane.admin(), &args);
    stage.apply(AWAY);
    stage.until("the other namespace is seen", || reason(&there) == "DeploymentNotFound");
    stage.wait_for_ready();
    assert_ne!(reason(&elsewhere), "DeploymentNotFound", "it is not watched");
    assert_eq!(operator.get("/readyz").0, 200);
    let (_, text) = operator.get("/metrics");
    for namespace in [&stage.namespace, &there] {
        assert!(
            text.contains(&format!("lync_failover_ready{{namespace=\"{namespace}\"")),
            "{namespace}: {text}"
        );
    }
}

/// A namespace that is gone, or whose rights are, must not keep the operator from a failover in another one.
#[test]
fn a_namespace_that_cannot_be_listed_holds_up_no_other() {
    let stage = Stage::new("blind-here", ONE_STEP);
    let there = stage.plane.namespace("blind-there");
    let bind = ["create", "rolebinding", "lou", "--clusterrole=cluster-admin", "--user=lou"];
    stage.kubectl(&bind);
    let lou = stage.plane.kubeconfig_for("lou", &[]);
    let args = ["--no-leader-election", "--watch-namespace", &stage.namespace, "--watch-namespace", &there];
    let operator = stage.start(&lou, &args);
    stage.apply(AWAY);
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), [USERS]);
    let (code, told) = operator.get("/readyz");
    assert!(code == 503 && told.contains(&format!("in namespace {there}")), "{code} {told}");
}
