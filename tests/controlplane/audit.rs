//! The audit log of the API server: who asked for what.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// Everything once it was answered, and watches once they have begun; no bodies.
pub const POLICY: &str = r#"{
  "apiVersion": "audit.k8s.io/v1",
  "kind": "Policy",
  "omitStages": ["RequestReceived"],
  "rules": [{"level": "Metadata"}]
}"#;

/// One request that the API server took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What the client calls itself.
    pub user_agent: String,
    /// Whose rights counted: the impersonated user, if there is one.
    pub user: String,
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`.
    pub verb: String,
    /// The API group; nothing for the core group, and where there is no resource.
    pub group: String,
    /// Resource and subresource, such as `lyncfailovers/status`; the path where there is no resource.
    pub resource: String,
    /// The namespace, or nothing.
    pub namespace: String,
    /// The name of the object, or nothing.
    pub name: String,
    /// The HTTP status code.
    pub code: u64,
}

/// The requests in the log whose user agent begins with `prefix`, in the order in which they were answered.
pub fn read(log: &Path, prefix: &str) -> Vec<Request> {
    settle(log);
    let text = fs::read_to_string(log).unwrap_or_default();
    let mut seen = BTreeSet::new();
    text.lines()
        // The last line may be half written.
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        // A watch has a line for its beginning and one for its end.
        .filter(|event| seen.insert(event["auditID"].to_string()))
        .map(|event| request(&event))
        .filter(|request| request.user_agent.starts_with(prefix))
        .collect()
}

/// How often each verb was used on each resource: `patch lyncfailovers/status` to 3.
pub fn counts(requests: &[Request]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for request in requests {
        *counts.entry(format!("{} {}", request.verb, request.resource)).or_default() += 1;
    }
    counts
}

/// A request is logged a moment after its answer went out: waits until the log has stood still for a while.
fn settle(log: &Path) {
    let length = || fs::metadata(log).map_or(0, |meta| meta.len());
    let asked = Instant::now();
    let mut before = length();
    while asked.elapsed() < Duration::from_secs(1) {
        thread::sleep(Duration::from_millis(50));
        let now = length();
        if now == before {
            return;
        }
        before = now;
    }
}

fn request(event: &Value) -> Request {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let object = &event["objectRef"];
    let resource = match (object["resource"].as_str(), object["subresource"].as_str()) {
        (Some(resource), Some(part)) => format!("{resource}/{part}"),
        (Some(resource), None) => resource.to_owned(),
        (None, _) => text(&event["requestURI"]),
    };
    let user = event.get("impersonatedUser").unwrap_or(&event["user"]);
    Request {
        user_agent: text(&event["userAgent"]),
        user: text(&user["username"]),
        verb: text(&event["verb"]),
        group: text(&object["apiGroup"]),
        resource,
        namespace: text(&object["namespace"]),
        name: text(&object["name"]),
        code: event["responseStatus"]["code"].as_u64().unwrap_or_default(),
    }
}
