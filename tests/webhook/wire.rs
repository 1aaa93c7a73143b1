//! What others than the API server may send.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode};

use super::{
    asked::{Asked, address},
    stage::{ONE_STEP, Stage},
};

/// The first line of the answer to a head and a body.
fn ask(at: SocketAddr, head: &str, body: &[u8]) -> String {
    answer(at, head, body).lines().next().unwrap_or_default().to_owned()
}

/// The answer to a head and a body.
pub fn answer(at: SocketAddr, head: &str, body: &[u8]) -> String {
    let mut builder = SslConnector::builder(SslMethod::tls_client()).unwrap();
    builder.set_verify(SslVerifyMode::NONE);
    let stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut stream = builder.build().connect("localhost", stream).unwrap();
    write!(stream, "{head}\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", body.len()).unwrap();
    // Who is refused may be cut off while it still sends.
    let _ = stream.write_all(body);
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn nonsense_is_refused_and_silence_is_cut_off() {
    let stage = Stage::new("wire", ONE_STEP);
    let asked = Asked::new(&stage);
    asked.certify();
    let operator = asked.operator();
    let at = address(&stage, &operator);
    for (head, body, code) in [
        ("GET /plan HTTP/1.1", &b""[..], "405"),
        ("POST / HTTP/1.1", b"{}", "404"),
        ("POST /plan HTTP/1.1", b"{\"request\": 1}", "400"),
        ("POST /plan HTTP/1.1", &vec![b' '; 8 * 1024 * 1024], "413"),
    ] {
        let line = ask(at, head, body);
        assert!(line.contains(code), "{head}: {line}");
    }
    let review = br#"{"request": {"uid": "u", "object": null}}"#;
    assert!(ask(at, "POST /plan HTTP/1.1", review).contains("200"));

    // Who holds all places loses them soon, and the others are served again.
    let begun = Instant::now();
    let mut silent: Vec<TcpStream> = (0..8).map(|_| TcpStream::connect(at).unwrap()).collect();
    for stream in &mut silent {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
    }
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert!(ask(at, "POST /plan HTTP/1.1", review).contains("200"));
}
