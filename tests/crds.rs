//! The committed definitions are the generated ones, and a cluster takes them.

use std::{fs, path::Path};

use lync_failover::api::{crd_file_name, crd_yaml, crds};
use serde_json::Value;

/// Every schema of every kind, with the path of the field it is for.
fn schemas() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for crd in crds() {
        let kind = crd.spec.names.kind.clone();
        let crd = serde_json::to_value(crd).expect("serialises");
        collect(&kind, &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"], &mut found);
    }
    assert!(found.len() > 100, "the walk misses most of the schemas");
    found
}

fn collect(path: &str, schema: &Value, found: &mut Vec<(String, Value)>) {
    found.push((path.to_owned(), schema.clone()));
    for (name, child) in schema["properties"].as_object().into_iter().flatten() {
        collect(&format!("{path}.{name}"), child, found);
    }
    for (key, mark) in [("items", "[]"), ("additionalProperties", "{}")] {
        if schema[key].is_object() {
            collect(&format!("{path}{mark}"), &schema[key], found);
        }
    }
}

#[test]
fn the_committed_files_are_the_generated_ones() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("crds");
    let mut names: Vec<String> = Vec::new();
    for crd in crds() {
        let name = crd_file_name(&crd);
        let committed = fs::read_to_string(dir.join(&name)).unwrap_or_default();
        assert!(
            committed == crd_yaml(&crd).expect("serialises"),
            "crds/{name} is not what the types say; run: cargo run -- crds --output-dir crds"
        );
        names.push(name);
    }
    let mut present: Vec<String> = fs::read_dir(&dir)
        .expect("the directory is there")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    // What kustomize reads; `kubectl apply -f crds/` passes it over.
    names.push("Kustomization".to_owned());
    present.sort();
    names.sort();
    assert_eq!(present, names, "crds/ holds the generated files and nothing else");
}

#[test]
fn the_files_read_back_as_the_same_definitions() {
    for crd in crds() {
        let read: Value = serde_yaml::from_str(&crd_yaml(&crd).expect("serialises")).expect("YAML");
        assert_eq!(read, serde_json::to_value(&crd).expect("serialises"));
    }
}

#[test]
fn schemas_are_structural() {
    for (path, schema) in schemas() {
        let fields = schema.as_object().expect("an object");
        let preserves = fields.contains_key("x-kubernetes-preserve-unknown-fields");
        assert!(schema["type"].is_string() || preserves, "{path} has no type");
        for word in ["$ref", "definitions", "anyOf", "oneOf", "allOf", "not", "uniqueItems"] {
            assert!(!fields.contains_key(word), "{path} has {word}");
        }
        assert!(schema["additionalProperties"] != Value::Bool(false), "{path} forbids what it prunes");
    }
}

#[test]
fn numbers_have_formats_that_kubernetes_knows() {
    for (path, schema) in schemas() {
        if let Some(format) = schema["format"].as_str() {
            assert!(["int32", "int64", "double", "date-time"].contains(&format), "{path}: {format}");
        }
    }
}

#[test]
fn every_field_is_described() {
    for (path, schema) in schemas() {
        let described = schema["description"].as_str().is_some_and(|text| !text.trim().is_empty());
        // Items of a list and values of a map are described by the list and the map.
        let is_member = path.ends_with("[]") || path.ends_with("{}");
        assert!(described || is_member, "{path} has no description");
        assert!(
            !schema["description"].as_str().unwrap_or_default().contains('\n'),
            "{path} breaks its lines"
        );
    }
}

#[test]
fn a_new_object_has_a_status_that_says_it_was_not_seen() {
    for (path, schema) in schemas() {
        if path.ends_with(".status") && path.matches('.').count() == 1 {
            assert_eq!(schema["default"], serde_json::json!({"observedGeneration": -1}), "{path}");
            assert_eq!(schema["nullable"], Value::Null, "{path}");
        } else if path.contains(".status.") {
            assert_eq!(schema["default"], Value::Null, "{path} states what nobody has observed");
        }
    }
}

