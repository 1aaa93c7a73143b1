//! Refusals: told apart, counted, not repeated until the account is locked out.

use std::sync::Arc;

use futures::future::join_all;
use lync_failover::winrm::{Credentials, Endpoint, Gate, Secret, Session, SessionError};
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
    let open = |host: &str, credentials: &Arc<Credentials>, revision: &str| {
        let endpoint = Endpoint { host: host.to_owned(), ..endpoint(port) };
        Session::new(endpoint, Arc::clone(credentials), revision, gate.clone(), Uuid::new_v4())
    };
    denied(open(HOST, &wrong, "1").identify().await, HOST);
    denied(open(HOST, &wrong, "1").identify().await, "others are asked first");
    assert_eq!(wire.connections(), 1, "the second attempt is for another host");
    denied(open("fe2.contoso.com", &wrong, "1").identify().await, "fe2.contoso.com");
    assert_eq!(wire.connections(), 2);
    for host in [HOST, "fe2.contoso.com", "fe3.contoso.com"] {
        denied(open(host, &wrong, "1").identify().await, "not tried again before");
    }
    assert_eq!(wire.connections(), 2, "nobody was asked");
    open(HOST, &Arc::new(ntlm()), "2").identify().await.expect("the new password is tried at once");
    denied(open(HOST, &wrong, "3").identify().await, HOST);
}

/// Eight connections at once are eight refusals for who counts them, unless seven wait for the first.
#[tokio::test]
async fn of_a_volley_with_a_wrong_password_one_is_shown_to_the_host() {
    let peer = Peer::ntlm(json!({}));
    let (tls_peer, authority) = Peer::tls(json!({}));
    let wrong = Secret::from("wrong");
    let cases = [
        (peer.endpoint(), Credentials::Ntlm { account: account(), password: wrong }, &peer),
        (tls_peer.endpoint_tls(&authority), basic("wrong"), &tls_peer),
    ];
    for (endpoint, wrong, peer) in cases {
        // The last message of NTLM, or the header of Basic, as the service noted it.
        let shown = || {
            let is_proof = |value: &str| value.starts_with("Basic ") || value.contains(" TlRMTVNTUAAD");
            let values = peer.journal("authorization");
            values.iter().filter(|entry| is_proof(entry["value"].as_str().unwrap_or_default())).count()
        };
        let gate = gate();
        let volley = |credentials: Credentials, revision: &'static str| {
            let credentials = Arc::new(credentials);
            join_all((0..8).map(|number| {
                let (mut endpoint, credentials) = (endpoint.clone(), Arc::clone(&credentials));
                // Who counts is the domain, whichever host asks; with Basic it is the host.
                if endpoint.tls.is_none() {
                    endpoint.host = format!("fe{number}.contoso.com");
                }
                let mut session = Session::new(endpoint, credentials, revision, gate.clone(), Uuid::new_v4());
                async move { session.identify().await }
            }))
        };
        for shown_before in 0..2 {
            assert_eq!(shown(), shown_before);
            for answer in volley(wrong.clone(), "1").await {
                denied(answer, "refused");
            }
        }
        assert_eq!(shown(), 2);
        for answer in volley(wrong.clone(), "1").await {
            denied(answer, "not tried again before");
        }
        assert_eq!(shown(), 2, "nobody was asked");
        let right = if matches!(wrong, Credentials::Basic { .. }) { basic(PASSWORD) } else { ntlm() };
        for answer in volley(right, "2").await {
            answer.expect("the new password is good for all of them");
        }
    }
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
