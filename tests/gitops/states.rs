//! The states that objects of ours are in, and what the tools are to make of each.

/// A state of a kind, and the words of kstatus, Argo CD and Flux for it.
#[derive(Clone, Copy, Debug)]
pub struct State {
    pub kind: &'static str,
    /// The name of its file of test data.
    pub name: &'static str,
    /// Status and reason of `Ready`.
    pub ready: &'static str,
    pub words: [&'static str; 3],
}

const fn failover(name: &'static str, ready: &'static str, words: [&'static str; 3]) -> State {
    State { kind: "LyncFailover", name, ready, words }
}

const fn deployment(name: &'static str, ready: &'static str, words: [&'static str; 3]) -> State {
    State { kind: "LyncDeployment", name, ready, words }
}

pub const DONE: [&str; 3] = ["Current", "Healthy", "Current"];
pub const UNDER_WAY: [&str; 3] = ["InProgress", "Progressing", "InProgress"];
/// kstatus has no word for it, and waits; the other two are told.
pub const CHOSEN: [&str; 3] = ["InProgress", "Suspended", "Current"];
pub const TAKEN_AWAY: [&str; 3] = ["InProgress", "Degraded", "Failed"];
pub const STUCK: [&str; 3] = ["Failed", "Degraded", "Failed"];

/// All that the scenes visit.
pub const STATES: &[State] = &[
    failover("unseen", "", UNDER_WAY),
    failover("new-spec", "True Converged", UNDER_WAY),
    failover("converged", "True Converged", DONE),
    failover("converged-but-down", "True Converged", DONE),
    failover("waiting", "False Waiting", UNDER_WAY),
    failover("executing", "False Executing", UNDER_WAY),
    failover("verifying", "False Verifying", UNDER_WAY),
    failover("awaiting-consent", "False AwaitingConsent", UNDER_WAY),
    failover("awaiting-approval", "False AwaitingApproval", UNDER_WAY),
    failover("awaiting-manual-step", "False AwaitingManualStep", UNDER_WAY),
    failover("deployment-not-found", "False DeploymentNotFound", UNDER_WAY),
    failover("unreachable", "False Unreachable", UNDER_WAY),
    failover("suspended", "False Suspended", CHOSEN),
    failover("planned", "False Planned", CHOSEN),
    failover("observing", "False Observing", CHOSEN),
    failover("drifted", "False Drifted", TAKEN_AWAY),
    failover("refused", "False Refused", STUCK),
    failover("conflict", "False Conflict", STUCK),
    failover("failed", "False Failed", STUCK),
    failover("contradictory", "False Contradictory", STUCK),
    deployment("unseen", "", UNDER_WAY),
    deployment("seen", "True Connected", DONE),
    deployment("unreachable", "False Unreachable", UNDER_WAY),
    deployment("being-deleted", "False Progressing", ["Terminating", "Progressing", "InProgress"]),
];

/// The state of that name.
#[track_caller]
pub fn state(kind: &str, name: &str) -> State {
    let found = STATES.iter().find(|state| state.kind == kind && state.name == name);
    *found.unwrap_or_else(|| panic!("{kind} {name} is not listed"))
}
