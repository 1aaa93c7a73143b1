//! A link that breaks: in front of each endpoint a relay that cuts connections in the middle of anything.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

/// Where the relays listen, on the addresses of the endpoints.
pub(crate) const PORT: u16 = 15986;

/// How the relays behave.
pub(crate) struct Weather {
    /// While it holds each connection is cut after some bytes.
    pub(crate) is_rough: AtomicBool,
    /// How many connections were cut.
    pub(crate) cuts: AtomicU64,
    seed: AtomicU64,
}

impl Weather {
    /// The next number of a fixed row (splitmix64), so that a run can be had again.
    fn next(&self) -> u64 {
        let mut z = self.seed.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// Puts a relay in front of each endpoint, for as long as the process lives.
pub(crate) fn relay(endpoints: &[SocketAddr], seed: u64) -> Arc<Weather> {
    let weather = Arc::new(Weather {
        is_rough: AtomicBool::new(true),
        cuts: AtomicU64::new(0),
        seed: AtomicU64::new(seed),
    });
    for endpoint in endpoints.iter().copied() {
        // In front of a dead host nobody takes a connection.
        if TcpStream::connect(endpoint).is_err() {
            continue;
        }
        let listener = TcpListener::bind((endpoint.ip(), PORT)).unwrap();
        let weather = Arc::clone(&weather);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, weather) = (client.unwrap(), Arc::clone(&weather));
                if let Ok(server) = TcpStream::connect(endpoint) {
                    thread::spawn(move || converse(&client, &server, &weather));
                }
            }
        });
    }
    weather
}

fn converse(client: &TcpStream, server: &TcpStream, weather: &Weather) {
    // A handshake is some kB, an observation some ten; a whole failover has several hundred.
    let left = AtomicU64::new(8_000 + weather.next() % 250_000);
    let pass = |mut from: &TcpStream, mut to: &TcpStream| {
        let mut buffer = vec![0; 4096];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let is_rough = weather.is_rough.load(Ordering::Relaxed);
            let before = left.fetch_sub((length as u64).min(left.load(Ordering::Relaxed)), Ordering::Relaxed);
            if is_rough && before <= length as u64 {
                weather.cuts.fetch_add(1, Ordering::Relaxed);
                break;
            }
            if to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    };
    thread::scope(|scope| {
        scope.spawn(|| pass(server, client));
        pass(client, server);
    });
}
