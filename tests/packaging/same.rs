//! One installation, by whichever way it comes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::objects::{Key, kustomized, only, parse, path, read, templated};

/// Helm makes the namespace itself (`--create-namespace`), and is told by an annotation to leave the
/// definitions where they are. Nothing else may differ.
#[test]
fn kustomize_and_helm_install_the_same_objects() {
    let mut theirs = templated(&["--skip-tests"]);
    let mut ours = kustomized("deploy");
    let namespace: Key = ("Namespace".to_owned(), String::new(), "lync-failover-system".to_owned());
    assert!(ours.remove(&namespace).is_some(), "deploy/ brings the namespace");
    for (key, object) in theirs.iter_mut().filter(|(key, _)| key.0 == "CustomResourceDefinition") {
        let annotations = object["metadata"].as_object_mut().unwrap().remove("annotations");
        assert_eq!(annotations, Some(serde_json::json!({"helm.sh/resource-policy": "keep"})), "{key:?}");
    }
    let keys =
        |objects: &std::collections::BTreeMap<Key, _>| -> BTreeSet<Key> { objects.keys().cloned().collect() };
    assert_eq!(keys(&theirs), keys(&ours));
    assert_eq!(ours.len(), 22, "{:?}", keys(&ours));
    for (key, object) in &ours {
        assert_eq!(&theirs[key], object, "{key:?}: on the left the chart, on the right deploy/");
    }
}

/// What is taken away with `kubectl delete -k deploy/operator` must not take the records or the resources along.
#[test]
fn the_operator_alone_holds_nothing_that_has_to_be_kept() {
    let kinds: BTreeSet<String> = kustomized("deploy/operator").into_keys().map(|key| key.0).collect();
    assert!(kinds.contains("Deployment"));
    assert!(!kinds.contains("Namespace") && !kinds.contains("CustomResourceDefinition"), "{kinds:?}");
}

#[test]
fn the_definitions_in_the_chart_are_those_in_crds() {
    let files = |dir: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(path(dir)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".yaml")).collect()
    };
    let names = files("crds");
    assert_eq!(files("charts/lync-failover/files/crds"), names);
    for name in &names {
        assert!(
            read(&format!("crds/{name}")) == read(&format!("charts/lync-failover/files/crds/{name}")),
            "{name} is another one in the chart: cargo run -- crds --output-dir charts/lync-failover/files/crds"
        );
    }
    assert!(names.iter().all(|name| read("crds/Kustomization").contains(name)), "{names:?}");
}

#[test]
fn the_versions_are_that_of_the_operator() {
    let version = env!("CARGO_PKG_VERSION");
    let chart: Value = serde_yaml::from_str(&read("charts/lync-failover/Chart.yaml")).unwrap();
    assert_eq!((chart["version"].as_str(), chart["appVersion"].as_str()), (Some(version), Some(version)));
    let objects = kustomized("deploy");
    let deployment = only(&objects, "Deployment");
    let image = &deployment["spec"]["template"]["spec"]["containers"][0]["image"];
    assert_eq!(image, &format!("lync-failover:{version}"));
}

#[test]
fn without_aggregation_and_without_rights() {
    let apart = templated(&["--set", "rbac.aggregate=false"]);
    let roles: Vec<String> =
        apart.iter().filter(|(key, _)| key.0 == "ClusterRole").map(|(_, role)| role.to_string()).collect();
    assert_eq!(roles.len(), 5);
    assert!(!roles.concat().contains("aggregate-to"), "{roles:?}");

    let without = "rbac.create=false,crds.install=false,admissionPolicies.enabled=false";
    let none = templated(&["--skip-tests", "--set", without]);
    let kinds: BTreeSet<&str> = none.keys().map(|key| key.0.as_str()).collect();
    assert_eq!(
        kinds,
        BTreeSet::from(["Deployment", "PodDisruptionBudget", "Service", "ServiceAccount"]),
        "without rights and definitions"
    );
}

