use std::collections::{BTreeMap, BTreeSet};

use kube::runtime::{reflector, watcher::Event};
use serde_json::json;

use super::*;
use crate::api::ConditionType;

/// Stores that a test can write, and what is shown of them.
struct Bench {
    failovers: reflector::store::Writer<LyncFailover>,
    deployments: reflector::store::Writer<LyncDeployment>,
    metrics: Metrics,
}

impl Bench {
    fn new() -> Self {
        let (failovers, deployments) =
            (reflector::store::Writer::default(), reflector::store::Writer::default());
        let metrics = Metrics::new(
            Stores::new(vec![failovers.as_reader()]),
            Stores::new(vec![deployments.as_reader()]),
            Arc::default(),
        );
        Self { failovers, deployments, metrics }
    }

    /// One resource of each kind whose status says everything that a status can say, reported.
    fn with_everything() -> Self {
        let mut bench = Self::new();
        let (lfo, deployment) = (failover("a"), deployment("b"));
        bench.failovers.apply_watcher_event(&Event::Apply(lfo.clone()));
        bench.deployments.apply_watcher_event(&Event::Apply(deployment.clone()));
        let metrics = &bench.metrics;
        metrics.states.told(&lfo);
        metrics.states.found(&deployment, seen());
        let of = ResourceLabels { namespace: "n".to_owned(), name: "b".to_owned() };
        metrics.rounds.get_or_create(&of).inc();
        metrics.round_failed(&of, "unreachable");
        metrics.asked(&of, "query", "ok", 0.1);
        metrics.reviewed("plan");
        metrics.steps.get_or_create(&StepLabels { step: "FailOverPool", outcome: "completed" }).inc();
        metrics.step_duration.get_or_create(&StepLabel { step: "FailOverPool" }).observe(1.0);
        bench
    }

    fn has(&self, series: &str) -> bool {
        self.metrics.text().lines().any(|line| line == series)
    }
}

fn seen() -> News {
    let kept_up_at = [("pool1.contoso.com".parse().expect("a name"), jiff::Timestamp::UNIX_EPOCH)].into();
    News { observed_at: Some(jiff::Timestamp::UNIX_EPOCH), kept_up_at, looks: true }
}

fn condition(kind: &str, status: &str, reason: &str) -> serde_json::Value {
    json!({"type": kind, "status": status, "reason": reason, "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"})
}

fn failover(uid: &str) -> LyncFailover {
    let at = "2026-01-01T00:00:00Z";
    let run = json!({"id": "0", "startedAt": at, "sourceDownSince": "2025-12-31T23:59:00Z"});
    serde_json::from_value(json!({
        "apiVersion": "lyncfailover.dev/v1alpha1", "kind": "LyncFailover",
        "metadata": {"name": "a", "namespace": "n", "uid": uid},
        "spec": {"deploymentRef": {"name": "b"}, "suspend": true},
        "status": {
            "observedGeneration": 1,
            "conditions": [condition("Ready", "False", "AwaitingApproval"), condition("Drifted", "True", "Drifted")],
            "plan": {"steps": [{"state": "Done"}, {"state": "Next"}]},
            "operation": {"step": "FailOverPool", "startedAt": at},
            "run": run,
            "lastRun": {
                "outcome": "Succeeded", "finishedAt": at, "rtoSeconds": 60, "rpoSeconds": 5, "detectSeconds": 1,
                "decideSeconds": 2, "executeSeconds": 3, "verifySeconds": 4,
            },
        },
    }))
    .expect("it reads")
}

fn deployment(uid: &str) -> LyncDeployment {
    serde_json::from_value(json!({
        "apiVersion": "lyncfailover.dev/v1alpha1", "kind": "LyncDeployment",
        "metadata": {"name": "b", "namespace": "n", "uid": uid},
        "spec": {"bridge": {"simulated": {"scenario": {}}}},
        "status": {
            "observedGeneration": 1,
            "conditions": [condition("CentralManagementHealthy", "False", "Unavailable")],
            "pools": [
                {"pool": "pool1.contoso.com", "pairedWith": "pool2.contoso.com", "state": "FailedOver", "verdict": "Down"},
                {"pool": "pool2.contoso.com", "pairedWith": "pool1.contoso.com", "state": "FailingBack", "verdict": "Up"},
                {"pool": "dir1.contoso.com", "kind": "Director", "state": "Active"},
            ],
            "centralManagement": {},
            "edges": [{"pool": "edge1.contoso.com", "nextHop": "pool2.contoso.com"}, {"pool": "edge2.contoso.com"}],
            "executors": [{"host": "fe01.pool2.contoso.com", "state": "Denied"}],
            "readiness": {"score": 80, "checks": [
                {"check": "BackupAge", "subject": "pool1.contoso.com", "result": "Fail", "weight": 10, "message": ""},
            ]},
        },
    }))
    .expect("it reads")
}

