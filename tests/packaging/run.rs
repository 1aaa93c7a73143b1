//! The operator at work with the rights of its service account, as each way of installing gives them.

use std::time::Duration;

use serde_json::Value;

use super::{
    controlplane::ControlPlane,
    objects::{NAME, NAMESPACE, path, scratch},
    rights::{assert_least, granted},
    stage::{Lync, Replica, until, until_reason},
};

/// Where the resources live. The operator's own namespace is another one.
const HOME: &str = "lync-dr";

#[test]
fn a_failover_with_the_rights_that_helm_gives() {
    failover("helm", |plane| {
        let chart = path("charts/lync-failover");
        plane.helm(&["install", NAME, &chart, "-n", NAMESPACE, "--create-namespace"]).ok();
    });
}

#[test]
fn a_failover_with_the_rights_that_kustomize_gives() {
    failover("kustomize", |plane| {
        plane.kubectl(&["apply", "-k", &path("deploy")], "").ok();
    });
}

#[test]
fn a_failover_with_the_rights_for_one_namespace() {
    failover("watched", |plane| {
        let chart = path("charts/lync-failover");
        let watched = format!("watchNamespaces={{{HOME}}}");
        plane.helm(&["install", NAME, &chart, "-n", NAMESPACE, "--create-namespace", "--set", &watched]).ok();
        let rights = granted(plane, NAMESPACE, NAME);
        assert_eq!(rights.keys().collect::<Vec<_>>(), [HOME, NAMESPACE], "it has rights elsewhere");
    });
}

/// Installs, lets an editor ask for a failover, and looks at what happened and with which rights.
fn failover(name: &str, install: impl FnOnce(&ControlPlane)) {
    let plane = ControlPlane::start();
    let dir = scratch(name);
    plane.kubectl(&["create", "namespace", HOME], "").ok();
    install(&plane);
    plane.kubectl(&["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"], "").ok();
    plane.forget_discovery();
    let text = plane.kubectl(&["get", "deployment", NAME, "-n", NAMESPACE, "-o", "json"], "").ok();
    let deployment: Value = serde_json::from_str(&text).unwrap();
    let account = deployment["spec"]["template"]["spec"]["serviceAccountName"].as_str().unwrap();
    let kubeconfig = plane.existing_account(NAMESPACE, account);

    let lync = Lync::start(&dir);
    let replicas = ["pod-0", "pod-1"].map(|pod| Replica::start(&deployment, pod, &kubeconfig, &dir));
    // One leads and both are ready: a rolling update waits for that.
    for replica in &replicas {
        assert_eq!(replica.get("/livez").0, 200);
        until("it is ready", || (replica.get("/readyz").0 == 200).then_some(()));
    }
    let leads =
        |replica: &Replica| replica.get("/metrics").1.lines().any(|line| line == "lync_failover_leader 1");
    until("one leads", || replicas.iter().any(leads).then_some(()));
    assert!(!replicas.iter().all(leads), "both lead");

    let bind = "create rolebinding editor --clusterrole=lync-failover-editor --user=ann -n";
    let bind: Vec<&str> = bind.split(' ').chain([HOME]).collect();
    plane.kubectl(&bind, "").ok();
    let ann = plane.kubeconfig_for("ann", &[]);
    let resources = format!(
        "apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncDeployment\nmetadata: {{name: contoso}}\n\
         spec:\n  bridge: {{simulated: {{address: \"{}\"}}}}\n  observation: {{interval: 5s, staleAfter: \
         30s}}\n  sourceDown: {{sustainedFor: 1s}}\n---\n\
         apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncFailover\nmetadata: {{name: contoso}}\n\
         spec:\n  deploymentRef: {{name: contoso}}\n  users: [{{homePool: pool1.contoso.com, servedBy: \
         pool2.contoso.com}}]\n",
        lync.address
    );
    plane.kubectl_as(&ann, &["apply", "-n", HOME, "-f", "-"], &resources).ok();
    let edit = |spec: &str| {
        let patch = format!("{{\"spec\": {spec}}}");
        plane
            .kubectl_as(&ann, &["patch", "lfo", "contoso", "-n", HOME, "--type=merge", "-p", &patch], "")
            .ok();
    };
    // Twice the same reason: the second time its Event is a patch of the first.
    until_reason(&plane, HOME, "AwaitingConsent");
    edit(r#"{"suspend": true}"#);
    until_reason(&plane, HOME, "Suspended");
    edit(r#"{"suspend": false}"#);
    until_reason(&plane, HOME, "AwaitingConsent");
    assert!(lync.cmdlets().is_empty(), "nobody has agreed yet");

    edit(r#"{"policy": {"disasterMode": "WhenSourceDown"}}"#);
    plane.kubectl(&["wait", "--for=condition=Ready", "lfo/contoso", "-n", HOME, "--timeout=90s"], "").ok();
    let once = ["Set-CsEdgeServer", "Invoke-CsManagementServerFailover", "Invoke-CsPoolFailOver"];
    assert_eq!(lync.cmdlets(), once);

    let grace = deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"].as_u64().unwrap();
    for replica in replicas {
        replica.terminate(Duration::from_secs(grace));
    }
    let user = format!("system:serviceaccount:{NAMESPACE}:{account}");
    let mut requests = plane.audit("lync-failover/");
    requests.retain(|request| request.user == user);
    assert_least(&granted(&plane, NAMESPACE, account), &requests);
}
