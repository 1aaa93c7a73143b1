//! The rules over all reasons, also those that no scene gets to.

use lync_failover::api::Reason;
use serde_json::{Value, json};

use crate::{
    judge::verdicts,
    states::{DONE, STATES, STUCK, UNDER_WAY},
    words::words,
};

fn object(kind: &str, [ready, reconciling, stalled]: [&str; 3], reason: Reason) -> Value {
    let condition = |(name, status)| {
        json!({
            "type": name, "status": status, "reason": reason.as_str(), "message": "Why.",
            "lastTransitionTime": "2026-11-22T03:00:00Z", "observedGeneration": 1,
        })
    };
    let conditions = [("Ready", ready), ("Reconciling", reconciling), ("Stalled", stalled)].map(condition);
    json!({
        "apiVersion": "lyncfailover.dev/v1alpha1", "kind": kind,
        "metadata": {"name": "contoso", "namespace": "lync-dr", "generation": 1}, "spec": {},
        "status": {"observedGeneration": 1, "conditions": conditions},
    })
}

/// The conditions as `src/status/summary.rs` sets them with words of the tools.
fn shape(words: [&str; 3]) -> [&'static str; 3] {
    match words {
        DONE => ["True", "False", "False"],
        UNDER_WAY => ["False", "True", "False"],
        STUCK => ["False", "False", "True"],
        _ => ["False", "False", "False"],
    }
}

#[test]
fn each_reason_that_ready_can_have_is_judged_as_decided() {
    let judged: Vec<(Reason, [&str; 3])> =
        Reason::ALL.iter().filter_map(|reason| Some((*reason, words(*reason)?))).collect();
    let objects: Vec<Value> =
        judged.iter().map(|(reason, words)| object("LyncFailover", shape(*words), *reason)).collect();
    for ((reason, words), verdict) in judged.iter().zip(verdicts(&objects)) {
        assert_eq!([&*verdict.kstatus, &*verdict.argo, &*verdict.flux], *words, "{reason}");
        assert_eq!(verdict.message, "Why.");
    }
    for state in STATES.iter().filter(|state| state.kind == "LyncFailover") {
        let Some((_, reason)) = state.ready.split_once(' ') else { continue };
        assert!(words(reason.parse().unwrap()).is_some(), "{} has a reason that is not judged", state.name);
    }
}

/// A reason that is new to `summary.rs` has to be decided upon here.
#[test]
fn each_reason_that_ready_is_given_is_decided_upon() {
    let summary = include_str!("../../src/status/summary.rs");
    let given = Reason::ALL.iter().filter(|reason| {
        let word = format!("Reason::{reason}");
        summary
            .match_indices(&word)
            .any(|(at, _)| !summary[at + word.len()..].starts_with(|next: char| next.is_ascii_alphanumeric()))
    });
    let given: Vec<&Reason> = given.collect();
    assert!(given.len() > 15, "{given:?}");
    for reason in given {
        assert!(words(*reason).is_some(), "{reason} is not decided upon");
    }
}

/// In progress is never Degraded, whatever else is said.
#[test]
fn what_is_on_its_way_has_not_failed() {
    let statuses = ["True", "False", "Unknown"];
    for kind in ["LyncFailover", "LyncDeployment"] {
        let mut objects = Vec::new();
        for reason in Reason::ALL {
            for ready in ["False", "Unknown"] {
                objects.extend(statuses.map(|stalled| object(kind, [ready, "True", stalled], *reason)));
            }
        }
        for (object, verdict) in objects.iter().zip(verdicts(&objects)) {
            assert_eq!((&*verdict.argo, &*verdict.flux), ("Progressing", "InProgress"), "{object:#}");
        }
    }
}
