//! The shapes for machines, and what they are asked about.

use serde_json::{Value, json};

use crate::{
    controlplane::ControlPlane,
    plugin::{kubectl, lync, stage},
    stage::{AWAY, ONE_STEP, Stage},
};

#[test]
fn programs_get_what_people_get() {
    let stage = stage("lync-machines", ONE_STEP);
    stage.apply(&AWAY.replace("WhenSourceDown", "Never"));
    let _leader = stage.replica("lync-failover-0");
    stage.until("the source is down", || stage.condition("SourceAvailable") == "False Down");
    stage.until("consent is awaited", || stage.condition("Ready") == "False AwaitingConsent");

    let answer = lync(&stage, &["status", "-o", "json"]);
    assert_eq!(answer.code, 3, "the exit code does not depend on the form");
    let report: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(report["apiVersion"], "lyncfailover.dev/v1alpha1");
    assert_eq!(report["kind"], "LyncStatusReport");
    assert_eq!(
        (&report["verdict"], &report["operator"]["state"]),
        (&"NeedsPeople".into(), &"Leading".into())
    );
    assert_eq!(report["operator"]["holder"], "lync-failover-0");
    let asked = &report["attention"][0];
    assert_eq!(
        (&asked["reason"], &asked["subject"]["kind"]),
        (&"AwaitingConsent".into(), &"LyncFailover".into())
    );
    let command = stage.field("{.status.nextAction.command}");
    assert_eq!(asked["command"], command.as_str(), "it is as the operator wrote it");
    assert_eq!(report["organisations"][0]["pools"][0]["verdict"], "Down");
    assert_eq!(report["failovers"][0]["rtoObjectiveSeconds"], 1800);

    let yaml = lync(&stage, &["plan", "contoso", "-o", "yaml"]);
    assert_eq!(yaml.code, 3);
    let mut plan: Value = serde_yaml::from_str(&yaml.stdout).unwrap();
    let json = lync(&stage, &["plan", "contoso", "-o", "json"]);
    let mut same: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        (&plan["kind"], &plan["steps"][1]["name"]),
        (&"LyncPlanReport".into(), &"FailOverCentralManagement".into())
    );
    assert_eq!(plan["missing"]["reason"], "AwaitingConsent");
    for report in [&mut plan, &mut same] {
        // The moment, and what is counted from it.
        let report = report.as_object_mut().unwrap();
        report.remove("takenAt");
        report.remove("operator");
        report["failover"].as_object_mut().unwrap().remove("inFlight");
    }
    assert_eq!(plan, same);

    // All namespaces.
    let admin = stage.plane.admin();
    let all = kubectl(stage.plane, &admin, &["lync", "status", "-A", "-o", "json"]);
    let all: Value = serde_json::from_str(&all.stdout).unwrap();
    assert_eq!(all["scope"], "all namespaces");
    let found = all["failovers"].as_array().unwrap().iter().any(|one| one["namespace"] == "lync-machines");
    assert!(found, "{all:#}");
}

/// The definitions of a newer version know a word that this one does not.
#[test]
fn an_object_that_cannot_be_read_does_not_hide_the_others() {
    let plane = ControlPlane::start();
    plane.definitions();
    let stage = Stage::on(&plane, plane.namespace("newer"), "");
    stage.apply(AWAY);
    let verdicts = "/spec/versions/0/schema/openAPIV3Schema/properties/status/properties/pools/items/properties/\
                    verdict/enum/-";
    let newer = json!([{"op": "add", "path": verdicts, "value": "Asleep"}]).to_string();
    stage.kubectl(&["patch", "crd", "lyncdeployments.lyncfailover.dev", "--type=json", "-p", &newer]);
    let status =
        json!({"status": {"pools": [{"pool": "pool1.contoso.com", "verdict": "Asleep"}]}}).to_string();
    let patch = ["patch", "ldep", "contoso", "--subresource=status", "--type=merge", "-p", &status];
    stage.until("the word is known", || stage.try_kubectl(&patch, "").code == 0);
    let answer = lync(&stage, &["status"]);
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    for words in
        ["! Unreadable: LyncDeployment newer-", "Asleep", "LyncFailover without LyncDeployment contoso"]
    {
        assert!(answer.stdout.contains(words), "{words}: {}", answer.stdout);
    }

    // Nobody says where the operator lives: the only Lease there is tells.
    assert!(answer.stdout.contains("NOT RUNNING"), "{}", answer.stdout);
    let lease = json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "lync-failover"},
        "spec": {
            "holderIdentity": "somebody", "leaseDurationSeconds": 3600,
            "renewTime": format!("{:.6}", jiff::Timestamp::now()),
        },
    });
    stage.apply(&lease.to_string());
    let found = kubectl(&plane, &plane.admin(), &["lync", "status", "-n", &stage.namespace]);
    let line = format!("operator in {}: somebody leads", stage.namespace);
    assert!(found.stdout.contains(&line), "{}", found.stdout);
}
