//! Refusals: told apart, counted, not repeated until the account is locked out.

use std::sync::Arc;

use lync_failover::winrm::{Credentials, Gate, Secret, Session, SessionError};
use serde_json::json;
use uuid::Uuid;

use crate::{
    peer::{HOST, PASSWORD, Peer, account, basic, endpoint, gate, ntlm, session},
    proxy::Wire,
};

fn denied<T: std::fmt::Debug>(answer: Result<T, SessionError>, words: &str) {
    assert!(matches!(&answer, Err(SessionError::Denied(why)) if why.contains(words)), "{answer:?}");
}

#[tokio::test]
async fn a_wrong_password_is_tried_twice() {
    let peer = Peer::ntlm(json!({}));
    let (wire, port) = Wire::to(peer.port).await;
    let gate: Gate = gate();
    let wrong = Arc::new(Credentials::Ntlm { account: account(), password: Secret::from("wrong") });
    let open = |credentials: &Arc<Credentials>, revision: &str| {
        Session::new(endpoint(port), Arc::clone(credentials), revision, gate.clone(), Uuid::new_v4())
    };
    for _ in 0..2 {
        denied(open(&wrong, "1").identify().await, HOST);
    }
    assert_eq!(wire.connections(), 2);
    denied(open(&wrong, "1").identify().await, "not tried again before");
    assert_eq!(wire.connections(), 2, "nobody was asked");
    open(&Arc::new(ntlm()), "2").identify().await.expect("the new password is tried at once");
    denied(open(&wrong, "3").identify().await, HOST);
}

#[tokio::test]
async fn basic_is_counted_as_well() {
    let (peer, authority) = Peer::tls(json!({}));
    let gate = gate();
    let mut session =
        Session::new(peer.endpoint_tls(&authority), Arc::new(basic("wrong")), "1", gate, Uuid::new_v4());
    denied(session.identify().await, "check the credentials");
    denied(session.create(Uuid::new_v4(), None, vec![1]).await, "check the credentials");
    denied(session.identify().await, "not tried again before");
}

#[tokio::test]
async fn an_account_that_may_not_is_told_what_it_needs() {
    let (peer, authority) = Peer::tls(json!({ "forbid": true }));
    let answer = session(peer.endpoint_tls(&authority), basic(PASSWORD)).identify().await;
    denied(answer, "Remote Management Users");
}

#[tokio::test]
async fn what_is_not_offered_is_not_tried() {
    let peer = Peer::ntlm(json!({ "offers": ["Basic"] }));
    let answer = session(peer.endpoint(), ntlm()).identify().await;
    assert!(matches!(&answer, Err(SessionError::NotSent(why)) if why.contains("offers Basic")), "{answer:?}");
}
