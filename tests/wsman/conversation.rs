//! A whole conversation of PowerShell, over every protection that there is.

use lync_failover::{
    lync::Invocation,
    psrp::client::PipelineEnd,
    winrm::{Account, ClientIdentity, Credentials, KerberosKey, Keytab, Secret, Session},
};
use serde_json::json;

use crate::{
    certificates::Authority,
    client::Client,
    kdc::Kdc,
    kerberos::{password, service},
    peer::{HOST, PASSWORD, Peer, Scratch, basic, ntlm, session},
};

/// What is said in it, and by no other test.
pub(crate) const SAID: &str = "pool-kanarie-7.contoso.com";

/// Opens a pool, sends arguments and hears them, hears of a refusal, leaves.
pub(crate) async fn converse(session: Session) {
    let mut client = Client::open(session).await;
    let long = "a long one ".repeat(6_000);
    let call = Invocation::new("Get-Echo").text("PoolFqdn", SAID).text("Long", &long);
    let texts: Vec<_> = client.rows(call).await.into_iter().map(|row| row.text.expect("a text")).collect();
    assert_eq!(texts, [SAID, &long]);
    let heard = client.run(Invocation::new("Test-Refusal")).await;
    assert_eq!((heard.errors.len(), heard.rows.len()), (1, 1), "{heard:?}");
    assert_eq!(heard.end, Some(PipelineEnd::Completed));
    client.session.delete(client.shell).await.expect("deleted");
}

/// Who it was, within what, and under which seal, as the service saw it at every request.
fn seen(peer: &Peer) -> String {
    let exchanges = peer.journal("exchange");
    let seen: Vec<_> = exchanges.iter().map(|entry| entry["identity"].as_str().expect("a text")).collect();
    assert!(seen.len() >= 7 && seen.iter().all(|other| other == &seen[0]), "{seen:?}");
    seen[0].to_owned()
}

#[tokio::test]
async fn sealed_by_ntlm() {
    let peer = Peer::power_shell();
    converse(session(peer.endpoint(), ntlm())).await;
    let seal = "cipher=none seal=application/HTTP-SPNEGO-session-encrypted";
    assert_eq!(seen(&peer), format!("user=CONTOSO\\svc-lync {seal}"));
}

#[tokio::test]
async fn sealed_by_kerberos() {
    let kdc = Kdc::start();
    let peer = service(&kdc, json!({ "psrp": true }));
    converse(session(peer.endpoint(), password(&kdc, PASSWORD))).await;
    let seal = "cipher=none seal=application/HTTP-SPNEGO-session-encrypted";
    assert_eq!(seen(&peer), format!("user=svc-lync@CONTOSO.COM {seal}"));
}

#[tokio::test]
async fn sealed_by_a_keytab_under_the_name_of_kerberos() {
    let kdc = Kdc::start();
    let peer = service(&kdc, json!({ "psrp": true, "offers": ["Kerberos"] }));
    let keytab = std::fs::read(kdc.scratch.path("client.keytab")).expect("a keytab");
    let credentials = Credentials::Kerberos {
        account: Account::parse("gmsa@contoso.com"),
        key: KerberosKey::Keytab(Keytab::parse(&keytab).expect("it reads")),
        kdcs: vec![kdc.address.clone()],
    };
    converse(session(peer.endpoint(), credentials)).await;
    let seal = "cipher=none seal=application/HTTP-Kerberos-session-encrypted";
    assert_eq!(seen(&peer), format!("user=gmsa@CONTOSO.COM {seal}"));
}

const WITHIN_TLS: &str = "cipher=ECDHE-RSA-AES256-SHA384 seal=none";

#[tokio::test]
async fn kerberos_within_tls() {
    let (kdc, authority, scratch) = (Kdc::start(), Authority::new(), Scratch::new());
    let (certificate, key) = authority.issue(HOST);
    let tls = json!({
        "certificate": scratch.file("server.crt", certificate),
        "key": scratch.file("server.key", key),
        "ciphers": crate::peer::SUITES_2012_R2,
    });
    let peer = service(&kdc, json!({ "psrp": true, "tls": tls }));
    converse(session(peer.endpoint_tls(&authority), password(&kdc, PASSWORD))).await;
    assert_eq!(seen(&peer), format!("user=svc-lync@CONTOSO.COM {WITHIN_TLS}"));
}

#[tokio::test]
async fn ntlm_within_tls() {
    let (peer, authority) = Peer::tls(json!({ "psrp": true }));
    converse(session(peer.endpoint_tls(&authority), ntlm())).await;
    assert_eq!(seen(&peer), format!("user=CONTOSO\\svc-lync {WITHIN_TLS}"));
}

#[tokio::test]
async fn basic_within_tls() {
    let (peer, authority) = Peer::tls(json!({ "psrp": true }));
    converse(session(peer.endpoint_tls(&authority), basic(PASSWORD))).await;
    assert_eq!(seen(&peer), format!("user=svc-lync {WITHIN_TLS}"));
}

#[tokio::test]
async fn a_client_certificate() {
    let (peer, authority) = Peer::tls(json!({ "psrp": true, "client_certificates": true }));
    let (certificates, key) = authority.issue("svc-lync@contoso.com");
    let mut endpoint = peer.endpoint_tls(&authority);
    let identity = ClientIdentity { certificates, key: Secret::new(key) };
    endpoint.tls.as_mut().expect("TLS").identity = Some(identity);
    converse(session(endpoint, Credentials::Certificate)).await;
    assert_eq!(seen(&peer), format!("user=svc-lync@contoso.com {WITHIN_TLS}"));
}

/// Each suite alone, with the RSA certificate that a listener of Windows Server 2012 R2 has as a rule.
#[tokio::test]
async fn each_suite_of_2012_r2_is_enough() {
    let static_rsa = "AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-SHA:AES128-SHA";
    let suites = format!("{}:{static_rsa}", crate::peer::SUITES_2012_R2);
    for suite in suites.split(':') {
        let (peer, authority) = Peer::tls(json!({ "psrp": true, "ciphers": suite }));
        converse(session(peer.endpoint_tls(&authority), basic(PASSWORD))).await;
        assert_eq!(seen(&peer), format!("user=svc-lync cipher={suite} seal=none"));
    }
}
