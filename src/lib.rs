//! A Kubernetes operator for the disaster recovery of Lync Server 2013.
//!
//! Data walks one way: observe, plan, execute one step, observe, verify, status, report. See
//! `ARCHITECTURE.md` for the map.

pub mod api;
pub mod apiserver;
pub mod bridge;
pub mod check;
pub mod cli;
pub mod clock;
pub mod controller;
mod dial;
pub mod drill;
pub mod exports;
pub mod lync;
pub mod operator;
pub mod plan;
pub mod plugin;
pub mod procedure;
pub mod psrp;
pub mod reach;
pub mod readiness;
pub mod runbook;
pub mod simulator;
pub mod snapshot;
pub mod status;
mod text;
mod tls;
pub mod winrm;
pub mod wsman;
