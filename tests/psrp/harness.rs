//! What is done with bytes from anybody: by the tests with a corpus, by `fuzz/` with everything.

use lync_failover::psrp::{
    Defragmenter, Destination, Fragmenter, Message, MessageType,
    client::ClientPool,
    clixml::{Limits, Object, decode, decode_within, encode, to_ps_objects},
    messages::{CommandMetadata, Payload},
    server::{ServerPipelineEvent, ServerPool, invocation},
};
use uuid::Uuid;

#[path = "harness_http.rs"]
pub(crate) mod http;

/// A reader by its name, as its directory of the corpus and its fuzz target have it.
pub(crate) type Reader = fn(&[u8]);

/// Every reader.
pub(crate) const READERS: [(&str, Reader); 10] = [
    ("clixml", clixml),
    ("defragmenter", defragmenter),
    ("message", message),
    ("client", client),
    ("server", server),
    ("answer", http::answer),
    ("request", http::request),
    ("sealed", http::sealed),
    ("keytab", http::keytab),
    ("outputs", http::outputs),
];

/// CLIXML: what can be read can be written, and comes back the same.
pub(crate) fn clixml(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(value) = decode(text) else { return };
    to_ps_objects(&value);
    let _ = CommandMetadata::read_all(&[Object::default().note("Count", 1).into(), value.clone()]);
    let written = encode(&value);
    // A value may grow when references are written out, so that it is read with more room.
    let room = Limits { bytes: usize::MAX, nodes: u32::MAX, memory: usize::MAX, ..Limits::DEFAULT };
    let again = decode_within(&written, &room).expect("what we write can be read");
    assert_eq!(encode(&again), written);
}

/// Fragments, whole and in pieces: the messages are the same, unless there is a fault.
pub(crate) fn defragmenter(data: &[u8]) {
    let mut whole = Defragmenter::new(1 << 16);
    let messages = whole.receive(data);
    let mut pieces = Defragmenter::new(1 << 16);
    let read: Vec<_> = data.chunks(7).filter_map(|piece| pieces.receive(piece).ok()).flatten().collect();
    assert_eq!(messages.unwrap_or_default(), read);
    assert_eq!(whole.finish(), pieces.finish());
    let _ = Defragmenter::resuming(1 << 16).receive(data);
}

/// A message: with the header as it is, and its data as that of every type.
pub(crate) fn message(data: &[u8]) {
    if let Ok(message) = Message::decode(data) {
        let _ = Payload::decode(&message);
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    for kind in MessageType::ALL {
        let destination = Destination::Client;
        let data = text.to_owned();
        let _ = Payload::decode(&Message { destination, kind, pool: Uuid::nil(), pipeline: None, data });
    }
}

/// The bytes as fragments, and as the data of one message of each type, to both machines of a client.
pub(crate) fn client(data: &[u8]) {
    let mut pool = ClientPool::new(Uuid::nil(), 1000);
    pool.open();
    let _ = pool.receive(data);
    for kind in MessageType::ALL {
        let mut opening = ClientPool::new(Uuid::nil(), 1000);
        opening.open();
        let _ = opening.receive(&framed(data, kind, Destination::Client, None));
        let mut pipeline = ClientPool::resumed(Uuid::nil(), 1000).adopt(PIPELINE);
        let _ = pipeline.receive(&framed(data, kind, Destination::Client, Some(PIPELINE)));
        pipeline.take_answers();
        pipeline.finish();
    }
}

/// The same for a server.
pub(crate) fn server(data: &[u8]) {
    let mut pool = ServerPool::new(1000);
    let _ = pool.receive(data);
    let mut open = ServerPool::new(1000);
    open.receive(&ClientPool::new(Uuid::nil(), 1000).open()).expect("our own client");
    let _ = open.connect(data);
    for kind in MessageType::ALL {
        let _ = open.clone().receive(&framed(data, kind, Destination::Server, None));
        let mut pipeline = open.pipeline(PIPELINE);
        let events = pipeline.receive(&framed(data, kind, Destination::Server, Some(PIPELINE)));
        for event in events.unwrap_or_default() {
            if let ServerPipelineEvent::Create(create) = event {
                create.statements.iter().flatten().for_each(|command| drop(invocation(command)));
            }
        }
    }
}

const PIPELINE: Uuid = Uuid::from_u128(1);

fn framed(data: &[u8], kind: MessageType, destination: Destination, pipeline: Option<Uuid>) -> Vec<u8> {
    let data = String::from_utf8_lossy(data).into_owned();
    let message = Message { destination, kind, pool: Uuid::nil(), pipeline, data };
    Fragmenter::new(1000).cut(&message.encode()).concat()
}
