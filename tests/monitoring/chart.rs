//! The chart and kustomize give the same objects, and what the chart can be told reaches them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{controlplane::ControlPlane, files::path};

const ALL: &str =
    "metrics.serviceMonitor.enabled=true,metrics.prometheusRule.enabled=true,metrics.dashboards.enabled=true";

/// By kind and name.
fn objects(yaml: &str) -> BTreeMap<(String, String), Value> {
    let documents: Vec<Value> = serde_yaml::from_multiple(yaml).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let key = |object: &Value| (text(&object["kind"]), text(&object["metadata"]["name"]));
    documents.into_iter().filter(|object| !object.is_null()).map(|object| (key(&object), object)).collect()
}

fn templated(settings: &str) -> BTreeMap<(String, String), Value> {
    let chart = path("charts/lync-failover").display().to_string();
    let args = ["template", "lync-failover", &chart, "-n", "lync-failover-system", "--set", settings];
    let mut all = objects(&ControlPlane::shared().helm(&args).ok());
    let is_ours = |(kind, name): &(String, String)| {
        ["ServiceMonitor", "PrometheusRule"].contains(&kind.as_str()) || name.contains("dashboard")
    };
    all.retain(|key, _| is_ours(key));
    all
}

#[test]
fn kustomize_and_helm_give_the_same_objects() {
    let directory = path("deploy/monitoring").display().to_string();
    let ours = objects(&ControlPlane::shared().kubectl(&["kustomize", &directory], "").ok());
    let theirs = templated(ALL);
    assert_eq!(ours.len(), 4, "{:?}", ours.keys());
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    for (key, object) in &ours {
        assert_eq!(&theirs[key], object, "{key:?}: on the left the chart, on the right deploy/monitoring");
    }
}

/// Both kinds belong to a cluster that has their definitions; nobody else must get them.
#[test]
fn nothing_of_it_is_there_unless_it_is_asked_for() {
    assert!(templated("replicas=2").is_empty());
    assert_eq!(templated("metrics.serviceMonitor.enabled=true").len(), 1);
    assert_eq!(templated("metrics.prometheusRule.enabled=true").len(), 1);
    assert_eq!(templated("metrics.dashboards.enabled=true").len(), 2);
}

#[test]
fn each_value_reaches_its_object() {
    let elsewhere = [
        "metrics.serviceMonitor.labels.release=prom,metrics.serviceMonitor.namespace=mon",
        "metrics.serviceMonitor.interval=10s,metrics.prometheusRule.labels.release=prom",
        "metrics.prometheusRule.namespace=mon,metrics.dashboards.labels.folder=lync",
        "metrics.dashboards.namespace=mon",
    ];
    for object in templated(&format!("{ALL},{}", elsewhere.join(","))).values() {
        let metadata = &object["metadata"];
        assert_eq!(metadata["namespace"], "mon", "{metadata}");
        match object["kind"].as_str().unwrap() {
            "ConfigMap" => {
                assert_eq!(metadata["labels"]["folder"], "lync");
                assert_eq!(metadata["labels"]["grafana_dashboard"], "1");
            }
            "ServiceMonitor" => {
                assert_eq!(metadata["labels"]["release"], "prom");
                assert_eq!(object["spec"]["endpoints"][0]["interval"], "10s");
                let where_ = &object["spec"]["namespaceSelector"];
                assert_eq!(*where_, json!({"matchNames": ["lync-failover-system"]}), "it looks back");
            }
            _ => assert_eq!(metadata["labels"]["release"], "prom"),
        }
    }
}

/// Without `honorLabels` the namespace of a resource becomes that of the operator's Pod.
#[test]
fn what_is_scraped_is_the_service_and_its_labels_are_kept() {
    let directory = path("deploy").display().to_string();
    let installed = objects(&ControlPlane::shared().kubectl(&["kustomize", &directory], "").ok());
    let service = &installed[&("Service".to_owned(), "lync-failover-metrics".to_owned())];
    let all = templated(ALL);
    let monitor = &all[&("ServiceMonitor".to_owned(), "lync-failover".to_owned())]["spec"];
    for (label, value) in monitor["selector"]["matchLabels"].as_object().unwrap() {
        assert_eq!(service["metadata"]["labels"][label], *value);
    }
    let endpoint = &monitor["endpoints"][0];
    assert_eq!(endpoint["port"], service["spec"]["ports"][0]["name"]);
    assert_eq!((&endpoint["honorLabels"], &endpoint["path"]), (&json!(true), &json!("/metrics")));
}
