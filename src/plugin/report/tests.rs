use serde_json::{Value, json};

use super::*;

/// When the tests are: an hour after the transition times of their conditions.
pub(in crate::plugin) fn now() -> Timestamp {
    "2026-11-22T04:00:00Z".parse().expect("valid")
}

pub(in crate::plugin) fn alive() -> Life {
    Life {
        namespace: "ops".to_owned(),
        state: LifeState::Leading,
        holder: Some("pod".to_owned()),
        renewed_at: Some(now()),
        message: "pod leads".to_owned(),
    }
}

pub(in crate::plugin) fn dead() -> Life {
    Life { state: LifeState::Silent, message: "pod was last seen 12m ago.".to_owned(), ..alive() }
}

fn condition(kind: &str, status: &str, reason: &str) -> Value {
    json!({
        "type": kind, "status": status, "reason": reason, "message": format!("{kind} says so"),
        "lastTransitionTime": "2026-11-22T03:00:00Z", "observedGeneration": 1,
    })
}

/// An organisation of two pools and an Edge pool, all well.
pub(in crate::plugin) fn deployment(name: &str) -> Value {
    let pool = |pool: &str, pair: &str| {
        json!({
            "pool": pool, "site": "DC1", "pairedWith": pair, "machines": 3, "machinesUp": 3,
            "state": "Active", "verdict": "Up",
        })
    };
    json!({
        "apiVersion": "lyncfailover.dev/v1alpha1", "kind": "LyncDeployment",
        "metadata": {"name": name, "namespace": "dr", "generation": 1},
        "spec": {"bridge": {"simulated": {"address": "127.0.0.1:1"}}},
        "status": {
            "observedGeneration": 1, "observedAt": "2026-11-22T03:30:00Z",
            "conditions": [
                condition("Ready", "True", "Connected"),
                condition("CentralManagementHealthy", "True", "Healthy"),
                condition("SplitBrainSuspected", "False", "Consistent"),
                condition("DrReady", "True", "Prepared"),
            ],
            "pools": [pool("pool1.contoso.com", "pool2.contoso.com"), pool("pool2.contoso.com", "pool1.contoso.com")],
            "centralManagement": {"pool": "pool1.contoso.com"},
            "edges": [{"pool": "edge1.contoso.com", "nextHop": "pool1.contoso.com"}],
            "readiness": {"score": 100, "checks": [], "fixes": []},
        },
    })
}

/// A failover of that organisation that has reached its goal.
pub(in crate::plugin) fn failover(name: &str, deployment: &str) -> Value {
    json!({
        "apiVersion": "lyncfailover.dev/v1alpha1", "kind": "LyncFailover",
        "metadata": {"name": name, "namespace": "dr", "generation": 1},
        "spec": {
            "deploymentRef": {"name": deployment},
            "users": [{"homePool": "pool1.contoso.com", "servedBy": "pool1.contoso.com"}],
        },
        "status": {
            "observedGeneration": 1, "desired": "pool1@pool1", "actual": "pool1@pool1 cms@pool1",
            "conditions": [
                condition("Ready", "True", "Converged"), condition("Reconciling", "False", "Converged"),
                condition("Stalled", "False", "Converged"), condition("UsersServed", "True", "Served"),
                condition("SourceAvailable", "True", "Up"), condition("Approved", "True", "NotRequired"),
                condition("SplitBrainSuspected", "False", "Consistent"),
            ],
            "nextAction": {"actor": "Nobody", "message": "Nothing to do: Lync is as the spec says."},
            "plan": {"steps": []},
        },
    })
}

/// The same with another condition.
pub(in crate::plugin) fn with(mut object: Value, kind: &str, status: &str, reason: &str) -> Value {
    let all = object["status"]["conditions"].as_array_mut().expect("conditions");
    all.retain(|one| one["type"] != kind);
    all.push(condition(kind, status, reason));
    object
}

/// A failover that waits for somebody.
pub(in crate::plugin) fn waiting(name: &str, reason: &str, actor: &str) -> Value {
    let mut object = with(failover(name, "contoso"), "Ready", "False", reason);
    object["status"]["nextAction"] =
        json!({"actor": actor, "message": format!("do {reason}"), "command": "kubectl do"});
    object
}

pub(in crate::plugin) fn seen(deployments: Vec<Value>, failovers: Vec<Value>) -> Seen {
    let read = |value| serde_json::from_value(value).expect("a deployment");
    Seen {
        deployments: deployments.into_iter().map(read).collect(),
        failovers: failovers
            .into_iter()
            .map(|one| serde_json::from_value(one).expect("a failover"))
            .collect(),
        unreadable: Vec::new(),
    }
}

