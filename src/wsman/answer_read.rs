//! Answers, read: what a client does.

use roxmltree::Node;
use uuid::Uuid;

use super::{
    Answer, AnswerError, Buffering, Chunk, CommandInfo, CommandState, Fault, Finished, Operation, Received,
    Request, ShellInfo, Unreadable, duration,
    envelope::{Envelope, document},
    names::{COMMAND_STATE, ENUMERATION, POWERSHELL, SHELL, SOAP, WSMAN},
    xml::{bytes, child, child_text, id, need},
};

pub(super) fn read(request: &Request, envelope: &[u8]) -> Result<Answer, AnswerError> {
    let document = document(envelope)?;
    let message = Envelope::of(&document)?;
    let relates_to = message.relates_to()?;
    if let Some(fault) = child(message.body, SOAP, "Fault") {
        // A server that could not read the header does not know to what its fault relates.
        if relates_to.is_some_and(|id| id != request.message_id) {
            return Err(Unreadable("a fault of another request".to_owned()).into());
        }
        return Err(AnswerError::Fault(Box::new(Fault::of(fault))));
    }
    if relates_to != Some(request.message_id) {
        return Err(Unreadable(format!("it relates to {relates_to:?}, not to the request")).into());
    }
    let (space, word) = request.operation.kind();
    let action = message.action()?;
    if action.strip_prefix(space) != Some(&format!("/{word}Response")) {
        return Err(Unreadable(format!("{action:?} is not the answer to {word}")).into());
    }
    Ok(answer(&request.operation, &message)?)
}

fn answer(operation: &Operation, message: &Envelope<'_, '_>) -> Result<Answer, Unreadable> {
    Ok(match operation {
        Operation::Create { shell, .. } => {
            let info = child(message.body, SHELL, "Shell").map(shell_info).transpose()?.flatten();
            // WinRM 2.0 names the shell only in the reference to it.
            let info = info.unwrap_or_else(|| ShellInfo { shell: *shell, ..ShellInfo::default() });
            if info.shell != *shell {
                return Err(Unreadable(format!("the shell is {}, not {shell}", info.shell)));
            }
            Answer::Created(info)
        }
        Operation::Command { command, .. } => {
            let node = message.body_child(SHELL, "CommandResponse")?;
            let started = child_text(node, SHELL, "CommandId").map(|text| id(&text)).transpose()?;
            if started != Some(*command) {
                return Err(Unreadable(format!("command {started:?} has started, not {command}")));
            }
            Answer::Started { command: *command }
        }
        Operation::Send { .. } => Answer::Sent,
        Operation::Receive(_) => Answer::Received(received(message.body_child(SHELL, "ReceiveResponse")?)?),
        Operation::Signal { .. } => Answer::Signalled,
        Operation::Disconnect { .. } => Answer::Disconnected,
        Operation::Reconnect(_) => Answer::Reconnected,
        Operation::Connect { .. } => {
            let node = child(message.body, SHELL, "ConnectResponse");
            let xml = node.and_then(|node| child(node, POWERSHELL, "connectResponseXml"));
            Answer::Connected { response_xml: xml.map(bytes).transpose()?.unwrap_or_default() }
        }
        Operation::Delete { .. } => Answer::Deleted,
        Operation::EnumerateShells | Operation::Pull { commands: false, .. } => {
            let (items, next) = page(message)?;
            let shells = items.into_iter().filter(|node| node.has_tag_name((SHELL, "Shell")));
            let shells: Result<Vec<_>, _> = shells.map(shell_info).collect();
            Answer::Shells { shells: shells?.into_iter().flatten().collect(), next }
        }
        Operation::EnumerateCommands { .. } | Operation::Pull { .. } => {
            let (items, next) = page(message)?;
            let commands = items.into_iter().filter(|node| node.has_tag_name((SHELL, "Command")));
            let commands = commands.filter_map(|node| {
                let command = id(&child_text(node, SHELL, "CommandId")?).ok()?;
                Some(CommandInfo { command, state: child_text(node, SHELL, "State") })
            });
            Answer::Commands { commands: commands.collect(), next }
        }
    })
}

/// The description of a shell, if its id is one of PowerShell.
fn shell_info(node: Node<'_, '_>) -> Result<Option<ShellInfo>, Unreadable> {
    let word = |name| child_text(node, SHELL, name);
    let span = |name| word(name).map(|text| duration::read(&text)).transpose();
    let Some(Ok(shell)) = word("ShellId").map(|text| id(&text)) else { return Ok(None) };
    Ok(Some(ShellInfo {
        shell,
        resource: word("ResourceUri").unwrap_or_default(),
        owner: word("Owner"),
        client: word("ClientIP"),
        state: word("State"),
        idle_timeout: span("IdleTimeOut")?,
        inactivity: span("ShellInactivity")?,
        longest_idle: span("MaxIdleTimeOut")?,
        buffering: word("BufferMode").as_deref().and_then(Buffering::from_word),
    }))
}

fn received(node: Node<'_, '_>) -> Result<Received, Unreadable> {
    let mut received = Received::default();
    for part in node.children().filter(Node::is_element) {
        let command = part.attribute("CommandId").map(id).transpose()?;
        if part.has_tag_name((SHELL, "Stream")) {
            let data = bytes(part)?;
            // The last piece of a stream is empty and says only that it is the last.
            if !data.is_empty() {
                received.chunks.push(Chunk { command, data });
            }
        } else if part.has_tag_name((SHELL, "CommandState")) {
            received.state = Some(finished(part, command)?);
        }
    }
    Ok(received)
}

fn finished(node: Node<'_, '_>, command: Option<Uuid>) -> Result<Finished, Unreadable> {
    let uri = node.attribute("State").unwrap_or_default();
    let word = uri.strip_prefix(COMMAND_STATE).unwrap_or(uri);
    let known = CommandState::ALL.into_iter().find(|(_, name)| *name == word);
    let (state, _) = known.ok_or_else(|| Unreadable(format!("{uri:?} is not the state of a command")))?;
    let code = child_text(node, SHELL, "ExitCode");
    let code = code.map(|text| text.parse().map_err(|_| Unreadable(format!("{text:?} is not an exit code"))));
    Ok(Finished { command, state, exit_code: code.transpose()? })
}

/// The items of a page and what to ask the next one with.
fn page<'a, 'i>(message: &Envelope<'a, 'i>) -> Result<(Vec<Node<'a, 'i>>, Option<String>), Unreadable> {
    let first = child(message.body, ENUMERATION, "EnumerateResponse");
    let node = match first {
        Some(node) => node,
        None => need(message.body, ENUMERATION, "PullResponse")?,
    };
    // A first page that was optimised has its items in the namespace of WS-Management.
    let items = child(node, WSMAN, "Items").or_else(|| child(node, ENUMERATION, "Items"));
    let last = [WSMAN, ENUMERATION].iter().any(|space| child(node, space, "EndOfSequence").is_some());
    let next = child_text(node, ENUMERATION, "EnumerationContext").filter(|_| !last);
    Ok((items.map(|items| items.children().filter(Node::is_element).collect()).unwrap_or_default(), next))
}
