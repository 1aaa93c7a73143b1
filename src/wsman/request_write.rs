//! Requests, written.

use uuid::Uuid;

use super::{
    Operation, Request, Target, duration,
    envelope::{MAY, MUST, OWN, write as envelope, write_selector},
    names::{ANONYMOUS, COMMANDS, PROTOCOL_VERSION, SELECTOR_FILTER, SHELL},
    xml::{Writer, write_id},
};

/// Language of messages and of numbers: texts of the operating system in English are what is compared.
const LANGUAGE: [(&str, &str); 2] = [("s:mustUnderstand", "false"), ("xml:lang", "en-US")];
/// A page of a list. Accounts have 25 to 30 shells by default.
const PAGE: &str = "500";

pub(super) fn write(request: &Request) -> String {
    envelope(|writer| header(writer, request), |writer| body(writer, &request.operation))
}

fn header(writer: &mut Writer, request: &Request) {
    let (space, action) = request.operation.kind();
    writer.leaf("a:To", &[], &request.to);
    writer.open("a:ReplyTo", &[]);
    writer.leaf("a:Address", &MUST, ANONYMOUS);
    writer.close("a:ReplyTo");
    writer.leaf("a:Action", &MUST, &format!("{space}/{action}"));
    writer.leaf("w:MaxEnvelopeSize", &MUST, &request.max_envelope.to_string());
    writer.leaf("a:MessageID", &[], &format!("uuid:{}", write_id(request.message_id)));
    writer.empty("w:Locale", &LANGUAGE);
    writer.empty("p:DataLocale", &LANGUAGE);
    if let Some(session) = request.session_id {
        writer.leaf("p:SessionId", &MAY, &format!("uuid:{}", write_id(session)));
    }
    writer.leaf("w:ResourceURI", &MUST, resource(request));
    writer.leaf("w:OperationTimeout", &[], &duration::write(request.operation_timeout));
    options(writer, &request.operation);
    if let Some(shell) = selected(&request.operation) {
        write_selector(writer, shell);
    }
}

fn resource(request: &Request) -> &str {
    match &request.operation {
        Operation::EnumerateShells | Operation::Pull { commands: false, .. } => SHELL,
        Operation::EnumerateCommands { .. } | Operation::Pull { commands: true, .. } => COMMANDS,
        _ => &request.resource,
    }
}

/// The shell that the header selects. A new shell has no selector, a list has a filter instead.
fn selected(operation: &Operation) -> Option<Uuid> {
    match operation {
        Operation::Create { .. } | Operation::EnumerateCommands { .. } => None,
        _ => operation.shell(),
    }
}

fn options(writer: &mut Writer, operation: &Operation) {
    let option: (&[(&str, &str)], &str) = match operation {
        Operation::Create { .. } | Operation::Connect { .. } => {
            (&[("Name", "protocolversion"), ("MustComply", "true")], PROTOCOL_VERSION)
        }
        Operation::Command { .. } => (&[("Name", "WINRS_SKIP_CMD_SHELL")], "FALSE"),
        Operation::Receive(_) => (&[("Name", "WSMAN_CMDSHELL_OPTION_KEEPALIVE")], "TRUE"),
        _ => return,
    };
    writer.open("w:OptionSet", &MUST);
    writer.leaf("w:Option", option.0, option.1);
    writer.close("w:OptionSet");
}

fn body(writer: &mut Writer, operation: &Operation) {
    match operation {
        Operation::Create { shell, idle_timeout, creation_xml } => {
            writer.open("rsp:Shell", &[("ShellId", &write_id(*shell))]);
            if let Some(idle) = idle_timeout {
                writer.leaf("rsp:IdleTimeOut", &[], &duration::write(*idle));
            }
            writer.leaf("rsp:InputStreams", &[], "stdin pr");
            writer.leaf("rsp:OutputStreams", &[], "stdout");
            writer.bytes("creationXml", &OWN, creation_xml);
            writer.close("rsp:Shell");
        }
        Operation::Command { command, first_fragment, .. } => {
            writer.open("rsp:CommandLine", &[("CommandId", &write_id(*command))]);
            writer.empty("rsp:Command", &[]);
            writer.bytes("rsp:Arguments", &[], first_fragment);
            writer.close("rsp:CommandLine");
        }
        Operation::Send { target, data, urgent } => {
            writer.open("rsp:Send", &[]);
            let mut attributes = vec![("Name", if *urgent { "pr" } else { "stdin" })];
            let command = target.command.map(write_id);
            attributes.extend(command.as_deref().map(|id| ("CommandId", id)));
            writer.bytes("rsp:Stream", &attributes, data);
            writer.close("rsp:Send");
        }
        Operation::Receive(target) => {
            writer.open("rsp:Receive", &[]);
            let command = target.command.map(write_id);
            let attributes: Vec<_> = command.as_deref().map(|id| ("CommandId", id)).into_iter().collect();
            writer.leaf("rsp:DesiredStream", &attributes, "stdout");
            writer.close("rsp:Receive");
        }
        Operation::Signal { command, signal, .. } => {
            writer.open("rsp:Signal", &[("CommandId", &write_id(*command))]);
            writer.leaf("rsp:Code", &[], signal.uris()[0]);
            writer.close("rsp:Signal");
        }
        Operation::Disconnect { idle_timeout, buffering, .. } => {
            writer.open("rsp:Disconnect", &[]);
            if let Some(idle) = idle_timeout {
                writer.leaf("rsp:IdleTimeOut", &[], &duration::write(*idle));
            }
            if let Some(buffering) = buffering {
                writer.leaf("rsp:BufferMode", &[], buffering.word());
            }
            writer.close("rsp:Disconnect");
        }
        Operation::Reconnect(Target { command, .. }) => {
            if let Some(command) = command {
                writer.empty("rsp:Reconnect", &[("CommandId", &write_id(*command))]);
            }
        }
        Operation::Connect { target, connect_xml } => {
            let command = target.command.map(write_id);
            let attributes: Vec<_> = command.as_deref().map(|id| ("CommandId", id)).into_iter().collect();
            writer.open("rsp:Connect", &attributes);
            if !connect_xml.is_empty() {
                writer.bytes("connectXml", &OWN, connect_xml);
            }
            writer.close("rsp:Connect");
        }
        Operation::Delete { .. } => {}
        Operation::EnumerateShells => enumerate(writer, None),
        Operation::EnumerateCommands { shell } => enumerate(writer, Some(*shell)),
        Operation::Pull { context, .. } => {
            writer.open("n:Pull", &[]);
            writer.leaf("n:EnumerationContext", &[], context);
            writer.leaf("n:MaxElements", &[], PAGE);
            writer.close("n:Pull");
        }
    }
}

fn enumerate(writer: &mut Writer, commands_of: Option<Uuid>) {
    writer.open("n:Enumerate", &[]);
    writer.empty("w:OptimizeEnumeration", &[]);
    writer.leaf("w:MaxElements", &[], PAGE);
    if let Some(shell) = commands_of {
        writer.open("w:Filter", &[("Dialect", SELECTOR_FILTER)]);
        write_selector(writer, shell);
        writer.close("w:Filter");
    }
    writer.close("n:Enumerate");
}
