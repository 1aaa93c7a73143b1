//! A real API server takes the definitions and the examples, refuses what the rules refuse, and shows what
//! people are to see. And the control plane itself can be hurt in the ways that other tests need.
#![cfg(unix)]

mod controlplane;

use std::{
    fs,
    path::{Path, PathBuf},
};

use controlplane::ControlPlane;

/// The shared control plane with the definitions, and a namespace.
fn plane(prefix: &str) -> (&'static ControlPlane, String) {
    let plane = ControlPlane::shared();
    plane.definitions();
    (plane, plane.namespace(prefix))
}

/// Every file of `examples/`, in the order in which a reader would apply them. `examples/gitops` is applied by tools:
/// `tests/gitops` looks at it.
fn examples() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() && path.file_name().is_some_and(|name| name == "gitops") {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(found.len() > 5, "examples are missing");
    found
}

/// An example, for another namespace than its own.
fn example(path: &Path, namespace: &str) -> String {
    fs::read_to_string(path)
        .expect("readable")
        .replace("namespace: lync-dr", &format!("namespace: {namespace}"))
}

fn registrars_lost(namespace: &str) -> String {
    example(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/registrars-lost.yaml"), namespace)
}

#[test]
fn the_examples_are_accepted_and_applying_them_again_changes_nothing() {
    let (plane, namespace) = plane("examples");
    for path in examples() {
        let text = example(&path, &namespace);
        let apply = ["apply", "--server-side", "--validate=strict", "-f", "-"];
        plane.kubectl(&apply, &text).ok();
        // The first write after the creation stores the default of the status with it.
        plane.kubectl(&apply, &text).ok();
        let version =
            ["get", "lfo", "contoso", "-n", &namespace, "-o", "jsonpath={.metadata.resourceVersion}"];
        let before = plane.kubectl(&version, "").ok();

        let diff = plane.kubectl(&["diff", "--server-side", "-f", "-"], &text);
        assert_eq!((diff.code, diff.stdout.as_str()), (0, ""), "{}: {}", path.display(), diff.stderr);
        plane.kubectl(&apply, &text).ok();
        assert_eq!(plane.kubectl(&version, "").ok(), before, "{} was written again", path.display());
    }
}

const FILES: &str =
    r"{configurationFile: 'C:\backup\config.zip', lisConfigurationFile: '\\dfs.contoso.com\l$\lis.zip'}";
const ONE_FILE: &str = r"{configurationFile: 'C:\backup\config.zip'}";
const NO_PATH: &str =
    r#"{configurationFile: "C:\\a'; Remove-Item D:\\b", lisConfigurationFile: 'C:\lis.zip'}"#;

#[test]
fn what_the_rules_refuse_is_refused_with_their_words() {
    let (plane, namespace) = plane("refused");
    let failover = |spec: &str| object("LyncFailover", &format!("{{deploymentRef: {{name: a}}, {spec}}}"));
    let winrm = |more: &str| {
        let endpoint = "{host: fe1.contoso.com, pool: pool1.contoso.com}";
        let winrm = format!("credentialsSecretRef: {{name: s}}, endpoints: [{endpoint}]{more}");
        object("LyncDeployment", &format!("{{bridge: {{winrm: {{{winrm}}}}}}}"))
    };
    let simulated = |spec: &str| {
        object("LyncDeployment", &format!("{{bridge: {{simulated: {{scenario: {{}}}}}}, {spec}}}"))
    };
    let moved = "users: [{homePool: p1.contoso.com, servedBy: p2.contoso.com}]";
    let cases = [
        (failover("suspend: true"), "at least one of users, centralManagement and edges must be given"),
        (
            failover("users: [{homePool: Pool1, servedBy: p2.contoso.com}]"),
            "homePool must be a fully qualified domain name in lower case",
        ),
        (
            failover(
                "users: [{homePool: p1.contoso.com, servedBy: p2.contoso.com}, \
                 {homePool: p2.contoso.com, servedBy: p1.contoso.com}]",
            ),
            "servedBy must not name a pool that is itself failed over",
        ),
        (
            failover(&format!("{moved}, edges: [{{pool: e1.contoso.com, nextHop: p1.contoso.com}}]")),
            "nextHop must not name a pool that is failed over",
        ),
        (
            failover(&format!("{moved}, centralManagement: {{pool: p1.contoso.com}}")),
            "centralManagement.pool must not name a pool that is failed over",
        ),
        (
            failover(&format!("{moved}, centralManagement: {{move: {FILES}}}")),
            "spec.centralManagement.pool: Required value",
        ),
        (
            failover(&format!("{moved}, centralManagement: {{pool: p2.contoso.com, move: {ONE_FILE}}}")),
            "spec.centralManagement.move.lisConfigurationFile: Required value",
        ),
        (
            failover(&format!("{moved}, centralManagement: {{pool: p2.contoso.com, move: {NO_PATH}}}")),
            "configurationFile must be the full name of a file on a drive or a share",
        ),
        (
            failover(&format!("{moved}, policy: {{installDatabaseClean: Perhaps}}")),
            "Unsupported value: \"Perhaps\"",
        ),
        (
            failover(&format!("{moved}, approval: {{planHash: yes please}}")),
            "planHash must be a hash as status.plan.hash shows it",
        ),
        (
            failover(&format!("{moved}, policy: {{disasterMode: Sometimes}}")),
            "Unsupported value: \"Sometimes\"",
        ),
        (failover(&format!("{moved}, users2: []")), "unknown field \"spec.users2\""),
        (object("LyncDeployment", "{bridge: {}}"), "exactly one bridge must be set: winrm or simulated"),
        (winrm(", authentication: Basic"), "authentication Basic or Certificate needs tls"),
        (simulated("objectives: {rpo: 10s}"), "rpo must be a duration from 1m to 168h"),
        (
            simulated("observation: {interval: 5m, staleAfter: 1m}"),
            "staleAfter must not be shorter than interval",
        ),
    ];
    for (text, message) in cases {
        let create = ["create", "--dry-run=server", "--validate=strict", "-n", &namespace, "-f", "-"];
        let refused = plane.kubectl(&create, &text).refused();
        assert!(refused.contains(message), "{text}\n{refused}");
    }
    // The same shape without the fault: what is refused above is refused for its fault.
    let create = ["create", "--dry-run=server", "--validate=strict", "-n", &namespace, "-f", "-"];
    for text in [failover(moved), winrm(""), simulated("objectives: {rpo: 10m}")] {
        plane.kubectl(&create, &text).ok();
    }
}

fn object(kind: &str, spec: &str) -> String {
    format!("apiVersion: lyncfailover.dev/v1alpha1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {spec}\n")
}

#[test]
fn a_failover_stays_with_its_deployment() {
    let (plane, namespace) = plane("fixed");
    plane.kubectl(&["apply", "-f", "-"], &registrars_lost(&namespace)).ok();
    let patch = r#"{"spec": {"deploymentRef": {"name": "other"}}}"#;
    let refused = plane
        .kubectl(&["patch", "lfo", "contoso", "-n", &namespace, "--type=merge", "-p", patch], "")
        .refused();
    assert!(refused.contains("deploymentRef cannot be changed: make another LyncFailover"), "{refused}");
}

#[test]
fn status_starts_unseen_and_is_written_apart_from_the_spec() {
    let (plane, namespace) = plane("status");
    let text = registrars_lost(&namespace);
    let (above, spec) = text.rsplit_once("\nspec:").expect("the failover is the last object");
    let forged = format!("{above}\nstatus: {{desired: forged}}\nspec:{spec}");
    plane.kubectl(&["apply", "-f", "-"], &forged).ok();
    let get = |path: &str| {
        let path = format!("jsonpath={{{path}}}");
        plane.kubectl(&["get", "lfo", "contoso", "-n", &namespace, "-o", &path], "").ok()
    };
    assert_eq!(get(".status"), r#"{"observedGeneration":-1}"#, "nobody has looked yet");

    let patch = r#"{"spec": {"suspend": true}, "status": {"desired": "pool1@pool2", "conditions": [
        {"type": "Ready", "status": "False", "reason": "Executing", "message": "",
         "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}"#;
    let write =
        ["patch", "lfo", "contoso", "-n", &namespace, "--subresource=status", "--type=merge", "-p", patch];
    plane.kubectl(&write, "").ok();
    assert_eq!(get(".status.observedGeneration"), "-1", "the default stays until somebody says otherwise");
    assert_eq!(get(".spec.suspend"), "false", "a status write leaves the spec alone");
    assert_eq!(get(".metadata.generation"), "1");

    let table = plane.kubectl(&["get", "lfo", "-n", &namespace], "").ok();
    let words: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        words[0],
        ["NAME", "DEPLOYMENT", "DESIRED", "ACTUAL", "READY", "STATUS", "STEP", "NEXT", "AGE"]
    );
    assert_eq!(words[1][..5], ["contoso", "contoso", "pool1@pool2", "False", "Executing"], "{table}");

    let all = plane.kubectl(&["get", "lync", "-n", &namespace, "-o", "name"], "").ok();
    assert!(all.contains("lyncfailover.lyncfailover.dev/contoso"), "{all}");
    assert!(all.contains("lyncdeployment.lyncfailover.dev/contoso"), "{all}");
}

#[test]
fn fields_explain_themselves() {
    let (plane, _) = plane("explain");
    let text = plane.kubectl(&["explain", "lfo.spec.policy.disasterMode"], "").ok();
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("Consent to a failover without the source pool, which loses what was not yet copied")
    );
    assert!(flat.contains("ENUM: Never WhenSourceDown Always"), "{text}");
}

#[test]
fn people_have_the_rights_that_they_were_given_and_leave_traces() {
    let (plane, namespace) = plane("rights");
    let rights = "create role reader --verb=get,list --resource=lyncfailovers.lyncfailover.dev -n";
    let rights: Vec<&str> = rights.split(' ').chain([namespace.as_str()]).collect();
    plane.kubectl(&rights, "").ok();
    let account = format!("--serviceaccount={namespace}:watcher");
    plane
        .kubectl(
            &[
                "create",
                "rolebinding",
                "reader",
                "--role=reader",
                &account,
                "--group=helpdesk",
                "-n",
                &namespace,
            ],
            "",
        )
        .ok();
    let list = ["get", "lfo", "-n", &namespace];
    plane.kubectl_as(&plane.service_account(&namespace, "watcher"), &list, "").ok();
    plane.kubectl_as(&plane.kubeconfig_for("ann", &["helpdesk"]), &list, "").ok();
    let refused = plane.kubectl_as(&plane.kubeconfig_for("bob", &["sales"]), &list, "").refused();
    assert!(refused.contains(r#"User "bob" cannot list resource "lyncfailovers""#), "{refused}");

    let traces: Vec<(String, u64)> = plane
        .audit("kubectl")
        .into_iter()
        .filter(|request| request.namespace == namespace && request.resource == "lyncfailovers")
        .map(|request| (request.user, request.code))
        .collect();
    let watcher = format!("system:serviceaccount:{namespace}:watcher");
    assert_eq!(traces, [(watcher, 200), ("ann".to_owned(), 200), ("bob".to_owned(), 403)]);
    assert!(plane.audit_counts("kubectl")["list lyncfailovers"] >= 3);
    assert!(plane.audit_counts("nobody").is_empty());
}

#[test]
fn the_control_plane_can_be_hurt_and_comes_back() {
    let plane = ControlPlane::start();
    let names = || plane.kubectl(&["get", "configmaps", "-o", "name"], "").ok();
    let get = ["get", "--raw=/version", "--request-timeout=1s"];
    plane.kubectl(&["create", "configmap", "old"], "").ok();
    let snapshot = plane.save();
    plane.kubectl(&["create", "configmap", "new"], "").ok();

    let paused = plane.pause();
    plane.kubectl(&get, "").refused();
    drop(paused);
    plane.kubectl(&["get", "--raw=/version"], "").ok();

    plane.crash();
    let refused = plane.kubectl(&get, "").refused();
    assert!(refused.contains("refused"), "{refused}");
    plane.resume();
    assert!(names().contains("configmap/new"), "a crash loses nothing: {}", names());

    plane.restore(&snapshot);
    assert!(names().contains("configmap/old"), "{}", names());
    assert!(!names().contains("configmap/new"), "what came after the snapshot is gone: {}", names());

    plane.controllers();
    let namespace = plane.namespace("short-lived");
    plane.kubectl(&["delete", "namespace", &namespace, "--timeout=30s"], "").ok();
}