#[test]
fn every_list_says_how_it_is_merged_and_keys_are_required() {
    let mut keys_of = std::collections::BTreeMap::new();
    for (path, schema) in schemas() {
        if schema["type"] != "array" {
            continue;
        }
        let how = schema["x-kubernetes-list-type"].as_str().unwrap_or_default();
        assert!(["map", "atomic"].contains(&how), "{path}: {how:?}");
        for key in schema["x-kubernetes-list-map-keys"].as_array().into_iter().flatten() {
            let required = schema["items"]["required"].as_array().expect("required fields");
            assert!(required.contains(key), "{path}: the key {key} may be absent");
            keys_of.insert(path.clone(), key.as_str().unwrap_or_default().to_owned());
        }
    }
    for (path, key) in [
        ("LyncFailover.spec.users", "homePool"),
        ("LyncFailover.spec.edges", "pool"),
        ("LyncFailover.status.conditions", "type"),
        ("LyncDeployment.status.conditions", "type"),
        ("LyncDeployment.spec.bridge.winrm.endpoints", "host"),
    ] {
        assert_eq!(keys_of.get(path).map(String::as_str), Some(key), "{path}");
    }
}

/// The API server refuses rules whose worst case is too dear; the worst case needs limits.
#[test]
fn what_rules_read_has_limits() {
    for (path, schema) in schemas() {
        // No rule reads a scenario.
        let is_read = path.contains(".spec") && !path.contains(".scenario");
        if !is_read || schema["enum"].is_array() {
            continue;
        }
        match schema["type"].as_str() {
            Some("array") => assert!(schema["maxItems"].is_u64(), "{path} has no maxItems"),
            Some("string") => assert!(schema["maxLength"].is_u64(), "{path} has no maxLength"),
            _ => {}
        }
    }
}

/// The limits of the API server: 10 million units for one rule, 100 million for a definition. The estimate
/// here is a rough one, so it only warns of what is far too dear.
#[test]
fn rules_compile_and_stay_within_the_budget() {
    let mut rules = 0;
    for (path, schema) in schemas() {
        for rule in schema["x-kubernetes-validations"].as_array().into_iter().flatten() {
            rules += 1;
            let text = rule["rule"].as_str().expect("a rule");
            let compiled = kube::core::cel::compile_schema(&schema);
            assert!(!compiled.has_errors(), "{path}: {:?}", compiled.compilation_errors());
            let warnings = kube::core::cel::estimate_rule_cost(text, &compiled);
            assert!(warnings.is_empty(), "{path}: {warnings:?}");
            let message = rule["message"].as_str().unwrap_or_default();
            assert!(!message.is_empty() && !message.contains('\n'), "{path}: {text} has no message");
        }
    }
    assert!(rules > 15, "only {rules} rules were found");
}

#[test]
fn the_tables_show_the_columns_that_people_know() {
    let columns = |kind: &str| -> Vec<String> {
        let crd = crds().into_iter().find(|crd| crd.spec.names.kind == kind).expect("known");
        let version = crd.spec.versions.into_iter().next().expect("one version");
        let shown = version.additional_printer_columns.unwrap_or_default().into_iter();
        shown
            .filter(|column| column.priority.unwrap_or(0) == 0)
            .map(|column| {
                assert!(!column.json_path.contains("[0]"), "{} goes by index", column.name);
                column.name.to_uppercase()
            })
            .collect()
    };
    assert_eq!(
        columns("LyncFailover"),
        ["DEPLOYMENT", "DESIRED", "ACTUAL", "READY", "STATUS", "STEP", "NEXT", "AGE"]
    );
    assert_eq!(columns("LyncDeployment"), ["BRIDGE", "POOLS", "CMS", "READINESS", "READY", "AGE"]);
}

#[test]
fn kinds_are_namespaced_have_a_status_and_short_names() {
    let crds = crds();
    let short: Vec<_> =
        crds.iter().map(|crd| crd.spec.names.short_names.clone().unwrap_or_default()).collect();
    assert_eq!(short, [["ldep"], ["lfo"]]);
    for crd in crds {
        assert_eq!(crd.spec.scope, "Namespaced");
        assert_eq!(crd.spec.names.categories.as_deref(), Some(&["lync".to_owned(), "dr".to_owned()][..]));
        assert!(crd.spec.versions[0].subresources.as_ref().is_some_and(|all| all.status.is_some()));
    }
}
