//! One side of a session: how its messages become fragments, and whether those of the peer belong here.

use uuid::Uuid;

use super::{
    Destination, Fragmenter, Message, MessageType, PsrpError,
    clixml::{Value, encode},
};

/// The pool that is talked about, and who this side is.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) pool: Uuid,
    us: Destination,
    fragmenter: Fragmenter,
}

impl Link {
    pub(super) fn new(pool: Uuid, us: Destination, fragment_size: usize) -> Self {
        Self { pool, us, fragmenter: Fragmenter::new(fragment_size) }
    }

    /// The fragments of a message; `None` is a message without data.
    pub(super) fn cut(
        &self,
        kind: MessageType,
        pipeline: Option<Uuid>,
        data: Option<&Value>,
    ) -> Vec<Vec<u8>> {
        let destination = match self.us {
            Destination::Client => Destination::Server,
            Destination::Server => Destination::Client,
        };
        let data = data.map(encode).unwrap_or_default();
        let message = Message { destination, kind, pool: self.pool, pipeline, data };
        self.fragmenter.cut(&message.encode())
    }

    /// A message of the peer to this side, about this pool and nothing else.
    pub(super) fn read(&self, bytes: &[u8], pipeline: Option<Uuid>) -> Result<Message, PsrpError> {
        let message = Message::decode(bytes)?;
        let kind = message.kind;
        let unexpected = |why| Err(PsrpError::Unexpected { kind, why });
        if message.destination != self.us {
            return unexpected("it is for the other side");
        }
        // PowerShell's server greets under no identifier.
        let greets = kind == MessageType::SessionCapability && message.pool.is_nil();
        if message.pool != self.pool && !greets {
            return unexpected("it is about another pool");
        }
        if message.pipeline != pipeline {
            return unexpected("it is about another pipeline");
        }
        Ok(message)
    }
}
