//! What a client can ask of a shell.

use std::time::Duration;

use uuid::Uuid;

/// A shell, or one command in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The shell.
    pub shell: Uuid,
    /// The command; without it the shell itself is meant.
    pub command: Option<Uuid>,
}

impl Target {
    /// The shell itself.
    pub fn shell(shell: Uuid) -> Self {
        Self { shell, command: None }
    }

    /// A command in a shell.
    pub fn command(shell: Uuid, command: Uuid) -> Self {
        Self { shell, command: Some(command) }
    }
}

/// What the server does with output while no client reads it (MS-WSMV 2.2.4.28).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buffering {
    /// The command waits when the buffer is full.
    Block,
    /// The oldest output is lost.
    Drop,
}

/// What a command is told (MS-WSMV 2.2.4.38; MS-PSRP 3.1.5.3.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Stop, as Ctrl+C. PowerShell stops the pipeline.
    CtrlC,
    /// Its results are no longer wanted; what belongs to it is freed.
    Terminate,
}

/// One operation of WS-Management.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Makes a shell (MS-WSMV 3.1.4.5; MS-PSRP 3.1.5.3.1).
    Create {
        /// Its id, chosen by the client: a shell without one cannot be disconnected (MS-WSMV 3.1.4.15).
        shell: Uuid,
        /// How long it lives while nobody is connected. Without it the endpoint decides.
        idle_timeout: Option<Duration>,
        /// The first fragments of PowerShell's protocol.
        creation_xml: Vec<u8>,
    },
    /// Starts a command (MS-WSMV 3.1.4.11; MS-PSRP 3.1.5.3.3).
    Command {
        /// The shell.
        shell: Uuid,
        /// The id of the command, chosen by the client.
        command: Uuid,
        /// The first fragment of the pipeline.
        first_fragment: Vec<u8>,
    },
    /// Sends more fragments (MS-WSMV 3.1.4.13; MS-PSRP 3.1.5.3.5).
    Send {
        /// To what.
        target: Target,
        /// The fragments.
        data: Vec<u8>,
        /// Ahead of what was sent before: the stream `pr` instead of `stdin`.
        urgent: bool,
    },
    /// Waits for output (MS-WSMV 3.1.4.14; MS-PSRP 3.1.5.3.7).
    Receive(Target),
    /// Tells a command something (MS-WSMV 3.1.4.12).
    Signal {
        /// The shell.
        shell: Uuid,
        /// The command.
        command: Uuid,
        /// What.
        signal: Signal,
    },
    /// Lets go of a shell, which goes on (MS-WSMV 3.1.4.15).
    Disconnect {
        /// The shell.
        shell: Uuid,
        /// How long it lives from now on.
        idle_timeout: Option<Duration>,
        /// What becomes of output meanwhile.
        buffering: Option<Buffering>,
    },
    /// Takes a shell of the same session up again, or a command in it (MS-WSMV 3.1.4.16; MS-PSRP
    /// 3.1.5.3.18). The shell comes first.
    Reconnect(Target),
    /// Takes a disconnected shell of another session up (MS-WSMV 3.1.4.17; MS-PSRP 3.1.5.3.14).
    Connect {
        /// What.
        target: Target,
        /// The fragments that introduce the new client; empty for a command.
        connect_xml: Vec<u8>,
    },
    /// Ends a shell and what runs in it (MS-WSMV 3.1.4.4).
    Delete {
        /// The shell.
        shell: Uuid,
    },
    /// Lists the shells of the endpoint that the account may see (MS-WSMV 3.1.4.8).
    EnumerateShells,
    /// Lists the commands of a shell.
    EnumerateCommands {
        /// The shell.
        shell: Uuid,
    },
    /// Fetches the next page of a list.
    Pull {
        /// What the last page said.
        context: String,
        /// Whether commands are listed, not shells.
        commands: bool,
    },
}

impl Operation {
    /// The shell that it names.
    pub fn shell(&self) -> Option<Uuid> {
        match self {
            Self::Create { shell, .. }
            | Self::Command { shell, .. }
            | Self::Signal { shell, .. }
            | Self::Disconnect { shell, .. }
            | Self::Delete { shell }
            | Self::EnumerateCommands { shell } => Some(*shell),
            Self::Send { target, .. } | Self::Receive(target) | Self::Reconnect(target) => Some(target.shell),
            Self::Connect { target, .. } => Some(target.shell),
            Self::EnumerateShells | Self::Pull { .. } => None,
        }
    }

    /// The command that it names.
    pub fn command(&self) -> Option<Uuid> {
        match self {
            Self::Command { command, .. } | Self::Signal { command, .. } => Some(*command),
            Self::Send { target, .. } | Self::Receive(target) | Self::Reconnect(target) => target.command,
            Self::Connect { target, .. } => target.command,
            _ => None,
        }
    }

    /// A word for logs and errors.
    pub fn name(&self) -> &'static str {
        self.kind().1
    }

    /// The URI of the action without its last word, and that word.
    pub(super) fn kind(&self) -> (&'static str, &'static str) {
        use super::names::{ENUMERATION, SHELL, TRANSFER};
        match self {
            Self::Create { .. } => (TRANSFER, "Create"),
            Self::Delete { .. } => (TRANSFER, "Delete"),
            Self::EnumerateShells | Self::EnumerateCommands { .. } => (ENUMERATION, "Enumerate"),
            Self::Pull { .. } => (ENUMERATION, "Pull"),
            Self::Command { .. } => (SHELL, "Command"),
            Self::Send { .. } => (SHELL, "Send"),
            Self::Receive(_) => (SHELL, "Receive"),
            Self::Signal { .. } => (SHELL, "Signal"),
            Self::Disconnect { .. } => (SHELL, "Disconnect"),
            Self::Reconnect(_) => (SHELL, "Reconnect"),
            Self::Connect { .. } => (SHELL, "Connect"),
        }
    }
}

impl Buffering {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Block => "Block",
            Self::Drop => "Drop",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::Block, Self::Drop].into_iter().find(|mode| mode.word().eq_ignore_ascii_case(word))
    }
}

impl Signal {
    pub(super) fn uris(self) -> &'static [&'static str] {
        match self {
            // The first is what PowerShell sends and expects, letters in this order (MS-PSRP 3.1.5.3.9);
            // the others are what other clients say.
            Self::CtrlC => &[
                "powershell/signal/crtl_c",
                "powershell/signal/ctrl_c",
                "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/ctrl_c",
            ],
            Self::Terminate => &[
                "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/Terminate",
                "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/terminate",
            ],
        }
    }

    pub(super) fn from_uri(uri: &str) -> Option<Self> {
        [Self::CtrlC, Self::Terminate].into_iter().find(|signal| signal.uris().contains(&uri))
    }
}
