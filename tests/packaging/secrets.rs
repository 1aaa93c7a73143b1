//! Which Secrets the operator may read: those that were named, and nothing else about any other.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{
    admission::installed,
    objects::{Key, NAME, NAMESPACE, kustomized, templated},
};

fn rules(objects: &std::collections::BTreeMap<Key, Value>) -> &Value {
    let key = ("Role".to_owned(), "lync-dr".to_owned(), format!("{NAME}-secrets"));
    &objects.get(&key).unwrap_or_else(|| panic!("{:?}", objects.keys()))["rules"]
}

/// By the chart and by hand the same rules; by default none.
#[test]
fn no_secret_may_be_read_that_was_not_named() {
    let setting = "secretAccess[0].namespace=lync-dr,secretAccess[0].names={lync-bridge,lync-ca}";
    let chart = templated(&["--set", setting]);
    let by_hand = kustomized("deploy/winrm");
    assert_eq!(rules(&chart), rules(&by_hand));
    for objects in [templated(&[]), kustomized("deploy")] {
        let text = format!(
            "{:?}",
            objects
                .values()
                .filter(|object| object["kind"] != "CustomResourceDefinition")
                .collect::<Vec<_>>()
        );
        assert!(!text.contains("\"secrets\""), "{text}");
    }
    let plane = installed();
    let namespace = plane.namespace("secrets");
    for (key, object) in &by_hand {
        if ["Role", "RoleBinding"].contains(&key.0.as_str()) {
            let mut object = object.clone();
            object["metadata"]["namespace"] = namespace.as_str().into();
            plane.kubectl(&["apply", "-f", "-"], &object.to_string()).ok();
        }
    }
    let account = format!("system:serviceaccount:{NAMESPACE}:{NAME}");
    let who = plane.kubeconfig_for(&account, &["system:serviceaccounts", "system:authenticated"]);
    let can = |verb: &str, what: &str| {
        let ask = ["auth", "can-i", "-n", &namespace, verb, what];
        plane.kubectl_as(&who, &ask, "").stdout.trim() == "yes"
    };
    let begun = Instant::now();
    while !can("get", "secrets/lync-bridge") {
        assert!(begun.elapsed() < Duration::from_secs(60), "it may not read what was named");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(can("get", "secrets/lync-ca"));
    for (verb, what) in [
        ("get", "secrets/other"),
        ("list", "secrets"),
        ("watch", "secrets"),
        ("update", "secrets/lync-bridge"),
    ] {
        assert!(!can(verb, what), "{verb} {what}");
    }
}
