//! The simulated Front Ends over the wire: PowerShell Remoting with our own client and with pypsrp.

#[path = "../wsman/certificates.rs"]
mod certificates;
mod client;
mod command_line;
mod commands;
mod disconnect;
mod failover;
mod lab;
mod module;
mod others;
mod queries;
mod reads;
mod refused;
mod runbook;
mod service;
