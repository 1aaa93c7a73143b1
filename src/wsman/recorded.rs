//! What others wrote is understood: requests of pypsrp, answers of Windows Server.

use std::time::Duration;

use super::*;

macro_rules! recording {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/fixtures/wsman/", $name, ".xml"))
    };
}

fn request(envelope: &[u8]) -> Request {
    match Incoming::read(envelope) {
        Ok(Incoming::Request(request)) => *request,
        other => panic!("{other:?}"),
    }
}

/// The request, what Windows answered, and that we write the answer so that we read the same.
fn exchange(asked: &[u8], answered: &[u8]) -> (Request, Answer) {
    let request = request(asked);
    let answer = Answer::read(&request, answered).expect("an answer");
    let ours = answer.write(&request, uuid::Uuid::nil());
    assert_eq!(Answer::read(&request, ours.as_bytes()), Ok(answer.clone()));
    let again = self::request(request.write().as_bytes());
    assert_eq!(again, request, "the request comes back");
    (request, answer)
}

fn fault(asked: &[u8], answered: &[u8]) -> (Request, Fault) {
    let request = request(asked);
    match Answer::read(&request, answered) {
        Err(AnswerError::Fault(fault)) => (request, *fault),
        other => panic!("{other:?}"),
    }
}

fn id(text: &str) -> uuid::Uuid {
    text.parse().expect("an id")
}

const SHELL: &str = "B2E1C91B-A3AA-41B4-B346-405E6A90005B";
const COMMAND: &str = "356E6DC2-6889-4305-9FE6-8B03F44D7210";

#[test]
fn a_shell_is_created() {
    let (request, answer) = exchange(recording!("create.request"), recording!("create.answer"));
    assert_eq!(request.resource, configuration_uri("Microsoft.PowerShell"));
    assert_eq!(request.session_id, Some(id("934B94C5-4341-454E-825C-F118A365A283")));
    assert_eq!(request.operation_timeout, Duration::from_secs(20));
    assert_eq!(request.max_envelope, 153_600);
    let Operation::Create { shell, creation_xml, idle_timeout: None } = &request.operation else {
        panic!("{request:?}")
    };
    assert_eq!(*shell, id(SHELL));
    assert_eq!(creation_xml.len(), 48);
    let Answer::Created(info) = answer else { panic!("{answer:?}") };
    assert_eq!(info.shell, id(SHELL));
    assert_eq!(info.owner.as_deref(), Some("WIN-NNMU24VVKJ0\\vagrant"));
    assert_eq!(info.idle_timeout, Some(Duration::from_secs(7200)));
    assert_eq!(info.state.as_deref(), Some("Connected"));
}

#[test]
fn a_command_starts_and_its_output_comes() {
    let (request, answer) = exchange(recording!("command.request"), recording!("command.answer"));
    assert_eq!(request.operation.command(), Some(id(COMMAND)));
    assert_eq!(answer, Answer::Started { command: id(COMMAND) });
    let (request, answer) = exchange(recording!("receive.request"), recording!("receive.answer"));
    assert_eq!(request.operation, Operation::Receive(Target::shell(id(SHELL))));
    let Answer::Received(received) = answer else { panic!("{answer:?}") };
    assert!(received.chunks.len() > 1 && received.state.is_none(), "{received:?}");
    assert!(received.chunks.iter().all(|chunk| chunk.command.is_none()));
}

#[test]
fn the_end_of_a_command_is_told() {
    let (request, answer) = exchange(recording!("receive-done.request"), recording!("receive-done.answer"));
    let command = request.operation.command();
    assert!(command.is_some());
    let Answer::Received(received) = answer else { panic!("{answer:?}") };
    assert!(received.chunks.iter().all(|chunk| chunk.command == command));
    let state = Finished { command, state: CommandState::Done, exit_code: Some(0) };
    assert_eq!(received.state, Some(state));
}

