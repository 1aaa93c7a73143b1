//! When each alert fires and when it does not, by `promtool test rules`.

use std::{collections::BTreeSet, fmt::Write as _};

use super::{
    files::{path, scratch},
    prometheus::promtool,
    rules::{Alert, RULES, alerts},
};

/// Series from minute 0 on, in promtool's notation, and what comes of them.
struct Case {
    alert: &'static str,
    /// Minutes at which it does not fire yet, and at which it does. `None`: it never does.
    fires: Option<(u32, u32)>,
    /// Labels of the alert beside its name and severity.
    labels: &'static str,
    series: &'static [(&'static str, &'static str)],
}

const fn fires(
    alert: &'static str,
    (before, at): (u32, u32),
    labels: &'static str,
    series: &'static [(&'static str, &'static str)],
) -> Case {
    Case { alert, fires: Some((before, at)), labels, series }
}

const fn quiet(alert: &'static str, series: &'static [(&'static str, &'static str)]) -> Case {
    Case { alert, fires: None, labels: "", series }
}

const A: &str = r#"namespace="n",name="a""#;
const IN_POOL: &str = r#"namespace="n",name="b",pool="p1""#;

/// `@` stands for the labels of a LyncFailover `a` of the LyncDeployment `b`, `#` for those of `b`.
const CASES: &[Case] = &[
    fires("LyncFailoverOperatorAbsent", (4, 7), "", &[]),
    quiet("LyncFailoverOperatorAbsent", &[("build_info{version=\"1\"}", "1x60")]),
    fires(
        "LyncFailoverNoLeader",
        (1, 4),
        r#"namespace="s",job="j""#,
        &[
            (r#"leader{namespace="s",job="j",pod="x"}"#, "0x60"),
            (r#"leader{namespace="s",job="j",pod="y"}"#, "0x60"),
        ],
    ),
    quiet(
        "LyncFailoverNoLeader",
        &[
            (r#"leader{namespace="s",job="j",pod="x"}"#, "0x60"),
            (r#"leader{namespace="s",job="j",pod="y"}"#, "1x60"),
        ],
    ),
    // Seen once, and never again.
    fires(
        "LyncFailoverBlind",
        (7, 9),
        r#"namespace="n",name="b""#,
        &[
            ("last_successful_observation_timestamp_seconds{#}", "0x60"),
            ("observation_interval_seconds{#}", "60x60"),
            ("ready{@}", "1x60"),
        ],
    ),
    // Never seen by this process.
    fires(
        "LyncFailoverBlind",
        (1, 4),
        r#"namespace="n",name="b""#,
        &[("observation_interval_seconds{#}", "60x60")],
    ),
    quiet(
        "LyncFailoverBlind",
        &[
            ("last_successful_observation_timestamp_seconds{#}", "0+60x60"),
            ("observation_interval_seconds{#}", "60x60"),
        ],
    ),
    // It is looked at once an hour, as its spec says.
    quiet(
        "LyncFailoverBlind",
        &[
            ("last_successful_observation_timestamp_seconds{#}", "0x60"),
            ("observation_interval_seconds{#}", "3600x60"),
        ],
    ),
    fires(
        "LyncFailoverRecordUnusable",
        (5, 20),
        r#"namespace="n",name="b""#,
        &[(r#"round_errors_total{#,error="record_too_new"}"#, "0+1x60")],
    ),
    quiet("LyncFailoverRecordUnusable", &[(r#"round_errors_total{#,error="record_conflict"}"#, "0+1x60")]),
    fires(
        "LyncFailoverStatusWritesFail",
        (5, 20),
        r#"namespace="s",job="j""#,
        &[(r#"status_write_errors_total{namespace="s",job="j"}"#, "0+1x60")],
    ),
    quiet("LyncFailoverStatusWritesFail", &[(r#"status_write_errors_total{namespace="s",job="j"}"#, "7x60")]),
    fires(
        "LyncFailoverResourceUnreadable",
        (4, 6),
        r#"kind="LyncFailover""#,
        &[(r#"unreadable_resources{kind="LyncFailover"}"#, "2x60")],
    ),
    quiet("LyncFailoverResourceUnreadable", &[(r#"unreadable_resources{kind="LyncFailover"}"#, "0x60")]),
    fires(
        "LyncFailoverBridgeDown",
        (4, 6),
        r#"namespace="n",name="b""#,
        &[(r#"deployment_condition{#,type="BridgeConnected",status="False"}"#, "1x60")],
    ),
    quiet(
        "LyncFailoverBridgeDown",
        &[
            (r#"deployment_condition{#,type="BridgeConnected",status="False"}"#, "0x60"),
            (r#"deployment_condition{#,type="Ready",status="False"}"#, "1x60"),
        ],
    ),
    fires(
        "LyncFailoverCredentialsRefused",
        (4, 6),
        r#"namespace="n",name="b",host="h""#,
        &[(r#"executor_state{#,host="h",state="Denied"}"#, "1x60")],
    ),
    quiet("LyncFailoverCredentialsRefused", &[(r#"executor_state{#,host="h",state="Unreachable"}"#, "1x60")]),
    fires(
        "LyncFailoverBridgeErrors",
        (9, 15),
        r#"namespace="n",name="b""#,
        &[
            (r#"bridge_requests_total{#,request="query",outcome="not_sent"}"#, "0+1x60"),
            (r#"bridge_requests_total{#,request="query",outcome="ok"}"#, "0+1x60"),
        ],
    ),
    // A dead server is no fault of the bridge.
    quiet(
        "LyncFailoverBridgeErrors",
        &[
            (r#"bridge_requests_total{#,request="query",outcome="unreachable"}"#, "0+1x60"),
            (r#"bridge_requests_total{#,request="query",outcome="ok"}"#, "0+1x60"),
        ],
    ),
    fires(
        "LyncFailoverPoolDown",
        (4, 6),
        IN_POOL,
        &[(r#"pool_verdict{#,pool="p1",verdict="Down"}"#, "1x60")],
    ),
    quiet(
        "LyncFailoverPoolDown",
        &[
            (r#"pool_verdict{#,pool="p1",verdict="Down"}"#, "0x60"),
            (r#"pool_verdict{#,pool="p1",verdict="Suspect"}"#, "1x60"),
        ],
    ),
    fires(
        "LyncFailoverPoolDownUnanswered",
        (4, 6),
        IN_POOL,
        &[
            (r#"pool_verdict{#,pool="p1",verdict="Down"}"#, "1x60"),
            (r#"pool_state{#,pool="p1",state="FailedOver"}"#, "0x60"),
            (r#"failover_info{@,deployment="b"}"#, "1x60"),
            (r#"condition{@,type="Reconciling",status="True"}"#, "0x60"),
        ],
    ),
    // The one that there is had been reached before the loss, and looks again and again at what it cannot see.
    fires(
        "LyncFailoverPoolDownUnanswered",
        (4, 6),
        IN_POOL,
        &[
            (r#"pool_verdict{#,pool="p1",verdict="Down"}"#, "1x60"),
            (r#"failover_info{@,deployment="b"}"#, "1x60"),
            (r#"condition{@,type="Reconciling",status="True"}"#, "1x60"),
            (r#"drifted{@}"#, "1x60"),
        ],
    ),
    // The failover that is on its way is of another organisation.
    fires(
        "LyncFailoverPoolDownUnanswered",
        (4, 6),
        IN_POOL,
        &[
            (r#"pool_verdict{#,pool="p1",verdict="Down"}"#, "1x60"),
            (r#"failover_info{@,deployment="other"}"#, "1x60"),
            (r#"condition{@,type="Reconciling",status="True"}"#, "1x60"),
        ],
    ),
    quiet(
        "LyncFailoverPoolDownUnanswered",
        &[
            (r#"pool_verdict{#,pool="p1",verdict="Down"}"#, "1x60"),
            (r#"failover_info{@,deployment="b"}"#, "1x60"),
            (r#"condition{@,type="Reconciling",status="True"}"#, "1x60"),
        ],
    ),
    quiet(
        "LyncFailoverPoolDownUnanswered",
        &[
            (r#"pool_verdict{#,pool="p1",verdict="Down"}"#, "1x60"),
            (r#"pool_state{#,pool="p1",state="FailedOver"}"#, "1x60"),
        ],
    ),
    fires(
        "LyncFailoverSplitBrainSuspected",
        (1, 3),
        r#"namespace="n",name="b""#,
        &[(r#"deployment_condition{#,type="SplitBrainSuspected",status="True"}"#, "1x60")],
    ),
    quiet(
        "LyncFailoverSplitBrainSuspected",
        &[(r#"deployment_condition{#,type="SplitBrainSuspected",status="Unknown"}"#, "1x60")],
    ),
    fires(
        "LyncFailoverCentralManagementUnhealthy",
        (4, 6),
        r#"namespace="n",name="b""#,
        &[(r#"deployment_condition{#,type="CentralManagementHealthy",status="False"}"#, "1x60")],
    ),
    quiet(
        "LyncFailoverCentralManagementUnhealthy",
        &[(r#"deployment_condition{#,type="CentralManagementHealthy",status="True"}"#, "1x60")],
    ),
    fires(
        "LyncFailoverBackupOlderThanRpo",
        (4, 6),
        r#"namespace="n",name="b",subject="p1""#,
        &[(r#"readiness_check{#,check="BackupAge",subject="p1",result="Fail"}"#, "1x60")],
    ),
    quiet(
        "LyncFailoverBackupOlderThanRpo",
        &[
            (r#"readiness_check{#,check="BackupAge",subject="p1",result="Pass"}"#, "1x60"),
            (r#"readiness_check{#,check="Paired",subject="p1",result="Fail"}"#, "1x60"),
        ],
    ),
    fires(
        "LyncFailoverReadinessLow",
        (59, 61),
        r#"namespace="n",name="b""#,
        &[("readiness_score{#}", "79x90")],
    ),
    fires(
        "LyncFailoverReadinessLow",
        (59, 61),
        r#"namespace="n",name="b""#,
        &[
            ("readiness_score{#}", "90x90"),
            (r#"deployment_condition{#,type="DrReady",status="False"}"#, "1x90"),
        ],
    ),
    quiet(
        "LyncFailoverReadinessLow",
        &[
            ("readiness_score{#}", "80x90"),
            (r#"deployment_condition{#,type="DrReady",status="False"}"#, "0x90"),
        ],
    ),
    fires(
        "LyncFailoverStuck",
        (45, 47),
        r#"namespace="n",name="a",step="FailOverPool""#,
        &[
            (r#"operation_started_timestamp_seconds{@,step="FailOverPool"}"#, "0x60"),
            (r#"step_soft_limit_seconds{step="FailOverPool",pod="x"}"#, "2700x60"),
            (r#"step_soft_limit_seconds{step="FailOverPool",pod="y"}"#, "2700x60"),
            (r#"step_soft_limit_seconds{step="SetEdgeNextHop",pod="x"}"#, "300x60"),
        ],
    ),
    quiet(
        "LyncFailoverStuck",
        &[
            (r#"operation_started_timestamp_seconds{@,step="FailOverPool"}"#, "1800x60"),
            (r#"step_soft_limit_seconds{step="FailOverPool"}"#, "2700x60"),
        ],
    ),
    fires(
        "LyncFailoverRecoveryLate",
        (29, 31),
        r#"namespace="n",name="a",deployment="b""#,
        &[
            (r#"failover_info{@,deployment="b"}"#, "1x60"),
            ("run_recovery_started_timestamp_seconds{@}", "0x60"),
            ("objective_rto_seconds{#}", "1800x60"),
        ],
    ),
    quiet(
        "LyncFailoverRecoveryLate",
        &[
            (r#"failover_info{@,deployment="b"}"#, "1x60"),
            ("run_recovery_started_timestamp_seconds{@}", "0x60"),
            ("objective_rto_seconds{#}", "7200x60"),
        ],
    ),
    fires(
        "LyncFailoverAwaitingPeople",
        (4, 6),
        r#"namespace="n",name="a",what="consent""#,
        &[(r#"awaiting{@,what="consent"}"#, "1x60"), (r#"awaiting{@,what="approval"}"#, "0x60")],
    ),
    quiet("LyncFailoverAwaitingPeople", &[(r#"awaiting{@,what="consent"}"#, "0x60")]),
    fires("LyncFailoverStalled", (1, 3), A, &[(r#"condition{@,type="Stalled",status="True"}"#, "1x60")]),
    quiet("LyncFailoverStalled", &[(r#"condition{@,type="Stalled",status="False"}"#, "1x60")]),
    fires("LyncFailoverOutcomeUnknown", (1, 3), A, &[(r#"ready_reason{@,reason="OutcomeUnknown"}"#, "1x60")]),
    quiet("LyncFailoverOutcomeUnknown", &[(r#"ready_reason{@,reason="Executing"}"#, "1x60")]),
    fires(
        "LyncFailoverEdgeAtRisk",
        (9, 11),
        A,
        &[(r#"condition{@,type="EdgeNextHopSafe",status="False"}"#, "1x60")],
    ),
    quiet("LyncFailoverEdgeAtRisk", &[(r#"condition{@,type="EdgeNextHopSafe",status="Unknown"}"#, "1x60")]),
    fires("LyncFailoverDrifted", (9, 11), A, &[("drifted{@}", "1x60")]),
    quiet("LyncFailoverDrifted", &[("drifted{@}", "0x60")]),
    fires("LyncFailoverSuspendedTooLong", (1439, 1441), A, &[("suspended{@}", "1x1500")]),
    quiet("LyncFailoverSuspendedTooLong", &[("suspended{@}", "0x60")]),
];

#[test]
fn each_alert_fires_when_it_should_and_not_otherwise() {
    let mut text = format!("rule_files: [{}]\nevaluation_interval: 1m\ntests:\n", path(RULES).display());
    for case in CASES {
        write_case(&mut text, case);
    }
    promtool(&["test", "rules", scratch("alerts.yaml", &text).to_str().unwrap()]);
}

fn write_case(text: &mut String, case: &Case) {
    let own = |series: &str| series.replace('@', A).replace('#', r#"namespace="n",name="b""#);
    writeln!(text, "- interval: 1m\n  input_series:").unwrap();
    for (series, values) in case.series {
        writeln!(text, "  - {{series: 'lync_failover_{}', values: '{values}'}}", own(series)).unwrap();
    }
    writeln!(text, "  promql_expr_test:").unwrap();
    let expr = format!("ALERTS{{alertname=\"{}\",alertstate=\"firing\"}}", case.alert);
    let alerts = alerts();
    let alert = alerts.iter().find(|alert| alert.name == case.alert).unwrap();
    let (none, some) = case.fires.map_or((vec![10, 59], None), |(before, at)| (vec![before], Some(at)));
    for minute in none {
        writeln!(text, "  - {{expr: '{expr}', eval_time: {minute}m, exp_samples: []}}").unwrap();
    }
    if let Some(minute) = some {
        let more = if case.labels.is_empty() { String::new() } else { format!(",{}", case.labels) };
        let severity = alert.rule["labels"]["severity"].as_str().unwrap();
        let labels = format!(
            "ALERTS{{alertname=\"{}\",alertstate=\"firing\",severity=\"{severity}\"{more}}}",
            case.alert
        );
        writeln!(text, "  - expr: '{expr}'\n    eval_time: {minute}m").unwrap();
        writeln!(text, "    exp_samples: [{{labels: '{labels}', value: 1}}]").unwrap();
    }
}

#[test]
fn each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() {
    let of = |fires: bool| -> BTreeSet<&str> {
        CASES.iter().filter(|case| case.fires.is_some() == fires).map(|case| case.alert).collect()
    };
    let alerts = alerts();
    let all: BTreeSet<&str> = alerts.iter().map(|alert| &*alert.name).collect();
    assert_eq!((of(true), of(false)), (all.clone(), all));
}

/// What the texts mention is there when the alert fires.
#[test]
fn the_texts_name_labels_that_the_alert_has() {
    for Alert { name, rule, .. } in alerts() {
        let texts = rule["annotations"].to_string();
        for case in CASES.iter().filter(|case| case.alert == name && case.fires.is_some()) {
            for label in texts.split("$labels.").skip(1) {
                let label = label.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap();
                assert!(case.labels.contains(&format!("{label}=\"")), "{name} has no label {label}");
            }
        }
    }
}
