//! The client of WinRM against a service written by others: pyspnego, MIT Kerberos, Python's TLS.

mod certificates;
mod denied;
mod kdc;
mod kerberos;
mod lifecycle;
mod peer;
mod proxy;
mod sealed;
mod secured;
