//! TCP 5061 of a Front End: accepts while its Registrar runs, and refuses otherwise.

use std::{io, net::IpAddr, sync::Arc, time::Duration};

use tokio::{net::TcpListener, time::timeout};

use super::host::Host;

/// SIP over TLS.
const PORT: u16 = 5061;
/// How soon a Registrar that has stopped or started shows.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Answers until the listener fails.
pub(super) async fn answer(address: IpAddr, host: Arc<Host>) -> io::Result<()> {
    let mut listener = None;
    loop {
        let answers = host.simulated(|simulator, now| simulator.sip(&host.name, now));
        listener = match (answers, listener.take()) {
            (true, None) => Some(TcpListener::bind((address, PORT)).await?),
            (true, open) => open,
            // Closed, not left to a backlog: only then a connection is refused.
            (false, _) => None,
        };
        match &listener {
            Some(listener) => {
                if let Ok(accepted) = timeout(LOOK_AGAIN, listener.accept()).await {
                    accepted?;
                }
            }
            None => tokio::time::sleep(LOOK_AGAIN).await,
        }
    }
}
