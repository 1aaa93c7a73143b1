//! What can go wrong between the bytes and the typed messages.

use super::{
    FragmentError, MessageError, MessageType,
    clixml::{ClixmlError, Version},
};

/// Why what the peer sent cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PsrpError {
    /// The fragments do not make a message; nothing after them can be read.
    #[error(transparent)]
    Fragment(#[from] FragmentError),
    /// The message is none.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// The data of a message is no CLIXML.
    #[error("{kind:?}: {error}")]
    Clixml {
        /// The message.
        kind: MessageType,
        /// What is wrong with its data.
        error: ClixmlError,
    },
    /// The data of a message lacks something.
    #[error("{kind:?}: {problem}")]
    Content {
        /// The message.
        kind: MessageType,
        /// What is missing or of another type.
        problem: String,
    },
    /// A message that does not belong here: for the other side, another pool, another pipeline, another
    /// moment.
    #[error("{kind:?} does not belong here: {why}")]
    Unexpected {
        /// The message.
        kind: MessageType,
        /// Why not.
        why: &'static str,
    },
    /// The peer speaks a version of the protocol that is not 2.1 or a later 2.x.
    #[error("the peer speaks version {0} of the protocol")]
    Version(Version),
}

impl PsrpError {
    pub(super) fn content(kind: MessageType, problem: impl Into<String>) -> Self {
        Self::Content { kind, problem: problem.into() }
    }
}
