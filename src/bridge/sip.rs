//! Whether a server answers SIP, seen from the operator's own place.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

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

    /// Where a server is. A name that DNS does not know now is a fact about DNS.
    async fn find(&self, machine: &MachineFqdn) -> Vec<SocketAddr> {
        if let Some(address) = self.addresses.get(machine) {
            return vec![SocketAddr::new(*address, PORT)];
        }
        match timeout(LIMIT, lookup_host((machine.as_str(), PORT))).await {
            Ok(Ok(found)) => found.collect(),
            _ => Vec::new(),
        }
    }
}

#[async_trait]
impl Prober for SipProber {
    async fn sip(&self, machine: &MachineFqdn) -> Option<bool> {
        let places = self.find(machine).await;
        if places.is_empty() {
            return None;
        }
        Some(matches!(timeout(LIMIT, TcpStream::connect(places.as_slice())).await, Ok(Ok(_))))
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A name server that died with its site is no witness against the servers that it knew.
    #[tokio::test]
    async fn who_cannot_be_found_is_not_called_dead() {
        let named = |name: &str| name.parse::<MachineFqdn>().expect("valid");
        let (open, closed) = (named("fe1.contoso.com"), named("fe2.contoso.com"));
        let address = |last| IpAddr::from([127, 0, 61, last]);
        let _listener = TcpListener::bind((address(1), PORT)).await.expect("a free port");
        let prober =
            SipProber::new(BTreeMap::from([(open.clone(), address(1)), (closed.clone(), address(2))]));
        assert_eq!(prober.sip(&open).await, Some(true));
        assert_eq!(prober.sip(&closed).await, Some(false));
        assert_eq!(prober.sip(&named("fe1.does-not-exist.invalid")).await, None);
    }
}
