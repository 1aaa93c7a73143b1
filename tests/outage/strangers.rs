//! Resources that an operator of the whole cluster meets and cannot use: the others go on.

use serde_json::Value;

use crate::{
    assert_ran_once,
    controlplane::ControlPlane,
    stage,
    stage::{AWAY, ONE_STEP, REASON, USERS},
};

#[test]
fn a_deployment_of_another_namespace_is_out_of_reach() {
    let plane = ControlPlane::start();
    let stage = stage(&plane, ONE_STEP);
    let elsewhere = plane.namespace("elsewhere");
    let _operator = stage.start(&plane.admin(), &["--no-leader-election"]);
    plane.kubectl(&["apply", "-n", &elsewhere, "-f", "-"], AWAY).ok();
    let reason = ["get", "lfo", "contoso", "-n", &elsewhere, "-o", &format!("jsonpath={REASON}")];
    stage.until("it is told", || plane.kubectl(&reason, "").ok() == "DeploymentNotFound");
    stage.until_looked(2);
    assert_eq!(stage.cmdlets(), [""; 0]);

    stage.apply(AWAY);
    stage.wait_for_ready();
    assert_ran_once(&stage, &[USERS]);
    assert_eq!(plane.kubectl(&reason, "").ok(), "DeploymentNotFound");
}

/// Written under an older, looser definition, say: the API server no longer lets such a spec in, and still has it.
#[test]
fn a_spec_that_the_operator_cannot_read_does_not_stop_the_others() {
    let plane = ControlPlane::start();
    let stage = stage(&plane, ONE_STEP);
    let strict = plane.kubectl(&["get", "crd", "lyncfailovers.lyncfailover.dev", "-o", "json"], "").ok();
    let operator = stage.operator();
    stage.until("it looks", || stage.observations() > 0);

    let mut loose: Value = serde_json::from_str(&strict).unwrap();
    let schema = "/spec/versions/0/schema/openAPIV3Schema/properties/spec";
    let policy = loose.pointer_mut(&format!("{schema}/properties/policy/properties/disasterMode")).unwrap();
    policy.as_object_mut().unwrap().remove("enum").unwrap();
    replace(&plane, &loose);
    let unreadable =
        AWAY.replace("name: contoso\nspec", "name: unreadable\nspec").replace("WhenSourceDown", "Sometimes");
    stage.until("the looser definition is in force", || {
        stage.try_kubectl(&["apply", "-f", "-"], &unreadable).code == 0
    });
    replace(&plane, &serde_json::from_str(&strict).unwrap());

    stage.apply(AWAY);
    stage.wait_for_ready();
    assert_ran_once(&stage, &[USERS]);
    operator.kill();

    let _operator = stage.operator();
    stage.apply(&AWAY.replace("name: contoso\nspec", "name: later\nspec"));
    let later = ["get", "lfo", "later", "-o", &format!("jsonpath={REASON}")];
    stage.until("a new one is followed after a restart", || stage.kubectl(&later) == "Converged");
    let unreadable = ["get", "lfo", "unreadable", "-o", &format!("jsonpath={REASON}")];
    stage.until("it is told", || stage.kubectl(&unreadable) == "InvalidSpec");
}

/// Puts the schema of a definition in the place of the one that is in force.
fn replace(plane: &ControlPlane, definition: &Value) {
    let versions = &definition["spec"]["versions"];
    let patch = serde_json::json!([{"op": "replace", "path": "/spec/versions", "value": versions}]);
    let name = definition["metadata"]["name"].as_str().unwrap();
    plane.kubectl(&["patch", "crd", name, "--type=json", "-p", &patch.to_string()], "").ok();
}
