//! Every byte of a sealed conversation, and that none of it can be read.

use std::process::Command;

use lync_failover::winrm::{Account, Credentials, KerberosKey, Keytab};
use serde_json::{Value, json};

use crate::{
    conversation::{SAID, converse},
    kdc::Kdc,
    kerberos::{password, service},
    peer::{PASSWORD, Peer, basic, endpoint, ntlm, session, tools},
    proxy::Wire,
    secrets::{Secret, found, names},
};

/// What is said in [`converse`]: cmdlets, arguments, words of an error, and what it is wrapped in.
fn content() -> Vec<Secret> {
    [
        "Get-Echo",
        "Test-Refusal",
        "PoolFqdn",
        SAID,
        "Invoke the cmdlet again",
        "<s:Envelope",
        "rsp:",
        "creationXml",
        "LyncFailover",
        "IsScript",
        "<Obj RefId",
    ]
    .map(Secret::text)
    .into()
}

/// NTLM's hash of the password, which is as good as the password.
pub(crate) fn nt_hash() -> Vec<u8> {
    let script = "import sys; from spnego._ntlm_raw.crypto import ntowfv1; print(ntowfv1(sys.argv[1]).hex())";
    let output = Command::new(&tools().0).args(["-c", script, PASSWORD]).output().expect("Python starts");
    let hex = String::from_utf8(output.stdout).expect("text");
    let pairs = hex.trim().as_bytes().chunks(2);
    let hash: Vec<u8> = pairs
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).expect("ASCII"), 16).expect("hex"))
        .collect();
    assert_eq!(hash.len(), 16, "{}", String::from_utf8_lossy(&output.stderr));
    hash
}

fn credentials() -> Vec<Secret> {
    vec![Secret::text(PASSWORD), Secret::bytes("the NT hash", &nt_hash())]
}

/// What the service found within the seal.
fn unsealed(peer: &Peer) -> Vec<u8> {
    let both = |entry: &Value| {
        ["heard", "said"].map(|side| entry[side].as_str().expect("a text").to_owned()).concat()
    };
    peer.journal("exchange").iter().flat_map(|entry| both(entry).into_bytes()).collect()
}

/// Nothing of the content and of the credentials on the wire; all of the content within the seal, so that the
/// search is one that finds.
fn silent(wire: &Wire, peer: &Peer) {
    let carried = wire.carried();
    let unsealed = unsealed(peer);
    assert!(carried.len() > unsealed.len(), "all of it went over this wire");
    assert!(found(&carried, &[Secret::text("OriginalContent")]) == ["OriginalContent"]);
    assert_eq!(found(&carried, &content()), [""; 0]);
    assert_eq!(found(&carried, &credentials()), [""; 0]);
    assert_eq!(found(&unsealed, &content()), names(&content()));
    assert_eq!(found(&unsealed, &credentials()), [""; 0], "nor does the service hear it");
}

#[tokio::test]
async fn sealed_by_ntlm_it_shows_nothing() {
    let peer = Peer::power_shell();
    let (wire, port) = Wire::to(peer.port).await;
    converse(session(endpoint(port), ntlm())).await;
    silent(&wire, &peer);
    assert_eq!(wire.connections(), 1, "one connection, because the seal is bound to it");
}

#[tokio::test]
async fn sealed_by_kerberos_it_shows_nothing_nor_does_the_kdc() {
    let kdc = Kdc::start();
    let peer = service(&kdc, json!({ "psrp": true }));
    let kdc_port = kdc.address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let (to_kdc, kdc_port) = Wire::to(kdc_port).await;
    let (wire, port) = Wire::to(peer.port).await;
    let mut known = password(&kdc, PASSWORD);
    if let Credentials::Kerberos { kdcs, .. } = &mut known {
        *kdcs = vec![format!("127.0.0.1:{kdc_port}")];
    }
    converse(session(endpoint(port), known)).await;
    silent(&wire, &peer);
    let asked = to_kdc.carried();
    assert_eq!(found(&asked, &[Secret::text("svc-lync")]), ["svc-lync"], "this is the wire to the KDC");
    assert_eq!(found(&asked, &credentials()), [""; 0]);
}

#[tokio::test]
async fn a_key_of_a_keytab_shows_nowhere() {
    let kdc = Kdc::start();
    let peer = service(&kdc, json!({ "psrp": true, "offers": ["Kerberos"] }));
    let kdc_port = kdc.address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let (to_kdc, kdc_port) = Wire::to(kdc_port).await;
    let (wire, port) = Wire::to(peer.port).await;
    let keytab = std::fs::read(kdc.scratch.path("client.keytab")).expect("a keytab");
    let credentials = Credentials::Kerberos {
        account: Account::parse("gmsa@contoso.com"),
        key: KerberosKey::Keytab(Keytab::parse(&keytab).expect("it reads")),
        kdcs: vec![format!("127.0.0.1:{kdc_port}")],
    };
    converse(session(endpoint(port), credentials)).await;
    silent(&wire, &peer);
    let key = [Secret::bytes("the key", &aes_256(&keytab))];
    assert_eq!(found(&keytab, &key), ["the key"]);
    assert_eq!(found(&[to_kdc.carried(), wire.carried()].concat(), &key), [""; 0]);
}

/// The key of type 18 in a keytab: the type, a length of 32, the key.
pub(crate) fn aes_256(keytab: &[u8]) -> Vec<u8> {
    let at = keytab.windows(4).position(|window| window == [0, 18, 0, 32]).expect("AES-256") + 4;
    keytab[at..at + 32].to_vec()
}

/// The search finds a password that is sent: Basic, within TLS, as the service sees it.
#[tokio::test]
async fn basic_is_a_password_that_only_tls_hides() {
    let (peer, authority) = Peer::tls(json!({ "psrp": true }));
    let (wire, port) = Wire::to(peer.port).await;
    let mut endpoint = peer.endpoint_tls(&authority);
    endpoint.port = port;
    converse(session(endpoint, basic(PASSWORD))).await;
    let headers = peer.journal("authorization");
    let header = headers[0]["value"].as_str().expect("a text");
    assert_eq!(found(header.as_bytes(), &credentials()), [PASSWORD]);
    assert_eq!(found(&wire.carried(), &credentials()), [""; 0]);
    assert_eq!(found(&wire.carried(), &content()), [""; 0]);
}
