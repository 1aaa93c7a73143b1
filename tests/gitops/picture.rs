//! The pictures of states that are kept as test data, in the layout of Argo CD's own repository.

use std::{fmt::Write as _, fs};

use serde_json::{Value, json};

use crate::{
    golden, is_update,
    judge::verdicts,
    path,
    states::{STATES, State},
};

/// Keeps what the operator got an object into, or compares it with what is kept: in what the tools look at.
pub fn keep(state: &State, object: &Value) {
    let file = file(state);
    let mut kept = object.clone();
    tidy(&mut kept);
    if is_update() {
        fs::write(path(&file), serde_yaml::to_string(&kept).unwrap()).unwrap();
    }
    let text = fs::read_to_string(path(&file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let before: Value = serde_yaml::from_str(&text).unwrap();
    assert_eq!(essence(&kept), essence(&before), "{file} is out of date: see UPDATE_GOLDEN=1");
}

fn file(state: &State) -> String {
    format!("deploy/argocd/lyncfailover.dev/{}/testdata/{}.yaml", state.kind, state.name)
}

/// What the tools look at.
fn essence(object: &Value) -> Value {
    let conditions = object["status"]["conditions"].as_array().cloned().unwrap_or_default();
    let summary = ["Ready", "Reconciling", "Stalled"];
    let of_summary = conditions.into_iter().filter(|c| summary.iter().any(|kind| c["type"] == *kind));
    let words = of_summary.map(|c| json!([c["type"], c["status"], c["reason"]]));
    let is_new = object["metadata"]["generation"] != object["status"]["observedGeneration"];
    json!({
        "conditions": words.collect::<Vec<_>>(), "isNew": is_new,
        "isLeaving": object["metadata"]["deletionTimestamp"].is_string(),
    })
}

/// Takes out what differs from one run to the next.
fn tidy(object: &mut Value) {
    let metadata = object["metadata"].as_object_mut().unwrap();
    metadata.remove("managedFields");
    metadata.insert("namespace".to_owned(), json!("lync-dr"));
    metadata.insert("resourceVersion".to_owned(), json!("1000"));
    tidy_texts(object);
}

fn tidy_texts(value: &mut Value) {
    match value {
        Value::String(text) => *text = tidy_text(text),
        Value::Array(items) => items.iter_mut().for_each(tidy_texts),
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::Number(_) if name.ends_with("Seconds") => *field = json!(60),
                    _ => tidy_texts(field),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Words with fixed times, identities, ports and namespaces.
fn tidy_text(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let bare = word.trim_end_matches(['.', ',', ';', ')']);
        let fixed = match bare {
            _ if is_like(bare, "0000-00-00T00:00:00Z") => "2026-11-22T03:00:00Z",
            _ if is_like(bare, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") => {
                "00000000-0000-0000-0000-000000000000"
            }
            _ if bare.starts_with("127.0.0.1:") => "127.0.0.1:7777",
            _ if bare.starts_with("gitops-") => "lync-dr",
            _ => bare,
        };
        format!("{fixed}{}", &word[bare.len()..])
    });
    words.collect::<Vec<_>>().join(" ")
}

fn is_like(word: &str, pattern: &str) -> bool {
    let is_like = |(byte, like): (u8, u8)| match like {
        b'0' => byte.is_ascii_digit(),
        b'x' => byte.is_ascii_hexdigit(),
        _ => byte == like,
    };
    word.len() == pattern.len() && word.bytes().zip(pattern.bytes()).all(is_like)
}

/// An object that is kept.
pub fn kept(state: &State) -> Value {
    let file = file(state);
    let text = fs::read_to_string(path(&file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    serde_yaml::from_str(&text).unwrap()
}

/// What is kept is judged as the table says, and `health_test.yaml` says the same to Argo CD's own tests.
#[test]
fn the_kept_states_are_judged_as_the_table_says() {
    for kind in ["LyncFailover", "LyncDeployment"] {
        let states: Vec<&State> = STATES.iter().filter(|state| state.kind == kind).collect();
        let objects: Vec<Value> = states.iter().map(|state| kept(state)).collect();
        let mut tests = "tests:\n".to_owned();
        for (state, verdict) in states.iter().zip(verdicts(&objects)) {
            assert_eq!([&*verdict.kstatus, &*verdict.argo, &*verdict.flux], state.words, "{}", state.name);
            let message = serde_json::to_string(&verdict.message).unwrap();
            write!(
                tests,
                "- healthStatus:\n    status: {}\n    message: {message}\n  inputPath: testdata/{}.yaml\n",
                verdict.argo, state.name
            )
            .unwrap();
        }
        golden(&format!("deploy/argocd/lyncfailover.dev/{kind}/health_test.yaml"), &tests);
        let folder = path(&format!("deploy/argocd/lyncfailover.dev/{kind}/testdata"));
        assert_eq!(fs::read_dir(folder).unwrap().count(), states.len(), "a file that no state is kept in");
    }
}

#[test]
fn what_differs_from_run_to_run_is_taken_out() {
    let text = "until 2026-11-23T20:15:00Z; ask 127.0.0.1:40123. -n gitops-x-3 -p";
    assert_eq!(tidy_text(text), "until 2026-11-22T03:00:00Z; ask 127.0.0.1:7777. -n lync-dr -p");
}
