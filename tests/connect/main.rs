//! What a person does to connect a Lync, with the program as they run it, against simulated endpoints.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../wsman/certificates.rs"]
mod certificates;
#[path = "../endpoint/lab.rs"]
mod lab;

mod check;
mod desk;
mod drill;
mod first;
