//! Requests and answers, as Kubernetes words them.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Method, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    store::{Key, Part, Refused, Store},
    watch,
};

/// The largest body that is read.
const MOST: usize = 4 << 20;

/// Where a request goes.
struct Target {
    resource: String,
    namespace: Option<String>,
    name: Option<String>,
    part: Part,
}

impl Target {
    /// `/api/v1/namespaces/n/configmaps/x` or `/apis/group/version/namespaces/n/plural/x/status`.
    fn parse(path: &str) -> Option<Self> {
        let mut parts = path.trim_matches('/').split('/');
        let group = match parts.next()? {
            "api" => parts.next()?.to_owned(),
            "apis" => format!("{}/{}", parts.next()?, parts.next()?),
            _ => return None,
        };
        let mut plural = parts.next()?;
        let mut namespace = None;
        if plural == "namespaces" {
            namespace = Some(parts.next()?.to_owned());
            plural = parts.next()?;
        }
        let name = parts.next().map(str::to_owned);
        let part = match (parts.next(), parts.next()) {
            (None, None) => Part::Main,
            (Some("status"), None) => Part::Status,
            _ => return None,
        };
        Some(Self { resource: format!("{group}/{plural}"), namespace, name, part })
    }

    fn key(&self, name: Option<&str>) -> Option<Key> {
        let name = self.name.as_deref().or(name)?.to_owned();
        Some(Key { resource: self.resource.clone(), namespace: self.namespace.clone()?, name })
    }
}

/// Answers one request.
pub(super) async fn answer(State(store): State<Arc<Store>>, request: Request) -> Response {
    let Some(target) = Target::parse(request.uri().path()) else { return refuse(Refused::NotFound, "") };
    let query = query(request.uri().query().unwrap_or_default());
    let method = request.method().clone();
    let format = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_merge = format.is_some_and(|format| format.starts_with("application/merge-patch+json"));
    let is_apply = format.is_some_and(|format| format.starts_with("application/apply-patch"));
    let body = match to_bytes(request.into_body(), MOST).await {
        Ok(bytes) if bytes.is_empty() => Value::Null,
        Ok(bytes) => match serde_json::from_slice(&bytes) {
            Ok(value) => value,
            Err(error) => return refuse(Refused::BadRequest, &error.to_string()),
        },
        Err(error) => return refuse(Refused::BadRequest, &error.to_string()),
    };

    if method == Method::GET && target.name.is_none() {
        return if query.get("watch").is_some_and(|watch| watch == "true") {
            watch_from(store, target, &query)
        } else {
            list(&store, &target)
        };
    }
    let Some(key) = target.key(body["metadata"]["name"].as_str()) else {
        return refuse(Refused::NotSupported, "a namespace and a name are needed");
    };
    let (ok, result) = match method {
        Method::GET => (StatusCode::OK, store.get(&key)),
        Method::POST => (StatusCode::CREATED, store.create(&key, body)),
        Method::PUT => (StatusCode::OK, store.change(&key, target.part, |_| body)),
        Method::PATCH if is_merge => {
            (StatusCode::OK, store.change(&key, target.part, |old| merge(old.clone(), &body)))
        }
        Method::PATCH if is_apply => {
            (StatusCode::OK, store.change(&key, target.part, |old| apply(old, &body)))
        }
        Method::DELETE => (StatusCode::OK, store.delete(&key)),
        _ => (StatusCode::OK, Err(Refused::NotSupported)),
    };
    match result {
        Ok(object) => (ok, Json(object)).into_response(),
        Err(refused) => refuse(refused, &format!("{} {}", key.resource, key.name)),
    }
}

fn query(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn list(store: &Store, target: &Target) -> Response {
    let (items, version) = store.list(&target.resource, target.namespace.as_deref());
    let metadata = json!({ "resourceVersion": version.to_string() });
    Json(json!({ "kind": "List", "apiVersion": "v1", "metadata": metadata, "items": items })).into_response()
}

fn watch_from(store: Arc<Store>, target: Target, query: &BTreeMap<String, String>) -> Response {
    let number = |key: &str| query.get(key).and_then(|value| value.parse::<u64>().ok());
    let time = Duration::from_secs(number("timeoutSeconds").unwrap_or(300));
    let lines =
        watch::lines(store, target.resource, target.namespace, number("resourceVersion").unwrap_or(0), time);
    ([(CONTENT_TYPE, "application/json")], Body::from_stream(lines)).into_response()
}

/// A merge patch (RFC 7386).
fn merge(old: Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    let mut fields = match old {
        Value::Object(fields) => fields,
        _ => serde_json::Map::new(),
    };
    for (key, value) in patch {
        if value.is_null() {
            fields.remove(key);
        } else {
            let before = fields.remove(key).unwrap_or(Value::Null);
            fields.insert(key.clone(), merge(before, value));
        }
    }
    Value::Object(fields)
}

/// Server-side apply by the operator, the only one who applies here: what it names is its own, and the
/// finalizer that it no longer names is gone.
fn apply(old: &Value, wanted: &Value) -> Value {
    let mut new = merge(old.clone(), wanted);
    if wanted["metadata"]["finalizers"].is_null()
        && let Some(metadata) = new.get_mut("metadata").and_then(Value::as_object_mut)
    {
        metadata.remove("finalizers");
    }
    new
}

fn refuse(refused: Refused, what: &str) -> Response {
    let (code, reason) = match refused {
        Refused::NotFound => (StatusCode::NOT_FOUND, "NotFound"),
        Refused::AlreadyExists => (StatusCode::CONFLICT, "AlreadyExists"),
        Refused::Conflict => (StatusCode::CONFLICT, "Conflict"),
        Refused::BadRequest => (StatusCode::BAD_REQUEST, "BadRequest"),
        Refused::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "Invalid"),
        Refused::NotSupported => (StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed"),
    };
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "reason": reason, "message": format!("{what}: {reason}"), "code": code.as_u16(),
    });
    (code, Json(status)).into_response()
}
