//! From a Lync that nobody has described yet to resources that change nothing: snapshot, init, plan, and a
//! rehearsal, as an administrator runs them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use lync_failover::snapshot::Snapshot;
use serde_json::Value;

/// A directory of its own, and the commands in it.
struct Desk(PathBuf);

impl Desk {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("adoption-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Runs the program; gives exit code, standard output and standard error.
    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_lync-failover"))
            .args(args)
            .current_dir(&self.0)
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn good(&self, args: &[&str]) -> String {
        let (code, out, err) = self.run(args);
        assert_eq!(code, 0, "{args:?}: {out}{err}");
        out
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    /// A LyncDeployment with a simulated Lync.
    fn deployment(&self, name: &str, scenario: &str) {
        self.write(
            name,
            &format!(
                "apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncDeployment\n\
                 metadata: {{name: contoso, namespace: lync-dr}}\n\
                 spec: {{bridge: {{simulated: {{scenario: {{{scenario}}}}}}}}}\n"
            ),
        );
    }
}

const OVER: &str = "start: StandardEdition, pools: [{fqdn: se1.contoso.com, state: FailedOver}], \
                    edges: [{fqdn: edge1.contoso.com, nextHop: se2.contoso.com}], cms: {pool: se2.contoso.com}, \
                    failures: [{kill: [se1.contoso.com]}]";

#[test]
fn what_init_writes_changes_nothing() {
    for (name, scenario) in [
        ("healthy", ""),
        ("standard", "start: StandardEdition"),
        ("failed-over", OVER),
        ("unpaired", "pools: [{fqdn: alone.contoso.com}, {fqdn: old.contoso.com, version: 5}]"),
    ] {
        let desk = Desk::new(name);
        desk.deployment("deployment.yaml", scenario);
        let (code, _, err) = desk.run(&["snapshot", "deployment.yaml", "--output-file", "seen.yaml"]);
        assert!(code == 0 || (name == "failed-over" && code == 4), "{name}: {code} {err}");
        desk.good(&["init", "deployment.yaml", "--snapshot", "seen.yaml", "--output-file", "failover.yaml"]);
        let files = ["deployment.yaml", "failover.yaml"];
        let args = [&["plan", "--snapshot", "seen.yaml", "--output", "json"][..], &files].concat();
        let planned: Value = serde_json::from_str(&desk.good(&args)).unwrap();
        let steps = planned[0]["plan"]["steps"].as_array().unwrap();
        assert!(steps.iter().all(|step| step["state"] == "Done"), "{name}: {steps:?}");
        assert_eq!(planned[0]["nextAction"]["actor"], "Nobody", "{name}");
        assert_eq!(planned[0]["snapshot"]["stale"], false);
        // The controller itself agrees, and goes on agreeing once it may act.
        desk.write(
            "enforced.yaml",
            &desk.read("failover.yaml").replace("management: Plan", "management: Enforce"),
        );
        let args =
            [&["simulate", "--speed", "3000", "--output", "json"][..], &files, &["enforced.yaml"]].concat();
        let report: Value = serde_json::from_str(&desk.good(&args)).unwrap();
        assert_eq!(report["edits"][1]["generation"], 2, "{name}");
        for edit in report["edits"].as_array().unwrap() {
            assert_eq!(edit["ending"], "Converged", "{name}");
            assert_eq!(edit["operations"].as_array().unwrap().len(), 0, "{name}");
        }
    }
}

#[test]
fn what_cannot_be_described_is_refused_with_what_to_do() {
    let desk = Desk::new("refused");
    desk.deployment("half.yaml", "pools: [{fqdn: pool1.contoso.com, state: FailingOver}]");
    let (code, out, err) = desk.run(&["init", "half.yaml"]);
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert!(
        err.contains("refused: PoolState of pool1.contoso.com is FailingOver. Let the failover end"),
        "{err}"
    );
    desk.deployment("dead.yaml", "failures: [{kill: [DC1]}]");
    let (code, _, err) = desk.run(&["init", "dead.yaml", "--output-file", "none.yaml"]);
    assert_eq!(code, 4, "{err}");
    assert!(err.contains("refused: the topology is not known: only known from the local replica"), "{err}");
    assert!(!desk.0.join("none.yaml").exists());
}

#[test]
fn a_snapshot_is_read_back_as_it_was_written() {
    let desk = Desk::new("snapshot");
    desk.deployment("deployment.yaml", "failures: [{kill: [DC1]}]");
    let (code, yaml, _) = desk.run(&["snapshot", "deployment.yaml"]);
    assert_eq!(code, 4, "{yaml}");
    assert!(yaml.contains("\n# Not seen: active Central Management service: "), "{yaml}");
    let snapshot = Snapshot::from_text(&yaml).unwrap();
    assert_eq!(Snapshot::from_text(&snapshot.to_yaml().unwrap()).unwrap(), snapshot);
    assert_eq!(
        (snapshot.metadata.namespace.as_str(), snapshot.metadata.name.as_str()),
        ("lync-dr", "contoso")
    );
    let (code, json, _) = desk.run(&["snapshot", "deployment.yaml", "--output", "json"]);
    assert_eq!(code, 4);
    assert_eq!(Snapshot::from_text(&json).unwrap().metadata, snapshot.metadata);

    desk.deployment("healthy.yaml", "");
    let shown = desk.good(&["snapshot", "healthy.yaml", "--output-file", "seen.yaml"]);
    for part in ["POOL STATE", "Central Management store via fe01.pool1.contoso.com", "seen.yaml written"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let before = desk.read("seen.yaml");
    let (code, _, err) = desk.run(&["snapshot", "healthy.yaml", "--output-file", "seen.yaml"]);
    assert_eq!((code, desk.read("seen.yaml")), (2, before), "{err}");
    assert!(err.contains("seen.yaml is there already"), "{err}");
}

const WISH: &str = "---\napiVersion: lyncfailover.dev/v1alpha1\nkind: LyncFailover\n\
                    metadata: {name: contoso, namespace: lync-dr}\n\
                    spec:\n  deploymentRef: {name: contoso}\n\
                    \x20 users: [{homePool: pool1.contoso.com, servedBy: pool2.contoso.com}]\n\
                    \x20 policy: {disasterMode: WhenSourceDown}\n";

/// Nothing of a real Lync is touched: a deployment with WinRM is planned and rehearsed from a snapshot.
#[test]
fn a_real_deployment_is_planned_and_rehearsed_from_its_snapshot() {
    let desk = Desk::new("rehearsal");
    desk.deployment("simulated.yaml", "");
    desk.good(&["snapshot", "simulated.yaml", "--output-file", "seen.yaml"]);
    let flags = [
        "--name",
        "contoso",
        "--namespace",
        "lync-dr",
        "--credentials-secret",
        "lync-bridge",
        "--tls",
        "--kdc",
        "dc2.contoso.com",
    ];
    let start = ["init", "--endpoint", "fe01.pool1.contoso.com", "--snapshot", "seen.yaml"];
    let written = desk.good(&[&start[..], &flags].concat());
    assert_eq!(written.matches("\n      - host: ").count(), 6, "{written}");
    let deployment = written.split("---\n").next().unwrap().to_owned();
    desk.write("real.yaml", &(deployment + WISH));

    let (code, _, err) = desk.run(&["plan", "real.yaml"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("--snapshot"), "{err}");
    // Old enough to be said so.
    let seen = desk.read("seen.yaml");
    let year = Snapshot::from_text(&seen).unwrap().taken_at.to_string()[..4].to_owned();
    desk.write("old.yaml", &seen.replace(&format!("{year}-"), "2016-"));
    let (code, plan, err) = desk.run(&["plan", "real.yaml", "--snapshot", "old.yaml"]);
    assert_eq!(code, 3, "a new object does not move a healthy pool unasked: {plan}{err}");
    assert!(plan.starts_with("From a snapshot taken at 2016-"), "{plan}");
    assert!(plan.lines().next().unwrap().ends_with("It is stale: Lync may be different now."), "{plan}");
    assert!(
        plan.contains("1 SetEdgeNextHop edge1.contoso.com: pool1.contoso.com -> pool2.contoso.com"),
        "{plan}"
    );

    let simulate = ["simulate", "--speed", "3000", "--output", "json", "--snapshot", "seen.yaml"];
    let (code, out, err) = desk.run(&[&simulate[..], &["real.yaml"]].concat());
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    assert_eq!((code, report["edits"][0]["ending"].as_str()), (3, Some("WaitsForPeople")), "{report}");
    assert_eq!(report["snapshot"]["assumed"].as_array().unwrap().len(), 2, "{report}");

    // What breaks comes from the scenario, the rest from the snapshot.
    desk.deployment("drill.yaml", "failures: [{kill: [pool1.contoso.com]}]");
    desk.write("wish.yaml", WISH);
    let out = desk.good(&[&simulate[..], &["drill.yaml", "wish.yaml"]].concat());
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["edits"][0]["ending"], "Converged", "{report}");
    desk.deployment("pools.yaml", "pools: [{fqdn: pool3.contoso.com}]");
    let (code, _, err) = desk.run(&[&simulate[..], &["pools.yaml", "wish.yaml"]].concat());
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("the pools come from the snapshot"), "{err}");
}

#[test]
fn a_snapshot_of_another_deployment_is_refused() {
    let desk = Desk::new("other");
    desk.deployment("deployment.yaml", "");
    desk.good(&["snapshot", "deployment.yaml", "--output-file", "seen.yaml"]);
    desk.write("other.yaml", &desk.read("deployment.yaml").replace("name: contoso", "name: fabrikam"));
    desk.write("wish.yaml", &WISH.replace("name: contoso", "name: fabrikam"));
    for args in [&["init", "other.yaml"][..], &["plan", "other.yaml", "wish.yaml"]] {
        let (code, _, err) = desk.run(&[args, &["--snapshot", "seen.yaml"]].concat());
        assert_eq!(code, 2, "{err}");
        assert!(
            err.contains(
                "the snapshot is of LyncDeployment lync-dr/contoso, the files hold lync-dr/fabrikam"
            ),
            "{err}"
        );
    }
}

#[test]
fn a_deployment_can_be_written_before_anything_is_seen() {
    let desk = Desk::new("flags");
    let flags = [
        "--name",
        "contoso",
        "--credentials-secret",
        "lync-bridge",
        "--tls-ca-secret",
        "lync-ca",
        "--kdc",
        "dc2.contoso.com",
    ];
    let (code, _, err) = desk.run(&[&["init", "--endpoint", "fe01.pool1.contoso.com"][..], &flags].concat());
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("fe01.pool1.contoso.com=POOL"), "{err}");
    let named = ["init", "--endpoint", "FE01.pool1.contoso.com=pool1.contoso.com"];
    let yaml = desk.good(&[&named[..], &flags].concat());
    assert!(yaml.contains("- host: fe01.pool1.contoso.com\n        pool: pool1.contoso.com\n"), "{yaml}");
    assert!(yaml.contains("caSecretRef:\n          name: lync-ca\n"), "{yaml}");
    assert!(yaml.contains("kdcs:\n        - dc2.contoso.com\n"), "{yaml}");
    assert!(!yaml.contains("kind: LyncFailover"), "{yaml}");
    let json: Value =
        serde_json::from_str(&desk.good(&[&named[..], &flags, &["--output", "json"]].concat())).unwrap();
    assert_eq!(json["items"][0]["spec"]["bridge"]["winrm"]["authentication"], "Kerberos");
    assert!(json["items"][0].get("status").is_none(), "{json}");

    // What the operator could not use is refused by the rule that the API server would apply.
    let basic = ["--name", "contoso", "--credentials-secret", "lync-bridge", "--authentication", "Basic"];
    let (code, _, err) = desk.run(&[&named[..], &basic].concat());
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("authentication Basic or Certificate needs tls"), "{err}");

    desk.deployment("deployment.yaml", "");
    desk.good(&["snapshot", "deployment.yaml", "--output-file", "seen.yaml"]);
    for (endpoint, text) in [
        ("fe09.pool1.contoso.com", "has no such Front End"),
        ("fe01.pool1.contoso.com=pool2.contoso.com", "the topology has it in pool1.contoso.com"),
    ] {
        let (code, _, err) =
            desk.run(&[&["init", "--endpoint", endpoint, "--snapshot", "seen.yaml"][..], &flags].concat());
        assert_eq!(code, 2, "{err}");
        assert!(err.contains(text), "{err}");
    }
}
