//! Which namespaces are watched.

use crate::stage::{AWAY, ONE_STEP, REASON, Stage};

/// Of several namespaces each is seen, also when one of them cannot be, and the others are left alone.
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
