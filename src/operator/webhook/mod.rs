//! The plan as admission warnings: who applies a `LyncFailover` (or tries it, `--dry-run=server`) is shown what it
//! would lead to. Nothing is ever denied, changed or stored here, and nothing of the operator waits for it.

mod certificate;
mod known;
mod lines;
mod review;
mod serve;

use std::{net::SocketAddr, path::PathBuf};

pub(super) use known::{Known, Member, Seen};
pub(super) use serve::serve;

/// Where the API server may ask, and what proves who answers.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// Where it listens, for HTTPS.
    pub address: SocketAddr,
    /// The folder with `tls.crt` and `tls.key`, PEM, as a Secret of type `kubernetes.io/tls` is mounted. Read again
    /// when they change; they may come later than the process.
    pub tls_dir: PathBuf,
}
