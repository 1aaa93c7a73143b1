//! A runspace pool, seen by its client (MS-PSRP 3.1).

use uuid::Uuid;

use super::ClientPipeline;
use crate::psrp::{
    Defragmenter, Destination, MessageType, PsrpError,
    clixml::{Value, Version},
    link::Link,
    messages::{
        CommandQuery, CreatePipeline, ErrorRecord, InitRunspacePool, Payload, RunspaceCounts,
        RunspacePoolState, RunspacePoolStateKind, SessionCapability,
    },
};

/// Where a pool is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PoolState {
    /// Nothing has been sent.
    BeforeOpen,
    /// The server has been asked to open it.
    Opening,
    /// The server has been asked to let this client in.
    Connecting,
    /// Pipelines can be made.
    Opened,
    /// The server closed it.
    Closed,
    /// It cannot be used any more.
    Broken,
}

/// What a server says about its pool.
#[derive(Clone, Debug, PartialEq)]
pub enum PoolEvent {
    /// Pipelines can be made from now on.
    Opened,
    /// The server closed it.
    Closed,
    /// It is broken, and why.
    Broken(Option<Box<ErrorRecord>>),
    /// A line for people, or a warning, from the session's start-up.
    Line(String),
    /// A message that could not be read; those after it can.
    Unreadable(PsrpError),
}

/// What starts a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The first fragment, for the arguments of the Command.
    pub command: Vec<u8>,
    /// The other fragments, one for each Send to the stream `stdin` of the command.
    pub send: Vec<Vec<u8>>,
}

/// The client's side of a runspace pool with one runspace.
#[derive(Clone, Debug)]
pub struct ClientPool {
    link: Link,
    reader: Defragmenter,
    state: PoolState,
    protocol: Option<Version>,
    answers: Vec<Vec<u8>>,
}

const ONE: RunspaceCounts = RunspaceCounts { min: 1, max: 1 };

impl ClientPool {
    /// A pool that is not open yet. Its identifier is chosen by the caller, so that it can be stored first;
    /// a fragment has at most `fragment_size` bytes.
    pub fn new(id: Uuid, fragment_size: usize) -> Self {
        Self {
            link: Link::new(id, Destination::Client, fragment_size),
            reader: Defragmenter::new(Defragmenter::LONGEST),
            state: PoolState::BeforeOpen,
            protocol: None,
            answers: Vec::new(),
        }
    }

    /// A pool that a client with the same session opened before, perhaps in another process. Reconnect needs
    /// no message, so that it is open at once; what the server speaks is not known any more.
    pub fn resumed(id: Uuid, fragment_size: usize) -> Self {
        Self {
            reader: Defragmenter::resuming(Defragmenter::LONGEST),
            state: PoolState::Opened,
            ..Self::new(id, fragment_size)
        }
    }

    /// The bytes of `creationXml`: `SESSION_CAPABILITY` and `INIT_RUNSPACEPOOL`.
    pub fn open(&mut self) -> Vec<u8> {
        self.state = PoolState::Opening;
        let init = InitRunspacePool { counts: ONE }.to_value();
        self.greeting(MessageType::InitRunspacePool, &init)
    }

    /// The bytes of `connectXml`, for a pool that another session left: `SESSION_CAPABILITY` and
    /// `CONNECT_RUNSPACEPOOL`.
    pub fn connect(&mut self) -> Vec<u8> {
        self.state = PoolState::Connecting;
        self.greeting(MessageType::ConnectRunspacePool, &ONE.to_value())
    }

    fn greeting(&self, kind: MessageType, value: &Value) -> Vec<u8> {
        let capability = SessionCapability::OURS.to_value();
        let first = self.link.cut(SessionCapability::KIND, None, Some(&capability));
        [first, self.link.cut(kind, None, Some(value))].concat().concat()
    }

    /// Its identifier.
    pub fn id(&self) -> Uuid {
        self.link.pool
    }

    /// Where it is in its life.
    pub fn state(&self) -> &PoolState {
        &self.state
    }

    /// The version of the protocol that both sides speak; `None` before the server has said its own.
    pub fn protocol(&self) -> Option<Version> {
        self.protocol
    }

