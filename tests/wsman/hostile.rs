//! A host, a KDC or a wire that says what it likes: the client neither panics nor believes it, and says nothing in
//! the open.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lync_failover::winrm::{Account, Credentials, KerberosKey, Keytab, SessionError};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use uuid::Uuid;

use crate::{
    kdc::Kdc,
    kerberos::service,
    peer::{Peer, endpoint, ntlm, session},
    proxy::Wire,
};

/// A host that answers each handshake with the token that it is told, and hears what comes.
#[derive(Clone, Default)]
struct Liar {
    token: Arc<Mutex<Vec<u8>>>,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Liar {
    async fn listen() -> (Self, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let liar = Self::default();
        let served = liar.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(served.clone().lie(client));
            }
        });
        (liar, port)
    }

    async fn lie(self, mut client: TcpStream) {
        let token = STANDARD.encode(&*self.token.lock().expect("no panic"));
        for answer in [
            "401 Unauthorized\r\nWWW-Authenticate: Negotiate".to_owned(),
            format!("401 Unauthorized\r\nWWW-Authenticate: Negotiate {token}"),
            "200 OK".to_owned(),
        ] {
            let mut buffer = [0; 16384];
            let Ok(count @ 1..) = client.read(&mut buffer).await else { return };
            self.heard.lock().expect("no panic").extend(&buffer[..count]);
            let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
            if client.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
        let mut rest = Vec::new();
        // What comes after the handshake: a request, if it can be sealed.
        let _ = tokio::time::timeout(Duration::from_millis(20), client.read_to_end(&mut rest)).await;
        self.heard.lock().expect("no panic").extend(rest);
    }
}

/// A CHALLENGE of pyspnego, as it was on the wire.
async fn challenge() -> Vec<u8> {
    let peer = Peer::ntlm(json!({}));
    let (wire, port) = Wire::to(peer.port).await;
    session(endpoint(port), ntlm()).identify().await.expect("it answers");
    let carried = String::from_utf8_lossy(&wire.carried()).into_owned();
    let mut tokens = carried.split("WWW-Authenticate: Negotiate ").skip(1).map(|rest| {
        let (token, _) = rest.split_once("\r\n").expect("a header");
        STANDARD.decode(token).expect("Base64")
    });
    tokens.find(|token| token.starts_with(b"NTLMSSP\0\x02")).expect("a CHALLENGE")
}

#[tokio::test]
async fn no_challenge_of_ntlm_hurts() {
    let good = challenge().await;
    let bent = (0..good.len()).flat_map(|at| {
        [0x01, 0x80, 0xff].map(|mask| {
            let mut bent = good.clone();
            bent[at] ^= mask;
            bent
        })
    });
    let cut = (0..good.len()).map(|length| good[..length].to_vec());
    let tokens: Vec<_> = bent.chain(cut).chain([vec![0xff; 100_000], b"NTLMSSP\0".repeat(50)]).collect();
    let (liar, port) = Liar::listen().await;
    for token in tokens {
        *liar.token.lock().expect("no panic") = token.clone();
        let mut session = session(endpoint(port), ntlm());
        let asked = tokio::spawn(async move { session.create(Uuid::new_v4(), None, vec![1]).await });
        let answer = asked.await.unwrap_or_else(|error| panic!("{error} by {token:02x?}"));
        assert!(answer.is_err(), "{answer:?}");
    }
    let heard = liar.heard.lock().expect("no panic");
    let open = |words: &[u8]| heard.windows(words.len()).any(|window| window == words);
    assert!(open(b"authorization: Negotiate ") && open(b"OriginalContent"), "it was tried");
    assert!(!open(b"Envelope"), "nothing came in the open");
}

fn keytab(kdc: &Kdc, kdc_port: u16) -> Credentials {
    let keytab = std::fs::read(kdc.scratch.path("client.keytab")).expect("a keytab");
    Credentials::Kerberos {
        account: Account::parse("gmsa@contoso.com"),
        key: KerberosKey::Keytab(Keytab::parse(&keytab).expect("it reads")),
        kdcs: vec![format!("127.0.0.1:{kdc_port}")],
    }
}

/// Bends one byte of what is answered on the n-th connection of each try, here and there.
async fn bent(
    wire: &Wire,
    connection: usize,
    from: usize,
    tries: usize,
    ask: impl AsyncFn() -> Option<SessionError>,
) {
    let mut refused = 0;
    for at in (from..).step_by(7).take(tries) {
        wire.bend(wire.connections() + connection, at);
        refused += usize::from(ask().await.is_some());
    }
    wire.mend();
    assert!(refused * 4 > tries, "{refused} of {tries}");
    assert_eq!(ask().await, None, "it works where nobody bends");
}

#[tokio::test]
async fn no_answer_of_a_kdc_hurts() {
    let kdc = Kdc::start();
    let peer = service(&kdc, json!({}));
    let kdc_port = kdc.address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let (wire, port) = Wire::to(kdc_port).await;
    let ask = async || {
        let mut session = session(peer.endpoint(), keytab(&kdc, port));
        let asked = tokio::spawn(async move { session.identify().await });
        asked.await.expect("no panic").err()
    };
    // Pre-authentication is asked for, then the ticket of the realm, then that of the service.
    for connection in 0..3 {
        bent(&wire, connection, 4, 60, ask).await;
    }
}

#[tokio::test]
async fn no_answer_of_a_host_hurts_and_none_that_was_bent_is_believed() {
    let kdc = Kdc::start();
    let peer = service(&kdc, json!({}));
    let kdc_port = kdc.address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let (wire, port) = Wire::to(peer.port).await;
    for credentials in [keytab(&kdc, kdc_port), ntlm()] {
        let ask = async || {
            let mut session = session(endpoint(port), credentials.clone());
            let asked = tokio::spawn(async move { session.identify().await });
            asked.await.expect("no panic").err()
        };
        bent(&wire, 0, 150, 100, ask).await;
    }
    // Within the sealed body every byte counts.
    let mut session = session(endpoint(port), ntlm());
    session.identify().await.expect("it answers");
    for from_the_end in [40, 100, 200] {
        wire.bend_next_sealed(from_the_end);
        let answer = session.identify().await;
        assert!(matches!(answer, Err(SessionError::Unreadable(_))), "{answer:?}");
        session.identify().await.expect("a new connection");
    }
}
