//! Every query of the rules and the dashboards on a real Prometheus, which scrapes a real operator while a simulated
//! Lync loses a pool and is failed over; and the dashboards as people see them.

use std::{
    collections::BTreeSet,
    thread,
    time::{Duration, SystemTime},
};

use serde_json::Value;

use super::{
    dashboard::{DASHBOARDS, queries},
    picture,
    prometheus::Prometheus,
    rules::{RULES, alerts},
    stage::{AWAY, Process, Stage, USERS},
};

/// Alerts whose condition comes true during this failover. The others are only read, and `promtool` has them fire.
const COME_TRUE: [&str; 7] = [
    "LyncFailoverCentralManagementUnhealthy",
    "LyncFailoverDrifted",
    "LyncFailoverEdgeAtRisk",
    "LyncFailoverPoolDown",
    "LyncFailoverPoolDownUnanswered",
    "LyncFailoverReadinessLow",
    "LyncFailoverSuspendedTooLong",
];

/// What the variables of a dashboard stand for.
fn filled(query: &str) -> String {
    query.replace("$namespace", ".*").replace("$__rate_interval", "10s")
}

/// Queries that have not given anything so far, by what they are of.
struct Unanswered(Vec<(String, String)>);

impl Unanswered {
    fn ask(&mut self, prometheus: &Prometheus) {
        self.0.retain(|(_, query)| prometheus.count(query) == 0);
    }

    fn names(&self) -> BTreeSet<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }
}

#[test]
fn every_query_is_answered_at_its_moment_and_the_picture_shows_it() {
    let scenario = "durations: {poolFailover: 10s, cmsDisaster: 6s, setEdgeServer: 3s, edgeReplication: 2s, \
                    internalReplication: 1s, check: 100ms}";
    let stage = Stage::new("monitoring", scenario);
    let namespace = stage.namespace.clone();
    let arguments = ["--no-leader-election", "--watch-namespace", &namespace, "--log-format", "json"];
    let operator = stage.start(&stage.plane.admin(), &arguments);
    let prometheus = Prometheus::start(&namespace, &operator.address());
    let alerts = alerts().into_iter().map(|alert| (alert.name, alert.expr));
    let mut rules = Unanswered(alerts.collect());
    let panels = DASHBOARDS.into_iter().flat_map(queries).map(|(name, query)| (name, filled(&query)));
    let mut panels = Unanswered(panels.collect());
    let mut look = || {
        thread::sleep(Duration::from_secs(1));
        rules.ask(&prometheus);
        panels.ask(&prometheus);
    };

    // At rest: the backups are seen to keep up.
    stage.until_looked(2);
    let home = AWAY.replace("servedBy: pool2", "servedBy: pool1");
    stage.apply(&format!("{home}  suspend: true\n"));
    let suspended = format!("lync_failover_suspended{{namespace=\"{namespace}\"}} == 1");
    stage.until("that it is suspended", || {
        look();
        prometheus.count(&suspended) == 1
    });
    stage.until_looked(2);
    look();
    stage.apply(&home);
    stage.wait_for_ready();
    (0..5).for_each(|_| look());
    stage.inject("kill: [pool1.contoso.com]");
    let down = format!("lync_failover_pool_verdict{{namespace=\"{namespace}\",verdict=\"Down\"}} == 1");
    stage.until("a pool that is down", || {
        look();
        prometheus.count(&down) == 1 && stage.condition("Drifted").starts_with("True")
    });
    (0..5).for_each(|_| look());
    stage.apply(AWAY);
    let mut users_in_flight = None;
    stage.until("Ready", || {
        look();
        if stage.runs(USERS) {
            users_in_flight = Some(SystemTime::now());
        }
        stage.condition("Ready").starts_with("True")
    });
    (0..5).for_each(|_| look());

    assert_eq!(panels.names(), BTreeSet::new(), "panels of a dashboard that never showed anything");
    let silent = rules.names();
    let came_true: BTreeSet<String> = super::rules::alerts()
        .into_iter()
        .map(|alert| alert.name)
        .filter(|name| !silent.contains(name.as_str()))
        .collect();
    let expected: BTreeSet<String> = COME_TRUE.map(str::to_owned).into();
    assert_eq!(came_true, expected, "{RULES}: on the left what came true");
    picture::shows_what_there_is(&prometheus, users_in_flight.expect("the users were moved"));

    nothing_is_written_for_a_metric(&stage, &prometheus);
    each_line_about_a_step_says_whose_it_is(&stage, &operator);
    what_is_gone_is_not_shown(&stage, &operator);
}

/// Prometheus scrapes each second all the time.
fn nothing_is_written_for_a_metric(stage: &Stage<'_>, prometheus: &Prometheus) {
    let (writes, scrapes) = (stage.writes().len(), "scrape_samples_scraped{job=\"lync-failover\"}");
    stage.until_looked(2);
    assert_eq!(prometheus.count(scrapes), 1, "it is scraped");
    assert_eq!(stage.writes().len(), writes, "{:?}", stage.writes());
}

fn each_line_about_a_step_says_whose_it_is(stage: &Stage<'_>, operator: &Process) {
    let run = stage.field("{.status.lastRun.id}");
    assert_eq!(run.len(), 16, "{run}");
    let organisation = stage.kubectl(&["get", "ldep", "contoso", "-o", "jsonpath={.status.organisation}"]);
    let lines = operator.log();
    let lines =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("{line}")));
    let about = ["step begins", "step ended", "the cmdlet wrote"];
    let mut steps = BTreeSet::new();
    let mut counts = [0; 3];
    for line in lines {
        let Some(kind) = about.iter().position(|message| line["fields"]["message"] == *message) else {
            continue;
        };
        counts[kind] += 1;
        let text = |field: &str| {
            line["span"][field].as_str().unwrap_or_else(|| panic!("{field}: {line}")).to_owned()
        };
        assert_eq!((text("run"), text("failover")), (run.clone(), "contoso".to_owned()), "{line}");
        assert_eq!(text("organisation"), organisation, "{line}");
        assert!(text("host").ends_with(".contoso.com") && text("operation").len() == 36, "{line}");
        steps.insert(text("step"));
    }
    assert_eq!(counts[0], counts[1], "each that began has ended");
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    for step in ["FailOverCentralManagement", "FailOverPool", "SetEdgeNextHop"] {
        assert!(steps.contains(step), "{step}: {steps:?}");
    }
}

fn what_is_gone_is_not_shown(stage: &Stage<'_>, operator: &Process) {
    let here = format!("namespace=\"{}\"", stage.namespace);
    // The failover stays for a while as an orphan, and is told so.
    stage.kubectl(&["delete", "ldep", "contoso"]);
    stage.until("an orphan", || stage.condition("Ready") == "False DeploymentNotFound");
    stage.until("no series of the deployment", || {
        let text = operator.get("/metrics").1;
        text.contains("lync_failover_ready{") && !text.contains("lync_failover_pool_verdict{")
    });
    stage.kubectl(&["delete", "lfo", "contoso"]);
    stage.until("no series at all", || !operator.get("/metrics").1.contains(&here));
}
