//! Asks the judge: `judge/README.md` says who that is.

use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
    thread,
};

use serde_json::{Value, json};

use crate::{controlplane::binaries, path};

/// What the three make of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub kstatus: String,
    pub argo: String,
    pub flux: String,
    /// What Argo CD shows beside it.
    pub message: String,
}

/// Asks the judge once for each request.
pub fn ask(requests: &[Value]) -> Vec<Value> {
    let mut child = Command::new(binaries::judge())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: String = requests.iter().map(|request| format!("{request}\n")).collect();
    let mut pipe = child.stdin.take().unwrap();
    let writer = thread::spawn(move || pipe.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    writer.join().unwrap().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), requests.len());
    answers
}

/// What the three make of objects of ours, with what `deploy/argocd` and `deploy/flux` tell them.
pub fn verdicts(objects: &[Value]) -> Vec<Verdict> {
    let flux = flux();
    let requests: Vec<Value> = objects
        .iter()
        .map(|object| {
            let kind = object["kind"].as_str().unwrap();
            json!({"object": object, "healthLua": lua(kind, "health.lua"), "flux": flux[kind]})
        })
        .collect();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let verdict = |answer: &Value| Verdict {
        kstatus: text(&answer["kstatus"]),
        argo: text(&answer["argo"]["status"]),
        flux: text(&answer["flux"]),
        message: text(&answer["argo"]["message"]),
    };
    ask(&requests).iter().map(verdict).collect()
}

/// A script for Argo CD.
pub fn lua(kind: &str, name: &str) -> String {
    fs::read_to_string(path(&format!("deploy/argocd/lyncfailover.dev/{kind}/{name}"))).unwrap()
}

/// The expressions for Flux, by kind.
fn flux() -> Value {
    let text = fs::read_to_string(path("deploy/flux/health-check-exprs.yaml")).unwrap();
    let patch: Value = serde_yaml::from_str(&text).unwrap();
    let of_kinds = patch["spec"]["healthCheckExprs"].as_array().unwrap();
    let mut by_kind = json!({});
    for exprs in of_kinds {
        let mut alone = exprs.clone();
        assert_eq!(alone["apiVersion"], "lyncfailover.dev/v1alpha1");
        alone.as_object_mut().unwrap().retain(|key, _| key != "apiVersion" && key != "kind");
        by_kind[exprs["kind"].as_str().unwrap()] = alone;
    }
    by_kind
}
