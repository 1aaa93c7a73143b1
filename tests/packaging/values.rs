//! The values of the chart: documented, described by a schema, and refused when they are wrong.

use std::collections::BTreeSet;

use serde_json::Value;

use super::objects::{read, template};

#[test]
fn bad_values_are_refused_and_named() {
    let digest = format!("image.digest=sha256:{}", "0".repeat(63));
    let bad = [
        ("replica=3", "replica"),
        ("replicas=-1", "replicas"),
        ("replicas=two", "replicas"),
        ("image.repository=", "repository"),
        ("image.pullPolicy=Sometimes", "pullPolicy"),
        (&digest, "digest"),
        ("imagePullSecrets[0]=secret", "imagePullSecrets"),
        ("logFormat=xml", "logFormat"),
        ("logLevel=", "logLevel"),
        ("watchNamespaces={a,b}", "watchNamespaces"),
        ("watchNamespaces={Lync}", "watchNamespaces"),
        ("watchNamespaces=lync-dr", "watchNamespaces"),
        ("secretAccess[0].namespace=lync-dr", "secretAccess"),
        ("secretAccess[0].namespace=lync-dr,secretAccess[0].names={}", "secretAccess"),
        ("serviceAccount.create=false", "serviceAccount"),
        ("serviceAccount.annotations=x", "annotations"),
        ("crds.install=perhaps", "install"),
        ("rbac.creat=true", "creat"),
        ("podLabels.app\\.kubernetes\\.io/name=x", "podLabels"),
        ("extraEnv[0].value=x", "extraEnv"),
        ("extraEnv[0].name=POD_NAMESPACE", "extraEnv"),
        ("resources.limit.memory=1Gi", "limit"),
    ];
    for (setting, named) in bad {
        let refused = template(&["--set", setting]).refused();
        assert!(refused.contains("values don't meet the specifications"), "{setting}: {refused}");
        assert!(refused.contains(named), "{setting}: {refused}");
    }
    // The same shape without the fault.
    for setting in
        ["replicas=0", "serviceAccount.create=false,serviceAccount.name=mine", "image.tag=1.2-rc.1"]
    {
        template(&["--set", setting]).ok();
    }
}

/// Every value that there is has a schema and a row in the README of the chart, and the other way round.
#[test]
fn every_value_is_described() {
    let values: Value = serde_yaml::from_str(&read("charts/lync-failover/values.yaml")).unwrap();
    let schema: Value = serde_json::from_str(&read("charts/lync-failover/values.schema.json")).unwrap();
    let readme = read("charts/lync-failover/README.md");
    let mut names = Vec::new();
    for (name, value) in values.as_object().unwrap() {
        let described = &schema["properties"][name];
        assert!(described.is_object(), "{name} has no schema");
        // Resources have the shape that Kubernetes gives them; of our own groups each part has a row.
        match value.as_object() {
            Some(parts) if !parts.is_empty() && name != "resources" => {
                assert_eq!(described["additionalProperties"], false, "{name} is open");
                assert_eq!(keys(parts), keys(described["properties"].as_object().unwrap()), "{name}");
                names.extend(parts.keys().map(|part| format!("{name}.{part}")));
            }
            _ => names.push(name.clone()),
        }
    }
    let rows: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .map(|line| line.split('`').next().unwrap())
        .collect();
    let mut sorted = rows.clone();
    sorted.sort_unstable();
    names.sort_unstable();
    assert_eq!(sorted, names, "on the left the README, on the right values.yaml");
    let mut known = keys(schema["properties"].as_object().unwrap());
    assert!(known.remove("global"), "what Helm gives to a dependency");
    assert_eq!(known, keys(values.as_object().unwrap()), "the schema knows values that are not there");
}

fn keys(map: &serde_json::Map<String, Value>) -> BTreeSet<&str> {
    map.keys().map(String::as_str).collect()
}
