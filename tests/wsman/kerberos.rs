//! Kerberos with a KDC and an acceptor of MIT.

use lync_failover::winrm::{Account, Credentials, KerberosKey, Keytab, Secret, SessionError};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    certificates::Authority,
    kdc::Kdc,
    peer::{HOST, PASSWORD, Peer, Scratch, session},
};

pub(crate) fn service(kdc: &Kdc, extra: Value) -> Peer {
    let environment = kdc.environment();
    let environment: Vec<_> = environment.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    Peer::start(Scratch::new(), json!({ "offers": ["Negotiate", "Kerberos"] }), extra, &environment)
}

pub(crate) fn password(kdc: &Kdc, password: &str) -> Credentials {
    Credentials::Kerberos {
        account: Account::parse("svc-lync@contoso.com"),
        key: KerberosKey::Password(Secret::from(password)),
        // The first one is dead.
        kdcs: vec!["127.0.0.1:1".to_owned(), kdc.address.clone()],
    }
}

#[tokio::test]
async fn a_password_proves_and_seals() {
    let kdc = Kdc::start();
    let peer = service(&kdc, json!({}));
    let mut session = session(peer.endpoint(), password(&kdc, PASSWORD));
    let identity = session.identify().await.expect("it answers");
    assert!(identity.version.contains("user=svc-lync@CONTOSO.COM"), "{identity:?}");
    assert!(identity.version.contains("seal=application/HTTP-SPNEGO-session-encrypted"), "{identity:?}");
    let shell = Uuid::new_v4();
    for _ in 0..3 {
        session.create(shell, None, b"Invoke-CsPoolFailover".to_vec()).await.expect("created");
        session.delete(shell).await.expect("deleted");
    }
}

#[tokio::test]
async fn a_keytab_proves_and_seals_under_its_own_name() {
    let kdc = Kdc::start();
    let peer = service(&kdc, json!({ "offers": ["Kerberos"] }));
    let keytab = std::fs::read(kdc.scratch.path("client.keytab")).expect("a keytab");
    let keytab = Keytab::parse(&keytab).expect("it reads");
    let credentials = |name: &str| Credentials::Kerberos {
        account: Account::parse(name),
        key: KerberosKey::Keytab(keytab.clone()),
        kdcs: vec![kdc.address.clone()],
    };
    let mut known = session(peer.endpoint(), credentials("CONTOSO.COM\\gmsa"));
    let identity = known.identify().await.expect("it answers");
    assert!(identity.version.contains("user=gmsa@CONTOSO.COM"), "{identity:?}");
    assert!(identity.version.contains("seal=application/HTTP-Kerberos-session-encrypted"), "{identity:?}");
    let answer = session(peer.endpoint(), credentials("CONTOSO.COM\\other")).identify().await;
    assert!(matches!(&answer, Err(SessionError::NotSent(why)) if why.contains("keytab")), "{answer:?}");
}

#[tokio::test]
async fn within_tls_nothing_is_sealed_twice() {
    let (kdc, authority) = (Kdc::start(), Authority::new());
    let scratch = Scratch::new();
    let (certificate, key) = authority.issue(HOST);
    let tls = json!({
        "certificate": scratch.file("server.crt", certificate),
        "key": scratch.file("server.key", key),
    });
    let peer = service(&kdc, json!({ "tls": tls }));
    let mut session = session(peer.endpoint_tls(&authority), password(&kdc, PASSWORD));
    let identity = session.identify().await.expect("it answers");
    assert!(identity.version.contains("seal=none"), "{identity:?}");
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let kdc = Kdc::start();
    let peer = service(&kdc, json!({}));
    let wrong = session(peer.endpoint(), password(&kdc, "wrong")).identify().await;
    assert!(matches!(wrong, Err(SessionError::Denied(_))), "{wrong:?}");

    let mut elsewhere = peer.endpoint();
    elsewhere.host = "fe2.contoso.com".to_owned();
    let unknown = session(elsewhere, password(&kdc, PASSWORD)).identify().await;
    assert!(matches!(&unknown, Err(SessionError::NotSent(why)) if why.contains("setspn")), "{unknown:?}");

    let mut nobody = password(&kdc, PASSWORD);
    if let Credentials::Kerberos { kdcs, .. } = &mut nobody {
        kdcs.pop();
    }
    let unreachable = session(peer.endpoint(), nobody).identify().await;
    assert!(
        matches!(&unreachable, Err(SessionError::NotSent(why)) if why.contains("127.0.0.1:1")),
        "{unreachable:?}"
    );
}

#[tokio::test]
async fn a_service_that_does_not_prove_itself_is_left() {
    let kdc = Kdc::start();
    let peer = service(&kdc, json!({ "prove_nothing": true }));
    let answer = session(peer.endpoint(), password(&kdc, PASSWORD)).identify().await;
    assert!(matches!(&answer, Err(SessionError::NotSent(why)) if why.contains("prove")), "{answer:?}");
}
