//! `/livez`, `/readyz` and `/metrics`.

use std::sync::Arc;

use axum::{Router, extract::State, http::StatusCode, http::header::CONTENT_TYPE, routing::get};

use super::{control::Controller, metrics::Metrics};

#[derive(Clone)]
struct Served {
    metrics: Arc<Metrics>,
    controller: Controller,
}

/// Serves until the listener fails.
pub(super) async fn serve(listener: tokio::net::TcpListener, controller: Controller) -> std::io::Result<()> {
    let router = Router::new()
        .route("/livez", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(text))
        .with_state(Served { metrics: controller.metrics(), controller });
    axum::serve(listener, router).await
}

async fn alive(State(served): State<Served>) -> (StatusCode, &'static str) {
    match served.controller.is_watching() {
        true => (StatusCode::OK, "ok\n"),
        false => (StatusCode::INTERNAL_SERVER_ERROR, "a watch has ended\n"),
    }
}

async fn ready(State(served): State<Served>) -> (StatusCode, String) {
    match served.controller.waits_for() {
        None => (StatusCode::OK, "ok\n".to_owned()),
        Some(what) => (StatusCode::SERVICE_UNAVAILABLE, format!("waits for {what}\n")),
    }
}

async fn text(State(served): State<Served>) -> ([(axum::http::HeaderName, &'static str); 1], String) {
    let format = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, format)], served.metrics.text())
}
