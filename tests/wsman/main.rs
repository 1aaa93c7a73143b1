//! The client of WinRM and of PowerShell Remoting against a service written by others: psrpcore, pyspnego, MIT
//! Kerberos, Python's TLS.

mod adoption;
mod arguments;
mod broken;
mod captured;
mod certificates;
#[path = "../endpoint/client.rs"]
mod client;
mod closed_set;
mod conversation;
mod denied;
mod hostile;
mod kdc;
mod kerberos;
mod lifecycle;
mod peer;
mod proxy;
mod sealed;
mod secrets;
mod secured;
mod silence;
mod streams;
