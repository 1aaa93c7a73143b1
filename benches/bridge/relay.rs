//! What goes over the wire, counted between client and server.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread,
};

/// What was counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    /// TCP connections.
    pub(crate) connections: u64,
    /// HTTP requests; 0 over TLS, where nobody sees them.
    pub(crate) requests: u64,
    /// Those without content: steps of the login.
    pub(crate) empty: u64,
    /// How often the client spoke after the server had: requests, and steps of TLS.
    pub(crate) turns: u64,
    /// Bytes of the client, within TCP.
    pub(crate) sent: u64,
    /// Bytes of the server.
    pub(crate) received: u64,
}

#[derive(Default)]
struct Counters {
    connections: AtomicU64,
    requests: AtomicU64,
    empty: AtomicU64,
    turns: AtomicU64,
    sent: AtomicU64,
    received: AtomicU64,
    client_speaks: AtomicBool,
}

/// A relay in front of an endpoint. It lives as long as the process.
pub(crate) struct Relay {
    pub(crate) port: u16,
    counters: Arc<Counters>,
}

impl Relay {
    pub(crate) fn new(endpoint: SocketAddr, is_tls: bool) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let counters = Arc::new(Counters::default());
        let shared = Arc::clone(&counters);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, counters) = (client.expect("a client"), Arc::clone(&shared));
                let server = TcpStream::connect(endpoint).expect("the endpoint listens");
                // Small packets must not wait here for others.
                [&client, &server].iter().for_each(|stream| stream.set_nodelay(true).expect("set"));
                counters.connections.fetch_add(1, Relaxed);
                thread::spawn(move || counters.relay(&client, &server, is_tls));
            }
        });
        Self { port, counters }
    }

    /// Takes what was counted since the last time.
    pub(crate) fn take(&self) -> Count {
        let Counters { connections, requests, empty, turns, sent, received, .. } = &*self.counters;
        let [connections, requests, empty, turns, sent, received] =
            [connections, requests, empty, turns, sent, received].map(|counter| counter.swap(0, Relaxed));
        Count { connections, requests, empty, turns, sent, received }
    }
}

impl Counters {
    fn relay(&self, client: &TcpStream, server: &TcpStream, is_tls: bool) {
        thread::scope(|scope| {
            scope.spawn(|| {
                pass(server, client, |bytes| {
                    self.client_speaks.store(false, Relaxed);
                    self.received.fetch_add(bytes.len() as u64, Relaxed);
                });
            });
            let mut requests = Requests::default();
            pass(client, server, |bytes| {
                if !self.client_speaks.swap(true, Relaxed) {
                    self.turns.fetch_add(1, Relaxed);
                }
                self.sent.fetch_add(bytes.len() as u64, Relaxed);
                if !is_tls {
                    requests.see(bytes, |length| {
                        self.requests.fetch_add(1, Relaxed);
                        self.empty.fetch_add(u64::from(length == 0), Relaxed);
                    });
                }
            });
        });
    }
}

fn pass(mut from: &TcpStream, mut to: &TcpStream, mut seen: impl FnMut(&[u8])) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        // Counted first: who has the answer may look at the counters at once.
        seen(&buffer[..length]);
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

/// The requests of one connection.
#[derive(Default)]
struct Requests {
    head: Vec<u8>,
    /// Of the content of the last request, what has still to come.
    content: usize,
}

impl Requests {
    /// Takes bytes in; tells the length of the content of each request that begins in them.
    fn see(&mut self, mut bytes: &[u8], mut began: impl FnMut(usize)) {
        while !bytes.is_empty() {
            let of_content = self.content.min(bytes.len());
            self.content -= of_content;
            bytes = &bytes[of_content..];
            let before = self.head.len();
            self.head.extend_from_slice(bytes);
            let Some(end) = self.head.windows(4).position(|window| window == b"\r\n\r\n") else { return };
            let head = String::from_utf8_lossy(&self.head[..end]).to_lowercase();
            assert!(head.starts_with("post /wsman"), "not a request of WinRM: {head}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            self.content = length.expect("a content length").trim().parse().expect("a number");
            began(self.content);
            bytes = &bytes[end + 4 - before..];
            self.head.clear();
        }
    }
}
