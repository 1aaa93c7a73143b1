//! What one side writes the other side reads, whatever it is.

use std::time::Duration;

use proptest::{collection::vec, option, prelude::*};
use uuid::Uuid;

use super::*;

fn id() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

fn span() -> impl Strategy<Value = Duration> {
    (0..100_000_000_u64).prop_map(Duration::from_millis)
}

/// What XML keeps as it is: no blanks at the ends, nothing that it cannot carry.
fn text() -> impl Strategy<Value = String> {
    "[!-~ä€]([ -~ä€]{0,20}[!-~ä€])?"
}

fn target() -> impl Strategy<Value = Target> {
    (id(), option::of(id())).prop_map(|(shell, command)| Target { shell, command })
}

fn operation() -> impl Strategy<Value = Operation> {
    let data = || vec(any::<u8>(), 0..200);
    let signal = prop_oneof![Just(Signal::CtrlC), Just(Signal::Terminate)];
    let buffering = prop_oneof![Just(Buffering::Block), Just(Buffering::Drop)];
    prop_oneof![
        (id(), option::of(span()), data()).prop_map(|(shell, idle_timeout, creation_xml)| {
            Operation::Create { shell, idle_timeout, creation_xml }
        }),
        (id(), id(), data()).prop_map(|(shell, command, first_fragment)| Operation::Command {
            shell,
            command,
            first_fragment
        }),
        (target(), data(), any::<bool>()).prop_map(|(target, data, urgent)| Operation::Send {
            target,
            data,
            urgent
        }),
        target().prop_map(Operation::Receive),
        (id(), id(), signal).prop_map(|(shell, command, signal)| Operation::Signal {
            shell,
            command,
            signal
        }),
        (id(), option::of(span()), option::of(buffering)).prop_map(|(shell, idle_timeout, buffering)| {
            Operation::Disconnect { shell, idle_timeout, buffering }
        }),
        target().prop_map(Operation::Reconnect),
        (target(), data()).prop_map(|(target, connect_xml)| Operation::Connect { target, connect_xml }),
        id().prop_map(|shell| Operation::Delete { shell }),
        Just(Operation::EnumerateShells),
        id().prop_map(|shell| Operation::EnumerateCommands { shell }),
        (text(), any::<bool>()).prop_map(|(context, commands)| Operation::Pull { context, commands }),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    (text(), id(), option::of(id()), span(), any::<u32>(), text(), operation()).prop_map(
        |(to, message_id, session_id, operation_timeout, max_envelope, resource, operation)| Request {
            to,
            message_id,
            session_id,
            operation_timeout,
            max_envelope,
            resource,
            operation,
        },
    )
}

fn shell_info() -> impl Strategy<Value = ShellInfo> {
    let word = || option::of(text());
    let buffering = option::of(prop_oneof![Just(Buffering::Block), Just(Buffering::Drop)]);
    let span = || option::of(span());
    (id(), text(), word(), word(), word(), span(), span(), span(), buffering).prop_map(
        |(shell, resource, owner, client, state, idle_timeout, inactivity, longest_idle, buffering)| {
            ShellInfo {
                shell,
                resource,
                owner,
                client,
                state,
                idle_timeout,
                inactivity,
                longest_idle,
                buffering,
            }
        },
    )
}

fn received() -> impl Strategy<Value = Received> {
    let chunk =
        (option::of(id()), vec(any::<u8>(), 1..100)).prop_map(|(command, data)| Chunk { command, data });
    let state =
        prop_oneof![Just(CommandState::Pending), Just(CommandState::Running), Just(CommandState::Done)];
    let finished = (option::of(id()), state, option::of(any::<i64>()))
        .prop_map(|(command, state, exit_code)| Finished { command, state, exit_code });
    (vec(chunk, 0..4), option::of(finished)).prop_map(|(chunks, state)| Received { chunks, state })
}

fn fault() -> impl Strategy<Value = Fault> {
    let word = || option::of(text());
    let provider = (text(), word(), text()).prop_map(|(provider, path, message)| ProviderFault {
        provider,
        path,
        message,
    });
    let name = || "[A-Za-z]{1,20}";
    (
        name(),
        option::of(name()),
        text(),
        option::of(any::<u32>()),
        word(),
        word(),
        word(),
        option::of(provider),
    )
        .prop_map(|(code, subcode, reason, number, machine, detail, message, provider)| Fault {
            code,
            subcode,
            reason,
            number,
            machine,
            detail,
            message: message.filter(|_| provider.is_none()),
            provider,
        })
}

proptest! {
    #[test]
    fn requests(mut request in request()) {
        if matches!(request.operation, Operation::EnumerateShells | Operation::EnumerateCommands { .. } | Operation::Pull { .. }) {
            // Lists are asked of their own resource, whatever the session's is.
            let Ok(Incoming::Request(read)) = Incoming::read(request.write().as_bytes()) else { panic!() };
            request.resource = read.resource;
        }
        let read = Incoming::read(request.write().as_bytes());
        prop_assert_eq!(read, Ok(Incoming::Request(Box::new(request))));
    }

    #[test]
    fn output(request in request(), received in received()) {
        let request = Request { operation: Operation::Receive(Target::shell(Uuid::nil())), ..request };
        let answer = Answer::Received(received);
        prop_assert_eq!(Answer::read(&request, answer.write(&request, Uuid::nil()).as_bytes()), Ok(answer));
    }

    #[test]
    fn lists(request in request(), shells in vec(shell_info(), 0..4), next in option::of(text()), pull in any::<bool>()) {
        let pull = pull.then(|| Operation::Pull { context: "c".to_owned(), commands: false });
        let request = Request { operation: pull.unwrap_or(Operation::EnumerateShells), ..request };
        let answer = Answer::Shells { shells, next };
        prop_assert_eq!(Answer::read(&request, answer.write(&request, Uuid::nil()).as_bytes()), Ok(answer));
    }

    #[test]
    fn faults(request in request(), fault in fault()) {
        let envelope = fault.write(Some(request.message_id), Uuid::nil());
        let read = Answer::read(&request, envelope.as_bytes());
        prop_assert_eq!(read, Err(AnswerError::Fault(Box::new(fault))));
    }

    #[test]
    fn sealed_bodies(plain in vec(any::<u8>(), 0..300), trailer in vec(any::<u8>(), 1..70), kerberos in any::<bool>()) {
        let protocol = if kerberos { seal::SealProtocol::Kerberos } else { seal::SealProtocol::Spnego };
        let data: Vec<u8> = plain.iter().map(|byte| !byte).collect();
        let sealed = seal::Sealed { trailer, data, original_length: plain.len() };
        let body = seal::write(protocol, &plain, &sealed).expect("sealed");
        prop_assert_eq!(seal::read(protocol, &protocol.content_type(), &body), Ok(vec![sealed]));
    }
}
