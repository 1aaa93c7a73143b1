//! What people may do who may view, edit or administer a namespace.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use super::{admission::installed, controlplane::ControlPlane};

const KINDS: [&str; 2] = ["lyncdeployments.lyncfailover.dev", "lyncfailovers.lyncfailover.dev"];

fn can(plane: &ControlPlane, who: &Path, namespace: &str, verb: &str, what: &[&str]) -> bool {
    let ask = [&["auth", "can-i", "-n", namespace, verb], what].concat();
    plane.kubectl_as(who, &ask, "").stdout.trim() == "yes"
}

/// The roles of Kubernetes itself, and ours for whoever is bound to them alone.
#[test]
fn viewers_look_editors_edit_and_nobody_writes_a_status() {
    let plane = installed();
    let namespace = plane.namespace("people");
    let roles = [
        ("view", false),
        ("edit", true),
        ("admin", true),
        ("lync-failover-viewer", false),
        ("lync-failover-editor", true),
    ];
    for (role, edits) in roles {
        let user = format!("{role}-user");
        let binding =
            ["create", "rolebinding", &user, "-n", &namespace, "--clusterrole", role, "--user", &user];
        plane.kubectl(&binding, "").ok();
        let who = plane.kubeconfig_for(&user, &[]);
        // A controller gathers the rules; it may still be at it.
        let begun = Instant::now();
        while !can(plane, &who, &namespace, "watch", &[KINDS[0]]) {
            assert!(begun.elapsed() < Duration::from_secs(60), "{role} does not see the deployments");
            std::thread::sleep(Duration::from_millis(200));
        }
        for kind in KINDS {
            for verb in ["get", "list", "watch"] {
                assert!(can(plane, &who, &namespace, verb, &[kind]), "{role}: {verb} {kind}");
            }
            for verb in ["create", "update", "patch", "delete", "deletecollection"] {
                assert_eq!(can(plane, &who, &namespace, verb, &[kind]), edits, "{role}: {verb} {kind}");
            }
            for verb in ["update", "patch"] {
                let status = [kind, "--subresource=status"];
                assert!(!can(plane, &who, &namespace, verb, &status), "{role}: {verb} {kind}/status");
            }
        }
    }
}