pub(in crate::plugin) fn report(deployments: Vec<Value>, failovers: Vec<Value>, life: Life) -> StatusReport {
    status_report(&seen(deployments, failovers), life, Scope::All, now())
}

fn one(failover: Value) -> StatusReport {
    report(vec![deployment("contoso")], vec![failover], alive())
}

#[test]
fn all_is_well_only_while_the_operator_lives() {
    let of = |life| report(vec![deployment("contoso")], vec![failover("contoso", "contoso")], life);
    assert_eq!(of(alive()).verdict, Verdict::Well);
    let others = [
        (LifeState::Silent, "OperatorSilent"),
        (LifeState::Released, "OperatorNotRunning"),
        (LifeState::Absent, "OperatorNotRunning"),
        (LifeState::Unknown, "OperatorNotKnown"),
    ];
    for (state, reason) in others {
        let report = of(Life { state, ..dead() });
        assert_eq!(report.verdict, Verdict::NeedsPeople, "{state:?}");
        assert_eq!(report.attention[0].reason, reason);
    }
}

#[test]
fn what_is_not_well_and_asks_nobody_is_work_in_progress() {
    let executing = with(failover("contoso", "contoso"), "Ready", "False", "Executing");
    let mut new_spec = failover("contoso", "contoso");
    new_spec["metadata"]["generation"] = json!(2);
    let mut stale = failover("contoso", "contoso");
    stale["status"]["observed"] = json!({"stale": true});
    let mut unseen = failover("contoso", "contoso");
    unseen.as_object_mut().expect("an object").remove("status");
    for failover in [executing, new_spec, stale, unseen] {
        let report = one(failover.clone());
        assert_eq!((report.verdict, report.attention.len()), (Verdict::Working, 0), "{failover:#}");
    }
    let doubtful = with(deployment("contoso"), "DrReady", "Unknown", "Unknown");
    assert_eq!(report(vec![doubtful], vec![], alive()).verdict, Verdict::Working);
}

#[test]
fn the_most_urgent_comes_first_and_the_command_with_it() {
    let split =
        with(waiting("e", "Contradictory", "Administrator"), "SplitBrainSuspected", "True", "Contradictory");
    let failovers = vec![
        waiting("a", "Drifted", "Administrator"),
        waiting("b", "AwaitingManualStep", "Administrator"),
        waiting("c", "AwaitingApproval", "Approver"),
        waiting("d", "Suspended", "Administrator"),
        split,
    ];
    let unprepared = with(deployment("contoso"), "DrReady", "False", "NotPrepared");
    let report = report(vec![unprepared], failovers, dead());
    let order: Vec<_> = report.attention.iter().map(|one| one.reason.as_str()).collect();
    assert_eq!(
        order,
        [
            "OperatorSilent",
            "Contradictory",
            "Suspended",
            "AwaitingApproval",
            "AwaitingManualStep",
            "Drifted",
            "NotPrepared"
        ]
    );
    assert_eq!(report.attention[3].command.as_deref(), Some("kubectl do"));
}

#[test]
fn people_are_needed_where_the_operator_cannot_go_on_although_nobody_is_asked() {
    let stalled = with(failover("contoso", "contoso"), "Stalled", "True", "Failed");
    let down = with(failover("contoso", "contoso"), "UsersServed", "False", "Down");
    for (failover, reason) in [(stalled, "Converged"), (down, "Down")] {
        let report = one(failover);
        assert_eq!((report.verdict, &*report.attention[0].reason), (Verdict::NeedsPeople, reason));
    }
}

#[test]
fn a_split_store_is_told_once_and_also_without_a_failover() {
    let split = || with(deployment("contoso"), "SplitBrainSuspected", "True", "Contradictory");
    let told =
        with(waiting("x", "Contradictory", "Administrator"), "SplitBrainSuspected", "True", "Contradictory");
    let both = report(vec![split()], vec![told], alive());
    assert_eq!(both.attention.len(), 1);
    assert_eq!(both.attention[0].subject.kind, "LyncFailover");
    let alone = report(vec![split()], vec![], alive());
    assert_eq!(alone.attention[0].subject.kind, "LyncDeployment");
}

#[test]
fn an_organisation_that_cannot_be_seen_needs_a_person_and_one_that_is_new_does_not() {
    let blind = with(deployment("contoso"), "Ready", "False", "Unreachable");
    assert_eq!(report(vec![blind], vec![], alive()).attention[0].reason, "Unreachable");
    let new = with(deployment("contoso"), "Ready", "Unknown", "NotObserved");
    assert_eq!(report(vec![new], vec![], alive()).verdict, Verdict::Working);
}