#[test]
fn each_value_reaches_the_pod() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let values = [
        ("image.digest", digest.as_str(), "lync-failover@sha256:0"),
        ("image.pullPolicy", "Never", r#""imagePullPolicy":"Never""#),
        ("imagePullSecrets[0].name", "pull", r#""imagePullSecrets":[{"name":"pull"}]"#),
        ("replicas", "3", r#""replicas":3"#),
        ("revisionHistoryLimit", "0", r#""revisionHistoryLimit":0"#),
        ("logFormat", "text", "--log-format=text"),
        ("logLevel", "debug", r#""name":"RUST_LOG","value":"debug""#),
        ("serviceAccount.name", "other", r#""serviceAccountName":"other""#),
        ("resources.limits.memory", "1Gi", r#""memory":"1Gi""#),
        ("nodeSelector.disk", "ssd", r#""nodeSelector":{"disk":"ssd"}"#),
        ("tolerations[0].key", "dr", r#""tolerations":[{"key":"dr"}]"#),
        ("affinity.podAffinity.a", "b", r#""affinity":{"podAffinity":{"a":"b"}}"#),
        ("priorityClassName", "high", r#""priorityClassName":"high""#),
        ("podAnnotations.note", "x", r#""annotations":{"note":"x"}"#),
        ("podLabels.team", "uc", r#""team":"uc""#),
        ("extraEnv[0].name", "HTTPS_PROXY", r#"{"name":"HTTPS_PROXY"}"#),
        ("extraVolumes[0].name", "ca", r#""volumes":[{"name":"ca"}]"#),
        ("extraVolumeMounts[0].name", "ca", r#""volumeMounts":[{"mountPath":"/ca","name":"ca"}]"#),
        ("extraVolumeMounts[0].mountPath", "/ca", r#""mountPath":"/ca""#),
        ("topologySpreadConstraints[0].topologyKey", "rack", r#""topologyKey":"rack""#),
        ("topologySpreadConstraints[0].maxSkew", "2", r#""maxSkew":2"#),
        ("topologySpreadConstraints[0].whenUnsatisfiable", "DoNotSchedule", "DoNotSchedule"),
    ];
    let settings: Vec<String> =
        values.iter().flat_map(|(name, value, _)| ["--set".to_owned(), format!("{name}={value}")]).collect();
    let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
    let deployment = only(&templated(&settings), "Deployment").to_string();
    let usual = only(&templated(&[]), "Deployment").to_string();
    for (name, _, seen) in values {
        assert!(deployment.contains(seen), "{name}: {seen} is missing in {deployment}");
        assert!(!usual.contains(seen), "{name}: {seen} is there anyhow");
    }
    // Who names no Pods means those of the operator.
    let own = r#""labelSelector":{"matchLabels":{"app.kubernetes.io/instance":"lync-failover","#;
    assert_eq!((deployment.matches(own).count(), usual.matches(own).count()), (1, 2));
    assert!(
        !only(&templated(&["--set-json=topologySpreadConstraints=[]"]), "Deployment")
            .to_string()
            .contains(own)
    );
    let account = templated(&["--set=serviceAccount.annotations.role=x"]);
    assert_eq!(only(&account, "ServiceAccount")["metadata"]["annotations"]["role"], "x");
    let definitions = templated(&["--set=crds.annotations.a=b"]);
    for (_, definition) in definitions.iter().filter(|(key, _)| key.0 == "CustomResourceDefinition") {
        let annotations = serde_json::json!({"a": "b", "helm.sh/resource-policy": "keep"});
        assert_eq!(definition["metadata"]["annotations"], annotations);
    }
    assert!(parse("").is_empty());
}

#[test]
fn the_disruption_budget_is_as_it_was_asked_for() {
    let budget = |settings: &[&str]| only(&templated(settings), "PodDisruptionBudget")["spec"].clone();
    assert_eq!(budget(&["--set=podDisruptionBudget.maxUnavailable=50%"])["maxUnavailable"], "50%");
    let at_least = budget(&["--set=podDisruptionBudget.minAvailable=1"]);
    assert_eq!((&at_least["minAvailable"], &at_least["maxUnavailable"]), (&1.into(), &Value::Null));
    let policy = budget(&["--set=podDisruptionBudget.unhealthyPodEvictionPolicy=IfHealthyBudget"]);
    assert_eq!(policy["unhealthyPodEvictionPolicy"], "IfHealthyBudget");
    let none = templated(&["--set=podDisruptionBudget.enabled=false"]);
    assert!(!none.keys().any(|key| key.0 == "PodDisruptionBudget"));
}

/// The operator and people alike have Roles then, and nothing is the cluster's but the definitions.
#[test]
fn one_namespace_needs_no_right_in_the_others() {
    let watched = "watchNamespaces={lync-dr}";
    let all = templated(&["--set", watched]);
    let deployment = only(&all, "Deployment").to_string();
    assert!(deployment.contains("--watch-namespace=lync-dr"), "{deployment}");
    let of_the_cluster: BTreeSet<&str> =
        all.keys().filter(|key| key.1.is_empty()).map(|key| key.0.as_str()).collect();
    assert_eq!(of_the_cluster, BTreeSet::from(["CustomResourceDefinition"]));
    let without = templated(&["--set", watched, "--set", "crds.install=false,rbac.aggregate=true"]);
    assert!(without.keys().all(|key| !key.1.is_empty()), "{:?}", without.keys());

    let roles = |kind: &str| -> BTreeSet<&str> {
        let there = all.keys().filter(|key| key.0 == kind && key.1 == "lync-dr");
        there.map(|key| key.2.as_str()).collect()
    };
    let names = ["approver", "editor", "viewer", "watch"].map(|role| format!("lync-failover-{role}"));
    // No planner: only a policy of the cluster would keep one from changing something.
    assert_eq!(roles("Role"), names.iter().map(String::as_str).collect());
    assert_eq!(roles("RoleBinding"), BTreeSet::from(["lync-failover-watch"]));
    let two = templated(&["--set", "watchNamespaces={lync-dr,lync-test}"]);
    assert!(only(&two, "Deployment").to_string().contains("--watch-namespace=lync-test"));
    for kind in ["Role", "RoleBinding"] {
        let of = |namespace: &str| -> BTreeSet<&str> {
            two.keys().filter(|key| key.0 == kind && key.1 == namespace).map(|key| key.2.as_str()).collect()
        };
        assert_eq!((of("lync-dr"), of("lync-test")), (roles(kind), roles(kind)), "{kind}");
    }
    // The same rights as those of the cluster give.
    let usual = templated(&[]);
    for name in &names[..3] {
        let (here, cluster) = (("Role", "lync-dr"), ("ClusterRole", ""));
        let rules = |objects: &std::collections::BTreeMap<Key, Value>, (kind, namespace): (&str, &str)| {
            objects[&(kind.to_owned(), namespace.to_owned(), name.clone())]["rules"].clone()
        };
        assert_eq!(rules(&all, here), rules(&usual, cluster), "{name}");
    }
}
