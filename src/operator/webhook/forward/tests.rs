use std::{fs, path::PathBuf, time::Instant};

use openssl::ssl::Ssl;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};

use super::*;
use crate::tls::acceptor;

#[path = "../../../../tests/wsman/certificates.rs"]
mod certificates;
use certificates::Authority;

const SERVICE: &str = "lync-failover-webhook.lync-failover-system.svc";
const REVIEW: &str = "a review";

/// A folder as a Secret is mounted, for as long as a test needs it.
struct Mounted(PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn mounted(own: &[u8], authority: Option<&[u8]>) -> Mounted {
    let dir = std::env::temp_dir().join(format!("lync-failover-{}", uuid::Uuid::new_v4()));
    fs::create_dir_all(&dir).expect("a folder");
    fs::write(dir.join("tls.crt"), own).expect("written");
    if let Some(authority) = authority {
        fs::write(dir.join("ca.crt"), authority).expect("written");
    }
    Mounted(dir)
}

/// One that leads, or says so. Gives what it was told at the end.
async fn leader(pair: &(Vec<u8>, Vec<u8>), answer: Vec<u8>) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let acceptor = acceptor(&pair.0, &pair.1).expect("a pair");
    let told = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        let ssl = Ssl::new(acceptor.context()).expect("a connection");
        let mut secured = SslStream::new(ssl, TokioIo::new(stream)).expect("a connection");
        if Pin::new(&mut secured).accept().await.is_err() {
            return String::new();
        }
        let mut secured = TokioIo::new(secured);
        let mut text = Vec::new();
        while !text.ends_with(REVIEW.as_bytes()) {
            let mut some = [0; 4096];
            match secured.read(&mut some).await {
                Ok(0) | Err(_) => return String::from_utf8_lossy(&text).into_owned(),
                Ok(count) => text.extend(&some[..count]),
            }
        }
        // Who has heard enough may be gone.
        let _ = secured.write_all(&answer).await;
        let _ = secured.shutdown().await;
        String::from_utf8_lossy(&text).into_owned()
    });
    (address, told)
}

fn http(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn warning() -> Vec<u8> {
    http("200 OK", r#"{"response": {"uid": "u", "allowed": true, "warnings": ["a plan"]}}"#)
}

/// What comes of it, and what the other side was told.
async fn tried(
    dir: &Mounted,
    pair: &(Vec<u8>, Vec<u8>),
    answer: Vec<u8>,
) -> (Result<Vec<String>, String>, String) {
    let (address, told) = leader(pair, answer).await;
    let outcome = forward(address, &dir.0, Bytes::from_static(REVIEW.as_bytes())).await;
    (outcome, told.await.expect("it ends"))
}

#[tokio::test]
async fn the_leader_is_asked_under_the_name_of_the_service_and_told_that_it_is_forwarded() {
    let pair = Authority::new().issue(SERVICE);
    let dir = mounted(&pair.0, None);
    let (outcome, told) = tried(&dir, &pair, warning()).await;
    assert_eq!(outcome, Ok(vec!["a plan".to_owned()]));
    let told = told.to_lowercase();
    assert!(told.starts_with("post /plan http/1.1\r\n"), "{told}");
    assert!(told.contains(&format!("\r\nhost: {SERVICE}\r\n")), "{told}");
    assert!(told.contains(&format!("\r\n{FORWARDED}: ")) && told.ends_with(REVIEW), "{told}");
}

#[tokio::test]
async fn nobody_else_is_told_anything() {
    let (ours, other) = (Authority::new(), Authority::new());
    let pair = ours.issue(SERVICE);
    let by_authority = mounted(&pair.0, Some(&ours.certificate));
    let by_itself = mounted(&pair.0, Some(b""));

    // A certificate that was renewed is believed by its authority.
    let renewed = ours.issue(SERVICE);
    assert!(tried(&by_authority, &renewed, warning()).await.0.is_ok());
    assert!(tried(&by_itself, &pair, warning()).await.0.is_ok());
    for (dir, shown, why) in [
        (&by_itself, &renewed, "unable to get local issuer certificate"),
        (&by_itself, &other.issue(SERVICE), "unable to get local issuer certificate"),
        (&by_authority, &other.issue(SERVICE), "certificate signature failure"),
        (&by_authority, &ours.issue("another.svc"), "hostname mismatch"),
    ] {
        let (outcome, told) = tried(dir, shown, warning()).await;
        let said = outcome.expect_err("it is somebody else");
        assert!(said.contains("its certificate is not that of") && said.contains(why), "{said}");
        assert_eq!(told, "");
    }
}

#[tokio::test]
async fn an_answer_that_is_none_says_what_came() {
    let pair = Authority::new().issue(SERVICE);
    let dir = mounted(&pair.0, None);
    let endless = [http("200 OK", "")[..15].to_vec(), b"\r\n\r\n".to_vec(), vec![b' '; 1 << 20]].concat();
    for (answer, says) in [
        (http("429 Too Many Requests", ""), "it answers 429"),
        (http("200 OK", "null"), "its answer cannot be read"),
        (endless, "its answer broke off"),
        (Vec::new(), "connection closed"),
    ] {
        let said = tried(&dir, &pair, answer).await.0.expect_err("no answer");
        assert!(said.contains(says), "{said}");
    }
}

#[tokio::test]
async fn who_is_silent_is_left_soon() {
    let pair = Authority::new().issue(SERVICE);
    let dir = mounted(&pair.0, None);
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let begun = Instant::now();
    let said = forward(silent.local_addr().expect("bound"), &dir.0, Bytes::new()).await;
    assert!(said.expect_err("silence").contains("not answered within 2 s"));
    assert!(begun.elapsed() < PATIENCE * 2, "the API server waits for 5 s");
}

#[tokio::test]
async fn without_a_certificate_nobody_is_asked() {
    let dir = mounted(b"", None);
    let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
    let said = forward(nobody, &dir.0, Bytes::new()).await.expect_err("no name");
    assert!(said.contains("tls.crt") && said.contains("names no host"), "{said}");
    fs::remove_file(dir.0.join("tls.crt")).expect("removed");
    let said = forward(nobody, &dir.0, Bytes::new()).await.expect_err("no file");
    assert!(said.contains("tls.crt: No such file"), "{said}");
}
