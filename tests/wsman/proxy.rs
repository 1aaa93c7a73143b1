//! A wire between client and service that keeps what it carries, and breaks when it is told to.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

#[derive(Clone, Default)]
pub(crate) struct Wire {
    carried: Arc<Mutex<Vec<u8>>>,
    /// What the clients sent, connection by connection.
    sent: Arc<Mutex<Vec<Vec<u8>>>>,
    cut: Arc<AtomicBool>,
    cut_answer: Arc<AtomicBool>,
    forged: Arc<Mutex<Option<String>>>,
    bend: Arc<Mutex<Option<Bend>>>,
}

/// Which byte of what the service says is turned over.
#[derive(Clone, Copy)]
enum Bend {
    /// The one at this place of what is said on this connection.
    At(usize, usize),
    /// The one this far before the end of the next sealed body.
    Sealed(usize),
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
                let mut sent = carrier.sent.lock().expect("no panic");
                sent.push(Vec::new());
                tokio::spawn(carrier.clone().carry(client, port, sent.len() - 1));
            }
        });
        (wire, at)
    }

    /// The next bytes of a client reach nobody, and the connection ends.
    pub(crate) fn cut_next(&self) {
        self.cut.store(true, Ordering::Relaxed);
    }

    /// The next bytes of the service reach nobody, and the connection ends.
    pub(crate) fn cut_next_answer(&self) {
        self.cut_answer.store(true, Ordering::Relaxed);
    }

    /// In place of the next bytes of the service the client gets this status, without content.
    pub(crate) fn forge_next_answer(&self, status: &str) {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        *self.forged.lock().expect("no panic") = Some(answer);
    }

    /// Of what the service says on a connection, by its number, the byte at this place is turned over.
    pub(crate) fn bend(&self, connection: usize, at: usize) {
        *self.bend.lock().expect("no panic") = Some(Bend::At(connection, at));
    }

    /// Of the next sealed body of the service, the byte this far before its end is turned over.
    pub(crate) fn bend_next_sealed(&self, from_the_end: usize) {
        *self.bend.lock().expect("no panic") = Some(Bend::Sealed(from_the_end));
    }

    pub(crate) fn mend(&self) {
        *self.bend.lock().expect("no panic") = None;
    }

    /// Bends what the service says on a connection on which it has said so much before.
    fn bent(&self, connection: usize, before: usize, bytes: &mut [u8]) {
        let mut bend = self.bend.lock().expect("no panic");
        let at = match *bend {
            Some(Bend::At(number, at)) if number == connection => at.checked_sub(before),
            Some(Bend::Sealed(from_the_end)) if bytes.ends_with(b"--Encrypted Boundary--\r\n") => {
                bytes.len().checked_sub(from_the_end)
            }
            _ => None,
        };
        if let Some(byte) = at.and_then(|at| bytes.get_mut(at)) {
            *byte ^= 0xff;
            *bend = None;
        }
    }

    pub(crate) fn connections(&self) -> usize {
        self.sent.lock().expect("no panic").len()
    }

    /// What was carried, in both directions.
    pub(crate) fn carried(&self) -> Vec<u8> {
        self.carried.lock().expect("no panic").clone()
    }

    /// What the clients sent, connection by connection.
    pub(crate) fn sent(&self) -> Vec<Vec<u8>> {
        self.sent.lock().expect("no panic").clone()
    }

    async fn carry(self, client: TcpStream, port: u16, number: usize) {
        let service = TcpStream::connect(("127.0.0.1", port)).await.expect("the service listens");
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_service, mut to_service) = service.into_split();
        let back = self.clone();
        let down = tokio::spawn(async move {
            let (mut buffer, mut before) = ([0; 16384], 0);
            while let Ok(count @ 1..) = from_service.read(&mut buffer).await {
                back.bent(number, before, &mut buffer[..count]);
                before += count;
                let forged = back.forged.lock().expect("no panic").take();
                if let Some(forged) = forged {
                    let _ = to_client.write_all(forged.as_bytes()).await;
                    break;
                }
                if back.cut_answer.swap(false, Ordering::Relaxed) {
                    break;
                }
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
            self.sent.lock().expect("no panic")[number].extend(&buffer[..count]);
            if to_service.write_all(&buffer[..count]).await.is_err() {
                break;
            }
        }
        down.abort();
    }
}
