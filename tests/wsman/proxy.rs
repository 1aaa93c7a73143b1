//! A wire between client and service that keeps what it carries, and breaks when it is told to.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

#[derive(Clone, Default)]
pub(crate) struct Wire {
    carried: Arc<Mutex<Vec<u8>>>,
    connections: Arc<AtomicUsize>,
    cut: Arc<AtomicBool>,
}

impl Wire {
    /// Starts carrying to a port; brings the port to connect to.
    pub(crate) async fn to(port: u16) -> (Self, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("bound").port();
        let wire = Self::default();
        let carrier = wire.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                carrier.connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(carrier.clone().carry(client, port));
            }
        });
        (wire, at)
    }

    /// The next bytes of a client reach nobody, and the connection ends.
    pub(crate) fn cut_next(&self) {
        self.cut.store(true, Ordering::Relaxed);
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Whether the bytes appear in what was carried, in either direction.
    pub(crate) fn carried(&self, needle: &[u8]) -> bool {
        let carried = self.carried.lock().expect("no panic");
        carried.windows(needle.len()).any(|window| window == needle)
    }

    pub(crate) fn length(&self) -> usize {
        self.carried.lock().expect("no panic").len()
    }

    async fn carry(self, client: TcpStream, port: u16) {
        let service = TcpStream::connect(("127.0.0.1", port)).await.expect("the service listens");
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_service, mut to_service) = service.into_split();
        let back = self.clone();
        let down = tokio::spawn(async move {
            let mut buffer = [0; 16384];
            while let Ok(count @ 1..) = from_service.read(&mut buffer).await {
                back.carried.lock().expect("no panic").extend(&buffer[..count]);
                if to_client.write_all(&buffer[..count]).await.is_err() {
                    break;
                }
            }
        });
        let mut buffer = [0; 16384];
        while let Ok(count @ 1..) = from_client.read(&mut buffer).await {
            if self.cut.swap(false, Ordering::Relaxed) {
                break;
            }
            self.carried.lock().expect("no panic").extend(&buffer[..count]);
            if to_service.write_all(&buffer[..count]).await.is_err() {
                break;
            }
        }
        down.abort();
    }
}
