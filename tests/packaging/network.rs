//! The network policy: the ports that the operator uses, each of them, and no others.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    admission::installed,
    objects::{NAMESPACE, only, templated},
};

fn policy(settings: &[&str]) -> Value {
    let all = [&["--set", "networkPolicy.enabled=true"], settings].concat();
    only(&templated(&all), "NetworkPolicy").clone()
}

/// `TCP 5985` and the like, of some rules.
fn ports(rules: &Value) -> BTreeSet<String> {
    let ports =
        rules.as_array().unwrap().iter().flat_map(|rule| {
            rule["ports"].as_array().expect("a rule without ports opens all of them").iter()
        });
    ports.map(|port| format!("{} {}", port["protocol"].as_str().unwrap(), port["port"])).collect()
}

#[test]
fn there_is_none_unless_it_is_asked_for() {
    assert!(!templated(&[]).keys().any(|key| key.0 == "NetworkPolicy"));
}

#[test]
fn the_ports_are_those_that_the_operator_uses() {
    let policy = policy(&[]);
    let spec = &policy["spec"];
    assert_eq!(spec["policyTypes"], json!(["Ingress", "Egress"]));
    let deployment = only(&templated(&[]), "Deployment").clone();
    // The Pods that it means are those of the Deployment.
    assert_eq!(spec["podSelector"], deployment["spec"]["selector"]);
    let served = &deployment["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"];
    assert_eq!(ports(&spec["ingress"]), BTreeSet::from([format!("TCP {served}")]));
    let used =
        ["TCP 53", "UDP 53", "TCP 443", "TCP 6443", "TCP 5985", "TCP 5986", "TCP 5061", "TCP 88", "UDP 88"];
    assert_eq!(ports(&spec["egress"]), used.map(str::to_owned).into());
}

/// The API server is let in where it is to ask for plans, and a replica may ask another one there, and nobody else.
#[test]
fn the_webhook_opens_its_port() {
    let policy = policy(&["--set", "webhook.enabled=true"]);
    let rules = policy["spec"]["egress"].as_array().unwrap();
    let between: Vec<&Value> = rules.iter().filter(|rule| rule["ports"][0]["port"] == 9443).collect();
    let replicas = json!([{"podSelector": policy["spec"]["podSelector"]}]);
    assert_eq!(between, [&json!({"ports": [{"protocol": "TCP", "port": 9443}], "to": replicas})]);
    assert_eq!(
        ports(&policy["spec"]["ingress"]),
        BTreeSet::from(["TCP 8080".to_owned(), "TCP 9443".to_owned()])
    );
}

#[test]
fn places_and_further_rules_are_taken_over_and_accepted() {
    let settings = json!({
        "enabled": true,
        "apiServer": {"ports": [8443], "cidrs": ["10.96.0.1/32"]},
        "lync": {"cidrs": ["10.1.0.0/16", "fd00::/8"]},
        "metricsFrom": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
        "extraIngress": [{"from": [{"podSelector": {}}], "ports": [{"port": 9443}]}],
        "extraEgress": [{"to": [{"ipBlock": {"cidr": "192.0.2.1/32"}}], "ports": [{"protocol": "TCP", "port": 3128}]}],
    });
    let policy = policy(&["--set-json", &format!("networkPolicy={settings}")]);
    let (ingress, egress) = (&policy["spec"]["ingress"], &policy["spec"]["egress"]);
    assert_eq!(ingress[0]["from"], settings["metricsFrom"]);
    assert_eq!(ingress[1], settings["extraIngress"][0]);
    assert_eq!(
        egress[1],
        json!({"ports": [{"protocol": "TCP", "port": 8443}], "to": [{"ipBlock": {"cidr": "10.96.0.1/32"}}]})
    );
    assert_eq!(
        egress[2]["to"],
        json!([{"ipBlock": {"cidr": "10.1.0.0/16"}}, {"ipBlock": {"cidr": "fd00::/8"}}])
    );
    assert_eq!(egress[3], settings["extraEgress"][0]);
    // Names can be asked for anywhere, whatever the rest says.
    assert_eq!(egress[0]["to"], Value::Null);
    let plane = installed();
    let tried = ["apply", "--dry-run=server", "--validate=strict", "-n", NAMESPACE, "-f", "-"];
    plane.kubectl(&tried, &policy.to_string()).ok();
    let mut wrong = policy;
    wrong["spec"]["egress"][2]["to"][0]["ipBlock"]["cidr"] = "10.1.0.0/33".into();
    assert!(plane.kubectl(&tried, &wrong.to_string()).refused().contains("cidr"));
}
