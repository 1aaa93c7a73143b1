//! `docs/reference.md`: every field of the definitions.

use std::fmt::Write as _;

use serde_json::Value;

use crate::files::golden;

const HEAD: &str = "# Fields

Every field of the two kinds, as the API server knows them. This page is made from the definitions in `crds/`
(`UPDATE_GOLDEN=1 cargo test --test pages`). `kubectl explain lfo.spec` says the same where you work.

`[]` is a list, `{}` a map with names of your choice. What is *required* is so within the field that it stands in. A field
of `status` is written by the operator alone. The rules are checked by the API server when a resource is written, and by
the command line when a file is read; what they say is what `kubectl apply` prints.
";

struct Page {
    fields: String,
    rules: String,
}

/// A text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The type, with what narrows it.
fn kind(schema: &Value) -> String {
    let mut words = schema["type"].as_str().unwrap_or("any").to_owned();
    if words == "array" {
        let of = schema["items"]["type"].as_str().unwrap_or("any");
        words = format!("list of {of}");
        if let Some(keys) = schema["x-kubernetes-list-map-keys"].as_array() {
            let keys: Vec<&str> = keys.iter().filter_map(Value::as_str).collect();
            write!(words, ", one for each `{}`", keys.join("`, `")).unwrap();
        }
    }
    if let Some(format) = schema["format"].as_str() {
        write!(words, " ({format})").unwrap();
    }
    let one_of = schema["enum"].as_array().or_else(|| schema["items"]["enum"].as_array());
    if let Some(values) = one_of {
        let values: Vec<String> =
            values.iter().filter(|value| !value.is_null()).map(|v| format!("`{}`", text(v))).collect();
        write!(words, ": {}", values.join(", ")).unwrap();
    }
    let limits = [
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("minLength", "characters, at least"),
        ("maxLength", "characters, at most"),
        ("minItems", "entries, at least"),
        ("maxItems", "entries, at most"),
    ];
    for (key, said) in limits {
        if let Some(limit) = schema[key].as_f64() {
            write!(words, "; {said} {limit}").unwrap();
        }
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        write!(words, "; `{pattern}`").unwrap();
    }
    words
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn visit(page: &mut Page, path: &str, schema: &Value, is_required: bool) {
    let default = match &schema["default"] {
        Value::Null if is_required => "*required*".to_owned(),
        Value::Null => String::new(),
        value => format!("`{value}`"),
    };
    let description = schema["description"].as_str().unwrap_or_default();
    writeln!(
        page.fields,
        "| `{path}` | {} | {} | {} |",
        cell(&kind(schema)),
        cell(&default),
        cell(description)
    )
    .unwrap();
    inside(page, path, schema);
}

fn inside(page: &mut Page, path: &str, schema: &Value) {
    for rule in schema["x-kubernetes-validations"].as_array().into_iter().flatten() {
        let message =
            rule["message"].as_str().map_or_else(|| text(&rule["messageExpression"]), str::to_owned);
        let cel = rule["rule"].as_str().unwrap();
        writeln!(page.rules, "| `{path}` | {} | `{}` |", cell(&message), cell(cel)).unwrap();
    }
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        visit(page, &format!("{path}.{name}"), field, required.contains(&name.as_str()));
    }
    if schema["items"].is_object() {
        inside(page, &format!("{path}[]"), &schema["items"]);
    }
    if schema["additionalProperties"].is_object() {
        inside(page, &format!("{path}.{{}}"), &schema["additionalProperties"]);
    }
}

fn page() -> String {
    let mut out = HEAD.to_owned();
    for crd in lync_failover::api::crds() {
        let crd = serde_json::to_value(crd).unwrap();
        let version = &crd["spec"]["versions"][0];
        let schema = &version["schema"]["openAPIV3Schema"];
        let names = &crd["spec"]["names"];
        let kind = names["kind"].as_str().unwrap();
        writeln!(out, "\n## {kind}\n\n{}\n", schema["description"].as_str().unwrap()).unwrap();
        writeln!(
            out,
            "`{}/{}`, short name `{}`. What `kubectl get` prints:\n\n| Column | Field | What it is |\n|---|---|---|",
            text(&crd["spec"]["group"]),
            text(&version["name"]),
            text(&names["shortNames"][0])
        )
        .unwrap();
        for column in version["additionalPrinterColumns"].as_array().unwrap() {
            let wide = if column["priority"].as_i64().unwrap_or(0) > 0 { ", with `-o wide`" } else { "" };
            let (name, path) = (text(&column["name"]), cell(&text(&column["jsonPath"])));
            writeln!(out, "| {name}{wide} | `{path}` | {} |", cell(&text(&column["description"]))).unwrap();
        }
        for part in ["spec", "status"] {
            let mut page = Page { fields: String::new(), rules: String::new() };
            inside(&mut page, part, &schema["properties"][part]);
            let default = &schema["properties"][part]["default"];
            writeln!(out, "\n### {kind}: {part}\n").unwrap();
            if !default.is_null() {
                writeln!(out, "A new object begins with `{default}`.\n").unwrap();
            }
            writeln!(
                out,
                "| Field | Type | Default | What it is |\n|---|---|---|---|\n{}",
                page.fields.trim_end()
            )
            .unwrap();
            if !page.rules.is_empty() {
                writeln!(
                    out,
                    "\n### {kind}: rules of {part}\n\n| For | It says | Rule (CEL) |\n|---|---|---|"
                )
                .unwrap();
                out.push_str(&page.rules);
            }
        }
    }
    out
}

#[test]
fn the_page_has_every_field_of_the_definitions() {
    golden("docs/reference.md", &page());
}

/// The page is read off the schema; this counts the schema in another way.
#[test]
fn no_description_and_no_rule_is_lost() {
    let page = page();
    for crd in lync_failover::api::crds() {
        let yaml = lync_failover::api::crd_yaml(&crd).unwrap();
        let versions = serde_json::to_value(&crd).unwrap()["spec"]["versions"].take();
        assert_eq!(versions.as_array().unwrap().len(), 1, "the page shows one version");
        let rules = yaml.matches("  rule: ").count() + yaml.matches("- rule: ").count();
        let kind = &crd.spec.names.kind;
        let part = page.split(&format!("\n## {kind}\n")).nth(1).unwrap().split("\n## ").next().unwrap();
        let shown = part.split("\n### ").filter(|section| section.starts_with(&format!("{kind}: rules of")));
        let shown: usize =
            shown.map(|section| section.lines().filter(|line| line.starts_with("| `")).count()).sum();
        assert_eq!(shown, rules, "rules of {kind}");
        for line in yaml.lines().filter_map(|line| line.trim().strip_prefix("message: ")) {
            let message: Value = serde_yaml::from_str(line).unwrap();
            assert!(part.contains(&cell(message.as_str().unwrap())), "{message}");
        }
    }
}
