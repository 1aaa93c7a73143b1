//! Which reasons each condition can have in this version.

use std::fs;

use lync_failover::api::{ConditionType, Reason};
use serde_json::Value;

use crate::{files::path, words::words};

/// The reasons that a condition can have, besides `NotObserved`, which all have until the operator has looked.
pub fn given(condition: ConditionType) -> Vec<Reason> {
    use Reason::*;
    let of_summary = || {
        let of_deployment = [Connected, Denied, Unfit, Progressing];
        Reason::ALL.iter().copied().filter(|reason| words(*reason).is_some()).chain(of_deployment).collect()
    };
    match condition {
        ConditionType::Ready | ConditionType::Reconciling | ConditionType::Stalled => of_summary(),
        ConditionType::EdgeNextHopSafe => vec![Safe, AtRisk, Unknown],
        ConditionType::CentralManagementHealthy => {
            vec![Healthy, Impaired, Unavailable, Contradictory, Unknown]
        }
        ConditionType::UsersServed => vec![Served, NotServed, Down, NotApplicable, Unknown],
        ConditionType::SourceAvailable => vec![Up, Down, Suspect, Undetermined, NotApplicable, Unknown],
        ConditionType::TargetReady => vec![Capable, NotCapable, Unknown],
        ConditionType::Approved => vec![NotRequired, Given, Missing, Outdated, AwaitingConsent, Unknown],
        ConditionType::BridgeConnected => vec![Connected, Unreachable, Denied, Unfit, InvalidSpec, Unknown],
        ConditionType::SplitBrainSuspected => vec![Consistent, Contradictory, Unknown],
        ConditionType::Drifted => vec![InSync, Drifted, Progressing, Unknown],
        ConditionType::FailbackAvailable => vec![Available, NotAvailable, None, Unknown],
        ConditionType::DrReady => vec![Prepared, NotPrepared, Unknown],
    }
}

/// The conditions that can have a reason.
pub fn conditions_with(reason: Reason) -> Vec<ConditionType> {
    ConditionType::ALL.iter().copied().filter(|condition| given(*condition).contains(&reason)).collect()
}

/// All states that the real operator was seen in are in the table.
#[test]
fn what_was_seen_is_in_the_table() {
    let mut seen = 0;
    for kind in ["LyncFailover", "LyncDeployment"] {
        for entry in fs::read_dir(path(&format!("deploy/argocd/lyncfailover.dev/{kind}/testdata"))).unwrap() {
            let file = entry.unwrap().path();
            let object: Value = serde_yaml::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
            for condition in object["status"]["conditions"].as_array().into_iter().flatten() {
                let word = |field: &str| condition[field].as_str().unwrap();
                let (of, reason): (ConditionType, Reason) =
                    (word("type").parse().unwrap(), word("reason").parse().unwrap());
                assert!(given(of).contains(&reason), "{of} has {reason} in {}", file.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 200, "{seen}");
}

/// A reason is in the table if and only if the code gives it.
#[test]
fn what_the_code_gives_is_in_the_table() {
    let mut code = String::new();
    let mut open = vec![path("src")];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                // Tests may name any.
                code.push_str(text.split("#[cfg(test)]").next().unwrap());
            }
        }
    }
    for reason in Reason::ALL {
        let word = format!("Reason::{reason}");
        let is_given = code
            .match_indices(&word)
            .any(|(at, _)| !code[at + word.len()..].starts_with(|next: char| next.is_ascii_alphanumeric()));
        let is_listed = !conditions_with(*reason).is_empty() || *reason == Reason::NotObserved;
        assert_eq!(is_given, is_listed, "{reason}");
    }
}
