//! The plan as admission warnings: who applies a `LyncFailover` (or tries it, `--dry-run=server`) is shown what it
//! would lead to. Nothing is ever denied, changed or stored here, and nothing of the operator waits for it.

mod certificate;
mod forward;
mod known;
mod lines;
mod respond;
mod review;
mod serve;
mod trust;

use std::{net::SocketAddr, path::PathBuf};

pub(super) use known::{Known, Member, Seen};
pub(super) use serve::serve;

/// The path that the API server asks for.
const PATH: &str = "/plan";

/// Where the API server may ask, and what proves who answers.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// Where it listens, for HTTPS.
    pub address: SocketAddr,
    /// The folder with `tls.crt` and `tls.key`, PEM, as a Secret of type `kubernetes.io/tls` is mounted, and `ca.crt` if
    /// there is one. Read again
    /// when they change; they may come later than the process.
    pub tls_dir: PathBuf,
    /// The IP address of this Pod, where a replica that stands by can ask it while it leads, on the port of `address`;
    /// `None`: nowhere.
    pub pod_ip: Option<String>,
}
