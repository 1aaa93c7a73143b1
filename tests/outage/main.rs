//! The operator on a cluster that goes wrong: each test hurts a control plane of its own.
#![cfg(unix)]
#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test may panic, and nobody else sees it")]

#[path = "../controlplane/mod.rs"]
mod controlplane;
#[path = "../support/safety.rs"]
#[allow(dead_code, reason = "each test uses its own part")]
mod safety;
#[path = "../stage/mod.rs"]
mod stage;

mod away;
mod definitions;
mod restored;
mod strangers;

use controlplane::ControlPlane;
use safety::{Allowed, violations};
use stage::Stage;

/// A simulated Lync and its namespace, on a control plane with the definitions.
fn stage<'a>(plane: &'a ControlPlane, scenario: &str) -> Stage<'a> {
    plane.definitions();
    // Logs are named after it: a name that no other test of this process has.
    let namespace = plane.namespace(&format!("outage-{}", plane.url().rsplit(':').next().unwrap()));
    Stage::on(plane, namespace, scenario)
}

/// No rule was broken on the target, and these cmdlets ran, each once.
#[track_caller]
fn assert_ran_once(stage: &Stage<'_>, cmdlets: &[&str]) {
    let allowed = Allowed { disaster: true, ..Allowed::default() };
    assert_eq!(violations(&stage.transcript(), allowed), [""; 0]);
    assert_eq!(stage.cmdlets(), cmdlets);
}
