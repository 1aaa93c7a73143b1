//! Whether a server answers SIP, seen from the operator's own place.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{net::TcpStream, time::timeout};

use super::Prober;
use crate::lync::MachineFqdn;

/// SIP over TLS between servers and to clients (Gg398833).
const PORT: u16 = 5061;
/// How long a connection may take. A server whose site is gone does not refuse, it is silent.
const LIMIT: Duration = Duration::from_secs(3);

/// Knocks at TCP 5061. The connection is closed at once; nothing is sent.
#[derive(Clone, Debug, Default)]
pub struct SipProber {
    addresses: BTreeMap<MachineFqdn, IpAddr>,
}

impl SipProber {
    /// A prober that knows where some servers are, and asks DNS about the others.
    pub fn new(addresses: BTreeMap<MachineFqdn, IpAddr>) -> Self {
        Self { addresses }
    }

    async fn connect(&self, machine: &MachineFqdn) -> std::io::Result<TcpStream> {
        match self.addresses.get(machine) {
            Some(address) => TcpStream::connect(SocketAddr::new(*address, PORT)).await,
            None => TcpStream::connect((machine.as_str(), PORT)).await,
        }
    }
}

#[async_trait]
impl Prober for SipProber {
    async fn sip(&self, machine: &MachineFqdn) -> bool {
        matches!(timeout(LIMIT, self.connect(machine)).await, Ok(Ok(_)))
    }
}
