//! What the API server checks besides CEL rules: types, enums, limits, unknown and missing fields.

use std::collections::BTreeSet;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};
use serde_json::Value;

/// A value that the schema does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Violation {
    /// Where: `spec.users[0].homePool`.
    pub(super) path: String,
    /// What is wrong.
    pub(super) message: String,
}

/// Checks a value as `kubectl apply --validate=strict` would have it checked.
pub(super) fn check(schema: &JSONSchemaProps, path: &str, value: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    visit(schema, path, value, &mut found);
    found
}

/// The path of a field of an object.
pub(super) fn field_path(parent: &str, field: &str) -> String {
    if parent.is_empty() { field.to_owned() } else { format!("{parent}.{field}") }
}

fn visit(schema: &JSONSchemaProps, path: &str, value: &Value, found: &mut Vec<Violation>) {
    if value.is_null() && schema.nullable == Some(true) {
        return;
    }
    if let Some(wanted) = &schema.type_
        && !has_type(value, wanted)
    {
        return refuse(found, path, format!("must be {}, not {}", article(wanted), describe(value)));
    }
    check_enum(schema, path, value, found);
    match value {
        Value::Object(fields) => visit_object(schema, path, fields, found),
        Value::Array(items) => visit_array(schema, path, items, found),
        Value::String(text) => check_length(schema, path, text, found),
        Value::Number(number) => check_range(schema, path, number.as_f64(), found),
        Value::Bool(_) | Value::Null => {}
    }
}

fn refuse(found: &mut Vec<Violation>, path: &str, message: impl Into<String>) {
    found.push(Violation { path: path.to_owned(), message: message.into() });
}

fn has_type(value: &Value, wanted: &str) -> bool {
    match wanted {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => true,
    }
}

fn article(wanted: &str) -> &str {
    match wanted {
        "object" => "a mapping",
        "array" => "a list",
        "string" => "a text",
        "boolean" => "true or false",
        "integer" => "a whole number",
        other => other,
    }
}

fn describe(value: &Value) -> String {
    match value {
        Value::Null => "empty".to_owned(),
        Value::Bool(value) => format!("the truth value {value} (quote it if it is meant as a text)"),
        Value::Number(value) => format!("the number {value}"),
        Value::String(value) => format!("the text {value:?}"),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
    }
}

fn check_enum(schema: &JSONSchemaProps, path: &str, value: &Value, found: &mut Vec<Violation>) {
    let Some(allowed) = &schema.enum_ else { return };
    if !allowed.iter().any(|one| one.0 == *value) {
        let names: Vec<&str> = allowed.iter().filter_map(|one| one.0.as_str()).collect();
        let given = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        refuse(found, path, format!("{given:?} is not one of {}", names.join(", ")));
    }
}

fn visit_object(
    schema: &JSONSchemaProps,
    path: &str,
    fields: &serde_json::Map<String, Value>,
    found: &mut Vec<Violation>,
) {
    for field in schema.required.iter().flatten() {
        if !fields.contains_key(field) {
            refuse(found, &field_path(path, field), "must be given");
        }
    }
    for (name, value) in fields {
        let child = field_path(path, name);
        if let Some(schema) = schema.properties.as_ref().and_then(|all| all.get(name)) {
            visit(schema, &child, value, found);
        } else if let Some(JSONSchemaPropsOrBool::Schema(schema)) = &schema.additional_properties {
            visit(schema, &child, value, found);
        } else if schema.x_kubernetes_preserve_unknown_fields != Some(true) {
            refuse(found, &child, unknown_field(schema, name));
        }
    }
}

/// Names the known fields: most unknown ones are slips of the pen.
fn unknown_field(schema: &JSONSchemaProps, name: &str) -> String {
    let known: Vec<&str> = schema.properties.iter().flatten().map(|(name, _)| name.as_str()).collect();
    match known.iter().find(|known| known.eq_ignore_ascii_case(name)) {
        Some(meant) => format!("there is no field {name:?}; did you mean {meant}?"),
        None => format!("there is no field {name:?}; the fields are {}", known.join(", ")),
    }
}

fn visit_array(schema: &JSONSchemaProps, path: &str, items: &[Value], found: &mut Vec<Violation>) {
    let count = items.len();
    if let Some(least) = schema.min_items.filter(|least| !reaches(count, *least)) {
        refuse(found, path, too_few(least, "entries", count));
    }
    if let Some(most) = schema.max_items.filter(|most| reaches(count, most + 1)) {
        refuse(found, path, format!("must have at most {most} entries, not {count}"));
    }
    if let Some(JSONSchemaPropsOrArray::Schema(schema)) = &schema.items {
        for (index, item) in items.iter().enumerate() {
            visit(schema, &format!("{path}[{index}]"), item, found);
        }
    }
    check_keys(schema, path, items, found);
}

fn check_keys(schema: &JSONSchemaProps, path: &str, items: &[Value], found: &mut Vec<Violation>) {
    let Some(keys) = &schema.x_kubernetes_list_map_keys else { return };
    let mut seen = BTreeSet::new();
    for (index, item) in items.iter().enumerate() {
        let values: Vec<&str> = keys.iter().filter_map(|key| item.get(key).and_then(Value::as_str)).collect();
        if values.len() == keys.len() && !seen.insert(values.clone()) {
            let message = format!("{} {:?} is listed twice", keys.join(", "), values.join(", "));
            refuse(found, &format!("{path}[{index}]"), message);
        }
    }
}

fn check_length(schema: &JSONSchemaProps, path: &str, text: &str, found: &mut Vec<Violation>) {
    let count = text.chars().count();
    if let Some(least) = schema.min_length.filter(|least| !reaches(count, *least)) {
        refuse(found, path, too_few(least, "characters", count));
    }
    if let Some(most) = schema.max_length.filter(|most| reaches(count, most + 1)) {
        refuse(found, path, format!("must have at most {most} characters, not {count}"));
    }
}

fn check_range(schema: &JSONSchemaProps, path: &str, number: Option<f64>, found: &mut Vec<Violation>) {
    let Some(number) = number else { return };
    if let Some(least) = schema.minimum.filter(|least| number < *least) {
        refuse(found, path, format!("must be at least {least}, not {number}"));
    }
    if let Some(most) = schema.maximum.filter(|most| number > *most) {
        refuse(found, path, format!("must be at most {most}, not {number}"));
    }
}

fn too_few(least: i64, what: &str, count: usize) -> String {
    match least {
        1 => "must not be empty".to_owned(),
        _ => format!("must have at least {least} {what}, not {count}"),
    }
}

fn reaches(count: usize, limit: i64) -> bool {
    i64::try_from(count).map_or(true, |count| count >= limit)
}
