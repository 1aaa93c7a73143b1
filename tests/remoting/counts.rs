//! How much the bridge asks of a host: one pipeline an observation, and what that takes in requests.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use lync_failover::{
    bridge::{
        Bridge as _,
        winrm::{Listener, WinRmBridge},
    },
    clock::SystemClock,
    controller::{Endpoint, Look, Organisation, observe},
    lync::{Fact, cmdlet::Query},
    plan::Limits,
};

use crate::{
    bridges::{MODULE, access},
    lab::{HOST, Lab, PASSWORD, ntlm},
};

/// Counts the requests that carry something: what a handshake asks first is empty.
fn counted(endpoint: SocketAddr) -> (SocketAddr, Arc<AtomicU64>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&count);
    thread::spawn(move || {
        for client in listener.incoming() {
            let (client, counter) = (client.unwrap(), Arc::clone(&counter));
            let server = TcpStream::connect(endpoint).unwrap();
            thread::spawn(move || relay(&client, &server, &counter));
        }
    });
    (address, count)
}

fn relay(client: &TcpStream, server: &TcpStream, count: &AtomicU64) {
    thread::scope(|scope| {
        scope.spawn(|| pass(server, client, |_| {}));
        pass(client, server, |bytes| {
            let head = String::from_utf8_lossy(bytes);
            let posts = head.matches("POST /wsman").count() as u64;
            let empty = head.to_lowercase().matches("content-length: 0\r\n").count() as u64;
            count.fetch_add(posts - empty, Ordering::Relaxed);
        });
    });
}

fn pass(mut from: &TcpStream, mut to: &TcpStream, mut seen: impl FnMut(&[u8])) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        seen(&buffer[..length]);
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

/// Cold: the shell, its opening, the pipeline, its output. Warm: the pipeline and its output. A host that is
/// busy hands the output over in parts, each of which takes a request more; so the least of a few counts.
#[tokio::test(flavor = "multi_thread")]
async fn an_observation_takes_two_requests_and_the_first_one_four() {
    let lab = Lab::http("", 1.0).await;
    let place = lab.place(HOST).clone();
    let (address, count) = counted(place.address);
    let taken = || count.swap(0, Ordering::Relaxed);
    let (mut cold, mut warm) = (u64::MAX, u64::MAX);
    for _ in 0..5 {
        let listener =
            Listener { host: place.host.clone(), address: Some(address.ip()), port: address.port() };
        let entered = access(MODULE, ntlm(PASSWORD), "1");
        let clock = Arc::new(SystemClock);
        let bridge = Arc::new(WinRmBridge::new(vec![listener], entered, uuid::Uuid::new_v4(), clock.clone()));
        let org = Organisation {
            bridge: bridge.clone(),
            prober: Arc::new(lab.direct()),
            clock,
            endpoints: vec![Endpoint { host: place.host.clone(), pool: place.pool.clone() }],
            limits: Limits::default(),
            interval: jiff::SignedDuration::from_secs(60),
        };
        let query = [Query::ConfigurationStoreLocation];
        bridge.query(&place.host, &query).await.expect("it answers");
        cold = cold.min(taken());
        // Nobody knows the pools yet: first the services, then the organisation, then the pools.
        let first = observe(&org, Look::default()).await;
        assert!(taken() >= 6);
        let again = observe(&org, Look { before: Some(&first), ..Look::default() }).await;
        assert!(matches!(again.topology, Fact::Known { .. }));
        assert_eq!(again.topology.value(), first.topology.value());
        warm = warm.min(taken());
        bridge.close().await;
        taken();
    }
    assert_eq!((cold, warm), (4, 2));
}
