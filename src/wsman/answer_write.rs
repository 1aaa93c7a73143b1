//! Answers, written: what a server does.

use uuid::Uuid;

use super::{
    Answer, Buffering, CommandInfo, CommandState, Received, Request, ShellInfo, duration,
    envelope::{OWN, write as envelope, write_selector},
    names::{ANONYMOUS, COMMAND_STATE},
    xml::{Writer, write_id},
};

pub(super) fn write(answer: &Answer, request: &Request, message_id: Uuid) -> String {
    let (space, word) = request.operation.kind();
    let action = format!("{space}/{word}Response");
    envelope(
        |writer| header(writer, &action, message_id, Some(request.message_id)),
        |writer| body(writer, answer, request),
    )
}

/// The header of every answer, faults included.
pub(super) fn header(writer: &mut Writer, action: &str, message_id: Uuid, relates_to: Option<Uuid>) {
    writer.leaf("a:Action", &[], action);
    writer.leaf("a:MessageID", &[], &format!("uuid:{}", write_id(message_id)));
    writer.leaf("a:To", &[], ANONYMOUS);
    if let Some(id) = relates_to {
        writer.leaf("a:RelatesTo", &[], &format!("uuid:{}", write_id(id)));
    }
}

fn body(writer: &mut Writer, answer: &Answer, request: &Request) {
    match answer {
        Answer::Created(shell) => {
            writer.open("x:ResourceCreated", &[]);
            writer.leaf("a:Address", &[], &request.to);
            writer.open("a:ReferenceParameters", &[]);
            writer.leaf("w:ResourceURI", &[], &shell.resource);
            write_selector(writer, shell.shell);
            writer.close("a:ReferenceParameters");
            writer.close("x:ResourceCreated");
            shell_info(writer, shell);
        }
        Answer::Started { command } => {
            writer.open("rsp:CommandResponse", &[]);
            writer.leaf("rsp:CommandId", &[], &write_id(*command));
            writer.close("rsp:CommandResponse");
        }
        Answer::Sent => writer.empty("rsp:SendResponse", &[]),
        Answer::Received(output) => received(writer, output),
        Answer::Signalled => writer.empty("rsp:SignalResponse", &[]),
        Answer::Disconnected | Answer::Reconnected | Answer::Deleted => {}
        Answer::Connected { response_xml } => {
            writer.open("rsp:ConnectResponse", &[]);
            if !response_xml.is_empty() {
                writer.bytes("connectResponseXml", &OWN, response_xml);
            }
            writer.close("rsp:ConnectResponse");
        }
        Answer::Shells { shells, next } => page(writer, request, next.as_deref(), |writer| {
            for shell in shells {
                shell_info(writer, shell);
            }
        }),
        Answer::Commands { commands, next } => page(writer, request, next.as_deref(), |writer| {
            for command in commands {
                command_info(writer, command);
            }
        }),
    }
}

fn shell_info(writer: &mut Writer, shell: &ShellInfo) {
    writer.open("rsp:Shell", &[]);
    writer.leaf("rsp:ShellId", &[], &write_id(shell.shell));
    writer.leaf("rsp:ResourceUri", &[], &shell.resource);
    let mut word = |name, value: Option<&str>| {
        if let Some(value) = value {
            writer.leaf(name, &[], value);
        }
    };
    word("rsp:Owner", shell.owner.as_deref());
    word("rsp:ClientIP", shell.client.as_deref());
    word("rsp:IdleTimeOut", shell.idle_timeout.map(duration::write).as_deref());
    word("rsp:MaxIdleTimeOut", shell.longest_idle.map(duration::write).as_deref());
    word("rsp:BufferMode", shell.buffering.map(Buffering::word));
    word("rsp:State", shell.state.as_deref());
    word("rsp:ShellInactivity", shell.inactivity.map(duration::write).as_deref());
    writer.close("rsp:Shell");
}

fn command_info(writer: &mut Writer, command: &CommandInfo) {
    writer.open("rsp:Command", &[]);
    writer.leaf("rsp:CommandId", &[], &write_id(command.command));
    if let Some(state) = &command.state {
        writer.leaf("rsp:State", &[], state);
    }
    writer.close("rsp:Command");
}

fn received(writer: &mut Writer, output: &Received) {
    writer.open("rsp:ReceiveResponse", &[]);
    for chunk in &output.chunks {
        let command = chunk.command.map(write_id);
        let mut attributes = vec![("Name", "stdout")];
        attributes.extend(command.as_deref().map(|id| ("CommandId", id)));
        writer.bytes("rsp:Stream", &attributes, &chunk.data);
    }
    if let Some(finished) = output.state {
        let known = CommandState::ALL.into_iter().find(|(state, _)| *state == finished.state);
        let state = format!("{COMMAND_STATE}{}", known.map(|(_, word)| word).unwrap_or_default());
        let command = finished.command.map(write_id);
        let mut attributes = vec![("State", state.as_str())];
        attributes.extend(command.as_deref().map(|id| ("CommandId", id)));
        writer.open("rsp:CommandState", &attributes);
        if let Some(code) = finished.exit_code {
            writer.leaf("rsp:ExitCode", &[], &code.to_string());
        }
        writer.close("rsp:CommandState");
    }
    writer.close("rsp:ReceiveResponse");
}

fn page(writer: &mut Writer, request: &Request, next: Option<&str>, items: impl FnOnce(&mut Writer)) {
    let pulled = matches!(request.operation, super::Operation::Pull { .. });
    let (frame, list, end) = if pulled {
        ("n:PullResponse", "n:Items", "n:EndOfSequence")
    } else {
        ("n:EnumerateResponse", "w:Items", "w:EndOfSequence")
    };
    writer.open(frame, &[]);
    writer.leaf("n:EnumerationContext", &[], next.unwrap_or_default());
    writer.open(list, &[]);
    items(writer);
    writer.close(list);
    if next.is_none() {
        writer.empty(end, &[]);
    }
    writer.close(frame);
}
