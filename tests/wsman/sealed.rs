//! Without TLS nothing leaves unsealed, and nothing unsealed is believed.

use std::{
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lync_failover::winrm::SessionError;
use serde_json::json;
use tokio::{io::AsyncReadExt as _, net::TcpListener};
use uuid::Uuid;

use crate::{
    peer::{HOST, PASSWORD, Peer, basic, endpoint, ntlm, session},
    proxy::Wire,
};

#[tokio::test]
async fn the_wire_shows_no_cmdlet_and_no_password() {
    let peer = Peer::ntlm(json!({}));
    let (wire, port) = Wire::to(peer.port).await;
    let mut session = session(endpoint(port), ntlm());
    let identity = session.identify().await.expect("it answers");
    assert!(identity.version.contains("svc-lync"), "{identity:?}");
    assert!(identity.version.contains("seal=application/HTTP-SPNEGO-session-encrypted"), "{identity:?}");
    let (shell, command) = (Uuid::new_v4(), Uuid::new_v4());
    let cmdlet = b"Invoke-CsPoolFailover -PoolFqdn pool1.contoso.com";
    session.create(shell, None, vec![1]).await.expect("created");
    session.command(shell, command, cmdlet.to_vec()).await.expect("started");
    let target = lync_failover::wsman::Target::command(shell, command);
    assert!(session.receive(target).await.expect("received").is_some());
    session.delete(shell).await.expect("deleted");

    assert!(wire.carried(b"OriginalContent") && wire.length() > 4000, "the wire was used");
    assert_eq!(wire.connections(), 1, "one connection, because the seal is bound to it");
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    for secret in [
        PASSWORD.as_bytes().to_vec(),
        utf16(PASSWORD),
        cmdlet.to_vec(),
        STANDARD.encode(cmdlet).into_bytes(),
        b"Envelope".to_vec(),
        b"LyncFailover".to_vec(),
        shell.to_string().to_uppercase().into_bytes(),
    ] {
        assert!(!wire.carried(&secret), "{}", String::from_utf8_lossy(&secret));
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_shows_none_of_it_at_any_level() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    tracing::trace!("the log is on");
    let peer = Peer::ntlm(json!({}));
    session(peer.endpoint(), ntlm()).create(Uuid::new_v4(), None, vec![1]).await.expect("created");
    let text = String::from_utf8_lossy(&log.0.lock().expect("no panic")).into_owned();
    let hex = |secret: &str| secret.bytes().map(|byte| format!("{byte:02X}")).collect::<String>();
    assert!(text.contains("the log is on"));
    for secret in [PASSWORD.to_owned(), hex(PASSWORD), hex("Envelope"), "NTLMSSP".to_owned(), hex("NTLMSSP")]
    {
        assert!(!text.contains(&secret), "{secret}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_sealed_is_not_believed() {
    let peer = Peer::ntlm(json!({ "answer_unsealed": true }));
    let answer = session(peer.endpoint(), ntlm()).identify().await;
    assert!(matches!(answer, Err(SessionError::Unreadable(_))), "{answer:?}");
}

#[tokio::test]
async fn what_cannot_be_sealed_does_not_connect() {
    let (wire, port) = Wire::to(1).await;
    let answer = session(endpoint(port), basic(PASSWORD)).identify().await;
    assert!(matches!(&answer, Err(SessionError::NotSent(why)) if why.contains("TLS")), "{answer:?}");
    assert_eq!(wire.connections(), 0);
}

#[tokio::test]
async fn a_broken_wire_is_told_apart() {
    let peer = Peer::ntlm(json!({}));
    let (wire, port) = Wire::to(peer.port).await;
    let mut session = session(endpoint(port), ntlm());
    session.identify().await.expect("it answers");
    wire.cut_next();
    let cut = session.create(Uuid::new_v4(), None, vec![1]).await;
    assert!(matches!(cut, Err(SessionError::Unknown(_))), "after the first byte: {cut:?}");
    session.identify().await.expect("it connects again");
    assert_eq!(wire.connections(), 2);

    wire.cut_next();
    let broken = crate::peer::session(endpoint(port), ntlm()).identify().await;
    assert!(matches!(broken, Err(SessionError::NotSent(_))), "in the handshake: {broken:?}");
    drop(peer);
    let dead = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = dead.local_addr().expect("bound").port();
    drop(dead);
    let nobody = crate::peer::session(endpoint(at), ntlm()).identify().await;
    assert!(matches!(&nobody, Err(SessionError::NotSent(why)) if why.contains(HOST)), "{nobody:?}");
}

#[tokio::test]
async fn a_listener_that_says_nothing_is_left() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let mut endpoint = endpoint(silent.local_addr().expect("bound").port());
    endpoint.pace.authenticate = Duration::from_millis(300);
    tokio::spawn(async move {
        let (mut client, _) = silent.accept().await.expect("a client");
        while client.read(&mut [0; 1024]).await.is_ok_and(|count| count > 0) {}
    });
    let answer = session(endpoint, ntlm()).identify().await;
    assert!(matches!(&answer, Err(SessionError::NotSent(why)) if why.contains("in time")), "{answer:?}");
}

#[tokio::test]
async fn an_idle_connection_is_replaced() {
    let peer = Peer::ntlm(json!({}));
    let (wire, port) = Wire::to(peer.port).await;
    let mut endpoint = endpoint(port);
    endpoint.pace.idle = Duration::from_millis(200);
    let mut session = session(endpoint, ntlm());
    session.identify().await.expect("it answers");
    session.identify().await.expect("it answers");
    assert_eq!(wire.connections(), 1);
    tokio::time::sleep(Duration::from_millis(300)).await;
    session.identify().await.expect("it answers");
    assert_eq!(wire.connections(), 2);
}
