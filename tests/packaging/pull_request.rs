//! `examples/gitops/pull-request/plan`, run as a pipeline runs it: with the account of `planner.yaml` on a real API
//! server, and the real command line.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

use super::{
    controlplane::{ControlPlane, binaries},
    objects::{path, read, scratch},
    stage::until,
};

const FAILOVER: &str = "examples/gitops/repository/failover";
const NAMESPACE: &str = "lync-dr";

/// A copy of the repository's `failover/`, edited.
fn edited(name: &str, from: &str, to: &str) -> PathBuf {
    let dir = scratch(name);
    for file in ["kustomization.yaml", "lyncfailover.yaml"] {
        let text = read(&format!("{FAILOVER}/{file}"));
        fs::write(dir.join(file), text.replace(from, to)).unwrap();
    }
    dir
}

/// What `lync-failover snapshot` sees of a Lync that is well.
fn snapshot(name: &str) -> PathBuf {
    let dir = scratch(name);
    let deployment = dir.join("deployment.yaml");
    let text = "apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncDeployment\nmetadata: {name: contoso, namespace: lync-dr}\n\
                spec: {bridge: {simulated: {scenario: {}}}}\n";
    fs::write(&deployment, text).unwrap();
    let seen = dir.join("seen.yaml");
    let mut look = Command::new(env!("CARGO_BIN_EXE_lync-failover"));
    let look = look.arg("snapshot").arg(&deployment).arg("--output-file").arg(&seen).output().unwrap();
    assert!(look.status.success(), "{}", String::from_utf8_lossy(&look.stderr));
    seen
}

/// Runs the script. Its commands are the ones that the tests use.
fn plan(kubeconfig: Option<&Path>, failover: &Path, snapshot: Option<&Path>) -> (Option<i32>, String) {
    let tools = scratch(&format!("tools-{}", failover.file_name().unwrap().to_string_lossy()));
    std::os::unix::fs::symlink(binaries::dir().join("kubectl"), tools.join("kubectl")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_lync-failover"), tools.join("lync-failover")).unwrap();
    let mut command = Command::new(path("examples/gitops/pull-request/plan"));
    command.arg(path("examples/gitops/repository/deployment")).arg(failover).args(snapshot);
    let search = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    command.env("PATH", search).env_remove("KUBECONFIG").env("HOME", &tools);
    if let Some(kubeconfig) = kubeconfig {
        command.env("KUBECONFIG", kubeconfig);
    }
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&stderr), "");
    (status.code(), String::from_utf8(stdout).unwrap())
}

/// A control plane of its own, as the names of the example are fixed, with the installation; and the account of
/// `planner.yaml`, with a LyncFailover as Git has it.
fn planner() -> (&'static ControlPlane, PathBuf) {
    static PLANE: OnceLock<ControlPlane> = OnceLock::new();
    let plane = PLANE.get_or_init(|| {
        let plane = ControlPlane::start();
        plane.kubectl(&["apply", "--server-side", "-k", &path("deploy")], "").ok();
        plane.kubectl(&["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"], "").ok();
        plane.forget_discovery();
        plane.kubectl(&["create", "namespace", NAMESPACE], "").ok();
        plane.kubectl(&["apply", "-f", &path("examples/gitops/pull-request/planner.yaml")], "").ok();
        plane.kubectl(&["apply", "--server-side", "-k", &path(FAILOVER)], "").ok();
        plane
    });
    (plane, plane.existing_account(NAMESPACE, "planner"))
}

#[test]
fn a_pull_request_shows_the_plan_and_changes_nothing() {
    let (plane, who) = planner();
    let seen = snapshot("pull-request-seen");
    let version = || {
        let fields = "jsonpath={.metadata.generation} {.spec.users[0].servedBy}";
        plane.kubectl(&["get", "lfo", "contoso", "-n", NAMESPACE, "-o", fields], "").ok()
    };
    let before = version();

    let away = edited("pull-request-away", "servedBy: pool1", "servedBy: pool2");
    // The roles and policies count a little after they were made.
    let try_it = || plan(Some(&who), &away, Some(&seen));
    let (_, text) = until("that the planner may try", || Some(try_it()).filter(|(code, _)| *code == Some(0)));
    for part in [
        "### The API server would take it",
        "### The plan, which waits for people",
        "FailOverPool (Planned) pool1.contoso.com -> pool2.contoso.com",
        "From a snapshot taken at",
    ] {
        assert!(text.contains(part), "{part:?} is missing:\n{text}");
    }
    assert!(text.contains("-    servedBy: pool1.contoso.com\n+    servedBy: pool2.contoso.com\n"), "{text}");
    let kubeconfig = fs::read_to_string(&who).unwrap();
    assert!(!text.contains(token(&kubeconfig)), "the token shows");

    let same = edited("pull-request-same", "servedBy", "servedBy");
    let (code, text) = plan(Some(&who), &same, Some(&seen));
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("It changes nothing in the cluster.") && text.contains("Nothing to do: Lync is"),
        "{text}"
    );

    // The same account may not do it. A policy counts a little after it was made, so what changes nothing goes first.
    let apply = |dir: &Path| {
        let dir = dir.to_string_lossy();
        plane.kubectl_as(&who, &["apply", "--server-side", "--force-conflicts", "-k", &dir], "")
    };
    until("the refusal", || Some(apply(&same)).filter(|output| output.code != 0));
    let refused = apply(&away).refused();
    assert!(refused.contains("lync-failover-planner"), "{refused}");
    assert_eq!(version(), before, "something was changed");
}

#[test]
fn a_pull_request_that_would_be_refused_says_why() {
    let (_, who) = planner();
    let upper = edited("pull-request-upper", "servedBy: pool1", "servedBy: Pool1");
    let (code, text) = plan(Some(&who), &upper, None);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("### The API server refuses it"), "{text}");
    assert!(text.contains("servedBy must be a fully qualified domain name in lower case"), "{text}");

    let stranger = edited("pull-request-stranger", "servedBy: pool1", "servedBy: pool9");
    let (code, text) = plan(None, &stranger, Some(&snapshot("pull-request-seen-too")));
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("### The API server was not asked") && text.contains("### No plan can be followed"),
        "{text}"
    );

    let broken = edited("pull-request-broken", "resources:", "nonsense:");
    assert_eq!(plan(None, &broken, None).0, Some(2));
}

/// A server that is away is no refusal, nor is a token that it does not know.
#[test]
fn a_server_that_cannot_be_asked_is_said() {
    let dir = scratch("pull-request-nowhere");
    let nowhere = dir.join("kubeconfig");
    let text = "{apiVersion: v1, kind: Config, current-context: a, contexts: [{name: a, context: {cluster: a, user: a}}], \
                clusters: [{name: a, cluster: {server: 'https://127.0.0.1:9'}}], users: [{name: a, user: {token: stale}}]}";
    fs::write(&nowhere, text).unwrap();
    let same = edited("pull-request-away-server", "servedBy", "servedBy");
    let expired = dir.join("expired");
    let known = fs::read_to_string(planner().1).unwrap();
    let token = token(&known);
    fs::write(&expired, known.replace(token, "expired")).unwrap();
    for (kubeconfig, why) in [(nowhere, "refused"), (expired, "Unauthorized")] {
        let (code, text) = plan(Some(&kubeconfig), &same, None);
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains("### The API server could not be asked") && text.contains(why), "{text}");
    }
}

/// The token in a kubeconfig.
fn token(kubeconfig: &str) -> &str {
    let token = kubeconfig.split("\"token\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert!(token.len() > 100, "{token}");
    token
}
