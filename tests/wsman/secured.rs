//! TLS as Windows Server 2012 R2 speaks it.

use lync_failover::winrm::{ClientIdentity, Credentials, Secret, SessionError, Tls};
use serde_json::json;
use uuid::Uuid;

use crate::{
    certificates::Authority,
    peer::{PASSWORD, Peer, basic, ntlm, session},
};

fn not_sent<T: std::fmt::Debug>(answer: Result<T, SessionError>, words: &str) {
    assert!(matches!(&answer, Err(SessionError::NotSent(why)) if why.contains(words)), "{answer:?}");
}

#[tokio::test]
async fn basic_within_tls_of_2012_r2() {
    let (peer, authority) = Peer::tls(json!({}));
    let mut session = session(peer.endpoint_tls(&authority), basic(PASSWORD));
    let identity = session.identify().await.expect("it answers");
    assert!(identity.version.contains("cipher=ECDHE-RSA-AES256-SHA384"), "{identity:?}");
    let shell = Uuid::new_v4();
    session.create(shell, None, vec![1]).await.expect("created");
    session.delete(shell).await.expect("deleted");
}

#[tokio::test]
async fn ntlm_is_bound_to_the_certificate() {
    let (peer, authority) = Peer::tls(json!({}));
    let mut session = session(peer.endpoint_tls(&authority), ntlm());
    let identity = session.identify().await.expect("the service checks the binding");
    assert!(identity.version.contains("seal=none"), "{identity:?}");
}

#[tokio::test]
async fn a_stranger_is_not_trusted() {
    let (peer, authority) = Peer::tls(json!({}));
    let stranger = Authority::new();
    not_sent(session(peer.endpoint_tls(&stranger), basic(PASSWORD)).identify().await, "certificate");
    let mut other = peer.endpoint_tls(&authority);
    other.host = "fe2.contoso.com".to_owned();
    not_sent(session(other, basic(PASSWORD)).identify().await, "ostname mismatch");
    let mut machine = peer.endpoint();
    machine.tls = Some(Tls::default());
    not_sent(session(machine, basic(PASSWORD)).identify().await, "certificate");
    let mut nonsense = peer.endpoint();
    nonsense.tls = Some(Tls { authorities: Some(b"no PEM".to_vec()), identity: None });
    not_sent(session(nonsense, basic(PASSWORD)).identify().await, "authorities");
    assert!(!peer.log().contains("POST"), "no byte of HTTP: {}", peer.log());
}

#[tokio::test]
async fn a_client_certificate_is_a_name() {
    let (peer, authority) = Peer::tls(json!({ "client_certificates": true }));
    let (certificates, key) = authority.issue("svc-lync@contoso.com");
    let mut endpoint = peer.endpoint_tls(&authority);
    not_sent(session(endpoint.clone(), Credentials::Certificate).identify().await, "no client certificate");
    let identity = ClientIdentity { certificates, key: Secret::new(key) };
    endpoint.tls.as_mut().expect("TLS").identity = Some(identity);
    let identity = session(endpoint, Credentials::Certificate).identify().await.expect("it answers");
    assert!(identity.version.contains("user=svc-lync@contoso.com"), "{identity:?}");
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_replaced() {
    let (peer, authority) = Peer::tls(json!({ "close_after_answer": true }));
    let mut session = session(peer.endpoint_tls(&authority), basic(PASSWORD));
    for _ in 0..5 {
        session.identify().await.expect("it answers");
    }
}
