//! A man in the middle, on TCP: sees what the operator sends, and cuts it off where a judge says so.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is sent on, and its answer comes back.
    Pass,
    /// It is not sent.
    Swallowed,
    /// It is sent on; its answer does not come back.
    Unanswered,
    /// It is sent on after a while.
    Late(Duration),
}

/// Decides about messages.
pub trait Judge: Send + Sync + 'static {
    /// Which incarnation of the operator is speaking now.
    fn life(&self) -> usize {
        0
    }
    /// What becomes of a message of a life.
    fn meet(&self, life: usize, message: &[u8]) -> Fate;
    /// A message that was to stay unanswered has had its effect.
    fn has_happened(&self, _life: usize) {}
}

/// Where one message ends and the next begins.
#[derive(Clone, Copy, Debug)]
pub enum Framing {
    /// HTTP/1.1 requests, whose bodies have a length.
    Http,
    /// Lines.
    Lines,
}

/// Listens in front of an address for as long as the process lives.
pub fn tap(upstream: SocketAddr, framing: Framing, judge: Arc<dyn Judge>) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming() {
            let (client, judge) = (client.unwrap(), Arc::clone(&judge));
            // What listens there may be gone: then the client sees a closed connection, too.
            if let Ok(server) = TcpStream::connect(upstream) {
                thread::spawn(move || converse(&client, &server, framing, &*judge));
            }
        }
    });
    address
}

fn converse(client: &TcpStream, server: &TcpStream, framing: Framing, judge: &dyn Judge) {
    let life = judge.life();
    let mute = AtomicBool::new(false);
    let close = || {
        // Either may be closed already.
        let _ = client.shutdown(std::net::Shutdown::Both);
        let _ = server.shutdown(std::net::Shutdown::Both);
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            answers(client, server, &mute, || judge.has_happened(life));
            close();
        });
        let mut reader = BufReader::new(client);
        while let Some(message) = next(&mut reader, framing) {
            match judge.meet(life, &message) {
                Fate::Swallowed => break,
                Fate::Unanswered => mute.store(true, Ordering::SeqCst),
                Fate::Late(by) => thread::sleep(by),
                Fate::Pass => {}
            }
            let mut server = server;
            if server.write_all(&message).is_err() {
                break;
            }
        }
        if !mute.load(Ordering::SeqCst) {
            close();
        }
    });
}

/// Passes answers back until one is to stay unheard.
fn answers(mut client: &TcpStream, mut server: &TcpStream, mute: &AtomicBool, happened: impl Fn()) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = server.read(&mut buffer) {
        if mute.load(Ordering::SeqCst) {
            return happened();
        }
        if client.write_all(&buffer[..length]).is_err() {
            return;
        }
    }
}

/// The next message, whole.
fn next(reader: &mut impl BufRead, framing: Framing) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        let begun = message.len();
        if reader.read_until(b'\n', &mut message).ok()? == 0 {
            return None;
        }
        let line = &message[begun..];
        match framing {
            Framing::Lines => return Some(message),
            Framing::Http if line == b"\r\n" => break,
            Framing::Http => {}
        }
    }
    let head = String::from_utf8_lossy(&message).to_lowercase();
    assert!(!head.contains("transfer-encoding"), "a body without a length:\n{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
    let begun = message.len();
    message.resize(begun + length, 0);
    reader.read_exact(&mut message[begun..]).ok()?;
    Some(message)
}
