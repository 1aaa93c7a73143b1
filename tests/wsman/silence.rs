//! Nothing secret is logged or comes with a panic, whatever the level: a process of its own says all it can.

use std::{
    env,
    process::{Command, Output},
    sync::Arc,
};

use lync_failover::winrm::{
    Account, ClientIdentity, Credentials, Endpoint, KerberosKey, Keytab, Secret as Hidden, Session, Tls,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    captured::{aes_256, nt_hash},
    conversation::{SAID, converse},
    kdc::Kdc,
    kerberos::service,
    peer::{PASSWORD, Peer, account, basic, endpoint, gate, ntlm, session},
    secrets::{Secret, found},
};

/// What the process gets to know.
const TASK: &str = "LYNC_FAILOVER_TEST_TASK";
const WRONG: &str = "Falsch-kanarie-8";

/// Its standard output and error.
fn told(task: &Value) -> Vec<u8> {
    let Output { status, stdout, stderr } = Command::new(env::current_exe().expect("this test"))
        .args(["silence::the_process_that_says_all", "--exact", "--ignored", "--nocapture"])
        .env(TASK, task.to_string())
        .env("RUST_BACKTRACE", "full")
        .output()
        .expect("it starts");
    let told = [stdout, stderr].concat();
    assert!(status.success(), "{}", String::from_utf8_lossy(&told));
    told
}

#[test]
fn the_log_and_the_panics_show_nothing_secret() {
    let kdc = Kdc::start();
    let peer = Peer::power_shell();
    let kerberos = service(&kdc, json!({ "psrp": true }));
    let (tls, authority) = Peer::tls(json!({ "psrp": true }));
    let mutual = Peer::certified(
        &authority,
        authority.issue(crate::peer::HOST),
        json!({ "psrp": true, "client_certificates": true }),
    );
    let (certificates, key) = authority.issue("svc-lync@contoso.com");
    let keytab = std::fs::read(kdc.scratch.path("client.keytab")).expect("a keytab");
    let text = |pem: &[u8]| String::from_utf8(pem.to_vec()).expect("PEM");
    let task = json!({
        "ntlm": peer.port, "kerberos": kerberos.port, "tls": tls.port, "mutual": mutual.port,
        "kdc": kdc.address, "keytab": kdc.scratch.path("client.keytab"),
        "authority": text(&authority.certificate), "certificates": text(&certificates), "key": text(&key),
    });
    let told = told(&task);
    let shown = String::from_utf8_lossy(&told);
    for mark in ["TRACE the log is on", "panicked at", "all was said"] {
        assert!(shown.contains(mark), "{mark}: {shown}");
    }
    let line = text(&key).lines().nth(3).expect("a line of the key").to_owned();
    let secrets = [
        Secret::text(PASSWORD),
        Secret::text(WRONG),
        Secret::bytes("the NT hash", &nt_hash()),
        Secret::bytes("the key of the keytab", &aes_256(&keytab)),
        Secret::text(&line),
        Secret::text(SAID),
        Secret::text("<s:Envelope"),
        Secret::text("NTLMSSP"),
    ];
    assert_eq!(found(&told, &secrets), [""; 0], "{shown}");
}

#[test]
fn a_secret_that_is_logged_is_found() {
    let told = told(&json!({ "confess": PASSWORD }));
    assert_eq!(found(&told, &[Secret::text(PASSWORD)]), [PASSWORD]);
}

/// Not a test of its own: the process that the others start.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a part of another test"]
async fn the_process_that_says_all() {
    let Ok(task) = env::var(TASK) else { return };
    let task: Value = serde_json::from_str(&task).expect("JSON");
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .with_writer(std::io::stderr)
        .init();
    tracing::trace!("the log is on");
    if let Some(secret) = task["confess"].as_str() {
        tracing::trace!(bytes = ?secret.as_bytes(), "a confession");
        return;
    }
    let all = ways(&task);
    for (endpoint, credentials) in &all {
        converse(session(endpoint.clone(), credentials.clone())).await;
    }
    for (endpoint, credentials) in all {
        let Some(wrong) = with_password(&credentials, WRONG) else { continue };
        let wrong = Arc::new(wrong);
        let mut session = Session::new(endpoint.clone(), Arc::clone(&wrong), "1", gate(), Uuid::new_v4());
        let refused = session.identify().await;
        tracing::info!(?refused, ?session, ?endpoint, ?wrong, ?credentials, "refused");
        let panicked = tokio::spawn(async move {
            refused.unwrap_or_else(|error| {
                panic!("{error} {error:?} {session:?} {endpoint:?} {wrong:?} {credentials:?}")
            })
        });
        assert!(panicked.await.expect_err("it was refused").is_panic());
    }
    eprintln!("all was said");
}

/// Every kind of credentials, and where it is taken.
fn ways(task: &Value) -> Vec<(Endpoint, Credentials)> {
    let text = |name: &str| task[name].as_str().expect("a text").to_owned();
    let at =
        |name: &str| endpoint(task[name].as_u64().and_then(|port| port.try_into().ok()).expect("a port"));
    let within = |name: &str, identity| {
        let authorities = Some(text("authority").into_bytes());
        Endpoint { tls: Some(Tls { authorities, identity }), ..at(name) }
    };
    let kerberos = |name: &str, key| Credentials::Kerberos {
        account: Account::parse(name),
        key,
        kdcs: vec![text("kdc")],
    };
    let keytab = Keytab::parse(&std::fs::read(text("keytab")).expect("a keytab")).expect("it reads");
    let identity = ClientIdentity {
        certificates: text("certificates").into_bytes(),
        key: Hidden::new(text("key").into_bytes()),
    };
    vec![
        (at("ntlm"), ntlm()),
        (at("kerberos"), kerberos("svc-lync@contoso.com", KerberosKey::Password(Hidden::from(PASSWORD)))),
        (at("kerberos"), kerberos("gmsa@contoso.com", KerberosKey::Keytab(keytab))),
        (within("tls", None), ntlm()),
        (within("tls", None), basic(PASSWORD)),
        (within("mutual", Some(identity)), Credentials::Certificate),
    ]
}

fn with_password(credentials: &Credentials, wrong: &str) -> Option<Credentials> {
    let password = Hidden::from(wrong);
    match credentials {
        Credentials::Basic { .. } => Some(basic(wrong)),
        Credentials::Ntlm { .. } => Some(Credentials::Ntlm { account: account(), password }),
        Credentials::Kerberos { account, key: KerberosKey::Password(_), kdcs } => {
            Some(Credentials::Kerberos {
                account: account.clone(),
                key: KerberosKey::Password(password),
                kdcs: kdcs.clone(),
            })
        }
        Credentials::Kerberos { .. } | Credentials::Certificate => None,
    }
}