#[test]
fn what_the_next_failover_needs_is_not_asked_for_during_this_one() {
    let unprepared = || with(deployment("contoso"), "DrReady", "False", "NotPrepared");
    let flying = with(waiting("contoso", "Executing", "Operator"), "Reconciling", "True", "Executing");
    let during = report(vec![unprepared()], vec![flying], alive());
    assert_eq!((during.verdict, during.attention.len()), (Verdict::Working, 0));
    let after = report(vec![unprepared()], vec![failover("contoso", "contoso")], alive());
    assert_eq!(after.attention[0].reason, "NotPrepared");
}

#[test]
fn time_counts_against_the_objective_while_a_source_is_down() {
    let mut flying = with(waiting("contoso", "Executing", "Operator"), "SourceAvailable", "False", "Down");
    flying["status"]["operation"] = json!({"step": "FailOverPool", "startedAt": "2026-11-22T03:58:00Z"});
    let report = one(flying);
    let flight = report.failovers[0].in_flight.as_ref().expect("it flies");
    assert_eq!((flight.step_seconds, flight.down_seconds), (Some(120), Some(3600)));
    assert!(flight.over_objective, "an hour is more than 30 minutes");
    assert!(one(failover("contoso", "contoso")).failovers[0].in_flight.is_none());
}

#[test]
fn a_name_keeps_what_belongs_together() {
    let mut all = seen(
        vec![deployment("contoso"), deployment("fabrikam")],
        vec![failover("east", "contoso"), failover("west", "contoso"), failover("north", "fabrikam")],
    );
    let mut by_failover = all.clone();
    by_failover.keep("east");
    assert_eq!((by_failover.deployments.len(), by_failover.failovers.len()), (1, 1));
    all.keep("contoso");
    assert_eq!((all.deployments.len(), all.failovers.len()), (1, 2));
    all.keep("nobody");
    assert!(all.is_empty());
}

fn planned(change: impl FnOnce(&mut Value)) -> PlanReport {
    let mut object = with(waiting("contoso", "AwaitingApproval", "Approver"), "Approved", "False", "Missing");
    object["status"]["plan"] = json!({
        "hash": "0123456789abcdef",
        "steps": [
            {"name": "SetEdgeNextHop", "target": "edge1", "state": "Done"},
            {"name": "FailOverPool", "target": "pool1", "state": "Waiting"},
        ],
    });
    change(&mut object);
    plan_report(&serde_json::from_value(object).expect("a failover"), alive(), now())
}

#[test]
fn the_command_that_approves_is_only_given_for_the_plan_of_the_newest_spec() {
    let report = planned(|_| {});
    assert_eq!(
        report.commands.approve.as_deref(),
        Some(
            "kubectl patch lyncfailover contoso -n dr --type merge -p \
             '{\"spec\":{\"approval\":{\"planHash\":\"0123456789abcdef\"}}}'"
        )
    );
    assert_eq!(report.verdict, Verdict::NeedsPeople);
    assert_eq!(report.steps.iter().map(|step| step.number).collect::<Vec<_>>(), [None, Some(1)]);
    assert_eq!(planned(|object| object["metadata"]["generation"] = json!(2)).commands.approve, None);
    let hostile = planned(|object| object["status"]["plan"]["hash"] = json!("'; rm -rf ~ #'"));
    assert_eq!((hostile.hash, hostile.commands.approve), (None, None));
    let not_needed = planned(|object| *object = with(object.clone(), "Approved", "True", "NotRequired"));
    assert_eq!(not_needed.commands.approve, None);
}

#[test]
fn a_plan_is_not_all_well_without_an_operator() {
    let done: LyncFailover = serde_json::from_value(failover("contoso", "contoso")).expect("a failover");
    assert_eq!(plan_report(&done, alive(), now()).verdict, Verdict::Well);
    assert_eq!(plan_report(&done, dead(), now()).verdict, Verdict::NeedsPeople);
}

/// What programs rely on; a field that is renamed fails here.
#[test]
fn the_shape_for_machines_has_a_head() {
    let report = serde_json::to_value(one(failover("contoso", "contoso"))).expect("it serialises");
    let names: Vec<_> = report.as_object().expect("an object").keys().collect();
    assert_eq!(
        names,
        [
            "apiVersion",
            "attention",
            "failovers",
            "kind",
            "operator",
            "organisations",
            "scope",
            "takenAt",
            "verdict"
        ]
    );
    assert_eq!(report["kind"], "LyncStatusReport");
    assert_eq!(report["apiVersion"], "lyncfailover.dev/v1alpha1");
    let plan = serde_json::to_value(planned(|_| {})).expect("it serialises");
    assert_eq!((&plan["kind"], &plan["steps"][1]["number"]), (&json!("LyncPlanReport"), &json!(1)));
    assert_eq!(plan["steps"][1]["name"], "FailOverPool");
}
