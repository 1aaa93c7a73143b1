//! What a real API server takes: the installation, its Pods under Pod Security `restricted`, and the samples.

use std::sync::OnceLock;

use serde_json::{Value, json};

use super::{
    controlplane::ControlPlane,
    objects::{NAME, NAMESPACE, kustomized, only, path, templated},
};

/// The shared control plane, with `deploy/` applied and the controllers that make Pods of it.
pub fn installed() -> &'static ControlPlane {
    static DONE: OnceLock<()> = OnceLock::new();
    let plane = ControlPlane::shared();
    DONE.get_or_init(|| {
        plane.controllers();
        plane.kubectl(&["apply", "--server-side", "-k", &path("deploy")], "").ok();
        for kind in ["lyncdeployments", "lyncfailovers"] {
            let crd = format!("crd/{kind}.lyncfailover.dev");
            plane.kubectl(&["wait", "--for=condition=Established", &crd, "--timeout=30s"], "").ok();
        }
        plane.forget_discovery();
    });
    plane
}

/// The Pod that the Deployment would make, for creation by hand.
fn pod(deployment: &Value) -> Value {
    let template = &deployment["spec"]["template"];
    json!({
        "apiVersion": "v1", "kind": "Pod", "spec": template["spec"],
        "metadata": {"generateName": "trial-", "namespace": NAMESPACE, "labels": template["metadata"]["labels"]},
    })
}

#[test]
fn applying_it_again_changes_nothing() {
    let plane = installed();
    let diff = plane.kubectl(&["diff", "--server-side", "-k", &path("deploy")], "");
    assert_eq!((diff.code, diff.stdout.as_str()), (0, ""), "{}", diff.stderr);
    let again = plane.kubectl(&["apply", "--server-side", "--validate=strict", "-k", &path("deploy")], "");
    assert_eq!(again.ok().lines().count(), 23);
}

/// Not only the Pod on its own: the real controllers make both replicas where `restricted` is enforced.
#[test]
fn the_controllers_make_both_pods() {
    let plane = installed();
    let pods = "jsonpath={.items[*].status.phase}";
    let label = format!("app.kubernetes.io/instance={NAME}");
    let begun = std::time::Instant::now();
    loop {
        let phases = plane.kubectl(&["get", "pods", "-n", NAMESPACE, "-l", &label, "-o", pods], "").ok();
        if phases == "Pending Pending" {
            break;
        }
        let events = plane.kubectl(&["get", "events", "-n", NAMESPACE], "").ok();
        assert!(begun.elapsed().as_secs() < 60, "there are {phases:?}:\n{events}");
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    let budget = ["get", "pdb", NAME, "-n", NAMESPACE, "-o", "jsonpath={.status.expectedPods}"];
    let expected = plane.kubectl(&budget, "").ok();
    assert!(["2", ""].contains(&expected.as_str()), "the budget counts {expected} Pods");
}

#[test]
fn pod_security_takes_the_pod_and_refuses_each_spoilt_one() {
    let plane = installed();
    let create = ["create", "--dry-run=server", "--validate=strict", "-f", "-"];
    for objects in [kustomized("deploy"), templated(&[])] {
        plane.kubectl(&create, &pod(only(&objects, "Deployment")).to_string()).ok();
    }
    let objects = kustomized("deploy");
    let spoilt: [(&str, Value); 9] = [
        ("/securityContext/runAsNonRoot", json!(false)),
        ("/securityContext/runAsUser", json!(0)),
        ("/securityContext/seccompProfile", Value::Null),
        ("/containers/0/securityContext/allowPrivilegeEscalation", json!(true)),
        ("/containers/0/securityContext/capabilities", Value::Null),
        ("/containers/0/securityContext/runAsUser", json!(0)),
        ("/hostNetwork", json!(true)),
        ("/hostPID", json!(true)),
        ("/volumes", json!([{"name": "node", "hostPath": {"path": "/etc"}}])),
    ];
    for (field, value) in spoilt {
        let mut pod = pod(only(&objects, "Deployment"));
        let (parent, name) = field.rsplit_once('/').unwrap();
        pod["spec"].pointer_mut(parent).unwrap_or_else(|| panic!("{parent} is missing"))[name] = value;
        let refused = plane.kubectl(&create, &pod.to_string()).refused();
        assert!(refused.contains("violates PodSecurity \"restricted:"), "{field}: {refused}");
    }
}

#[test]
fn the_samples_are_accepted() {
    let plane = installed();
    // Namespaced objects are refused while their namespace is only tried.
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lync-dr"}});
    plane
        .kubectl(&["apply", "--server-side", "--field-manager=admission", "-f", "-"], &namespace.to_string())
        .ok();
    let tried = |directory| {
        let objects = path(directory);
        let tried = ["apply", "--server-side", "--dry-run=server", "--validate=strict", "-k", &objects];
        plane.kubectl(&tried, "").ok()
    };
    let samples = tried("deploy/samples");
    for kind in ["lyncdeployment.lyncfailover.dev/contoso", "lyncfailover.lyncfailover.dev/contoso"] {
        assert!(samples.contains(kind), "{samples}");
    }
    let winrm = tried("deploy/winrm");
    let access = "role.rbac.authorization.k8s.io/lync-failover-secrets";
    for kind in ["lyncdeployment.lyncfailover.dev/contoso", access] {
        assert!(winrm.contains(kind), "{winrm}");
    }
}
