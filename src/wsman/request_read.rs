//! Requests, read: what a server does.

use roxmltree::Node;
use uuid::Uuid;

use super::{
    Buffering, Operation, Request, Signal, Target, Unreadable, duration,
    envelope::{Envelope, document, selector},
    names::{ADDRESSING, COMMANDS, ENUMERATION, POWERSHELL, SHELL, TRANSFER, WSMAN, WSMV},
    xml::{bytes, child, child_text, id, need, text},
};

/// What Windows assumes when a request does not say (MS-WSMV 3.1.4.1.31; `MaxEnvelopeSizekb` of WinRM 2.0).
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(60);
const ENVELOPE: u32 = 153_600;

pub(super) fn read(envelope: &[u8]) -> Result<Request, Unreadable> {
    let document = document(envelope)?;
    let message = Envelope::of(&document)?;
    let header = message.header;
    let timeout = child_text(header, WSMAN, "OperationTimeout");
    let size = child_text(header, WSMAN, "MaxEnvelopeSize");
    let size = size.map(|text| text.parse().map_err(|_| Unreadable(format!("{text:?} is not a size"))));
    Ok(Request {
        to: child_text(header, ADDRESSING, "To").unwrap_or_default(),
        message_id: message.message_id()?,
        session_id: child_text(header, WSMV, "SessionId").map(|text| id(&text)).transpose()?,
        operation_timeout: timeout.map(|text| duration::read(&text)).transpose()?.unwrap_or(TIMEOUT),
        max_envelope: size.transpose()?.unwrap_or(ENVELOPE),
        resource: child_text(header, WSMAN, "ResourceURI")
            .ok_or_else(|| Unreadable("no resource".to_owned()))?,
        operation: operation(&message)?,
    })
}

fn operation(message: &Envelope<'_, '_>) -> Result<Operation, Unreadable> {
    let action = message.action()?;
    let (space, word) = action.rsplit_once('/').unwrap_or_default();
    Ok(match (space, word) {
        (TRANSFER, "Create") => create(message)?,
        (TRANSFER, "Delete") => Operation::Delete { shell: shell(message)? },
        (ENUMERATION, "Enumerate") => enumerate(message)?,
        (ENUMERATION, "Pull") => {
            let pull = message.body_child(ENUMERATION, "Pull")?;
            let context = text(need(pull, ENUMERATION, "EnumerationContext")?);
            Operation::Pull { context, commands: is_about_commands(message) }
        }
        (SHELL, "Command") => {
            let line = message.body_child(SHELL, "CommandLine")?;
            let command = need_command(line)?;
            let first_fragment = bytes(need(line, SHELL, "Arguments")?)?;
            Operation::Command { shell: shell(message)?, command, first_fragment }
        }
        (SHELL, "Send") => {
            let stream = need(message.body_child(SHELL, "Send")?, SHELL, "Stream")?;
            let target = Target { shell: shell(message)?, command: command(stream)? };
            Operation::Send { target, data: bytes(stream)?, urgent: stream.attribute("Name") == Some("pr") }
        }
        (SHELL, "Receive") => {
            let stream = need(message.body_child(SHELL, "Receive")?, SHELL, "DesiredStream")?;
            Operation::Receive(Target { shell: shell(message)?, command: command(stream)? })
        }
        (SHELL, "Signal") => {
            let node = message.body_child(SHELL, "Signal")?;
            let code = text(need(node, SHELL, "Code")?);
            let signal =
                Signal::from_uri(&code).ok_or_else(|| Unreadable(format!("{code:?} is not a signal")))?;
            Operation::Signal { shell: shell(message)?, command: need_command(node)?, signal }
        }
        (SHELL, "Disconnect") => disconnect(message)?,
        (SHELL, "Reconnect") => {
            let node = child(message.body, SHELL, "Reconnect");
            let command = node.map(command_anywhere).transpose()?.flatten();
            Operation::Reconnect(Target { shell: shell(message)?, command })
        }
        (SHELL, "Connect") => {
            let node = message.body_child(SHELL, "Connect")?;
            let connect_xml = child(node, POWERSHELL, "connectXml").map(bytes).transpose()?;
            let target = Target { shell: shell(message)?, command: command_anywhere(node)? };
            Operation::Connect { target, connect_xml: connect_xml.unwrap_or_default() }
        }
        _ => return Err(Unreadable(format!("the action {action:?} is not supported"))),
    })
}

fn create(message: &Envelope<'_, '_>) -> Result<Operation, Unreadable> {
    let node = message.body_child(SHELL, "Shell")?;
    let shell = node.attribute("ShellId").ok_or_else(|| Unreadable("the shell has no id".to_owned()))?;
    let idle = child_text(node, SHELL, "IdleTimeOut").or_else(|| child_text(node, SHELL, "IdleTimeout"));
    Ok(Operation::Create {
        shell: id(shell)?,
        idle_timeout: idle.map(|text| duration::read(&text)).transpose()?,
        creation_xml: bytes(need(node, POWERSHELL, "creationXml")?)?,
    })
}

fn enumerate(message: &Envelope<'_, '_>) -> Result<Operation, Unreadable> {
    if !is_about_commands(message) {
        return Ok(Operation::EnumerateShells);
    }
    let node = message.body_child(ENUMERATION, "Enumerate")?;
    let shell = child(node, WSMAN, "Filter").and_then(|filter| selector(filter, "ShellId"));
    let shell = shell.ok_or_else(|| Unreadable("commands of which shell?".to_owned()))?;
    Ok(Operation::EnumerateCommands { shell: id(&shell)? })
}

fn is_about_commands(message: &Envelope<'_, '_>) -> bool {
    child_text(message.header, WSMAN, "ResourceURI").is_some_and(|resource| resource == COMMANDS)
}

fn disconnect(message: &Envelope<'_, '_>) -> Result<Operation, Unreadable> {
    let node = child(message.body, SHELL, "Disconnect");
    let idle = node.and_then(|node| child_text(node, SHELL, "IdleTimeOut"));
    let mode = node.and_then(|node| child_text(node, SHELL, "BufferMode"));
    let buffering = mode.map(|word| {
        Buffering::from_word(&word).ok_or_else(|| Unreadable(format!("{word:?} is not a buffer mode")))
    });
    Ok(Operation::Disconnect {
        shell: shell(message)?,
        idle_timeout: idle.map(|text| duration::read(&text)).transpose()?,
        buffering: buffering.transpose()?,
    })
}

fn shell(message: &Envelope<'_, '_>) -> Result<Uuid, Unreadable> {
    let selected = selector(message.header, "ShellId");
    id(&selected.ok_or_else(|| Unreadable("the request selects no shell".to_owned()))?)
}

fn command(node: Node<'_, '_>) -> Result<Option<Uuid>, Unreadable> {
    node.attribute("CommandId").map(id).transpose()
}

fn need_command(node: Node<'_, '_>) -> Result<Uuid, Unreadable> {
    command(node)?.ok_or_else(|| Unreadable(format!("{} names no command", node.tag_name().name())))
}

/// MS-PSRP speaks of an element, the schemas of MS-WSMV of an attribute.
fn command_anywhere(node: Node<'_, '_>) -> Result<Option<Uuid>, Unreadable> {
    match command(node)? {
        Some(command) => Ok(Some(command)),
        None => child_text(node, SHELL, "CommandId").map(|text| id(&text)).transpose(),
    }
}
