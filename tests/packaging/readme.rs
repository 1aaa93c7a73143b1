//! The table of values in the README of the chart, which is made of the comments in values.yaml.

use std::fmt::Write as _;

use serde_json::Value;

use super::objects::{path, read};

const README: &str = "charts/lync-failover/README.md";
const BEGIN: &str = "<!-- Made of values.yaml: UPDATE_GOLDEN=1 cargo test --test packaging readme -->\n";
const END: &str = "<!-- The end of what is made. -->\n";

/// A value: its name with dots, its default, and the comment above it.
#[derive(Debug, Eq, PartialEq)]
pub struct Row {
    name: String,
    default: String,
    text: String,
}

/// The values of the chart in the order of values.yaml.
pub fn rows() -> Vec<Row> {
    let text = read("charts/lync-failover/values.yaml");
    let schema = serde_json::from_str(&read("charts/lync-failover/values.schema.json")).unwrap();
    rows_of(&text, &schema)
}

fn rows_of(text: &str, schema: &Value) -> Vec<Row> {
    let values: Value = serde_yaml::from_str(text).unwrap();
    let mut rows = Vec::new();
    for (path, comment) in comments(text) {
        let pointer = format!("/{}", path.join("/"));
        let schema_of = format!("/properties/{}", path.join("/properties/"));
        // What lies within a list, or within a value of a shape that Kubernetes gives, is not a value of ours.
        let (Some(value), Some(schema)) = (values.pointer(&pointer), schema.pointer(&schema_of)) else {
            continue;
        };
        if is_group(schema) {
            continue;
        }
        let name = path.join(".");
        assert!(!comment.is_empty(), "{name} has no comment above it in values.yaml");
        let default = match value {
            Value::String(text) if text.is_empty() => String::new(),
            Value::String(text) => format!("`{text}`"),
            other => format!("`{other}`"),
        };
        rows.push(Row { name, default, text: comment.replace('|', "\\|") });
    }
    rows
}

/// Whether what is in a value are values of ours. What refers to a shape has that of Kubernetes.
pub fn is_group(schema: &Value) -> bool {
    schema["$ref"].is_null() && schema["properties"].is_object()
}

/// The path of each key, and the comment right above it. Enough of YAML for a file that is written for people: keys
/// stand alone on their lines, two spaces deeper than what they belong to.
fn comments(text: &str) -> Vec<(Vec<&str>, String)> {
    let mut found = Vec::new();
    let mut path: Vec<&str> = Vec::new();
    let mut comment: Vec<&str> = Vec::new();
    for line in text.lines() {
        let content = line.trim_start();
        if let Some(words) = content.strip_prefix('#') {
            comment.push(words.trim());
            continue;
        }
        if let Some((key, _)) = content.split_once(':').filter(|_| !content.starts_with('-')) {
            path.truncate((line.len() - content.len()) / 2);
            path.push(key);
            found.push((path.clone(), comment.join(" ")));
        }
        comment.clear();
    }
    found
}

fn table(rows: &[Row]) -> String {
    let mut text = "| Value | Default | What it is |\n|---|---|---|\n".to_owned();
    for Row { name, default, text: what } in rows {
        let default = if default.is_empty() { String::new() } else { format!("{default} ") };
        writeln!(text, "| `{name}` | {default}| {what} |").unwrap();
    }
    text
}

#[test]
fn the_readme_says_what_values_yaml_says() {
    let readme = read(README);
    let (before, rest) = readme.split_once(BEGIN).expect("the beginning of the table");
    let (now, after) = rest.split_once(END).expect("the end of the table");
    let made = table(&rows());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path(README), [before, BEGIN, &made, END, after].concat()).unwrap();
    } else {
        assert_eq!(
            now, made,
            "on the left {README}, on the right values.yaml; see the comment above the table"
        );
    }
}

#[test]
fn a_comment_belongs_to_the_value_below_it() {
    let text = "# Of nobody.\n\n# One | two\n# lines.\na: 1\ngroup:\n  # Within.\n  b: []\n# A list.\nc:\n- d: x\n  e: z\n";
    let schema = serde_json::json!({"properties": {"a": {}, "group": {"properties": {"b": {}}}, "c": {}}});
    let row = |name: &str, default: &str, text: &str| Row {
        name: name.to_owned(),
        default: default.to_owned(),
        text: text.to_owned(),
    };
    let wanted = [
        row("a", "`1`", "One \\| two lines."),
        row("group.b", "`[]`", "Within."),
        row("c", r#"`[{"d":"x","e":"z"}]`"#, "A list."),
    ];
    assert_eq!(rows_of(text, &schema), wanted);
    let silent =
        std::panic::catch_unwind(|| rows_of("a: 1\n", &serde_json::json!({"properties": {"a": {}}})));
    assert!(silent.is_err(), "a value without a comment has no row");
}
