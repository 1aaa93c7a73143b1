//! TLS as Windows Server 2012 R2 speaks it.

use lync_failover::winrm::{ClientIdentity, Credentials, Endpoint, Secret, SessionError, Tls};
use serde_json::json;
use uuid::Uuid;

use crate::{
    certificates::Authority,
    peer::{HOST, PASSWORD, Peer, basic, ntlm, session},
    proxy::Wire,
    secrets::{Secret as Hidden, found},
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

/// The types of the records of TLS in what a client sent: 20 to 22 belong to the handshake, 23 is everything
/// that is meant for the service.
fn records(mut sent: &[u8]) -> Vec<u8> {
    let mut types = Vec::new();
    while let Some((header, rest)) = sent.split_first_chunk::<5>() {
        types.push(header[0]);
        sent = rest.get(usize::from(u16::from_be_bytes([header[3], header[4]]))..).expect("a whole record");
    }
    types
}

/// Who is not the configured one gets no credential, no command, and not even the name of the client.
#[tokio::test]
async fn what_is_not_the_configured_host_hears_nothing() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let now = jiff::Timestamp::now().as_second();
    let day = 24 * 3600;
    let cases = [
        ("another authority", stranger.issue(HOST), false),
        ("another name", authority.issue("fe2.contoso.com"), false),
        ("expired", authority.issue_for(HOST, now - 2 * day..now - day), false),
        ("not yet valid", authority.issue_for(HOST, now + day..now + 2 * day), false),
        ("the configured one", authority.issue(HOST), true),
    ];
    let name = "svc-lync@contoso.com";
    let (certificates, key) = authority.issue(name);
    let identity = ClientIdentity { certificates, key: Secret::new(key) };
    for (case, certificate, good) in cases {
        let peer = Peer::certified(&authority, certificate.clone(), json!({}));
        let mutual = Peer::certified(&authority, certificate, json!({ "client_certificates": true }));
        for (peer, credentials) in
            [(&peer, basic(PASSWORD)), (&peer, ntlm()), (&mutual, Credentials::Certificate)]
        {
            let (wire, port) = Wire::to(peer.port).await;
            let mut endpoint = Endpoint { port, ..peer.endpoint_tls(&authority) };
            if matches!(credentials, Credentials::Certificate) {
                endpoint.tls.as_mut().expect("TLS").identity = Some(identity.clone());
            }
            let answer = session(endpoint, credentials.clone()).identify().await;
            assert_eq!(wire.connections(), 1, "{case}: it was not tried again");
            let sent = wire.sent().concat();
            let named = matches!(credentials, Credentials::Certificate) && good;
            assert_eq!(answer.is_ok(), good, "{case}: {answer:?}");
            assert_eq!(records(&sent).contains(&23), good, "{case}: {:?}", records(&sent));
            assert_eq!(!found(&sent, &[Hidden::text(name)]).is_empty(), named, "{case}");
            if !good {
                not_sent(answer, "certificate");
            }
        }
        for peer in [peer, mutual] {
            assert_eq!(!peer.journal("authorization").is_empty(), good, "{case}");
        }
    }
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
