//! From the source of a dashboard, which says what matters, to the JSON that Grafana reads.

use serde::Deserialize;
use serde_json::{Value, json};

use super::files::{made, read};

pub const DASHBOARDS: [&str; 2] = ["overview", "failover"];

/// Grafana's grid is so wide.
pub const WIDTH: u32 = 24;

/// A dashboard as its source says it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    uid: String,
    title: String,
    description: String,
    refresh: String,
    from: String,
    pub panels: Vec<Item>,
}

/// A panel, or the heading of those that follow.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Item {
    Row { row: String },
    Panel(Box<Panel>),
}

/// A panel.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    title: String,
    #[serde(rename = "type")]
    kind: String,
    width: u32,
    height: u32,
    #[serde(default = "short")]
    unit: String,
    description: String,
    min: Option<f64>,
    max: Option<f64>,
    #[serde(default)]
    thresholds: Vec<(f64, String)>,
    /// What stands there when there is nothing to show, in the place of "No data".
    no_value: Option<String>,
    /// Of a table: the labels that it shows, in their order.
    #[serde(default)]
    columns: Vec<String>,
    /// Of a table: how the column with the value is called. Without it there is none.
    count: Option<String>,
    pub queries: Vec<Query>,
}

/// A query, and how its series are called.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    pub expr: String,
    #[serde(default)]
    legend: String,
}

fn short() -> String {
    "short".to_owned()
}

