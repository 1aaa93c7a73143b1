//! The values of the chart: documented, described by a schema, and refused when they are wrong.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    controlplane::ControlPlane,
    objects::{path, read, template},
    readme::{is_group, rows},
};

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
        ("watchNamespaces={a,a}", "watchNamespaces"),
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
        ("resources.limits.memory=256MB", "memory"),
        ("resources.requests.cpu=-1", "cpu"),
        ("revisionHistoryLimit=-1", "revisionHistoryLimit"),
        ("crds.annotations.helm\\.sh/resource-policy=delete", "resource-policy"),
        ("crds.annotations.a=1", "annotations"),
        ("networkPolicy.enable=true", "enable"),
        ("networkPolicy.apiServer.ports={}", "ports"),
        ("networkPolicy.apiServer.ports={70000}", "ports"),
        ("networkPolicy.apiServer.ports={https}", "ports"),
        ("networkPolicy.lync.cidrs={10.1.0.0}", "cidrs"),
        ("networkPolicy.lync.cidrs={fe01.pool1.contoso.com}", "cidrs"),
        ("networkPolicy.metricsFrom[0].podselector.a=b", "metricsFrom"),
        ("networkPolicy.extraEgress[0].from[0].ipBlock.cidr=10.0.0.0/8", "extraEgress"),
        ("networkPolicy.extraIngress[0].ports[0].protocol=tcp", "extraIngress"),
        ("podDisruptionBudget.maxUnavailable=0", "maxUnavailable"),
        ("podDisruptionBudget.maxUnavailable=half", "maxUnavailable"),
        ("podDisruptionBudget.minAvailable=100%", "minAvailable"),
        ("podDisruptionBudget.unhealthyPodEvictionPolicy=Never", "unhealthyPodEvictionPolicy"),
        ("topologySpreadConstraints[0].topologyKey=zone", "topologySpreadConstraints"),
        ("tolerations[0].effects=NoSchedule", "tolerations"),
        ("affinity.podAffinities.a=b", "affinity"),
        ("priorityClassName=High Priority", "priorityClassName"),
        ("extraVolumes[0].emptyDir.medium=Memory", "extraVolumes"),
        ("webhook.enable=true", "enable"),
        ("webhook.certManager=yes", "certManager"),
        ("extraVolumeMounts[0].name=ca,extraVolumeMounts[0].mountPath=ca", "mountPath"),
    ];
    for (setting, named) in bad {
        let refused = template(&["--set", setting]).refused();
        assert!(refused.contains("values don't meet the specifications"), "{setting}: {refused}");
        assert!(refused.contains(named), "{setting}: {refused}");
    }
    // The same shape without the fault.
    for setting in [
        "replicas=0",
        "serviceAccount.create=false,serviceAccount.name=mine",
        "image.tag=1.2-rc.1",
        "crds.annotations.helm\\.sh/resource-policy=keep",
        "resources.limits.memory=256Mi,resources.requests.cpu=0.5",
        "networkPolicy.lync.cidrs={10.1.0.0/16,fd00::/8}",
        "networkPolicy.extraEgress[0].to[0].ipBlock.cidr=10.0.0.0/8",
        "podDisruptionBudget.minAvailable=50%",
        "tolerations[0].effect=NoSchedule",
    ] {
        template(&["--set", setting]).ok();
        // The linter looks with the same schema.
        let chart = path("charts/lync-failover");
        ControlPlane::shared().helm(&["lint", "--strict", &chart, "--set", setting]).ok();
    }
}

/// Every value that there is has a schema, and the other way round; what is not of a shape that Kubernetes gives is
/// closed, so that a slip of the pen is refused.
#[test]
fn every_value_is_described() {
    let values: Value = serde_yaml::from_str(&read("charts/lync-failover/values.yaml")).unwrap();
    let mut schema: Value = serde_json::from_str(&read("charts/lync-failover/values.schema.json")).unwrap();
    let global = schema["properties"].as_object_mut().unwrap().remove("global");
    assert!(global.is_some(), "what Helm gives to a dependency");
    same_keys("the chart", &values, &schema);
    // A row for each, or it would not be known that there is such a value.
    assert!(rows().len() > 40, "{:?}", rows());
}

fn same_keys(place: &str, values: &Value, schema: &Value) {
    assert_eq!(schema["additionalProperties"], false, "{place} is open");
    let properties = &schema["properties"];
    assert_eq!(keys(values), keys(properties), "{place}: on the left values.yaml, on the right the schema");
    for (name, value) in values.as_object().unwrap() {
        if is_group(&properties[name]) {
            same_keys(&format!("{place}: {name}"), value, &properties[name]);
        }
    }
}

fn keys(map: &Value) -> BTreeSet<&str> {
    map.as_object().unwrap().keys().map(String::as_str).collect()
}
