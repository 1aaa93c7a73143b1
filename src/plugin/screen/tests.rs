use serde_json::{Value, json};

use super::*;
use crate::plugin::report::{
    PlanReport, plan_report,
    tests::{alive, dead, deployment, failover, now, report, waiting, with},
};

fn text(lines: &[Line]) -> String {
    lines.iter().map(|line| format!("{}\n", line.text())).collect()
}

/// Organisations of many pools, each with a failover that waits and one that runs.
fn crowd(organisations: usize, pools: usize) -> StatusReport {
    let mut deployments = Vec::new();
    let mut failovers = Vec::new();
    for number in 0..organisations {
        let name = format!("organisation-{number}");
        let mut one = deployment(&name);
        let all = (0..pools).map(|pool| {
            json!({
                "pool": format!("a-rather-long-pool-name-{pool}.emea.corp.contoso.com"), "machines": 3, "machinesUp": 3,
                "state": "Active", "verdict": if pool + 1 == pools { "Down" } else { "Up" },
            })
        });
        one["status"]["pools"] = all.collect::<Vec<_>>().into();
        deployments.push(one);
        let mut held = waiting(&format!("held-{number}"), "AwaitingConsent", "Administrator");
        held["status"]["nextAction"]["message"] = json!("why it is held ".repeat(60));
        held["status"]["nextAction"]["command"] = json!(format!("kubectl patch {}", "x".repeat(140)));
        let mut runs = waiting(&format!("runs-{number}"), "Executing", "Operator");
        runs["status"]["operation"] = json!({"summary": "1/2 FailOverPool", "target": "p", "host": "h"});
        for mut one in [held, runs] {
            one["spec"]["deploymentRef"]["name"] = json!(name);
            failovers.push(one);
        }
    }
    report(deployments, failovers, dead())
}

#[test]
fn one_screen_is_enough_however_much_there_is() {
    for (organisations, pools) in [(1, 2), (1, 300), (3, 9), (12, 4), (600, 2), (40, 64)] {
        let report = crowd(organisations, pools);
        for width in [0, 40, 57, 80, 100, 200] {
            let lines = status(&report, width);
            let shown = text(&lines);
            let width = width.max(40);
            assert!(height(&lines, width) <= HEIGHT, "{organisations} of {pools} at {width}:\n{shown}");
            for line in lines.iter().filter(|line| !line.text().contains(" $ ")) {
                assert!(line.height(width) == 1, "too wide for {width}: {:?}", line.text());
            }
            // All three parts are there, and the most urgent thing is not what was left out.
            for word in ["NEEDS A PERSON", "ORGANISATIONS", "IN FLIGHT", "OperatorSilent", "SILENT"] {
                assert!(shown.contains(word), "{word} at {width}:\n{shown}");
            }
            if organisations > 3 {
                assert!(shown.contains(" more: name one"), "it does not say what is left out:\n{shown}");
            }
        }
    }
}

#[test]
fn what_is_left_out_of_an_organisation_is_never_what_is_down() {
    let shown = text(&status(&crowd(1, 300), 100));
    assert!(shown.contains("a-rather-long-pool-name-299"), "{shown}");
    assert!(shown.contains("more pools, up and active"), "{shown}");
}

#[test]
fn an_organisation_in_trouble_is_shown_before_those_that_are_not() {
    let mut deployments: Vec<_> = (0..60).map(|number| deployment(&format!("a-{number}"))).collect();
    let mut troubled = deployment("zulu");
    troubled["status"]["pools"][0]["verdict"] = json!("Down");
    deployments.push(troubled);
    let shown = text(&status(&report(deployments, vec![], alive()), 100));
    assert!(shown.contains("dr/zulu: seen") && shown.contains("Down"), "{shown}");
}

