//! The same for what lies around PowerShell's protocol: envelopes, their seal, keys, and what cmdlets say.

use std::time::Duration;

use lync_failover::{
    lync::outputs,
    psrp::clixml::{decode, to_ps_objects},
    winrm::Keytab,
    wsman::{
        Answer, Identity, Incoming, Operation, Request, Signal, Target, configuration_uri,
        seal::{self, SealProtocol},
    },
};
use uuid::Uuid;

/// An envelope as the answer to every operation: an answer says only what was asked for.
pub(crate) fn answer(data: &[u8]) {
    let _ = Identity::read(data);
    let message_id = related(data).unwrap_or_default();
    for operation in operations() {
        let request = Request {
            to: "https://fe1.contoso.com:5986/wsman".to_owned(),
            message_id,
            session_id: Some(Uuid::nil()),
            operation_timeout: Duration::from_secs(20),
            max_envelope: 153_600,
            resource: configuration_uri("LyncFailover"),
            operation,
        };
        if let Ok(answer) = Answer::read(&request, data) {
            let written = answer.write(&request, Uuid::nil());
            let again = Answer::read(&request, written.as_bytes()).expect("what we write can be read");
            assert_eq!(again, answer);
        }
    }
}

/// The message that it answers, so that a reader does not stop there.
fn related(data: &[u8]) -> Option<Uuid> {
    let text = std::str::from_utf8(data).ok()?;
    let (_, rest) = text.split_once("RelatesTo")?;
    let (_, rest) = rest.split_once("uuid:")?;
    rest.get(..36)?.parse().ok()
}

fn operations() -> Vec<Operation> {
    let (shell, command) = (Uuid::nil(), Uuid::from_u128(1));
    let (whole, part) = (Target::shell(shell), Target::command(shell, command));
    vec![
        Operation::Create { shell, idle_timeout: None, creation_xml: vec![1] },
        Operation::Command { shell, command, first_fragment: vec![1] },
        Operation::Send { target: part, data: vec![1], urgent: false },
        Operation::Receive(whole),
        Operation::Receive(part),
        Operation::Signal { shell, command, signal: Signal::CtrlC },
        Operation::Disconnect { shell, idle_timeout: None, buffering: None },
        Operation::Reconnect(whole),
        Operation::Connect { target: whole, connect_xml: vec![1] },
        Operation::Delete { shell },
        Operation::EnumerateShells,
        Operation::EnumerateCommands { shell },
        Operation::Pull { context: "1".to_owned(), commands: false },
    ]
}

/// An envelope as a request: what can be read can be written, and asks for the same. What is said beside it is
/// the same from the second time on: a list is asked of its own resource, whatever was named.
pub(crate) fn request(data: &[u8]) {
    let Ok(Incoming::Request(first)) = Incoming::read(data) else { return };
    let second = written_and_read(&first);
    assert_eq!(second.operation, first.operation);
    assert_eq!(written_and_read(&second), second);
}

fn written_and_read(request: &Request) -> Request {
    match Incoming::read(request.write().as_bytes()) {
        Ok(Incoming::Request(again)) => *again,
        other => panic!("{other:?} of {request:?}"),
    }
}

/// A sealed body; its first line is the content type.
pub(crate) fn sealed(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (kind, body) = (String::from_utf8_lossy(&data[..end]), &data[data.len().min(end + 1)..]);
    for protocol in [SealProtocol::Spnego, SealProtocol::Kerberos] {
        for kind in [kind.as_ref(), &protocol.content_type()] {
            let parts = seal::read(protocol, kind, body).unwrap_or_default();
            let length: usize = parts.iter().map(|part| part.trailer.len() + part.data.len()).sum();
            assert!(length <= body.len());
        }
    }
}

/// A keytab. What it says of itself has none of its keys.
pub(crate) fn keytab(data: &[u8]) {
    if let Ok(keytab) = Keytab::parse(data) {
        assert!(format!("{keytab:?}").starts_with('['));
    }
}

/// The answer of a cmdlet, to everybody who reads one, and as a document of the topology.
pub(crate) fn outputs(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = outputs::topology_document(text);
    let Ok(value) = decode(text) else { return };
    let rows = to_ps_objects(&value);
    let pool = "pool1.contoso.com".parse().expect("valid");
    let _ = outputs::backup_pool(&rows, &pool);
    let _ = outputs::backup_service_status(&rows);
    let _ = outputs::central_management_databases(&rows);
    let _ = outputs::central_management_services(&rows);
    let _ = outputs::database_succeeds(&rows);
    let _ = outputs::edge_next_hops(&rows);
    let _ = outputs::mirror_rows(&rows);
    let _ = outputs::pool_states(&rows);
    let _ = outputs::registrar_running(&rows);
    let _ = outputs::registrars(&rows);
    let _ = outputs::replicas(&rows);
    let _ = outputs::store_location(&rows);
    let _ = outputs::store_status(&rows);
    rows.iter().filter_map(|row| row.text.as_deref()).for_each(|text| {
        let _ = outputs::topology_document(text);
    });
}