#[test]
fn a_shell_is_left_and_taken_up_again() {
    let (_, left) = exchange(recording!("disconnect.request"), recording!("disconnect.answer"));
    assert_eq!(left, Answer::Disconnected);
    let (_, again) = exchange(recording!("reconnect.request"), recording!("reconnect.answer"));
    assert_eq!(again, Answer::Reconnected);
    let (_, connected) = exchange(recording!("connect.request"), recording!("connect.answer"));
    assert!(matches!(connected, Answer::Connected { response_xml } if !response_xml.is_empty()));
    let (request, _) = exchange(recording!("connect-command.request"), recording!("connect-command.answer"));
    assert!(request.operation.command().is_some());
    let (_, gone) = exchange(recording!("delete.request"), recording!("delete.answer"));
    assert_eq!(gone, Answer::Deleted);
    let (_, told) = exchange(recording!("signal.request"), recording!("signal.answer"));
    assert_eq!(told, Answer::Signalled);
}

#[test]
fn shells_and_commands_are_listed() {
    let (_, answer) = exchange(recording!("enumerate-shells.request"), recording!("enumerate-shells.answer"));
    let Answer::Shells { shells, next: None } = answer else { panic!("{answer:?}") };
    assert_eq!(shells.len(), 2);
    assert!(shells.iter().all(|shell| shell.state.as_deref() == Some("Disconnected")));
    let (_, answer) =
        exchange(recording!("enumerate-commands.request"), recording!("enumerate-commands.answer"));
    let Answer::Commands { commands, next: None } = answer else { panic!("{answer:?}") };
    assert_eq!(commands.len(), 1);
}

#[test]
fn faults_have_types() {
    let (request, late) =
        fault(recording!("receive-timed-out.request"), recording!("receive-timed-out.answer"));
    assert_eq!(late.kind(), FaultKind::TimedOut);
    assert_eq!((late.code.as_str(), late.number), ("Receiver", Some(2_150_858_793)));
    assert!(!late.proves_shell_gone(&request.operation));

    // The same number for a command that is unknown to a shell that lives, and for a shell that is gone.
    let (request, no_command) =
        fault(recording!("receive-no-command.request"), recording!("receive-no-command.answer"));
    assert_eq!((no_command.kind(), no_command.number), (FaultKind::Gone, Some(2_150_858_843)));
    assert!(no_command.to_string().contains("command identifier that does not exist"), "{no_command}");
    assert!(!no_command.proves_shell_gone(&request.operation));
    let gone = Fault::read_any(recording!("no-shell.answer"));
    assert_eq!((gone.kind(), gone.number), (FaultKind::Gone, Some(2_150_858_843)));
    assert!(gone.proves_shell_gone(&Operation::Reconnect(Target::shell(id(SHELL)))));
    assert!(!gone.proves_shell_gone(&Operation::Reconnect(Target::command(id(SHELL), id(COMMAND)))));
    assert_eq!(gone.provider.map(|provider| provider.provider).as_deref(), Some("Shell provider"));

    let other = Fault::read_any(recording!("provider.answer"));
    assert_eq!(other.kind(), FaultKind::InternalError);
    assert_eq!(other.to_string(), "The system cannot find the file specified. (InternalError, 0x80070002)");
}

#[test]
fn an_answer_to_another_request_is_not_taken() {
    let mut request = request(recording!("delete.request"));
    request.message_id = uuid::Uuid::nil();
    let answer = Answer::read(&request, recording!("delete.answer"));
    assert!(matches!(answer, Err(AnswerError::Unreadable(_))), "{answer:?}");
    let mut request = self::request(recording!("command.request"));
    request.operation =
        Operation::Command { shell: id(SHELL), command: uuid::Uuid::nil(), first_fragment: Vec::new() };
    let answer = Answer::read(&request, recording!("command.answer"));
    assert!(matches!(answer, Err(AnswerError::Unreadable(_))), "{answer:?}");
}
