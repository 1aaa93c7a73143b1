//! What was never meant well is refused, quickly, and never with a panic.

use std::time::Duration;

use proptest::{collection::vec, prelude::*};
use uuid::Uuid;

use super::{
    seal::{SealError, SealProtocol, Sealed},
    *,
};

fn request() -> Request {
    Request {
        to: "https://fe1.contoso.com:5986/wsman".to_owned(),
        message_id: Uuid::nil(),
        session_id: None,
        operation_timeout: Duration::from_secs(20),
        max_envelope: 512_000,
        resource: configuration_uri("LyncFailover"),
        operation: Operation::Receive(Target::shell(Uuid::nil())),
    }
}

fn unreadable(envelope: &[u8]) -> String {
    assert!(Incoming::read(envelope).is_err());
    match Answer::read(&request(), envelope) {
        Err(AnswerError::Unreadable(why)) => why.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_entity_does_not_grow() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbbbbbbbb\"><!ENTITY c \"&b;&b;&b;\">]><a>&c;</a>";
    assert!(unreadable(bomb.as_bytes()).contains("DTD"));
}

#[test]
fn what_is_too_large_too_deep_or_too_much_is_refused() {
    assert!(unreadable(&vec![b' '; MAX_ENVELOPE + 1]).contains("more than"));
    let many = format!("<a>{}</a>", "<b/>".repeat(200_000));
    assert!(unreadable(many.as_bytes()).contains("nodes limit"));
    let deep = format!("{}{}", "<a>".repeat(50_000), "</a>".repeat(50_000));
    unreadable(deep.as_bytes());
    let attributes = |count| (0..count).map(|n| format!(" a{n} = '>'")).collect::<String>();
    assert!(unreadable(format!("<a{}/>", attributes(200_000)).as_bytes()).contains("attributes"));
    assert!(!unreadable(format!("<a{}>a=b=c</a>", attributes(64)).as_bytes()).contains("attributes"));
    let prefixes: String = (0..30_000).map(|n| format!("<a xmlns:n{n}='u'>")).collect();
    assert!(unreadable(prefixes.as_bytes()).contains("prefixes"));
    unreadable(b"");
    unreadable(b"\xff\xfe<\0a\0/\0>\0");
    unreadable(b"<html>HTTP 503</html>");
}

#[test]
fn an_envelope_without_its_parts_is_refused() {
    let whole = Answer::Sent.write(&request(), Uuid::nil());
    for part in ["Header", "Body", "Envelope"] {
        unreadable(whole.replace(part, "Other").as_bytes());
    }
    let whole = Answer::Received(Received::default()).write(&request(), Uuid::nil());
    assert!(unreadable(whole.replace("RelatesTo", "Other").as_bytes()).contains("relates to"));
    assert!(
        unreadable(whole.replace("ReceiveResponse", "SendResponse").as_bytes()).contains("not the answer")
    );
}

#[test]
fn text_from_outside_stays_text() {
    let mut request = request();
    request.resource = configuration_uri("x</w:ResourceURI><w:SelectorSet>&\"'");
    let Ok(Incoming::Request(read)) = Incoming::read(request.write().as_bytes()) else { panic!() };
    assert_eq!(read.resource, request.resource);
    assert_eq!(read.operation, request.operation);
}

#[test]
fn a_body_that_is_not_sealed_does_not_leave() {
    let plain = b"<s:Envelope>Invoke-CsPoolFailover</s:Envelope>".to_vec();
    let seal = |trailer: &[u8], data: Vec<u8>| {
        let sealed = Sealed { trailer: trailer.to_vec(), data, original_length: plain.len() };
        seal::write(SealProtocol::Spnego, &plain, &sealed)
    };
    assert_eq!(seal(b"", vec![0; plain.len()]), Err(SealError::NotSealed("no signature")));
    assert!(matches!(seal(b"sign", plain.clone()), Err(SealError::NotSealed(_))));
    assert!(matches!(seal(b"sign", plain[..10].to_vec()), Err(SealError::NotSealed(_))));
    let wrapped = [b"x".as_slice(), &plain, b"y"].concat();
    assert!(matches!(seal(b"sign", wrapped), Err(SealError::NotSealed(_))));
    let half: Vec<u8> = plain[..20].iter().copied().chain(vec![7; plain.len()]).collect();
    assert!(matches!(seal(b"sign", half), Err(SealError::NotSealed(_))));
    assert!(seal(b"sign", vec![7; plain.len()]).is_ok());
}

#[test]
fn the_frame_of_a_sealed_body_is_checked() {
    let protocol = SealProtocol::Spnego;
    let sealed =
        Sealed { trailer: vec![1; 16], data: b"--Encrypted Boundary\r\n!".to_vec(), original_length: 23 };
    let body = seal::write(protocol, &[0; 23], &sealed).expect("sealed");
    let kind = protocol.content_type();
    assert_eq!(seal::read(protocol, &kind, &body), Ok(vec![sealed.clone()]), "a boundary inside is data");
    let end = b"--Encrypted Boundary--\r\n".len();
    let two = [&body[..body.len() - end], &body[..]].concat();
    assert_eq!(seal::read(protocol, &kind, &two), Ok(vec![sealed.clone(), sealed]), "two parts");
    for wrong in [
        "application/soap+xml;charset=UTF-8".to_owned(),
        SealProtocol::Kerberos.content_type(),
        "multipart/encrypted;protocol=\"application/HTTP-SPNEGO-session-encrypted\"".to_owned(),
    ] {
        assert!(seal::read(protocol, &wrong, &body).is_err(), "{wrong}");
    }
    let replace = |from: &str, to: &str| {
        let text = String::from_utf8(body.clone()).expect("ASCII");
        seal::read(protocol, &kind, text.replace(from, to).as_bytes())
    };
    assert!(replace("application/soap+xml", "text/html").is_err());
    assert!(replace("Length=23", "Length=x").is_err());
    assert!(replace("octet-stream", "xml").is_err());
    assert!(replace("\u{10}\0\0\0", "\0\0\0\u{7f}").is_err(), "a trailer of 2 GB");
    for cut in 0..body.len() - end {
        assert!(seal::read(protocol, &kind, &body[..cut]).is_err(), "{cut}");
    }
}

proptest! {
    #[test]
    fn noise_is_refused(noise in vec(any::<u8>(), 0..400), kind in "\\PC{0,80}") {
        prop_assert!(Incoming::read(&noise).is_err());
        prop_assert!(Answer::read(&request(), &noise).is_err());
        prop_assert!(seal::read(SealProtocol::Spnego, &kind, &noise).is_err());
        let _ = seal::read(SealProtocol::Spnego, &SealProtocol::Spnego.content_type(), &noise);
    }

    #[test]
    fn a_damaged_message_never_panics(at in 0..4000_usize, with in any::<u8>()) {
        let mut bytes = include_bytes!("../../tests/fixtures/wsman/create.request.xml").to_vec();
        let at = at % bytes.len();
        bytes[at] = with;
        let _ = Incoming::read(&bytes);
        let _ = Answer::read(&request(), &bytes);
    }
}
