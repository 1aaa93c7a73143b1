//! Vectors: what psrpcore put on the wire, and one value of each primitive type.

use std::{fs, path::PathBuf};

use lync_failover::psrp::{
    Defragmenter, Destination, Message, MessageType,
    clixml::{Value, decode, encode},
    messages::{Payload, PipelineStateKind},
};
use uuid::Uuid;

/// One value of each primitive type, as .NET writes it.
pub(crate) const VALUES: [&str; 31] = [
    "<Nil/>",
    "<S>a_x000A_b_x005F_x0027_ ' \u{2018}\u{2019}\u{201a}\u{201b} $(x) `n &lt;&amp;&gt;</S>",
    "<S/>",
    "<S>_xD83D__xDE00_</S>",
    "<C>97</C>",
    "<C>65535</C>",
    "<B>true</B>",
    "<B>false</B>",
    "<DT>2026-11-22T09:14:02.1234567Z</DT>",
    "<DT>2026-11-22T09:14:02.5+01:00</DT>",
    "<DT>2026-11-22T09:14:02</DT>",
    "<TS>P1DT2H3M4.5S</TS>",
    "<TS>-PT30M</TS>",
    "<By>255</By>",
    "<SB>-128</SB>",
    "<U16>65535</U16>",
    "<I16>-32768</I16>",
    "<U32>4294967295</U32>",
    "<I32>-2147483648</I32>",
    "<U64>18446744073709551615</U64>",
    "<I64>-9223372036854775808</I64>",
    "<Sg>1.5</Sg>",
    "<Db>-1E+20</Db>",
    "<D>12345.6789</D>",
    "<BA>AAEC/w==</BA>",
    "<G>00112233-4455-6677-8899-aabbccddeeff</G>",
    "<URI>https://pool1.contoso.com/</URI>",
    "<Version>5.1.17763.1</Version>",
    "<XD>&lt;a b=\"c\"/&gt;</XD>",
    "<SBK>exit 1</SBK>",
    "<PR><AV>Failing over</AV><AI>1</AI><S>users</S><PI>-1</PI><PC>40</PC><T>Processing</T><SR>-1</SR>\
     <SD>40 of 100</SD></PR>",
];

fn vectors(extension: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/psrp/vectors");
    let files = fs::read_dir(folder).expect("the vectors").map(|entry| entry.expect("an entry").path());
    let mut vectors: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|it| it == extension))
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, fs::read(&path).expect("a file"))
        })
        .collect();
    vectors.sort();
    vectors
}

fn payload(name: &str, data: &str) -> Payload {
    let (_, kind) = name.rsplit_once('-').expect("a message type");
    let kind = MessageType::ALL.into_iter().find(|known| format!("{known:?}") == kind);
    let data = data.to_owned();
    let kind = kind.unwrap_or_else(|| panic!("{name} has no known type"));
    let message = Message { destination: Destination::Client, kind, pool: Uuid::nil(), pipeline: None, data };
    Payload::decode(&message).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn each_message_is_read_and_written_again() {
    let vectors = vectors("xml");
    assert!(vectors.len() > 20, "the vectors have moved");
    for (name, data) in vectors {
        let text = String::from_utf8(data).expect("UTF-8");
        assert!(!matches!(payload(&name, &text), Payload::Other(_)), "{name}");
        // `$null` of the output has no data.
        if !text.is_empty() {
            let value = decode(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(decode(&encode(&value)), Ok(value), "{name}");
        }
    }
}

/// The framing and the header as well: the messages within are those of the files.
#[test]
fn each_session_is_taken_apart() {
    let single = vectors("xml");
    for (name, bytes) in vectors("bin") {
        let mut reader = Defragmenter::new(1 << 20);
        let messages = reader.receive(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(reader.finish(), Ok(()));
        let prefix = format!("{name}-");
        let files: Vec<_> = single.iter().filter(|(file, _)| file.starts_with(&prefix)).collect();
        assert_eq!(messages.len(), files.len(), "{name}");
        for (bytes, (file, data)) in messages.iter().zip(files) {
            let message = Message::decode(bytes).expect("a message");
            assert_eq!(message.data.as_bytes(), data, "{file}");
            assert!(file.ends_with(&format!("-{:?}", message.kind)), "{file}: {:?}", message.kind);
            let client = name.starts_with("client");
            assert_eq!(message.destination == Destination::Server, client, "{file}");
            // The greeting of a server has no identifier.
            let greeting = !client && message.kind == MessageType::SessionCapability;
            assert_eq!(message.pool.is_nil(), greeting, "{file}");
        }
    }
}

#[test]
fn the_commands_of_a_vector_are_what_was_asked_for() {
    let (name, data) = vectors("xml").swap_remove(2);
    let Payload::CreatePipeline(pipeline) = payload(&name, &String::from_utf8_lossy(&data)) else {
        panic!("{name} is no CREATE_PIPELINE")
    };
    let names: Vec<_> = pipeline.statements.iter().flatten().map(|command| command.name.as_str()).collect();
    assert_eq!(names.last(), Some(&"Get-CsSite"));
    let arguments = &pipeline.statements[0][0].arguments;
    assert_eq!(arguments[0].value, Value::from("pool1'; _x0027_"));
    assert_eq!(arguments[1].value, Value::Bool(true));
}

#[test]
fn the_terminating_error_of_a_vector_is_typed() {
    let failed = vectors("xml").into_iter().find_map(|(name, data)| {
        let state = (name.starts_with("server-fail") && name.ends_with("PipelineState"))
            .then(|| payload(&name, &String::from_utf8_lossy(&data)));
        match state {
            Some(Payload::PipelineState(state)) if state.kind == PipelineStateKind::Failed => state.error,
            _ => None,
        }
    });
    let error = failed.expect("a vector of a failure");
    assert_eq!(
        (error.message.as_str(), error.reason.as_str()),
        ("It cannot be done.", "PoolFailoverException")
    );
    assert_eq!(error.category.name(), "InvalidOperation");
}

#[test]
fn each_primitive_comes_back() {
    for clixml in VALUES {
        let value = decode(clixml).unwrap_or_else(|error| panic!("{clixml}: {error}"));
        assert_eq!(decode(&encode(&value)), Ok(value), "{clixml}");
    }
}
