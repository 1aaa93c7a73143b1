//! What the admission policies refuse, and to whom, on a real API server.

use std::path::{Path, PathBuf};

use super::{
    admission::installed,
    controlplane::{ControlPlane, kubectl::Output},
    objects::{NAMESPACE, templated},
    stage::until,
};

const FAILOVER: &str = "apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncFailover\nmetadata: {name: dr}\n\
    spec:\n  deploymentRef: {name: contoso}\n  users: [{homePool: pool1.contoso.com, servedBy: pool2.contoso.com}]\n";
const APPROVAL: &str = "  approval: {planHash: 0123456789abcdef}\n";

/// A user with some of the roles in a namespace of its own test.
fn person(plane: &ControlPlane, namespace: &str, user: &str, roles: &[&str]) -> PathBuf {
    let user = format!("{user}-{namespace}");
    for role in roles {
        let name = format!("{user}-{role}");
        plane
            .kubectl(
                &["create", "rolebinding", &name, "-n", namespace, "--clusterrole", role, "--user", &user],
                "",
            )
            .ok();
    }
    plane.kubeconfig_for(&user, &[])
}

/// A policy counts a little after it was made; and aggregated roles take a little to gather.
fn until_refused(mut attempt: impl FnMut() -> Output) -> String {
    until("the refusal", || Some(attempt()).filter(|output| output.code != 0)).refused()
}

fn until_taken(mut attempt: impl FnMut() -> Output) {
    until("that it is let through", || Some(attempt()).filter(|output| output.code == 0)).ok();
}

fn apply(plane: &ControlPlane, who: &Path, namespace: &str, text: &str, more: &[&str]) -> Output {
    plane.kubectl_as(who, &[&["apply", "--server-side", "-n", namespace, "-f", "-"], more].concat(), text)
}

#[test]
fn nobody_but_the_operator_writes_a_status() {
    let plane = installed();
    let namespace = plane.namespace("status");
    let admin = plane.admin();
    apply(plane, &admin, &namespace, FAILOVER, &[]).ok();
    let status = "apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncFailover\nmetadata: {name: dr}\n\
        status: {desired: all is well}\n";
    let write = |who: &Path| apply(plane, who, &namespace, status, &["--subresource=status"]);
    let refused = until_refused(|| write(&admin));
    assert!(refused.contains("Only the operator writes a status"), "{refused}");
    write(&plane.existing_account(NAMESPACE, "lync-failover")).ok();
    // The spec is everybody's who may edit it.
    let spec = r#"{"spec":{"suspend":true}}"#;
    plane.kubectl(&["patch", "lfo", "dr", "-n", &namespace, "--type=merge", "-p", spec], "").ok();
}

#[test]
fn records_and_lease_are_the_operators() {
    let plane = installed();
    let operator = plane.existing_account(NAMESPACE, "lync-failover");
    let record = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: lync-organisation-policy-test}\n";
    let lease = "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: lync-failover}\n";
    let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: somebody-elses}\n";
    let generated = "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: lync-organisation-}\n";
    let create =
        |who: &Path, text: &str| plane.kubectl_as(who, &["create", "-n", NAMESPACE, "-f", "-"], text);
    let admin = plane.admin();
    until_refused(|| plane.kubectl(&["create", "-n", NAMESPACE, "--dry-run=server", "-f", "-"], record));
    for text in [record, lease, generated] {
        let refused = create(&admin, text).refused();
        assert!(refused.contains("keep a step from being run twice"), "{refused}");
    }
    create(&admin, other).ok();
    create(&operator, record).ok();
    let delete = ["delete", "cm", "lync-organisation-policy-test", "-n", NAMESPACE];
    let refused = plane.kubectl(&delete, "").refused();
    assert!(refused.contains("Break glass"), "{refused}");
    // With its namespace it goes.
    let cleaner = ["--as", "system:serviceaccount:kube-system:namespace-controller", "--dry-run=server"];
    plane.kubectl(&[&delete[..], &cleaner].concat(), "").ok();
    let all = plane.kubectl(&["delete", "cm", "-n", NAMESPACE, "--all"], "").refused();
    assert!(all.contains("Only the operator"), "{all}");
    // In any other namespace the name means nothing.
    let elsewhere = plane.namespace("records");
    plane.kubectl(&["create", "-n", &elsewhere, "-f", "-"], record).ok();
    let labels = ["label", "cm", "lync-organisation-policy-test", "-n", NAMESPACE, "a=b"];
    plane.kubectl(&labels, "").refused();
}

