//! From version 0.1.0, as it was packaged, to this one and back: nothing that people or the operator wrote is lost.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{
    controlplane::ControlPlane,
    objects::{NAME, NAMESPACE, path, templated},
};

const PREVIOUS: &str = "tests/packaging/fixtures/lync-failover-0.1.0.tgz";
const KINDS: [&str; 2] = ["lyncdeployments", "lyncfailovers"];

/// What the tests of a release share: the administrator's view of one cluster.
struct Cluster {
    plane: ControlPlane,
}

impl Cluster {
    /// 0.1.0 is installed, with resources, a status and a record.
    fn with_the_previous_version() -> Self {
        let cluster = Self { plane: ControlPlane::start() };
        let plane = &cluster.plane;
        plane.controllers();
        cluster.helm(&["install", NAME, &path(PREVIOUS), "--create-namespace"]);
        cluster.established();
        plane.kubectl(&["apply", "-k", &path("deploy/samples")], "").ok();
        cluster.write_status("pool1@pool1");
        let record =
            ["create", "configmap", "lync-organisation-0", "-n", NAMESPACE, "--from-literal=record.json={}"];
        plane.kubectl_as(&cluster.operator(), &record, "").ok();
        cluster
    }

    fn helm(&self, args: &[&str]) -> String {
        self.plane.helm(&[args, &["--namespace", NAMESPACE]].concat()).ok()
    }

    fn operator(&self) -> PathBuf {
        self.plane.existing_account(NAMESPACE, NAME)
    }

    /// As the operator does: its account may patch a status and nothing else of it.
    fn write_status(&self, actual: &str) {
        let status = json!({
            "apiVersion": "lyncfailover.dev/v1alpha1", "kind": "LyncFailover",
            "metadata": {"name": "contoso", "namespace": "lync-dr"},
            "status": {
                "observedGeneration": 1, "desired": "pool1@pool2", "actual": actual,
                "conditions": [{
                    "type": "Ready", "status": "False", "reason": "AwaitingConsent", "message": "as it was",
                    "lastTransitionTime": "2026-01-01T00:00:00Z", "observedGeneration": 1,
                }],
            },
        });
        let apply = ["apply", "--server-side", "--subresource=status", "-f", "-"];
        self.plane.kubectl_as(&self.operator(), &apply, &status.to_string()).ok();
    }

    fn established(&self) {
        self.plane
            .kubectl(&["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"], "")
            .ok();
        self.plane.forget_discovery();
    }

    fn get(&self, what: &[&str]) -> Value {
        let text = self.plane.kubectl(&[&["get", "-o", "json"], what].concat(), "").ok();
        serde_json::from_str(&text).unwrap()
    }

    /// Everything that has to outlive the chart: who it is, and what it says.
    fn kept(&self) -> Vec<Value> {
        let mut objects = vec![self.get(&["configmap", "lync-organisation-0", "-n", NAMESPACE])];
        for kind in KINDS {
            objects.push(self.get(&[kind, "contoso", "-n", "lync-dr"]));
        }
        let parts = |object: &Value| {
            let metadata = &object["metadata"];
            assert_eq!(metadata["deletionTimestamp"], Value::Null);
            json!([metadata["uid"], metadata["generation"], object["spec"], object["status"], object["data"]])
        };
        objects.iter().map(parts).collect()
    }

    /// The schema of a kind, as the API server has it.
    fn schema(&self, kind: &str) -> Value {
        let definition = self.get(&["crd", &format!("{kind}.lyncfailover.dev")]);
        definition["spec"]["versions"][0]["schema"].clone()
    }
}

/// Whether everything is there as it was, whatever else is there.
fn is_in(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            old.iter().all(|(name, value)| new.get(name).is_some_and(|new| is_in(value, new)))
        }
        (Value::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| is_in(old, new))
        }
        _ => old == new,
    }
}

/// The schema of a kind in a rendered chart.
fn schema_in(chart: &std::collections::BTreeMap<super::objects::Key, Value>, kind: &str) -> Value {
    let key = ("CustomResourceDefinition".to_owned(), String::new(), format!("{kind}.lyncfailover.dev"));
    chart[&key]["spec"]["versions"][0]["schema"].clone()
}

