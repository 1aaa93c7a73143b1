//! What a cluster gets: `deploy/` and the chart, rendered by the real kubectl and helm, installed on a real API
//! server, and the operator at work with the rights that it was given there and no others.
#![cfg(unix)]
#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test may panic, and nobody else sees it")]

mod accepted;
mod admission;
#[path = "../controlplane/mod.rs"]
mod controlplane;
mod hardening;
mod helm_test;
mod image;
mod layout;
mod network;
mod objects;
mod people;
mod policies;
mod pull_request;
mod readme;
mod release;
mod rights;
mod run;
mod same;
mod secrets;
mod stage;
mod upgrade;
mod values;
mod webhook;
