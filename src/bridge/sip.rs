//! Whether a server answers SIP, seen from the operator's own place.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{net::lookup_host, time::timeout};

use super::Prober;
use crate::{
    dial::{DialError, dial},
    lync::MachineFqdn,
};

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
        knock(&self.find(machine).await, LIMIT).await
    }
}

/// Knocks at all addresses at once. Only a server that was tried everywhere, and was silent or refused
/// everywhere, does not answer; what this side could not try is not known.
async fn knock(places: &[SocketAddr], limit: Duration) -> Option<bool> {
    match dial(places, limit).await {
        Ok(_) => Some(true),
        Err(DialError::Unreachable(_)) => Some(false),
        Err(DialError::NotTried(why)) => {
            tracing::debug!(%why, "a SIP port could not be tried");
            None
        }
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

    /// One address of a server is silent, or cannot be tried from here: its other one decides, if it answers.
    #[tokio::test]
    async fn every_address_is_tried_and_each_has_to_refuse() {
        let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let alive = listener.local_addr().expect("bound");
        // A connection to the broadcast address is refused by this machine itself.
        let no_way = SocketAddr::from(([255, 255, 255, 255], PORT));
        let limit = Duration::from_millis(500);
        assert_eq!(knock(&[closed, no_way, alive], limit).await, Some(true));
        assert_eq!(knock(&[closed, closed], limit).await, Some(false));
        assert_eq!(knock(&[closed, no_way], limit).await, None);
        assert_eq!(knock(&[no_way], limit).await, None);
    }
}
