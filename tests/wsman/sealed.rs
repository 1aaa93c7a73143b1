//! Without TLS nothing leaves unsealed, and nothing unsealed is believed.

use std::time::Duration;

use lync_failover::winrm::SessionError;
use serde_json::json;
use tokio::{io::AsyncReadExt as _, net::TcpListener};
use uuid::Uuid;

use crate::{
    peer::{HOST, PASSWORD, Peer, basic, endpoint, ntlm, session},
    proxy::Wire,
};

#[tokio::test]
async fn an_answer_that_is_not_sealed_is_not_believed() {
    let peer = Peer::ntlm(json!({ "answer_unsealed": true }));
    let answer = session(peer.endpoint(), ntlm()).identify().await;
    assert!(matches!(answer, Err(SessionError::Unreadable(_))), "{answer:?}");
}

/// Whoever is on the wire can say 401, 403 or 404 in the clear, after the host has done what was asked.
#[tokio::test]
async fn a_refusal_without_a_seal_does_not_undo_what_was_sent() {
    let peer = Peer::ntlm(json!({}));
    let (wire, port) = Wire::to(peer.port).await;
    let statuses = ["401 Unauthorized", "403 Forbidden", "404 Not Found", "500 Internal Server Error"];
    for (before, status) in statuses.into_iter().enumerate() {
        let mut session = session(endpoint(port), ntlm());
        session.identify().await.expect("it answers");
        wire.forge_next_answer(status);
        let forged = session.create(Uuid::new_v4(), None, vec![1]).await;
        assert!(
            matches!(&forged, Err(SessionError::Unknown(why)) if why.contains("without a seal")),
            "{status}: {forged:?}"
        );
        assert_eq!(wire.connections(), 2 * before + 1, "{status}: it was sent again");
        assert_eq!(session.shells().await.expect("a list").len(), before + 1, "{status}: it was done once");
        assert!(!session.was_refused(), "{status}: nobody proved that it refused the account");
    }
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
    assert!(matches!(&nobody, Err(SessionError::Unreachable(why)) if why.contains(HOST)), "{nobody:?}");
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
