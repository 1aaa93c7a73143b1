//! What goes wrong before there is anything to show.

use std::fs;

use serde_json::json;

use crate::{
    controlplane::ControlPlane,
    plugin::{kubectl, lync, stage},
    stage::AWAY,
};

#[test]
fn a_cluster_without_the_definitions_says_what_to_install() {
    let plane = ControlPlane::start();
    for args in [&["lync", "status"][..], &["lync", "status", "-A"], &["lync", "plan", "contoso"]] {
        let answer = kubectl(&plane, &plane.admin(), args);
        assert_eq!((answer.code, &*answer.stdout), (1, ""), "{args:?}");
        assert!(
            answer.stderr.starts_with("error: the API server at https://127.0.0.1:"),
            "{}",
            answer.stderr
        );
        assert!(answer.stderr.contains("the definitions are not installed"), "{}", answer.stderr);
        assert!(answer.stderr.contains("kubectl apply --server-side -f crds/"), "{}", answer.stderr);
    }
}

#[test]
fn who_may_not_look_is_told_which_role_is_missing() {
    let stage = stage("lync-rights", "");
    stage.apply(AWAY);
    let plane = stage.plane;
    let nobody = plane.kubeconfig_for("eve", &[]);
    let look = |who: &std::path::Path, args: &[&str]| kubectl(plane, who, &[&["lync"], args].concat());
    let answer = look(&nobody, &["status", "-n", "lync-rights"]);
    assert_eq!(answer.code, 1);
    for words in [
        "you may not list lyncfailovers in namespace lync-rights",
        "kubectl create rolebinding lync-viewer --clusterrole=lync-failover-viewer --user=YOU -n lync-rights",
        "User \"eve\" cannot list",
    ] {
        assert!(answer.stderr.contains(words), "{words}: {}", answer.stderr);
    }
    assert!(look(&nobody, &["status", "-A"]).stderr.contains("clusterrolebinding"));
    // The command that the error names, and the role as it is installed.
    let roles = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/operator/user-roles.yaml");
    plane.kubectl(&["apply", "-f", roles], "").ok();
    let bind = |namespace: &str| {
        let role = "--clusterrole=lync-failover-viewer";
        plane
            .kubectl(&["create", "rolebinding", "lync-viewer", role, "--user=eve", "-n", namespace], "")
            .ok();
    };
    bind("lync-rights");
    let seen = || look(&nobody, &["status", "-n", "lync-rights", "--operator-namespace", "kube-system"]);
    stage.until("she may look", || seen().stdout.contains("LyncFailover contoso"));
    // Whether the operator lives she may not know, and is not told that all is well.
    let answer = seen();
    assert_eq!(answer.code, 3, "{}", answer.stdout);
    assert!(answer.stdout.contains("NOT KNOWN: what follows may be old"), "{}", answer.stdout);
    let words: Vec<_> = answer.stdout.split_whitespace().collect();
    assert!(words.join(" ").contains("you may not get leases in namespace kube-system"), "{}", answer.stdout);
    // The same role where the operator lives shows its Lease. There is none here, and that is then known.
    bind("kube-system");
    stage.until("she may know", || seen().stdout.contains("NOT RUNNING"));
    // As the administrator who acts as her.
    let as_her = ["status", "-n", "kube-public", "--as", "eve"];
    assert!(look(&plane.admin(), &as_her).stderr.contains("User \"eve\" cannot list"));
}

#[test]
fn no_way_to_a_cluster_is_said_with_its_address() {
    let plane = ControlPlane::shared();
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("plugin-nowhere.kubeconfig");
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "a",
        "clusters": [{"name": "a", "cluster": {"server": "https://127.0.0.1:9"}}],
        "users": [{"name": "a", "user": {"token": "t"}}],
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
    });
    fs::write(&file, config.to_string()).unwrap();
    let answer = kubectl(plane, &file, &["lync", "status"]);
    assert_eq!(answer.code, 1);
    assert!(answer.stderr.contains("no way to the API server at https://127.0.0.1:9/"), "{}", answer.stderr);
    assert!(answer.stderr.contains("kubectl cluster-info"), "{}", answer.stderr);
    let missing = folder.join("plugin-none.kubeconfig");
    let named =
        kubectl(plane, &plane.admin(), &["lync", "status", "--kubeconfig", &missing.to_string_lossy()]);
    assert!(named.code == 1 && named.stderr.contains("plugin-none.kubeconfig"), "{}", named.stderr);
    let context = kubectl(plane, &plane.admin(), &["lync", "status", "--context", "nonesuch"]);
    assert!(context.code == 1 && context.stderr.contains("nonesuch"), "{}", context.stderr);
}

#[test]
fn what_is_in_another_namespace_is_said_to_be_there() {
    let stage = stage("lync-elsewhere", "");
    stage.apply(&AWAY.replace("name: contoso\nspec", "name: faraway\nspec"));
    let plane = stage.plane;
    let look = |args: &[&str]| kubectl(plane, &plane.admin(), &[&["lync"], args].concat());
    for args in [&["status", "faraway"][..], &["plan", "faraway"]] {
        let answer = look(args);
        assert_eq!((answer.code, &*answer.stdout), (1, ""));
        assert!(
            answer.stderr.contains("in namespace default. There is one in: lync-elsewhere."),
            "{}",
            answer.stderr
        );
    }
    let nothing = look(&["plan", "nonesuch", "-A"]);
    assert!(nothing.code == 1 && nothing.stderr.contains("no LyncFailover nonesuch in all namespaces"));
    let empty = look(&["status", "-n", "kube-public"]);
    assert!(empty.code == 1 && empty.stderr.contains("lync-elsewhere"), "{}", empty.stderr);
    // Nobody runs here: that is the first thing that is said.
    let answer = lync(&stage, &["status"]);
    assert_eq!(answer.code, 3);
    assert!(
        answer.stdout.contains("! OperatorNotRunning") && answer.stdout.contains("NOT SEEN YET"),
        "{}",
        answer.stdout
    );
}

#[test]
fn a_wrong_command_ends_with_2() {
    let plane = ControlPlane::shared();
    for args in [&["lync"][..], &["lync", "stauts"], &["lync", "plan"], &["lync", "status", "-A", "-n", "a"]]
    {
        assert_eq!(kubectl(plane, &plane.admin(), args).code, 2, "{args:?}");
    }
    let help = kubectl(plane, &plane.admin(), &["lync", "--help"]);
    assert_eq!(help.code, 0);
    assert!(
        help.stdout.contains("Usage: kubectl lync") && help.stdout.contains("Exit codes"),
        "{}",
        help.stdout
    );
}
