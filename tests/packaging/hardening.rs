//! What our Pods may not do, whichever way they come: checked on all of them, and each check is seen to bite.

use serde_json::{Value, json};

use super::objects::{kustomized, only, templated};

/// What is wrong with the specification of a Pod.
fn findings(spec: &Value) -> Vec<&'static str> {
    let container = &spec["containers"][0];
    let (pod_security, security) = (&spec["securityContext"], &container["securityContext"]);
    let given = |amount: &str| container["resources"].pointer(amount).is_some_and(|value| !value.is_null());
    let rules = [
        ("one container", spec["containers"].as_array().is_some_and(|all| all.len() == 1)),
        ("not root", pod_security["runAsNonRoot"] == true && security["runAsUser"].is_null()),
        ("a user by number", pod_security["runAsUser"].as_u64().is_some_and(|user| user > 10_000)),
        ("a group by number", pod_security["runAsGroup"].as_u64().is_some_and(|group| group > 10_000)),
        ("seccomp", pod_security["seccompProfile"]["type"] == "RuntimeDefault"),
        ("no escalation", security["allowPrivilegeEscalation"] == false),
        ("not privileged", security["privileged"].is_null()),
        ("read-only root", security["readOnlyRootFilesystem"] == true),
        ("no capabilities", security["capabilities"] == json!({"drop": ["ALL"]})),
        (
            "nothing of the node",
            ["hostNetwork", "hostPID", "hostIPC"].iter().all(|name| spec[name].is_null()),
        ),
        ("no path of the node", !spec["volumes"].to_string().contains("hostPath")),
        ("no variables of services", spec["enableServiceLinks"] == false),
        ("memory is limited", given("/limits/memory")),
        ("memory is asked for", given("/requests/memory")),
        ("processor time is asked for", given("/requests/cpu")),
        ("no limit of processor time", !given("/limits/cpu")),
        ("survives its registry", container["imagePullPolicy"] == "IfNotPresent"),
    ];
    rules.into_iter().filter(|(_, holds)| !holds).map(|(name, _)| name).collect()
}

/// The same for what only a Deployment has.
fn deployment_findings(deployment: &Value) -> Vec<&'static str> {
    let spec = &deployment["spec"]["template"]["spec"];
    let labels = &deployment["spec"]["selector"];
    let spread: Vec<&Value> = spec["topologySpreadConstraints"].as_array().into_iter().flatten().collect();
    let spreads = |key: &str| {
        spread.iter().any(|rule| {
            rule["topologyKey"] == key
                && rule["whenUnsatisfiable"] == "ScheduleAnyway"
                && rule["labelSelector"] == *labels
        })
    };
    let rules = [
        ("spread over zones", spreads("topology.kubernetes.io/zone")),
        ("spread over nodes", spreads("kubernetes.io/hostname")),
        ("two replicas", deployment["spec"]["replicas"] == 2),
        ("a probe of life", spec["containers"][0]["livenessProbe"]["httpGet"]["path"] == "/livez"),
        ("a probe of readiness", spec["containers"][0]["readinessProbe"]["httpGet"]["path"] == "/readyz"),
    ];
    let of_pod = findings(spec).into_iter();
    of_pod.chain(rules.into_iter().filter(|(_, holds)| !holds).map(|(name, _)| name)).collect()
}

#[test]
fn there_is_nothing_to_find() {
    let chart = templated(&[]);
    for objects in [&kustomized("deploy"), &chart, &templated(&["--set", "watchNamespaces={lync-dr}"])] {
        assert_eq!(deployment_findings(only(objects, "Deployment")), [""; 0]);
    }
    assert_eq!(findings(&only(&chart, "Pod")["spec"]), [""; 0], "the Pod of helm test");
}

#[test]
fn each_finding_is_found() {
    let pod = "/spec/template/spec";
    let container = "/spec/template/spec/containers/0";
    let spoilt = [
        (pod, "/securityContext/runAsNonRoot", json!(false), "not root"),
        (container, "/securityContext/runAsUser", json!(0), "not root"),
        (pod, "/securityContext/runAsUser", json!(0), "a user by number"),
        (pod, "/securityContext/runAsGroup", json!(0), "a group by number"),
        (pod, "/securityContext/seccompProfile/type", json!("Unconfined"), "seccomp"),
        (container, "/securityContext/allowPrivilegeEscalation", Value::Null, "no escalation"),
        (container, "/securityContext/privileged", json!(true), "not privileged"),
        (container, "/securityContext/readOnlyRootFilesystem", json!(false), "read-only root"),
        (container, "/securityContext/capabilities/add", json!(["NET_ADMIN"]), "no capabilities"),
        (pod, "/hostNetwork", json!(true), "nothing of the node"),
        (pod, "/volumes", json!([{"name": "x", "hostPath": {"path": "/"}}]), "no path of the node"),
        (pod, "/enableServiceLinks", json!(true), "no variables of services"),
        (container, "/resources/limits/memory", Value::Null, "memory is limited"),
        (container, "/resources/requests/memory", Value::Null, "memory is asked for"),
        (container, "/resources/requests/cpu", Value::Null, "processor time is asked for"),
        (container, "/resources/limits/cpu", json!("1"), "no limit of processor time"),
        (container, "/imagePullPolicy", json!("Always"), "survives its registry"),
        (pod, "/topologySpreadConstraints/0/whenUnsatisfiable", json!("DoNotSchedule"), "spread over zones"),
        (pod, "/topologySpreadConstraints/1/labelSelector", json!({}), "spread over nodes"),
        ("", "/spec/replicas", json!(1), "two replicas"),
        (container, "/livenessProbe", Value::Null, "a probe of life"),
        (container, "/readinessProbe/httpGet/path", json!("/livez"), "a probe of readiness"),
    ];
    let objects = templated(&[]);
    for (within, field, value, finding) in spoilt {
        let mut deployment = only(&objects, "Deployment").clone();
        let (parent, name) = field.rsplit_once('/').unwrap();
        deployment.pointer_mut(&format!("{within}{parent}")).unwrap()[name] = value;
        assert_eq!(deployment_findings(&deployment), [finding], "{field}");
    }
    let mut second = only(&objects, "Deployment").clone();
    let containers = second["spec"]["template"]["spec"]["containers"].as_array_mut().unwrap();
    containers.push(json!({"name": "other"}));
    assert_eq!(deployment_findings(&second), ["one container"]);
}