#[test]
fn who_asks_does_not_approve_unless_that_is_given_too() {
    let plane = installed();
    let namespace = plane.namespace("approval");
    let editor = person(plane, &namespace, "ann", &["edit"]);
    let approver = person(plane, &namespace, "bob", &["lync-failover-approver"]);
    let admin = person(plane, &namespace, "eve", &["admin"]);
    until_taken(|| apply(plane, &editor, &namespace, FAILOVER, &[]));
    let approve = |who: &Path, hash: &str| {
        let patch = format!(r#"{{"spec":{{"approval":{{"planHash":"{hash}"}}}}}}"#);
        plane.kubectl_as(who, &["patch", "lfo", "dr", "-n", &namespace, "--type=merge", "-p", &patch], "")
    };
    let refused = until_refused(|| approve(&editor, "0123456789abcdef"));
    assert!(refused.contains("lync-failover-approver"), "{refused}");
    let new = FAILOVER.replace("name: dr", "name: other") + APPROVAL;
    let refused = apply(plane, &editor, &namespace, &new, &[]).refused();
    assert!(refused.contains("lync-failover-approver"), "a new object with an approval: {refused}");

    approve(&approver, "0123456789abcdef").ok();
    // What was approved may be applied again with whatever else changes; another hash may not.
    let same = format!("{FAILOVER}{APPROVAL}  suspend: true\n");
    apply(plane, &editor, &namespace, &same, &["--force-conflicts"]).ok();
    approve(&editor, "fedcba9876543210").refused();
    // To take it back needs no approver.
    let remove = r#"[{"op": "remove", "path": "/spec/approval"}]"#;
    let args = ["patch", "lfo", "dr", "-n", &namespace, "--type=json", "-p", remove];
    plane.kubectl_as(&editor, &args, "").ok();
    until_taken(|| approve(&admin, "fedcba9876543210"));
}

#[test]
fn a_planner_tries_and_changes_nothing() {
    let plane = installed();
    let namespace = plane.namespace("planner");
    let planner = person(plane, &namespace, "pipeline", &["lync-failover-planner"]);
    let both = person(plane, &namespace, "carl", &["lync-failover-planner", "edit"]);
    until_taken(|| apply(plane, &planner, &namespace, FAILOVER, &["--dry-run=server"]));
    let refused = until_refused(|| apply(plane, &planner, &namespace, FAILOVER, &[]));
    assert!(refused.contains("--dry-run=server"), "{refused}");
    until_taken(|| apply(plane, &both, &namespace, FAILOVER, &[]));
    apply(plane, &planner, &namespace, &format!("{FAILOVER}  suspend: true\n"), &["--dry-run=server"]).ok();
    apply(plane, &planner, &namespace, &format!("{FAILOVER}  suspend: true\n"), &["--force-conflicts"])
        .refused();
}

/// The policies name the account and the namespace of their release.
#[test]
fn another_release_has_its_own_names_in_the_policies() {
    let other = ["--set", "serviceAccount.name=mine,serviceAccount.create=false", "--namespace", "dr-tools"];
    let policies: Vec<String> = templated(&other)
        .into_iter()
        .filter(|(key, _)| key.0 == "ValidatingAdmissionPolicy")
        .map(|(_, policy)| policy.to_string())
        .collect();
    assert_eq!(policies.len(), 4);
    let all = policies.concat();
    assert_eq!(all.matches("system:serviceaccount:dr-tools:mine").count(), 2, "{all}");
    assert!(!all.contains("lync-failover-system"), "{all}");
    let kinds = |settings: &[&str]| {
        templated(settings).into_keys().filter(|key| key.0.starts_with("ValidatingAdmission")).count()
    };
    assert_eq!(kinds(&["--set", "admissionPolicies.enabled=false"]), 0);
    assert_eq!(kinds(&["--set", "watchNamespaces={lync-dr}"]), 0, "they would speak for other namespaces");
}
