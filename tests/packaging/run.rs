//! The operator at work with the rights of its service account, as each way of installing gives them.

use std::{path::Path, time::Duration};

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
    failover("helm", "all", |plane| {
        let chart = path("charts/lync-failover");
        plane.helm(&["install", NAME, &chart, "-n", NAMESPACE, "--create-namespace"]).ok();
    });
}

#[test]
fn a_failover_with_the_rights_that_kustomize_gives() {
    failover("kustomize", "all", |plane| {
        plane.kubectl(&["apply", "-k", &path("deploy")], "").ok();
    });
}

/// Only the definitions come from an administrator of the cluster. Whoever installs the rest owns two namespaces and
/// nothing else, so the API server itself refuses whatever would be an object of the cluster.
#[test]
fn a_failover_with_the_rights_for_one_namespace() {
    failover("watched", "one", |plane| {
        plane.kubectl(&["apply", "--server-side", "-f", &path("crds")], "").ok();
        plane.kubectl(&["create", "namespace", NAMESPACE], "").ok();
        for namespace in [HOME, NAMESPACE] {
            let bind = [
                "create",
                "rolebinding",
                "owner",
                "--clusterrole=cluster-admin",
                "--user=olga",
                "-n",
                namespace,
            ];
            plane.kubectl(&bind, "").ok();
        }
        let olga = plane.kubeconfig_for("olga", &[]);
        let chart = path("charts/lync-failover");
        let install = ["install", NAME, &chart, "-n", NAMESPACE, "--set", "crds.install=false"];
        let refused = plane.helm_as(&olga, &install).refused();
        assert!(refused.contains("cannot"), "for all namespaces she may not: {refused}");
        let watched = format!("watchNamespaces={{{HOME}}}");
        // What the attempt left is hers to take away.
        plane.helm_as(&olga, &["uninstall", NAME, "-n", NAMESPACE, "--ignore-not-found"]).ok();
        plane.helm_as(&olga, &[&install[..], &["--set", &watched]].concat()).ok();
        let rights = granted(plane, NAMESPACE, NAME);
        assert_eq!(rights.keys().collect::<Vec<_>>(), [HOME, NAMESPACE], "it has rights elsewhere");
    });
}

/// Installs, lets an editor ask for a failover, and looks at what happened and with which rights.
fn failover(name: &str, namespaces: &str, install: impl FnOnce(&ControlPlane)) {
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

    assert_listed(&plane, &kubeconfig, namespaces);

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

    // Where one namespace is watched, the roles for people are Roles there.
    let role = if namespaces == "one" { "--role" } else { "--clusterrole" };
    let role = format!("{role}=lync-failover-editor");
    plane.kubectl(&["create", "rolebinding", "editor", &role, "--user=ann", "-n", HOME], "").ok();
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

/// What the API server itself says that the account may do, where the resources are, in its own namespace, and
/// elsewhere: as in the golden file.
fn assert_listed(plane: &ControlPlane, account: &Path, namespaces: &str) {
    let mut text = String::new();
    for namespace in [HOME, NAMESPACE, "default"] {
        let listed = plane.kubectl_as(account, &["auth", "can-i", "--list", "-n", namespace], "").ok();
        text += &format!("# kubectl auth can-i --list -n {namespace}\n");
        // What every account may: to ask what it may do, and to read pages such as /healthz.
        let own = |line: &&str| !line.starts_with("selfsubject") && !line.starts_with(' ');
        for line in listed.lines().filter(own) {
            text += &line.split_whitespace().collect::<Vec<_>>().join(" ");
            text += "\n";
        }
    }
    let golden = path(&format!("tests/packaging/golden/rights-{namespaces}.txt"));
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, text).unwrap();
    } else {
        assert_eq!(text, expected, "on the right {golden}; if the new rights are meant, UPDATE_GOLDEN=1");
    }
}
