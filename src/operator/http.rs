//! `/livez`, `/readyz` and `/metrics`.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{Router, extract::State, http::StatusCode, http::header::CONTENT_TYPE, routing::get};

use super::metrics::Metrics;

/// What the operator waits for before it is ready; `None` when it is.
pub(super) type WaitsFor = Arc<Mutex<Option<String>>>;

#[derive(Clone)]
struct Served {
    metrics: Arc<Metrics>,
    waits_for: WaitsFor,
}

/// Serves until the listener fails.
pub(super) async fn serve(
    listener: tokio::net::TcpListener,
    metrics: Arc<Metrics>,
    waits_for: WaitsFor,
) -> std::io::Result<()> {
    let router = Router::new()
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(text))
        .with_state(Served { metrics, waits_for });
    axum::serve(listener, router).await
}

async fn ready(State(served): State<Served>) -> (StatusCode, String) {
    let waits_for = served.waits_for.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match waits_for {
        None => (StatusCode::OK, "ok\n".to_owned()),
        Some(what) => (StatusCode::SERVICE_UNAVAILABLE, format!("waits for {what}\n")),
    }
}

async fn text(State(served): State<Served>) -> ([(axum::http::HeaderName, &'static str); 1], String) {
    let format = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, format)], served.metrics.text())
}
