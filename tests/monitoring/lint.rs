//! What Grafana does not forgive, or people do not, in the dashboards as they are delivered.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    dashboard::{DASHBOARDS, WIDTH},
    files::read,
};

fn delivered(name: &str) -> Value {
    serde_json::from_str(&read(&format!("deploy/monitoring/dashboards/{name}.json"))).unwrap()
}

fn faults(dashboard: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut bad = |holds: bool, what: String| {
        if holds {
            faults.push(what);
        }
    };
    bad(dashboard["schemaVersion"].as_u64().is_none_or(|version| version < 36), "schemaVersion".to_owned());
    bad(dashboard["uid"].as_str().is_none_or(|uid| uid.is_empty() || uid.len() > 40), "uid".to_owned());
    let variables: Vec<&Value> = dashboard["templating"]["list"].as_array().unwrap().iter().collect();
    let has = |name: &str| variables.iter().any(|variable| variable["name"] == name);
    bad(!has("datasource") || !has("namespace"), "variables".to_owned());
    let panels = dashboard["panels"].as_array().unwrap();
    let (mut ids, mut titles) = (BTreeSet::new(), BTreeSet::new());
    for (number, panel) in panels.iter().enumerate() {
        let title = panel["title"].as_str().unwrap_or_default();
        let of = |what: &str| format!("{title}: {what}");
        bad(!ids.insert(panel["id"].as_u64()), of("id"));
        bad(title.is_empty() || !titles.insert(title), of("title"));
        let place = at(panel);
        bad(
            place.0 + place.2 > WIDTH.into() || place.2 == 0 || place.3 == 0,
            of("it stands beside the grid"),
        );
        let over = panels[..number].iter().find(|other| overlap(at(other), place));
        bad(over.is_some(), of("it lies on another one"));
        if panel["type"] == "row" {
            continue;
        }
        bad(panel["description"].as_str().is_none_or(str::is_empty), of("description"));
        bad(panel["fieldConfig"]["defaults"]["unit"].as_str().is_none_or(str::is_empty), of("unit"));
        let targets = panel["targets"].as_array().unwrap();
        let references: BTreeSet<_> = targets.iter().map(|target| target["refId"].as_str()).collect();
        bad(targets.is_empty() || references.len() != targets.len(), of("refId"));
        for one in targets.iter().chain([panel]) {
            bad(one["datasource"]["uid"] != "${datasource}", of("datasource"));
        }
        bad(targets.iter().any(|one| one["expr"].as_str().is_none_or(str::is_empty)), of("expr"));
        let several =
            targets.iter().any(|one| one["expr"].as_str().is_some_and(|expr| expr.contains("by (")));
        let is_named =
            targets.iter().all(|one| one["legendFormat"].as_str().is_some_and(|text| !text.is_empty()));
        bad(several && panel["type"] != "stat" && !is_named, of("legend"));
        let has_rows_for_nothing =
            targets.iter().any(|one| one["expr"].as_str().is_none_or(|expr| !expr.ends_with("== 1")));
        bad(panel["type"] == "state-timeline" && has_rows_for_nothing, of("rows where nothing is drawn"));
        bad(panel["type"] == "table" && !is_organised(panel), of("columns"));
    }
    faults
}

/// A table shows each label that tells its rows apart, and neither the time nor, under that name, the value.
fn is_organised(table: &Value) -> bool {
    let options = &table["transformations"][0]["options"];
    let is_hidden = |column: &str| options["excludeByName"][column] == true;
    let expr = table["targets"][0]["expr"].as_str().unwrap_or_default();
    let labels = expr.split_once("by (").and_then(|(_, rest)| rest.split_once(')'));
    let labels: BTreeSet<&str> = labels.map(|(labels, _)| labels.split(", ").collect()).unwrap_or_default();
    let columns = options["indexByName"].as_object().into_iter().flat_map(|order| order.keys());
    let columns: BTreeSet<&str> = columns.map(String::as_str).filter(|column| *column != "Value").collect();
    let value = is_hidden("Value") != options["renameByName"]["Value"].is_string();
    is_hidden("Time") && value && labels == columns
}

type Place = (u64, u64, u64, u64);

fn at(panel: &Value) -> Place {
    let number = |key: &str| panel["gridPos"][key].as_u64().unwrap();
    (number("x"), number("y"), number("w"), number("h"))
}

fn overlap(a: Place, b: Place) -> bool {
    a.0 < b.0 + b.2 && b.0 < a.0 + a.2 && a.1 < b.1 + b.3 && b.1 < a.1 + a.3
}

#[test]
fn the_dashboards_have_no_faults() {
    let all = DASHBOARDS.map(delivered);
    for dashboard in &all {
        assert_eq!(faults(dashboard), [""; 0], "{}", dashboard["title"]);
    }
    assert_ne!(all[0]["uid"], all[1]["uid"]);
}

const CHECKS: &str = "Checks that fail or cannot be answered";

fn panel<'a>(dashboard: &'a mut Value, title: &str) -> &'a mut Value {
    dashboard["panels"].as_array_mut().unwrap().iter_mut().find(|panel| panel["title"] == title).unwrap()
}

fn organise(dashboard: &mut Value) -> &mut Value {
    &mut panel(dashboard, CHECKS)["transformations"][0]["options"]
}

/// Each fault is found, one at a time.
#[test]
fn faults_are_found() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 12] = [
        ("schemaVersion", |all| all["schemaVersion"] = 1.into()),
        ("variables", |all| drop(all["templating"]["list"].as_array_mut().unwrap().pop())),
        ("id", |all| all["panels"][2]["id"] = all["panels"][1]["id"].clone()),
        ("it lies on another one", |all| all["panels"][2]["gridPos"] = all["panels"][1]["gridPos"].clone()),
        ("it stands beside the grid", |all| all["panels"][1]["gridPos"]["w"] = 25.into()),
        ("description", |all| all["panels"][1]["description"] = "".into()),
        ("unit", |all| all["panels"][1]["fieldConfig"]["defaults"]["unit"] = Value::Null),
        ("datasource", |all| all["panels"][1]["targets"][0]["datasource"]["uid"] = "abc".into()),
        ("rows where nothing is drawn", |all| {
            panel(all, "Suspended or drifted")["targets"][1]["expr"] = "max(lync_failover_drifted)".into();
        }),
        ("columns", |all| drop(panel(all, CHECKS).as_object_mut().unwrap().remove("transformations"))),
        ("columns", |all| organise(all)["excludeByName"]["Time"] = false.into()),
        ("columns", |all| drop(organise(all)["indexByName"].as_object_mut().unwrap().remove("subject"))),
    ];
    for (fault, change) in changes {
        let mut all = delivered("overview");
        change(&mut all);
        assert!(faults(&all).iter().any(|found| found.ends_with(fault)), "{fault}: {:?}", faults(&all));
    }
}