pub fn source(name: &str) -> Source {
    let file = format!("deploy/monitoring/dashboards/{name}.yaml");
    serde_yaml::from_str(&read(&file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// All queries of a dashboard, with the titles of their panels.
pub fn queries(name: &str) -> Vec<(String, String)> {
    let panels = source(name).panels.into_iter().filter_map(|item| match item {
        Item::Panel(panel) => Some(panel),
        Item::Row { .. } => None,
    });
    let of = |panel: Box<Panel>| {
        let title = format!("{name}: {}", panel.title);
        panel.queries.into_iter().map(move |query| (title.clone(), query.expr))
    };
    panels.flat_map(of).collect()
}

/// The whole dashboard. Panels stand from left to right, and begin a new line where they do not fit.
fn dashboard(source: &Source) -> Value {
    let (mut x, mut y, mut line) = (0, 0, 0);
    let mut panels = Vec::new();
    for item in &source.panels {
        let id = panels.len() + 1;
        let (width, height) = match item {
            Item::Row { .. } => (WIDTH, 1),
            Item::Panel(panel) => (panel.width, panel.height),
        };
        if x + width > WIDTH {
            (x, y, line) = (0, y + line, 0);
        }
        let place = json!({"x": x, "y": y, "w": width, "h": height});
        (x, line) = (x + width, line.max(height));
        panels.push(match item {
            Item::Row { row } => {
                json!({"id": id, "type": "row", "title": row, "collapsed": false, "gridPos": place, "panels": []})
            }
            Item::Panel(panel) => draw(panel, id, &place),
        });
    }
    json!({
        "uid": source.uid,
        "title": source.title,
        "description": source.description,
        "tags": ["lync-failover"],
        "schemaVersion": 39,
        "version": 1,
        "editable": true,
        "graphTooltip": 1,
        "refresh": source.refresh,
        "time": {"from": source.from, "to": "now"},
        "timezone": "",
        "links": [],
        "annotations": {"list": []},
        "templating": {"list": [
            {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus", "hide": 0},
            {
                "name": "namespace", "label": "Namespace", "type": "query", "datasource": data_source(), "hide": 0,
                "definition": NAMESPACES, "query": {"query": NAMESPACES, "refId": "namespaces"},
                "multi": true, "includeAll": true, "allValue": ".*", "refresh": 2, "sort": 1,
                "current": {"text": ["All"], "value": ["$__all"]},
            },
        ]},
        "panels": panels,
    })
}

const NAMESPACES: &str = "label_values(lync_failover_observation_interval_seconds, namespace)";

fn data_source() -> Value {
    json!({"type": "prometheus", "uid": "${datasource}"})
}

fn draw(panel: &Panel, id: usize, place: &Value) -> Value {
    let is_now = !["timeseries", "state-timeline"].contains(&panel.kind.as_str());
    let letters = 'A'..='Z';
    let targets: Vec<Value> = panel
        .queries
        .iter()
        .zip(letters)
        .map(|(query, letter)| {
            json!({
                "refId": letter.to_string(),
                "datasource": data_source(),
                "expr": query.expr.trim(),
                "legendFormat": query.legend,
                "instant": is_now,
                "range": !is_now,
                "format": if panel.kind == "table" { "table" } else { "time_series" },
            })
        })
        .collect();
    let mut defaults =
        json!({"unit": panel.unit, "thresholds": thresholds(panel), "mappings": mappings(panel)});
    for (key, value) in [("min", panel.min), ("max", panel.max)] {
        if let Some(value) = value {
            defaults[key] = value.into();
        }
    }
    if let Some(text) = &panel.no_value {
        defaults["noValue"] = text.as_str().into();
    }
    if !panel.thresholds.is_empty() {
        defaults["color"] = json!({"mode": "thresholds"});
    }
    let mut drawn = json!({
        "id": id,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": data_source(),
        "gridPos": place,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": options(&panel.kind),
        "targets": targets,
    });
    if panel.kind == "table" {
        drawn["transformations"] = json!([organised(panel)]);
    }
    drawn
}

/// A table of an instant query comes with the columns Time, the labels by their names, and Value.
fn organised(panel: &Panel) -> Value {
    let (mut hidden, mut renamed) = (json!({"Time": true}), json!({}));
    let mut columns: Vec<&str> = panel.columns.iter().map(String::as_str).collect();
    match &panel.count {
        Some(name) => {
            columns.push("Value");
            renamed["Value"] = name.as_str().into();
        }
        None => hidden["Value"] = true.into(),
    }
    let order: Value = columns.iter().zip(0..).map(|(name, place)| (*name, place)).collect();
    json!({"id": "organize", "options": {"excludeByName": hidden, "indexByName": order, "renameByName": renamed}})
}

fn thresholds(panel: &Panel) -> Value {
    let mut steps: Vec<Value> =
        panel.thresholds.iter().map(|(value, color)| json!({"value": value, "color": color})).collect();
    match steps.first_mut() {
        // The first colour is that of everything below the next one.
        Some(first) => first["value"] = Value::Null,
        None => steps.push(json!({"value": null, "color": "blue"})),
    }
    json!({"mode": "absolute", "steps": steps})
}

/// A series over time is drawn where it is 1, and asked for nowhere else.
fn mappings(panel: &Panel) -> Value {
    match panel.kind.as_str() {
        "state-timeline" => {
            json!([{"type": "value", "options": {"1": {"text": "yes", "color": "blue", "index": 0}}}])
        }
        _ => json!([]),
    }
}

fn options(kind: &str) -> Value {
    let last = json!({"calcs": ["lastNotNull"], "fields": "", "values": false});
    match kind {
        "stat" => {
            json!({"reduceOptions": last, "textMode": "auto", "colorMode": "value", "graphMode": "none"})
        }
        "gauge" => json!({"reduceOptions": last, "showThresholdLabels": false, "showThresholdMarkers": true}),
        "bargauge" => json!({"reduceOptions": last, "orientation": "horizontal", "displayMode": "basic"}),
        "state-timeline" => {
            json!({"mergeValues": true, "showValue": "never", "rowHeight": 0.8, "legend": {"showLegend": false}})
        }
        "timeseries" => json!({"legend": {"showLegend": true, "displayMode": "list", "placement": "bottom"}}),
        "table" => json!({"showHeader": true, "cellHeight": "sm"}),
        kind => panic!("{kind}: say what it looks like"),
    }
}

#[test]
fn the_dashboards_are_made_from_their_sources() {
    for name in DASHBOARDS {
        let text = serde_json::to_string_pretty(&dashboard(&source(name))).unwrap() + "\n";
        made(&format!("deploy/monitoring/dashboards/{name}.json"), &text);
        made(&format!("charts/lync-failover/files/monitoring/{name}.json"), &text);
    }
}
