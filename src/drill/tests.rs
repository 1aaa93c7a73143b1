//! When a drill is due, what its steps come to, and how much of it a status shows.

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::*;
use crate::{
    api::{DrillOutcome, DrillResult, DrillStatus},
    bridge::{CallError, Refusal, Rehearsed},
    lync::{EdgeFqdn, MachineFqdn, PoolFqdn},
    plan::{Mode, Step},
};

fn at(hours: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1000 + hours)
}

fn last(request: Option<&str>, hours: i64, outcome: DrillOutcome) -> DrillStatus {
    DrillStatus {
        request: request.map(str::to_owned),
        started_at: Some(Time(at(hours))),
        finished_at: Some(Time(at(hours))),
        outcome: Some(outcome),
        ..DrillStatus::default()
    }
}

fn pool(number: usize) -> PoolFqdn {
    format!("pool{number:02}.contoso.com").parse().expect("valid")
}

fn host() -> MachineFqdn {
    "fe01.pool02.contoso.com".parse().expect("valid")
}

fn edge(from: usize) -> Step {
    let edge: EdgeFqdn = "edge1.contoso.com".parse().expect("valid");
    Step::SetEdgeNextHop { edge, from: pool(from), to: pool(2) }
}

fn store(from: usize) -> Step {
    let mode = crate::lync::cmdlet::CmsFailoverMode::Normal;
    Step::FailOverCentralManagement { from: pool(from), to: pool(2), mode }
}

fn over() -> Step {
    Step::FailOverPool { home: pool(1), to: pool(2), mode: Mode::Disaster }
}

fn act(step: Step) -> Act {
    Act { step, host: host() }
}

#[test]
fn a_new_value_of_the_annotation_is_one_drill() {
    let due = |asked, last: Option<&DrillStatus>| due(asked, None, last, at(0));
    assert_eq!(due(None, None), None);
    assert_eq!(due(Some("a"), None), Some(Due::Asked("a".to_owned())));
    let old = last(Some("a"), -1, DrillOutcome::Failed);
    assert_eq!(due(Some("a"), Some(&old)), None, "it was answered, whatever it came to");
    assert_eq!(due(None, Some(&old)), None);
    assert_eq!(due(Some("b"), Some(&old)), Some(Due::Asked("b".to_owned())));
    assert_eq!(due(Some(""), Some(&old)), Some(Due::Asked(String::new())), "any text");
}

#[test]
fn a_schedule_counts_from_the_start_of_the_last_drill() {
    let every = Some(SignedDuration::from_hours(720));
    let due = |last: Option<DrillStatus>| due(None, every, last.as_ref(), at(0)).is_some();
    assert!(due(None), "never");
    assert!(!due(Some(last(None, -719, DrillOutcome::Passed))));
    assert!(due(Some(last(None, -720, DrillOutcome::Passed))));
    assert!(!due(Some(last(None, -23, DrillOutcome::Incomplete))));
    assert!(
        due(Some(last(None, -24, DrillOutcome::Incomplete))),
        "what was not finished is tried after a day"
    );
    assert!(!due(Some(last(None, -23, DrillOutcome::Failed))));
    assert!(
        due(Some(last(None, -24, DrillOutcome::Failed))),
        "who has mended something sees it the next day"
    );
    assert!(due(Some(last(None, 1, DrillOutcome::Passed))), "what lies ahead proves nothing");
    assert_eq!(super::due(None, None, None, at(0)), None, "nobody wants any");
}

#[test]
fn of_two_records_the_later_one_counts() {
    let (old, new) = (last(Some("a"), 1, DrillOutcome::Failed), last(Some("b"), 2, DrillOutcome::Passed));
    for pair in [(Some(old.clone()), Some(new.clone())), (Some(new.clone()), Some(old.clone()))] {
        assert_eq!(newer(pair.0, pair.1), Some(new.clone()));
    }
    let waiting = DrillStatus { waits_for: Some("x".to_owned()), ..DrillStatus::default() };
    assert_eq!(newer(Some(waiting), Some(old.clone())), Some(old.clone()));
    assert_eq!(newer(None, Some(old.clone())), Some(old));
}

fn refused(message: &str) -> Result<Rehearsed, CallError> {
    let refusal = Refusal {
        error_id: "ProcessRecord,Microsoft.Rtc.Management.Hadr.InvokePoolFailOverCmdlet".to_owned(),
        category: "InvalidOperation".to_owned(),
        message: message.to_owned(),
    };
    Err(CallError::Refused(refusal))
}

const NEXT_HOP: &str = "This Front-end pool \"pool01.contoso.com\" is specified in topology\n as the next hop for \
                        the  Edge server.";
const STORE: &str = "Central Management Server is not fully failed over: it is active on pool \"pool01\".";