/// Puts a text into each string of a status.
fn poison(value: &mut Value, with: &str) {
    match value {
        Value::String(text) => text.push_str(with),
        Value::Array(items) => items.iter_mut().for_each(|item| poison(item, with)),
        Value::Object(fields) => {
            // These are closed vocabularies, or times, which the API server holds to their form.
            let closed =
                ["state", "verdict", "actor", "type", "lastTransitionTime", "observedAt", "startedAt"];
            let open = fields.iter_mut().filter(|(name, _)| !closed.contains(&name.as_str()));
            open.for_each(|(_, field)| poison(field, with));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\r\n$ rm -rf ~\u{9b}31m\u{202e}\u{200b}\u{feff}\0\u{8}";

fn assert_harmless(lines: &[Line]) {
    for line in lines {
        let bad = line
            .text()
            .chars()
            .find(|c| c.is_control() || matches!(c, '\u{202e}' | '\u{200b}' | '\u{feff}' | '\u{2028}'));
        assert_eq!(bad, None, "{:?}", line.text());
        // Nothing but our own mark begins a line like a command.
        assert!(!line.text().starts_with("$ "), "{:?}", line.text());
    }
}

fn hostile() -> (Value, Value) {
    let mut organisation = deployment("contoso");
    let mut one = with(waiting("contoso", "Executing", "Administrator"), "SourceAvailable", "False", "Down");
    one["status"]["operation"] = json!({
        "summary": "1/1", "target": "t", "host": "h", "command": "c", "attempt": 2, "startedAt": "2026-11-22T03:59:00Z",
    });
    one["status"]["plan"]["steps"] = json!([
        {"name": "FailOverPool", "target": "t", "state": "Next", "host": "h", "reason": "r", "command": "c"},
    ]);
    poison(&mut organisation["status"], HOSTILE);
    poison(&mut one["status"], HOSTILE);
    (organisation, one)
}

#[test]
fn a_status_cannot_steer_the_terminal() {
    let (organisation, one) = hostile();
    let mut life = dead();
    life.message += HOSTILE;
    let report = report(vec![organisation], vec![one.clone()], life.clone());
    let plan_of = plan_report(&serde_json::from_value(one).expect("a failover"), life, now());
    for width in [40, 100] {
        let lines = status(&report, width);
        assert!(text(&lines).contains('\u{fffd}'), "the poison did not arrive");
        assert_harmless(&lines);
        assert_harmless(&plan(&plan_of, width));
    }
}

#[test]
fn what_a_dead_operator_left_does_not_look_healthy() {
    let of = |life| {
        text(&status(&report(vec![deployment("contoso")], vec![failover("contoso", "contoso")], life), 100))
    };
    let (lives, is_dead) = (of(alive()), of(dead()));
    assert!(lives.contains("all is well") && lives.contains("  Up  ") && !lives.contains("was "), "{lives}");
    assert!(is_dead.contains("1 thing needs a person") && is_dead.contains("SILENT"), "{is_dead}");
    for words in ["was Up", "was healthy", "was Converged"] {
        assert!(is_dead.contains(words), "{words}: {is_dead}");
    }
    assert!(is_dead.contains("AS LAST SEEN") && !is_dead.contains("all is well"), "{is_dead}");
    // No line of it is in the colour of what is good.
    let lines =
        status(&report(vec![deployment("contoso")], vec![failover("contoso", "contoso")], dead()), 100);
    assert!(lines.iter().all(|line| line.style != Some(Style::Good)));
}

#[test]
fn what_is_not_known_is_not_called_something_else() {
    let mut one = deployment("contoso");
    for pool in one["status"]["pools"].as_array_mut().expect("pools") {
        pool["verdict"] = json!("Undetermined");
        pool["state"] = json!("Unknown");
    }
    one["status"]["centralManagement"] = json!({});
    one["status"]["edges"] = json!([{"pool": "edge1.contoso.com"}]);
    one["status"].as_object_mut().expect("a status").remove("readiness");
    let one = with(one, "CentralManagementHealthy", "Unknown", "Unknown");
    let shown = text(&status(&report(vec![one], vec![], alive()), 100));
    for word in
        ["Undetermined", "3 of 3       ?", "store: not known where", "next hop ?", "readiness not known"]
    {
        assert!(shown.contains(word), "{word}:\n{shown}");
    }
}

fn planned() -> PlanReport {
    let mut one = waiting("contoso", "AwaitingApproval", "Approver");
    one["status"]["nextAction"]["command"] = json!("kubectl approve");
    one["status"]["plan"] = json!({
        "hash": "0123456789abcdef", "mode": "Planned",
        "steps": [
            {"name": "SetEdgeNextHop", "target": "edge1.contoso.com", "state": "Done", "reason": "it is there already"},
            {"name": "FailOverPool", "target": "pool1.contoso.com -> pool2.contoso.com", "state": "Waiting",
             "host": "fe01.pool2.contoso.com", "risk": "Interruption", "reason": "the spec asks for it; awaits approval",
             "command": "Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.com"},
        ],
    });
    plan_report(&serde_json::from_value(one).expect("a failover"), alive(), now())
}

#[test]
fn a_plan_shows_each_step_with_its_reason_and_what_to_type() {
    let shown = text(&plan(&planned(), 100));
    for line in [
        "LyncFailover dr/contoso: AwaitingApproval\n",
        "plan      0123456789abcdef, Planned mode\n",
        "STEPS (names without .contoso.com)\n",
        "-   Done      SetEdgeNextHop   edge1            -            -\n",
        "    it is there already\n",
        "1   Waiting   FailOverPool     pool1 -> pool2   fe01.pool2   Interruption\n",
        "    the spec asks for it; awaits approval\n    Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.com\n",
        "NEXT\n    Approver: do AwaitingApproval\n    $ kubectl approve\n",
        "    $ kubectl patch lyncfailover contoso -n dr --type merge -p '{\"spec\":{\"suspend\":true}}'\n",
        "    $ kubectl edit lyncfailover contoso -n dr\n",
    ] {
        assert!(shown.contains(line), "{line:?} is missing:\n{shown}");
    }
    for line in plan(&planned(), 50).iter().filter(|line| !line.text().contains("$ ")) {
        let is_cmdlet = line.style == Some(Style::Command);
        assert!(is_cmdlet || line.height(50) == 1, "{:?}", line.text());
    }
}

#[test]
fn a_plan_says_when_it_is_not_the_plan_of_what_was_asked_for() {
    let mut report = planned();
    report.failover.current = false;
    report.operator = dead();
    let shown = text(&plan(&report, 100));
    assert!(shown.contains("the plan of the one before"), "{shown}");
    assert!(shown.contains("What follows was true when the operator looked last"), "{shown}");
    assert!(
        shown.contains("contoso: was AwaitingApproval") && shown.contains("NEXT, AS LAST SAID"),
        "{shown}"
    );
    assert!(!text(&plan(&planned(), 100)).contains("What follows"));
}
