//! The bridge by WinRM against the simulated Lync: over the wire, and with the whole operator around it.

#[path = "../wsman/certificates.rs"]
mod certificates;
#[path = "../endpoint/lab.rs"]
mod lab;

mod bridges;
mod guarded;
mod plain;
mod reading;
