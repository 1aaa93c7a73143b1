//! What `deploy/monitoring` brings: rules that Prometheus takes, alerts that fire when they should, pages for them,
//! dashboards, and each query of all of these on a real Prometheus that scrapes the real operator.
#![cfg(unix)]
#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test may panic, and nobody else sees it")]

mod alerts;
mod chart;
#[path = "../controlplane/mod.rs"]
mod controlplane;
mod dashboard;
mod files;
mod lint;
mod live;
mod pages;
mod picture;
mod prometheus;
mod rules;
#[path = "../stage/mod.rs"]
mod stage;