#[test]
fn an_upgrade_from_0_1_0_and_its_rollback_keep_all_that_was_written() {
    let cluster = Cluster::with_the_previous_version();
    let before = cluster.kept();
    assert!(before[2].to_string().contains("AwaitingConsent"), "{before:?}");
    let previous = KINDS.map(|kind| cluster.schema(kind));
    let deployment = || cluster.get(&["deployment", NAME, "-n", NAMESPACE]);
    let image = |deployment: &Value| {
        deployment["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap().to_owned()
    };
    assert_eq!(image(&deployment()), "lync-failover:0.1.0");

    // As docs/install.md says it.
    let upgrade = ["upgrade", NAME, &path("charts/lync-failover"), "--reset-then-reuse-values"];
    cluster.helm(&upgrade);
    let ours = templated(&[]);
    for kind in KINDS {
        assert_eq!(
            cluster.schema(kind),
            schema_in(&ours, kind),
            "the definition of {kind} did not come along"
        );
    }
    assert_eq!(image(&deployment()), format!("lync-failover:{}", env!("CARGO_PKG_VERSION")));
    // The newer definitions have defaults of their own.
    assert!(is_in(&json!(before), &json!(cluster.kept())), "{:#?}\nis not in\n{:#?}", before, cluster.kept());
    // The account has outlived it too, with its rights.
    cluster.write_status("pool1@?");
    let after = cluster.kept();
    assert_ne!(after, before);

    cluster.helm(&["rollback", NAME, "1"]);
    assert_eq!(KINDS.map(|kind| cluster.schema(kind)), previous);
    assert_eq!(image(&deployment()), "lync-failover:0.1.0");
    assert!(is_in(&json!(cluster.kept()), &json!(after)), "{:#?}\nis not in\n{after:#?}", cluster.kept());

    cluster.helm(&upgrade);
    cluster.helm(&["uninstall", NAME]);
    assert_eq!(cluster.kept(), after, "an uninstallation takes nothing of it along");
}

/// A field that 0.1.0 did not know is known after the upgrade, and is dropped from what is written after a rollback.
#[test]
fn a_new_field_comes_with_the_upgrade() {
    let cluster = Cluster::with_the_previous_version();
    // The chart of 0.1.0 without one field stands for any version before this one.
    let chart = super::objects::scratch("without-a-field");
    let copied =
        std::process::Command::new("tar").arg("-xzf").arg(path(PREVIOUS)).arg("-C").arg(&chart).status();
    assert!(copied.unwrap().success());
    let file = chart.join("lync-failover/files/crds/lyncfailover.dev_lyncfailovers.yaml");
    let mut definition: Value = serde_yaml::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let schema = &mut definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    let spec = schema["properties"]["spec"]["properties"].as_object_mut().unwrap();
    assert!(spec.remove("suspend").is_some(), "{:?}", spec.keys());
    std::fs::write(&file, definition.to_string()).unwrap();
    cluster.helm(&["upgrade", NAME, &chart.join("lync-failover").to_string_lossy()]);

    let suspend =
        ["patch", "lfo", "contoso", "-n", "lync-dr", "--type=merge", "-p", r#"{"spec":{"suspend":true}}"#];
    let suspended = || cluster.get(&["lfo", "contoso", "-n", "lync-dr"])["spec"]["suspend"].clone();
    super::stage::until("the older definition counts", || {
        cluster.plane.kubectl(&suspend, "").ok();
        suspended().is_null().then_some(())
    });
    cluster.helm(&["upgrade", NAME, &path("charts/lync-failover")]);
    super::stage::until("the newer definition counts", || {
        cluster.plane.kubectl(&suspend, "").ok();
        (suspended() == true).then_some(())
    });
}

/// No operator runs in this test, as on a cluster from which it is gone: what was ours can be removed, and what holds
/// a resource back is said and can be taken away as docs/install.md says.
#[test]
fn without_the_operator_nothing_hangs_but_what_is_in_flight() {
    let cluster = Cluster::with_the_previous_version();
    let kubectl = |args: &[&str]| cluster.plane.kubectl(args, "");
    cluster.helm(&["upgrade", NAME, &path("charts/lync-failover")]);
    let finalizer = lync_failover::operator::FINALIZER;
    let hold = json!({"metadata": {"finalizers": [finalizer]}}).to_string();
    kubectl(&["patch", "ldep", "contoso", "-n", "lync-dr", "--type=merge", "-p", &hold]).ok();
    cluster.helm(&["uninstall", NAME, "--wait", "--timeout", "60s"]);

    kubectl(&["delete", "lfo", "--all", "-n", "lync-dr", "--timeout=60s"]).ok();
    kubectl(&["delete", "ldep", "contoso", "-n", "lync-dr", "--timeout=2s"]).refused();
    let held =
        kubectl(&["get", "ldep", "contoso", "-n", "lync-dr", "-o", "jsonpath={.metadata.finalizers}"]).ok();
    assert!(held.contains(finalizer), "{held}");
    let docs = super::objects::read("docs/uninstall.md");
    let line = docs.lines().find(|line| line.contains("finalizers")).expect("docs/uninstall.md says how");
    let args: Vec<&str> = line.trim().strip_prefix("kubectl ").unwrap().split(' ').collect();
    let args: Vec<&str> = args.iter().map(|arg| arg.trim_matches('\'')).collect();
    kubectl(&args).ok();
    kubectl(&["wait", "--for=delete", "ldep/contoso", "-n", "lync-dr", "--timeout=60s"]).ok();

    kubectl(&["delete", "-f", &path("crds/lyncfailover.dev_lyncfailovers.yaml"), "--timeout=60s"]).ok();
    kubectl(&["delete", "-f", &path("crds/lyncfailover.dev_lyncdeployments.yaml"), "--timeout=60s"]).ok();
    // The controllers of the cluster look at it as long as it is there: they are told of kinds that are gone.
    kubectl(&["delete", "namespace", "lync-dr", NAMESPACE, "--timeout=90s"]).ok();
    for kind in [
        "clusterrole,clusterrolebinding",
        "validatingadmissionpolicy,validatingadmissionpolicybinding",
        "crd",
    ] {
        let left = kubectl(&["get", kind, "-o", "name"]).ok();
        assert!(!left.contains(NAME) && !left.contains("lyncfailover.dev"), "{left}");
    }
}
