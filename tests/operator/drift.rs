//! What others do to Lync once the desired state has been reached.

use crate::stage::{AWAY, EDGE, Stage};

/// Users at home, and the Edge with them: nothing to do.
fn home() -> String {
    AWAY.replace("servedBy: pool2", "servedBy: pool1")
        .replace("  policy", "  edges: [{pool: edge1.contoso.com, nextHop: pool1.contoso.com}]\n  policy")
}

/// An administrator points the Edge elsewhere.
fn edge_to(stage: &Stage<'_>, pool: &str) {
    stage.inject(&format!(
        "administrator: [{{host: fe01.pool2.contoso.com, command: Set-CsEdgeServer, parameters: \
         {{Identity: 'EdgeServer:edge1.contoso.com', Registrar: 'Registrar:{pool}.contoso.com'}}}}]"
    ));
}

#[test]
fn drift_is_reported_and_ends_when_it_is_undone_by_hand() {
    let stage = Stage::new("drift", "");
    let _operator = stage.operator();
    stage.apply(&home());
    stage.wait_for_ready();
    assert_eq!(stage.condition("Drifted"), "False InSync");

    edge_to(&stage, "pool2");
    stage.until("it is reported", || stage.condition("Drifted") == "True Drifted");
    stage.until_looked(3);
    assert_eq!(stage.condition("Ready"), "False Drifted");
    assert_eq!(stage.condition("Stalled").split(' ').next(), Some("False"), "Argo CD must not see an error");
    let said = stage.field("{.status.nextAction.message}");
    assert!(said.contains("edge1.contoso.com"), "{said}");
    assert!(stage.cmdlets().is_empty(), "{:?}", stage.cmdlets());

    edge_to(&stage, "pool1");
    stage.until("it is over", || stage.condition("Drifted") == "False InSync");
    assert_eq!(stage.condition("Ready"), "True Converged");
    assert!(stage.cmdlets().is_empty(), "{:?}", stage.cmdlets());
}

#[test]
fn drift_is_corrected_where_the_policy_says_so() {
    let stage = Stage::new("correct", "");
    let _operator = stage.operator();
    stage.apply(&home().replace("policy: {", "policy: {drift: Correct, "));
    stage.wait_for_ready();
    assert!(stage.cmdlets().is_empty());
    edge_to(&stage, "pool2");
    stage.until("it is corrected", || stage.cmdlets() == [EDGE]);
    stage.wait_for_ready();
    stage.until_looked(2);
    assert_eq!(stage.cmdlets(), [EDGE]);
    assert_eq!(stage.field("{.metadata.generation} {.status.observedGeneration}"), "1 1");
}
