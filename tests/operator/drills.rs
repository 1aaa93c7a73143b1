//! Drills: asked for by an annotation, made beside the rounds, shown in the status; they change nothing and stand in
//! nobody's way.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::{
    safety::{Allowed, violations},
    stage::{AWAY, EDGE, Stage},
    tap::{Fate, Framing, Judge, tap},
};

fn part(stage: &Stage<'_>, path: &str) -> String {
    stage.kubectl(&["get", "ldep", "contoso", "-o", &format!("jsonpath={{{path}}}")])
}

fn ask(stage: &Stage<'_>, token: &str) {
    let annotation = format!("lyncfailover.dev/drill-requested-at={token}");
    stage.kubectl(&["annotate", "ldep", "contoso", "--overwrite", &annotation]);
}

const LAST_DRILL: &str = ".status.readiness.checks[?(@.check==\"LastDrill\")].result";

#[test]
fn an_annotation_is_one_drill_whose_result_survives_the_operator() {
    let stage = Stage::new("drill", "");
    let operator = stage.operator();
    stage.until("it is looked at", || part(&stage, LAST_DRILL) == "Unknown");
    ask(&stage, "2026-11-28T08:00");
    stage.until("the drill is over", || part(&stage, ".status.drill.outcome") == "Passed");
    let part = |path: &str| part(&stage, path);
    assert_eq!(part(".status.drill.request"), "2026-11-28T08:00");
    assert_eq!(part(".status.drill.pools[*].pool"), "pool1.contoso.com pool2.contoso.com");
    assert_eq!(
        part(".status.drill.pools[0].steps[*].step"),
        "FailOverCentralManagement SetEdgeNextHop FailOverPool"
    );
    assert_eq!(part(".status.drill.pools[0].steps[*].result"), "Passed Passed Expected");
    let hosts = part(".status.drill.pools[*].steps[*].host");
    assert_eq!(
        hosts,
        "fe01.pool2.contoso.com fe01.pool2.contoso.com fe01.pool2.contoso.com fe01.pool1.contoso.com"
    );
    stage.until("readiness counts it", || part(LAST_DRILL) == "Pass");
    stage.until("an Event tells it", || {
        let events = stage.kubectl(&["get", "events", "-o", "jsonpath={.items[*].reason}"]);
        events.contains("DrillPassed")
    });
    assert_eq!(stage.transcript().entries, [], "nothing was changed, or tried to be");

    // The same value again is no new drill, in another process neither, and then there is silence.
    let first = part(".status.drill.startedAt");
    operator.kill();
    let _operator = stage.operator();
    stage.until_looked(2);
    let writes = stage.writes();
    stage.until_looked(3);
    assert_eq!(stage.writes(), writes, "writes at rest");
    assert_eq!((part(".status.drill.startedAt"), part(LAST_DRILL)), (first, "Pass".to_owned()));

    ask(&stage, "again");
    stage.until("the second one", || part(".status.drill.request") == "again");
    assert_eq!(part(".status.drill.outcome"), "Passed");
}

#[test]
fn a_schedule_makes_the_first_one_at_once() {
    let stage = Stage::new("schedule", "");
    let refused = stage.try_kubectl(
        &["patch", "ldep", "contoso", "--type=merge", "-p", r#"{"spec":{"drill":{"every":"1h"}}}"#],
        "",
    );
    assert!(refused.stderr.contains("every must be a duration from 24h to 4320h"), "{}", refused.stderr);
    stage.kubectl(&[
        "patch",
        "ldep",
        "contoso",
        "--type=merge",
        "-p",
        r#"{"spec":{"drill":{"every":"720h"}}}"#,
    ]);
    let _operator = stage.operator();
    stage.until("the drill is over", || part(&stage, ".status.drill.outcome") == "Passed");
    assert_eq!(part(&stage, ".status.drill.request"), "");
    let first = part(&stage, ".status.drill.startedAt");
    stage.until_looked(3);
    assert_eq!(part(&stage, ".status.drill.startedAt"), first);
}

#[test]
fn while_a_pool_is_down_it_says_why_it_waits() {
    let stage = Stage::new("ill", "failures: [{stopRegistrars: [pool1.contoso.com]}]");
    let _operator = stage.operator();
    ask(&stage, "now");
    stage.until("it says why", || {
        part(&stage, ".status.drill.waitsFor").contains("(now): pool1.contoso.com is Down")
    });
    assert_eq!(part(&stage, ".status.drill.outcome"), "");
    stage.inject("startRegistrars: [pool1.contoso.com]");
    stage.until("the drill is over", || part(&stage, ".status.drill.outcome") == "Passed");
    assert_eq!(part(&stage, ".status.drill.waitsFor"), "");
}

/// Each trial takes its time, as on hosts that are slow.
#[derive(Default)]
struct SlowTrials(AtomicUsize);

impl Judge for SlowTrials {
    fn meet(&self, _life: usize, message: &[u8]) -> Fate {
        if String::from_utf8_lossy(message).contains("\"rehearse\"") {
            self.0.fetch_add(1, Ordering::SeqCst);
            return Fate::Late(Duration::from_secs(8));
        }
        Fate::Pass
    }
}

#[test]
fn a_failover_that_begins_meanwhile_goes_first() {
    let stage = Stage::new("first", "");
    let trials = Arc::new(SlowTrials::default());
    stage.deploy(tap(stage.simulator(), Framing::Lines, Arc::clone(&trials) as _));
    let _operator = stage.operator();
    // At home first: from there on an edit moves a pool that is up.
    stage.apply(&AWAY.replace("servedBy: pool2", "servedBy: pool1"));
    stage.wait_for_ready();
    ask(&stage, "slow");
    stage.until("the first trial", || trials.0.load(Ordering::SeqCst) == 1);
    stage.apply(AWAY);
    stage.until("the failover begins", || stage.cmdlets().first().is_some_and(|cmdlet| cmdlet == EDGE));
    assert_eq!(trials.0.load(Ordering::SeqCst), 1, "it did not wait for the drill");
    stage.until("the drill is over", || part(&stage, ".status.drill.outcome") == "Incomplete");
    let message = part(&stage, ".status.drill.message");
    assert!(message.contains("stopped: SetEdgeNextHop") && message.contains("goes first"), "{message}");
    assert_eq!(trials.0.load(Ordering::SeqCst), 1, "nothing more is tried");
    stage.wait_for_ready();
    assert_eq!(violations(&stage.transcript(), Allowed::default()), [""; 0]);
    stage.until("readiness does not take it for a pass", || part(&stage, LAST_DRILL) == "Unknown");
}
