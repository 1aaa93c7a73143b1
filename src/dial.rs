//! A TCP connection, and what it says about a host when there is none.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    time::Duration,
};

use futures::{StreamExt as _, stream::FuturesUnordered};
use tokio::{net::TcpStream, time::timeout};

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DialError {
    /// Every address was tried, and each refused or was silent: the host, or the way to it.
    #[error("{0}")]
    Unreachable(String),
    /// This side could not try every address: no route, no permission, no descriptor, no address at all. Says
    /// nothing about the host.
    #[error("{0}")]
    NotTried(String),
}

/// Connects to whichever address answers first. All are tried at once, each for at most `limit`.
///
/// # Errors
///
/// [`DialError`], with what each address said.
pub(crate) async fn dial(addresses: &[SocketAddr], limit: Duration) -> Result<TcpStream, DialError> {
    let mut tries: FuturesUnordered<_> = addresses
        .iter()
        .map(|address| async move { (address, timeout(limit, TcpStream::connect(address)).await) })
        .collect();
    let mut is_evidence = !addresses.is_empty();
    let mut said = Vec::new();
    while let Some((address, outcome)) = tries.next().await {
        match outcome {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => {
                is_evidence &= is_about_the_host(&error);
                said.push(format!("{address}: {error}"));
            }
            Err(_) => said.push(format!("{address}: nothing comes back in {} s", limit.as_secs())),
        }
    }
    match is_evidence {
        true => Err(DialError::Unreachable(said.join("; "))),
        false if said.is_empty() => Err(DialError::NotTried("the name has no address".to_owned())),
        false => Err(DialError::NotTried(said.join("; "))),
    }
}

/// Whether an answer came from out there. The rest is about this machine: its routes (a router that says
/// "network unreachable" looks the same), its rights, its descriptors and ports.
fn is_about_the_host(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::TimedOut | ErrorKind::HostUnreachable)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::net::{TcpListener, TcpSocket};

    use super::*;

    const LIMIT: Duration = Duration::from_millis(300);

    fn closed() -> SocketAddr {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("bound")
    }

    /// A listener whose queue is full: the kernel lets further connections wait without a word.
    async fn silent() -> (SocketAddr, Vec<TcpStream>, TcpListener) {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a port");
        let listener = socket.listen(1).expect("it listens");
        let address = listener.local_addr().expect("bound");
        let mut queue = Vec::new();
        while let Ok(Ok(stream)) = timeout(LIMIT, TcpStream::connect(address)).await {
            queue.push(stream);
        }
        (address, queue, listener)
    }

    #[tokio::test]
    async fn one_address_that_answers_is_enough_and_none_keeps_the_others_waiting() {
        let open = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (silent, _queue, _listener) = silent().await;
        let addresses = [silent, closed(), open.local_addr().expect("bound")];
        let begun = std::time::Instant::now();
        let stream = dial(&addresses, Duration::from_secs(30)).await.expect("one is open");
        assert_eq!(stream.peer_addr().ok(), open.local_addr().ok());
        assert!(begun.elapsed() < Duration::from_secs(10));
    }

    #[tokio::test]
    async fn who_refuses_or_is_silent_everywhere_is_not_reached() {
        let (silent, _queue, _listener) = silent().await;
        let addresses = [silent, closed()];
        let error = dial(&addresses, LIMIT).await.expect_err("nobody is there");
        let DialError::Unreachable(why) = &error else { panic!("{error:?}") };
        assert!(why.contains("nothing comes back") && why.contains("efused"), "{why}");
    }

    /// A connection to the broadcast address is refused by this machine itself.
    #[tokio::test]
    async fn what_this_machine_cannot_try_is_no_evidence() {
        let local = SocketAddr::from((Ipv4Addr::BROADCAST, 5061));
        for addresses in [vec![local], vec![closed(), local], vec![]] {
            let error = dial(&addresses, LIMIT).await.expect_err("nobody is there");
            assert!(matches!(error, DialError::NotTried(_)), "{addresses:?}: {error:?}");
        }
    }

    #[test]
    fn only_what_comes_from_out_there_is_about_the_host() {
        let kinds = [
            (ErrorKind::ConnectionRefused, true),
            (ErrorKind::TimedOut, true),
            (ErrorKind::HostUnreachable, true),
            (ErrorKind::NetworkUnreachable, false),
            (ErrorKind::NetworkDown, false),
            (ErrorKind::PermissionDenied, false),
            (ErrorKind::AddrNotAvailable, false),
            (ErrorKind::AddrInUse, false),
        ];
        for (kind, expected) in kinds {
            assert_eq!(is_about_the_host(&kind.into()), expected, "{kind:?}");
        }
        let no_descriptors = io::Error::from_raw_os_error(24);
        assert!(!is_about_the_host(&no_descriptors), "{no_descriptors}");
    }
}
