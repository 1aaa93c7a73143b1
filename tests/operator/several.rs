//! Several `LyncDeployment` of one Lync organisation share one record, and so one lock.

use crate::stage::{AWAY, EDGE, Stage, TWO_STEPS, USERS};

/// The users take their time.
fn slow() -> String {
    format!("durations: {{poolFailover: 20s, setEdgeServer: 1s, edgeReplication: 1s}}, {TWO_STEPS}")
}

/// The records that operators keep in the namespace of a stage.
fn records(stage: &Stage<'_>) -> String {
    let label = "app.kubernetes.io/component=organisation-record";
    stage.kubectl(&["get", "configmaps", "-l", label, "-o", "jsonpath={.items[*].data.record\\.json}"])
}

fn uid(stage: &Stage<'_>) -> String {
    stage.kubectl(&["get", "ldep", "contoso", "-o", "jsonpath={.metadata.uid}"])
}

#[test]
fn the_second_deployment_waits_for_what_the_first_has_sent() {
    let stage = Stage::new("several", &slow());
    let deployment = format!(
        "apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncDeployment\nmetadata: {{name: second}}\nspec:\n  bridge: \
         {{simulated: {{address: \"{}\"}}}}\n  observation: {{interval: 5s, staleAfter: 30s}}\n  sourceDown: \
         {{sustainedFor: 1s}}\n",
        stage.simulator()
    );
    stage.apply(&deployment);
    let _operator = stage.operator();
    stage.apply(AWAY);
    stage.until("the users are on their way", || stage.runs(USERS));
    stage.apply(&AWAY.replace("name: contoso", "name: second"));
    let told = || stage.kubectl(&["get", "lfo", "second", "-o", "jsonpath={.status.nextAction.message}"]);
    let sender = format!("(LyncDeployment {}/contoso)", stage.namespace);
    stage.until("it says whom it waits for", || told().contains(&sender));
    assert!(stage.runs(USERS) && records(&stage).contains(&uid(&stage)), "it is still that of the first");
    stage.wait_for_ready();
    stage.kubectl(&["wait", "--for=condition=Ready", "lfo/second", "--timeout=60s"]);
    assert_eq!(stage.cmdlets(), [EDGE, USERS]);

    // Both have seen the Edge change its next hop, each at a time of its own, and remember it in one place.
    stage.until_looked(3);
    let version = || {
        let label = "app.kubernetes.io/component=organisation-record";
        stage.kubectl(&[
            "get",
            "configmaps",
            "-l",
            label,
            "-o",
            "jsonpath={.items[*].metadata.resourceVersion}",
        ])
    };
    let before = version();
    assert!(records(&stage).contains("\"hops\""), "{}", records(&stage));
    stage.until_looked(6);
    assert_eq!(version(), before, "they write over each other");
}

/// As a tool for GitOps does it when an immutable field has changed, or a cluster was built again.
#[test]
fn a_deployment_that_was_made_anew_takes_over_what_the_old_one_has_sent() {
    let stage = Stage::new("anew", &slow());
    let operator = stage.operator();
    stage.apply(AWAY);
    stage.until("the users are on their way", || stage.runs(USERS));
    let before = uid(&stage);
    assert!(records(&stage).contains(&before));
    operator.kill();
    stage.kubectl(&["patch", "ldep", "contoso", "--type=merge", "-p", r#"{"metadata":{"finalizers":null}}"#]);
    stage.kubectl(&["delete", "ldep", "contoso"]);
    stage.deploy(stage.simulator());
    let _operator = stage.operator();
    stage.until("it is taken over", || records(&stage).contains(&format!("\"id\":\"{}\"", uid(&stage))));
    assert!(stage.runs(USERS) && !records(&stage).contains(&before), "{}", records(&stage));
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), [EDGE, USERS]);
}
