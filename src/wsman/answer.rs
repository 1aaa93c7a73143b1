//! What a server answers.

use std::time::Duration;

use uuid::Uuid;

use super::{Buffering, Fault, Request, Unreadable, answer_read, answer_write};

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The shell is there.
    Created(ShellInfo),
    /// The command has started.
    Started {
        /// Its id.
        command: Uuid,
    },
    /// Fragments were taken.
    Sent,
    /// Output, or the end of a command.
    Received(Received),
    /// The signal was taken.
    Signalled,
    /// Nobody is connected now.
    Disconnected,
    /// The client is connected again.
    Reconnected,
    /// The new client is connected.
    Connected {
        /// Fragments that tell it about the shell.
        response_xml: Vec<u8>,
    },
    /// The shell is gone.
    Deleted,
    /// A page of a list of shells.
    Shells {
        /// The shells whose id is a GUID; those of PowerShell have no other.
        shells: Vec<ShellInfo>,
        /// What to ask the next page with.
        next: Option<String>,
    },
    /// A page of a list of commands.
    Commands {
        /// The commands whose id is a GUID.
        commands: Vec<CommandInfo>,
        /// What to ask the next page with.
        next: Option<String>,
    },
}

/// A shell as the server describes it (MS-WSMV 2.2.4.37). What is not said is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShellInfo {
    /// Its id.
    pub shell: Uuid,
    /// Its resource, which ends with the name of the session configuration.
    pub resource: String,
    /// Whose it is, `CONTOSO\svc-lync`.
    pub owner: Option<String>,
    /// Where its client is.
    pub client: Option<String>,
    /// `Connected`, `Disconnected` or in between.
    pub state: Option<String>,
    /// How long it lives while nobody is connected.
    pub idle_timeout: Option<Duration>,
    /// For how long it has done nothing.
    pub inactivity: Option<Duration>,
    /// The most that a client may ask for instead of `idle_timeout`.
    pub longest_idle: Option<Duration>,
    /// What becomes of output that nobody reads.
    pub buffering: Option<Buffering>,
}

/// A command of a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandInfo {
    /// Its id.
    pub command: Uuid,
    /// `Connected`, `Disconnected` or in between.
    pub state: Option<String>,
}

/// What a Receive brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Output, in order.
    pub chunks: Vec<Chunk>,
    /// The state of the command, if the server tells it.
    pub state: Option<Finished>,
}

/// A piece of output. It may hold several fragments, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The command that wrote it; without one the shell did.
    pub command: Option<Uuid>,
    /// The bytes.
    pub data: Vec<u8>,
}

/// What is said about the state of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The command, if the server names it.
    pub command: Option<Uuid>,
    /// Its state.
    pub state: CommandState,
    /// Its exit code. Of a pipeline it says nothing: that is in the fragments.
    pub exit_code: Option<i64>,
}

/// The state of a command (MS-WSMV 2.2.4.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandState {
    /// Not begun.
    Pending,
    /// It runs.
    Running,
    /// It does not run any more. Whether its pipeline ended well is in the fragments.
    Done,
}

impl CommandState {
    pub(super) const ALL: [(Self, &'static str); 3] =
        [(Self::Pending, "Pending"), (Self::Running, "Running"), (Self::Done, "Done")];
}

/// Why there is no answer in what came back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The server said no.
    #[error("{0}")]
    Fault(Box<Fault>),
    /// It is not the answer to this request.
    #[error("{0}")]
    Unreadable(#[from] Unreadable),
}

impl Answer {
    /// Reads the answer to a request.
    ///
    /// # Errors
    ///
    /// [`AnswerError::Fault`] when the server said no, [`AnswerError::Unreadable`] when it is not the
    /// answer to this request.
    pub fn read(request: &Request, envelope: &[u8]) -> Result<Self, AnswerError> {
        answer_read::read(request, envelope)
    }

    /// The envelope, as UTF-8.
    pub fn write(&self, request: &Request, message_id: Uuid) -> String {
        answer_write::write(self, request, message_id)
    }
}