/// Kind and labels of each metric, as the text says it.
fn told(text: &str) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let mut all = BTreeMap::new();
    let (mut kind, mut base) = (String::new(), String::new());
    for line in text.lines() {
        if let Some((name, of)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            let suffix = match of {
                "counter" => "_total",
                "info" => "_info",
                _ => "",
            };
            (kind, base) = (of.to_owned(), name.to_owned() + suffix);
            all.insert(base.clone(), (kind.clone(), BTreeSet::new()));
        } else if let Some((_, rest)) = line.split_once('{').filter(|_| !line.starts_with('#')) {
            let labels =
                rest.split("\",").filter_map(|one| one.split_once("=\"")).map(|(name, _)| name.to_owned());
            let own = labels.filter(|name| kind != "histogram" || name != "le");
            all.get_mut(&base).expect("after its type").1.extend(own);
        }
    }
    all
}

#[test]
fn every_metric_is_documented_with_its_kind_and_its_labels() {
    let bench = Bench::with_everything();
    let page = include_str!("../../../docs/metrics.md");
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
    let rows = page.lines().filter(|line| line.starts_with("| `lync_failover_"));
    let mut documented = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.split(" | ").map(|cell| cell.trim_matches(['|', ' '])).collect();
        let labels = if cells[2].starts_with('`') { names(cells[2]) } else { BTreeSet::new() };
        documented.insert(cells[0].trim_matches('`').to_owned(), (cells[1].to_owned(), labels));
    }
    assert_eq!(told(&bench.metrics.text()), documented, "on the left the code, on the right the page");
}

#[test]
fn a_state_is_one_for_what_holds_and_zero_for_the_rest() {
    let bench = Bench::with_everything();
    let of = |rest: &str| format!("{{namespace=\"n\",name=\"{rest}}}");
    let lines = [
        ("ready", "a\"", "0.0"),
        ("ready_reason", "a\",reason=\"AwaitingApproval\"", "1.0"),
        ("awaiting", "a\",what=\"approval\"", "1.0"),
        ("awaiting", "a\",what=\"consent\"", "0.0"),
        ("drifted", "a\"", "1.0"),
        ("suspended", "a\"", "1.0"),
        ("condition", "a\",type=\"Ready\",status=\"False\"", "1.0"),
        ("condition", "a\",type=\"Ready\",status=\"Unknown\"", "0.0"),
        ("operation_in_flight", "a\",step=\"FailOverPool\"", "1.0"),
        ("operation_in_flight", "a\",step=\"FailBackPool\"", "0.0"),
        ("operation_started_timestamp_seconds", "a\",step=\"FailOverPool\"", "1767225600.0"),
        ("run_recovery_started_timestamp_seconds", "a\"", "1767225540.0"),
        ("plan_steps", "a\",state=\"Done\"", "1.0"),
        ("plan_steps", "a\",state=\"Blocked\"", "0.0"),
        ("last_run_rto_seconds", "a\"", "60.0"),
        ("last_run_phase_seconds", "a\",phase=\"verify\"", "4.0"),
        ("pool_verdict", "b\",pool=\"pool1.contoso.com\",verdict=\"Down\"", "1.0"),
        ("pool_verdict", "b\",pool=\"pool1.contoso.com\",verdict=\"Up\"", "0.0"),
        ("pool_state", "b\",pool=\"dir1.contoso.com\",state=\"Active\"", "1.0"),
        ("served_by", "b\",home_pool=\"pool1.contoso.com\",serving_pool=\"pool2.contoso.com\"", "1.0"),
        ("served_by", "b\",home_pool=\"pool2.contoso.com\",serving_pool=\"unknown\"", "1.0"),
        ("central_management", "b\",pool=\"unknown\"", "1.0"),
        ("central_management_state", "b\",state=\"Unavailable\"", "1.0"),
        ("central_management_state", "b\",state=\"Healthy\"", "0.0"),
        ("edge_next_hop", "b\",edge=\"edge2.contoso.com\",next_hop=\"unknown\"", "1.0"),
        ("executor_state", "b\",host=\"fe01.pool2.contoso.com\",state=\"Denied\"", "1.0"),
        ("readiness_check", "b\",check=\"BackupAge\",subject=\"pool1.contoso.com\",result=\"Fail\"", "1.0"),
        ("objective_rto_seconds", "b\"", "1800.0"),
    ];
    for (name, rest, value) in lines {
        let line = format!("lync_failover_{name}{} {value}", of(rest));
        assert!(bench.has(&line), "{line} is missing in\n{}", bench.metrics.text());
    }
    assert!(!bench.metrics.text().contains("home_pool=\"dir1"), "a Director homes nobody");
}