    /// Takes bytes of the pool's stream `stdout`, or of `connectResponseXml`.
    ///
    /// # Errors
    ///
    /// A [`PsrpError`] after which the pool is broken: fragments that make no message, or a server that
    /// speaks another protocol.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<Vec<PoolEvent>, PsrpError> {
        let messages = self.reader.receive(bytes).inspect_err(|_| self.state = PoolState::Broken)?;
        let mut events = Vec::new();
        for message in messages {
            match self
                .link
                .read(&message, None)
                .and_then(|message| Ok((message.kind, Payload::decode(&message)?)))
            {
                Ok((kind, payload)) => events.extend(self.take(kind, payload)?),
                // A session cannot begin with what nobody understands; later it is only one message.
                Err(error) if self.state != PoolState::Opened => {
                    self.state = PoolState::Broken;
                    return Err(error);
                }
                Err(error) => events.push(PoolEvent::Unreadable(error)),
            }
        }
        Ok(events)
    }

    fn take(&mut self, kind: MessageType, payload: Payload) -> Result<Option<PoolEvent>, PsrpError> {
        match payload {
            Payload::SessionCapability(theirs) => {
                let agreed = theirs.agree().inspect_err(|_| self.state = PoolState::Broken)?;
                self.protocol = Some(agreed);
                Ok(None)
            }
            Payload::RunspacePoolInitData(_) if self.state == PoolState::Connecting => {
                self.opened(kind).map(Some)
            }
            Payload::RunspacePoolState(state) => self.told(kind, state),
            Payload::HostCall(call) => {
                let answer = call.unattended().map(|answer| answer.to_value());
                let kind = MessageType::RunspacePoolHostResponse;
                self.answers.extend(answer.iter().flat_map(|answer| self.link.cut(kind, None, Some(answer))));
                Ok(call.line().map(|line| PoolEvent::Line(line.to_owned())))
            }
            Payload::Warning(text) => Ok(Some(PoolEvent::Line(text))),
            _ => Ok(None),
        }
    }

    fn told(&mut self, kind: MessageType, state: RunspacePoolState) -> Result<Option<PoolEvent>, PsrpError> {
        match state.kind {
            RunspacePoolStateKind::Opened if self.state != PoolState::Opened => self.opened(kind).map(Some),
            RunspacePoolStateKind::Closed => {
                self.state = PoolState::Closed;
                Ok(Some(PoolEvent::Closed))
            }
            RunspacePoolStateKind::Broken => {
                self.state = PoolState::Broken;
                Ok(Some(PoolEvent::Broken(state.error)))
            }
            _ => Ok(None),
        }
    }

    fn opened(&mut self, kind: MessageType) -> Result<PoolEvent, PsrpError> {
        match (&self.state, self.protocol) {
            // Who opened the pool has agreed on a version; not every server repeats its own.
            (PoolState::Opening, Some(_)) | (PoolState::Connecting, _) => {
                self.state = PoolState::Opened;
                Ok(PoolEvent::Opened)
            }
            _ => {
                self.state = PoolState::Broken;
                Err(PsrpError::Unexpected { kind, why: "the pool was not asked for, or has no version" })
            }
        }
    }

    /// A pipeline, and what starts it. Its identifier, which is also that of the command, is chosen by the
    /// caller.
    ///
    /// # Errors
    ///
    /// [`PsrpError::Unexpected`] if the pool is not open.
    pub fn create(&self, id: Uuid, pipeline: &CreatePipeline) -> Result<(ClientPipeline, Start), PsrpError> {
        // What every version understands, where a resumed pool does not know the peer's.
        let protocol = self.protocol.unwrap_or(Version::new(2, 1));
        self.start(id, MessageType::CreatePipeline, &pipeline.to_value(protocol))
    }

    /// A pipeline that tells what commands there are, under names of which each may be a wildcard pattern. Its
    /// whole output is for [`crate::psrp::messages::CommandMetadata::read_all`]. A name without a wildcard that
    /// nothing has is an error record with `CommandNotFoundException`, which does not end the pipeline.
    ///
    /// # Errors
    ///
    /// [`PsrpError::Unexpected`] if the pool is not open.
    pub fn metadata(&self, id: Uuid, names: &[String]) -> Result<(ClientPipeline, Start), PsrpError> {
        self.start(id, MessageType::GetCommandMetadata, &CommandQuery::of(names).to_value())
    }

    fn start(
        &self,
        id: Uuid,
        kind: MessageType,
        value: &Value,
    ) -> Result<(ClientPipeline, Start), PsrpError> {
        if self.state != PoolState::Opened {
            return Err(PsrpError::Unexpected { kind, why: "the pool is not open" });
        }
        let mut fragments = self.link.cut(kind, Some(id), Some(value)).into_iter();
        let start = Start { command: fragments.next().unwrap_or_default(), send: fragments.collect() };
        Ok((ClientPipeline::new(self.link.clone(), id, Defragmenter::new(Defragmenter::LONGEST)), start))
    }

    /// A pipeline that was started before, perhaps by another process. What of its stream others have read
    /// does not come again.
    pub fn adopt(&self, id: Uuid) -> ClientPipeline {
        ClientPipeline::new(self.link.clone(), id, Defragmenter::resuming(Defragmenter::LONGEST))
    }

    /// Fragments for the stream `pr` of the shell: answers to calls of the host.
    pub fn take_answers(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.answers)
    }
}