/// A refusal that nothing before would mend is one that will be there on the night.
#[test]
fn only_what_a_step_before_would_mend_is_expected() {
    let result = |before: Vec<Step>, message: &str| {
        let before: Vec<Act> = before.into_iter().map(act).collect();
        judge(&before, &over(), &refused(message)).0
    };
    assert_eq!(result(vec![edge(1)], NEXT_HOP), DrillResult::Expected);
    assert_eq!(result(vec![store(1)], STORE), DrillResult::Expected);
    assert_eq!(result(vec![store(1), edge(1)], NEXT_HOP), DrillResult::Expected);
    assert_eq!(result(vec![], NEXT_HOP), DrillResult::Failed, "no step changes that Edge");
    assert_eq!(result(vec![edge(3)], NEXT_HOP), DrillResult::Failed, "another pool's Edge");
    assert_eq!(result(vec![store(1)], NEXT_HOP), DrillResult::Failed);
    assert_eq!(result(vec![edge(1)], STORE), DrillResult::Failed);
    assert_eq!(result(vec![store(3)], STORE), DrillResult::Failed);
    assert_eq!(result(vec![store(1), edge(1)], "Something else."), DrillResult::Failed);
    let closed = "Cannot open database \"xds\" requested by the login. The login failed.";
    assert_eq!(result(vec![store(1)], closed), DrillResult::Failed, "today the host has to open it");
    assert_eq!(judge(&[act(edge(1))], &edge(1), &refused(NEXT_HOP)).0, DrillResult::Failed);
}

#[test]
fn what_nobody_knows_is_neither_passed_nor_failed() {
    let result = |answer| judge(&[], &over(), &answer).0;
    assert_eq!(result(Ok(Rehearsed::WhatIf)), DrillResult::Passed);
    assert_eq!(result(Ok(Rehearsed::WithoutForce)), DrillResult::Passed);
    assert_eq!(result(Ok(Rehearsed::Found)), DrillResult::Passed);
    let text = || "x".to_owned();
    assert_eq!(result(Ok(Rehearsed::NotTried(text()))), DrillResult::Skipped);
    assert_eq!(result(Err(CallError::Unknown(text()))), DrillResult::Skipped);
    assert_eq!(result(Err(CallError::Unreadable(text()))), DrillResult::Skipped);
    assert_eq!(result(Ok(Rehearsed::Unfit(text()))), DrillResult::Failed);
    assert_eq!(result(Err(CallError::Unreachable(text()))), DrillResult::Skipped);
    assert_eq!(result(Err(CallError::NotSent(text()))), DrillResult::Skipped);
    assert_eq!(result(Err(CallError::Denied(text()))), DrillResult::Failed);
    // What was not done as the operation would do it says so.
    assert!(judge(&[], &over(), &Ok(Rehearsed::WithoutForce)).1.is_some_and(|text| text.contains("-Force")));
    assert!(judge(&[], &over(), &Ok(Rehearsed::Found)).1.is_some_and(|text| text.contains("not run")));
}

fn drilled(number: usize, steps: usize, results: Vec<DrillResult>) -> Drilled {
    let acts = (0..steps).map(|_| act(over())).collect();
    let script = Script { pool: pool(number), pair: pool(2), acts, rest: Vec::new() };
    Drilled { script, results: results.into_iter().map(|result| (result, Some("said".to_owned()))).collect() }
}

#[test]
fn the_worst_step_is_what_a_drill_came_to() {
    use DrillResult::{Expected, Failed, Passed, Skipped};
    let sum = |results: Vec<DrillResult>, stopped| {
        let status = status(Some("a".to_owned()), (at(0), at(1)), &[drilled(1, 2, results)], stopped);
        assert_eq!(status.request.as_deref(), Some("a"));
        status.outcome.expect("it has one")
    };
    assert_eq!(sum(vec![Passed, Expected], None), DrillOutcome::Passed);
    assert_eq!(sum(vec![Passed, Skipped], None), DrillOutcome::Incomplete);
    assert_eq!(sum(vec![Failed, Skipped], None), DrillOutcome::Failed);
    assert_eq!(sum(vec![Passed], None), DrillOutcome::Incomplete, "a step that was not tried has not passed");
    assert_eq!(sum(vec![Passed, Passed], Some("x")), DrillOutcome::Incomplete);
    assert_eq!(sum(vec![Failed], Some("x")), DrillOutcome::Failed, "what failed has failed");
    assert_eq!(
        status(None, (at(0), at(1)), &[], None).outcome,
        Some(DrillOutcome::Incomplete),
        "nothing at all"
    );
}

/// Many pools, many Edge pools and long messages make no large status.
#[test]
fn a_status_shows_what_failed_and_says_how_much_it_leaves_out() {
    let mut all: Vec<Drilled> = (10..40).map(|n| drilled(n, 1, vec![DrillResult::Passed])).collect();
    let mut results = vec![DrillResult::Passed; 30];
    results[28] = DrillResult::Failed;
    let mut worst = drilled(45, 30, results);
    worst.results[28].1 = Some(format!("line\r\n\u{1b}[31m {}", "long ".repeat(500)));
    all.push(worst);
    let status = status(None, (at(0), at(1)), &all, None);
    assert_eq!((status.pools.len(), status.more_pools), (16, 15));
    assert_eq!(status.pools[0].pool, pool(45).to_string());
    assert_eq!((status.pools[0].steps.len(), status.pools[0].more_steps), (16, 14));
    let failed = status.pools[0].steps.iter().find(|step| step.result == DrillResult::Failed);
    let message = failed.and_then(|step| step.message.clone()).expect("it is shown");
    assert!(message.chars().count() <= 401 && !message.contains(char::is_control), "{message:?}");
    let said = status.message.clone().expect("a sentence");
    assert!(said.starts_with("pools: 30 passed, 1 failed; if pool45.contoso.com were lost"), "{said}");
    let size = serde_json::to_string(&status).expect("it serialises").len();
    assert!(size < 64 << 10, "{size} bytes");
}