/// What a resource said to a process before this one may be long over.
#[test]
fn what_this_process_has_not_reported_is_not_shown() {
    let mut bench = Bench::new();
    bench.failovers.apply_watcher_event(&Event::Apply(failover("a")));
    bench.deployments.apply_watcher_event(&Event::Apply(deployment("b")));
    assert!(!bench.metrics.text().contains("namespace="), "{}", bench.metrics.text());
}

#[test]
fn nothing_is_shown_of_what_is_gone_or_is_another_one_of_the_same_name() {
    let mut bench = Bench::with_everything();
    bench.failovers.apply_watcher_event(&Event::Delete(failover("a")));
    bench.failovers.apply_watcher_event(&Event::Apply(failover("another")));
    bench.deployments.apply_watcher_event(&Event::Delete(deployment("b")));
    bench.metrics.forget_deployment(&ResourceLabels { namespace: "n".to_owned(), name: "b".to_owned() });
    assert!(!bench.metrics.text().contains("namespace="), "{}", bench.metrics.text());
    bench.failovers.apply_watcher_event(&Event::Apply(failover("a")));
    assert!(!bench.metrics.text().contains("namespace="), "it is forgotten, not hidden");
}

/// A pool that was up when the way was lost is not known to be.
#[test]
fn of_what_nobody_looks_at_only_the_conditions_and_the_last_look_are_shown() {
    let bench = Bench::with_everything();
    bench.metrics.states.lost(&deployment("b"));
    let text = bench.metrics.text();
    for gone in
        ["pool_verdict{", "served_by{", "edge_next_hop{", "readiness_score{", "backup_kept_up_timestamp"]
    {
        assert!(!text.lines().any(|line| !line.starts_with('#') && line.contains(gone)), "{gone}: {text}");
    }
    for there in
        ["last_successful_observation_timestamp_seconds{", "deployment_condition{", "objective_rpo_seconds{"]
    {
        assert!(text.contains(there), "{there}: {text}");
    }
}

#[test]
fn the_number_of_series_is_as_the_page_says() {
    let bench = Bench::with_everything();
    let text = bench.metrics.text();
    let with = |part: &str| text.lines().filter(|line| line.contains(part)).count();
    // Two of the conditions are in the example.
    let failover = with("name=\"a\"") + (ConditionType::FAILOVER.len() - 2) * 3;
    assert_eq!(failover, 71);
    assert_eq!(with("pool=\"pool1.contoso.com\"") - with("serving_pool=\"pool1.contoso.com\""), 11);
    assert_eq!(with("subject=\"pool1.contoso.com\""), 4);
    assert_eq!(with("host=\"fe01.pool2.contoso.com\""), 5);
    let page = include_str!("../../../docs/metrics.md");
    let counted = 1 + ROUND_ERRORS.len() + REQUESTS.len() * OUTCOMES.len();
    assert!(page.contains(&format!("which is at most {counted}.")), "{counted}");
    assert!(
        page.contains("A LyncFailover has 71 series at most. A LyncDeployment has 11 for each pool"),
        "the page"
    );
}
