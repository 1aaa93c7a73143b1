//! The rules as they are written, and the objects that are made from them.

use serde_json::Value;

use super::{
    files::{made, path, read, yaml},
    prometheus::promtool,
};

pub const RULES: &str = "deploy/monitoring/rules.yaml";

/// One alert.
pub struct Alert {
    pub name: String,
    pub expr: String,
    pub rule: Value,
}

/// All alerts, in their order.
pub fn alerts() -> Vec<Alert> {
    let rules = yaml(RULES);
    let groups = rules["groups"].as_array().unwrap().iter();
    let rules = groups.flat_map(|group| group["rules"].as_array().unwrap().clone());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rules.map(|rule| Alert { name: text(&rule["alert"]), expr: text(&rule["expr"]), rule }).collect()
}

#[test]
fn prometheus_takes_the_rules() {
    promtool(&["check", "rules", path(RULES).to_str().unwrap()]);
}

/// The operator of Prometheus wants the same groups in an object of its own.
#[test]
fn the_object_and_the_chart_have_the_same_rules() {
    let text = read(RULES);
    let groups = text.split_once("groups:\n").unwrap().1;
    let head = "# Made from rules.yaml: UPDATE_GOLDEN=1 cargo test --test monitoring.\n\
        apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: lync-failover\nspec:\n  groups:\n";
    let indent = |line: &str| if line.is_empty() { String::new() } else { format!("  {line}") };
    let groups: Vec<String> = groups.lines().map(indent).collect();
    made("deploy/monitoring/prometheus-rule.yaml", &format!("{head}{}\n", groups.join("\n")));
    assert_eq!(yaml("deploy/monitoring/prometheus-rule.yaml")["spec"], yaml(RULES), "not one word differs");
    made("charts/lync-failover/files/monitoring/rules.yaml", &text);
}

/// Who is woken has to know what, where, and what to read.
#[test]
fn each_alert_says_what_people_need() {
    for Alert { name, rule, .. } in alerts() {
        assert!(name.starts_with("LyncFailover"), "{name}");
        let severity = rule["labels"]["severity"].as_str().unwrap();
        assert!(["critical", "warning"].contains(&severity), "{name}: {severity}");
        let text =
            |key: &str| rule["annotations"][key].as_str().unwrap_or_else(|| panic!("{name}: no {key}"));
        assert_eq!(text("runbook"), format!("docs/runbooks/{name}.md"));
        assert!(!text("summary").ends_with('.') && text("description").ends_with('.'), "{name}");
    }
}
