//! The real operator gets its objects into each state. `git.rs` has each judged, and compares it with Git.

use crate::{
    git::{Git, next},
    stage::{AWAY, EDGE, ONE_STEP, STORE, Stage, TWO_STEPS, USERS},
};

fn at_home() -> String {
    AWAY.replace("servedBy: pool2", "servedBy: pool1")
        .replace("  policy", "  edges: [{pool: edge1.contoso.com, nextHop: pool1.contoso.com}]\n  policy")
}

#[test]
fn a_failover_from_the_first_sight_to_its_end_and_after() {
    let slow = "durations: {poolFailover: 8s, setEdgeServer: 1s, edgeReplication: 1s, check: 100ms}";
    let stage = Stage::new("gitops-run", &format!("{slow}, {TWO_STEPS}"));
    let mut git = Git::new(stage, &AWAY.replace("WhenSourceDown", "Never"));
    git.sees_deployment("unseen");
    git.visits("unseen");
    let operator = git.stage.operator();
    git.visits_when("awaiting-consent", |found| next(found).contains("WhenSourceDown"));
    git.sees_deployment("seen");
    git.push(AWAY);
    git.visits_when("executing", |found| next(found).contains("FailOverPool"));
    git.visits("converged");
    git.stage.inject("stopRegistrars: [pool2.contoso.com]");
    git.visits_when("converged-but-down", |found| next(found).contains("pool2.contoso.com is down"));
    operator.kill();
    git.push(&AWAY.replace("servedBy: pool2", "servedBy: pool1"));
    git.visits("new-spec");
}

#[test]
fn what_is_chosen_and_what_is_taken_away() {
    let mut git = Git::new(Stage::new("gitops-chosen", ""), &at_home());
    let _operator = git.stage.operator();
    git.stage.wait_for_ready();
    git.stage.inject(
        "administrator: [{host: fe01.pool2.contoso.com, command: Set-CsEdgeServer, parameters: {Identity: \
         'EdgeServer:edge1.contoso.com', Registrar: 'Registrar:pool2.contoso.com'}}]",
    );
    git.visits("drifted");
    git.push(&at_home().replace("spec:\n", "spec:\n  suspend: true\n"));
    git.visits("suspended");
    git.push(&at_home().replace("policy: {", "policy: {management: Plan, "));
    git.visits("planned");
    git.push(&at_home().replace("policy: {", "policy: {management: Observe, "));
    git.visits("observing");
    assert!(git.stage.cmdlets().is_empty(), "{:?}", git.stage.cmdlets());
}

#[test]
fn what_waits_for_agreement_and_what_cannot_be() {
    let mut git = Git::new(Stage::new("gitops-wish", ""), AWAY);
    let _operator = git.stage.operator();
    git.visits("awaiting-approval");
    git.push(&AWAY.replace("servedBy: pool2", "servedBy: pool9"));
    git.visits("refused");
    git.push(AWAY);
    git.stage.apply(&at_home().replace("name: contoso\nspec", "name: rival\nspec"));
    git.visits("conflict");
    assert!(git.stage.cmdlets().is_empty(), "{:?}", git.stage.cmdlets());
}

#[test]
fn what_is_not_there_and_what_cannot_be_seen() {
    let plane = crate::controlplane::ControlPlane::shared();
    plane.definitions();
    let namespace = plane.namespace("gitops-blind");
    let git = Git::new(Stage::bare(plane, namespace, "", &[]), AWAY);
    let _operator = git.stage.operator();
    git.visits("deployment-not-found");
    git.stage.deploy("127.0.0.1:9".parse().unwrap());
    git.sees_deployment("unreachable");
    git.visits("unreachable");
}

#[test]
fn what_ripens_and_what_fails() {
    let fault = format!(
        "faults: [{{kind: FailBefore, cmdlet: {USERS}, times: 0, errorId: CommandNotFoundException, \
         message: 'The term is not recognized as the name of a cmdlet.'}}]"
    );
    let git = Git::new(Stage::new("gitops-failed", &format!("{ONE_STEP}, {fault}")), AWAY);
    let ripens_in = |time: &str| {
        let patch = format!(r#"{{"spec": {{"sourceDown": {{"sustainedFor": "{time}"}}}}}}"#);
        git.stage.kubectl(&["patch", "ldep", "contoso", "--type=merge", "-p", &patch]);
    };
    ripens_in("1h");
    let _operator = git.stage.operator();
    git.visits("waiting");
    ripens_in("1s");
    git.visits("failed");
}

#[test]
fn what_a_person_has_to_do() {
    let scenario = "cms: {pool: pool2.contoso.com}, edges: [{fqdn: edge2.contoso.com, site: DC2, nextHop: \
                    pool1.contoso.com}], failures: [{kill: [pool1.contoso.com]}]";
    let by_hand = AWAY.replace("policy: {", "policy: {sameSiteChange: Manual, ");
    let git = Git::new(Stage::new("gitops-manual", scenario), &by_hand);
    let _operator = git.stage.operator();
    git.visits("awaiting-manual-step");
    assert!(!git.stage.cmdlets().contains(&USERS.to_owned()));
}

/// After the move of the store both pools take themselves to be active. For a while that may be what replication has
/// not brought yet; an operator that knows of no move believes it at once.
#[test]
fn what_contradicts_itself() {
    let scenario =
        format!("failures: [{{kill: [pool1.contoso.com]}}], faults: [{{kind: BothActive, cmdlet: {STORE}}}]");
    let git = Git::new(Stage::new("gitops-split", &scenario), AWAY);
    let operator = git.stage.operator();
    git.visits("verifying");
    operator.kill();
    git.stage.kubectl(&["delete", "configmap", "--all"]);
    let _operator = git.stage.operator();
    git.visits("contradictory");
    assert_eq!(git.stage.cmdlets(), [STORE]);
}

const SLOW_STORE: &str =
    "durations: {cmsDisaster: 90s, check: 100ms}, failures: [{kill: [pool1.contoso.com]}]";

#[test]
fn a_deployment_that_is_pruned_during_a_failover_waits_for_its_end() {
    let git = Git::new(Stage::new("gitops-leaving", SLOW_STORE), AWAY);
    let _operator = git.stage.operator();
    git.stage.until("the store moves", || git.stage.runs(STORE));
    git.stage.kubectl(&["delete", "ldep", "contoso", "--wait=false"]);
    git.sees_deployment("being-deleted");
}

/// A tool that prunes, or a file that is taken out of Git: nothing happens in Lync, neither then nor when it comes
/// back.
#[test]
fn what_is_pruned_changes_nothing_in_lync() {
    let git = Git::new(Stage::new("gitops-prune", ONE_STEP), AWAY);
    let _operator = git.stage.operator();
    git.stage.wait_for_ready();
    assert_eq!(git.stage.cmdlets(), [USERS]);
    git.stage.kubectl(&["delete", "lfo", "contoso", "--timeout=20s"]);
    git.stage.until_looked(3);
    assert_eq!(git.stage.cmdlets(), [USERS], "pruning ran a cmdlet");
    git.sync();
    git.stage.wait_for_ready();
    git.stage.until_looked(2);
    assert_eq!(git.stage.cmdlets(), [USERS], "what came back ran a cmdlet");
    assert!(!git.stage.cmdlets().contains(&EDGE.to_owned()));
}
