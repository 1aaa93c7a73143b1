//! Where a Front End listens. While it is down nobody listens there: a connection is refused, not closed.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    time::{sleep, timeout},
};

/// How soon it shows that a host has gone down or come back.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A listener that comes and goes.
pub(super) struct Entrance {
    pub(super) address: SocketAddr,
    /// Keeps the port while nobody listens, so that no other program gets it meanwhile.
    _kept: Option<TcpSocket>,
    listener: Option<TcpListener>,
}

impl Entrance {
    /// Listens.
    pub(super) async fn new(place: (Ipv4Addr, u16)) -> io::Result<Self> {
        let kept = keep(place.into());
        let place = kept.as_ref().and_then(|kept| kept.local_addr().ok()).unwrap_or(place.into());
        let listener = TcpListener::bind(place).await?;
        Ok(Self { address: listener.local_addr()?, _kept: kept, listener: Some(listener) })
    }

    /// Waits a while for a client, if the host is up.
    pub(super) async fn wait(&mut self, is_up: bool) -> io::Result<Option<TcpStream>> {
        if !is_up {
            self.listener = None;
            sleep(LOOK_AGAIN).await;
            return Ok(None);
        }
        let listener = match self.listener.take() {
            Some(listener) => listener,
            None => TcpListener::bind(self.address).await?,
        };
        let listener = self.listener.insert(listener);
        match timeout(LOOK_AGAIN, listener.accept()).await {
            Ok(accepted) => accepted.map(|(stream, _)| Some(stream)),
            Err(_) => Ok(None),
        }
    }
}

/// Linux lets a listener share its port with a socket that does not listen. Elsewhere the port is only kept by
/// the listener.
fn keep(place: SocketAddr) -> Option<TcpSocket> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let socket = TcpSocket::new_v4().ok()?;
    socket.set_reuseaddr(true).ok()?;
    socket.bind(place).ok()?;
    Some(socket)
}
