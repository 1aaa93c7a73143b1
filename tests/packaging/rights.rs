//! What a service account was given, and what it did.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::controlplane::{ControlPlane, audit::Request};

/// A verb on `group/resource`, such as `patch lyncfailover.dev/lyncfailovers/status`.
pub type Right = String;

/// Rights that a failover without mishaps has no use for, and why they are given all the same.
const RARELY_USED: [(&str, &str); 2] = [
    ("get lyncfailover.dev/lyncfailovers", "read again when a status meets a newer version of its resource"),
    ("get lyncfailover.dev/lyncdeployments", "the same"),
];

/// The rules that bind a service account, by where they hold: a namespace, or nothing for all.
pub fn granted(plane: &ControlPlane, namespace: &str, account: &str) -> BTreeMap<String, BTreeSet<Right>> {
    let get = |kind: &str| -> Vec<Value> {
        let text = plane.kubectl(&["get", kind, "--all-namespaces", "-o", "json"], "").ok();
        let mut list: Value = serde_json::from_str(&text).unwrap();
        serde_json::from_value(list["items"].take()).unwrap()
    };
    let roles: Vec<Value> = [get("role"), get("clusterrole")].concat();
    let mut rights: BTreeMap<String, BTreeSet<Right>> = BTreeMap::new();
    for binding in [get("rolebinding"), get("clusterrolebinding")].concat() {
        let is_ours = binding["subjects"].as_array().into_iter().flatten().any(|subject| {
            subject["kind"] == "ServiceAccount"
                && subject["name"] == account
                && subject["namespace"] == namespace
        });
        if !is_ours {
            continue;
        }
        let place = binding["metadata"]["namespace"].as_str().unwrap_or_default();
        let named = &binding["roleRef"];
        let role = roles.iter().find(|role| {
            let is_there = role["metadata"]["namespace"].as_str().is_none_or(|home| home == place);
            role["kind"] == named["kind"] && role["metadata"]["name"] == named["name"] && is_there
        });
        let role = role.unwrap_or_else(|| panic!("{named} is bound and not there"));
        rights.entry(place.to_owned()).or_default().extend(each(&role["rules"]));
    }
    rights
}

/// The rules, one verb on one resource at a time.
fn each(rules: &Value) -> Vec<Right> {
    let texts = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let mut found = Vec::new();
    for rule in rules.as_array().unwrap() {
        for group in texts(&rule["apiGroups"]) {
            for resource in texts(&rule["resources"]) {
                for verb in texts(&rule["verbs"]) {
                    let right = format!("{verb} {group}/{resource}");
                    assert!(!right.contains('*'), "{right} is more than anybody needs");
                    found.push(right);
                }
            }
        }
    }
    found
}

/// Nothing was refused, everything is covered by a rule, and there is no rule that was not needed.
pub fn assert_least(granted: &BTreeMap<String, BTreeSet<Right>>, requests: &[Request]) {
    assert!(requests.len() > 20, "only {} requests were seen", requests.len());
    let refused: Vec<&Request> =
        requests.iter().filter(|request| [401, 403].contains(&request.code)).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    let mut unused = granted.clone();
    for request in requests {
        let right = format!("{} {}/{}", request.verb, request.group, request.resource);
        // A request for all namespaces names none, as a rule for all does.
        let holds = |place: &str| granted.get(place).is_some_and(|rights| rights.contains(&right));
        assert!(holds(&request.namespace) || holds(""), "{right} in {:?} is not granted", request.namespace);
        for place in ["", &request.namespace] {
            unused.entry(place.to_owned()).or_default().remove(&right);
        }
    }
    for (place, rights) in unused {
        for right in rights {
            let reason = RARELY_USED.iter().find(|(rare, _)| *rare == right);
            assert!(reason.is_some(), "{right} was given in {place:?} and never used");
        }
    }
}
