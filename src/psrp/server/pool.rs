//! A runspace pool, seen by its server (MS-PSRP 3.2).

use uuid::Uuid;

use super::ServerPipeline;
use crate::psrp::{
    Defragmenter, Destination, Message, MessageType, PsrpError,
    clixml::{Object, Value, Version},
    link::Link,
    messages::{
        ErrorRecord, HostResponse, Payload, RunspaceCounts, RunspacePoolState, RunspacePoolStateKind,
        RunspaceRequest, SessionCapability,
    },
};

/// What a client wants of a pool.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerPoolEvent {
    /// It is open: pipelines may come.
    Opened,
    /// The client answered a call of its host.
    HostAnswered(HostResponse),
    /// A message that this server knows and does not serve: the key exchange for secure strings.
    Ignored(MessageType),
}

/// The server's side of a runspace pool.
#[derive(Clone, Debug)]
pub struct ServerPool {
    link: Link,
    reader: Defragmenter,
    protocol: Option<Version>,
    counts: Option<RunspaceCounts>,
    outgoing: Vec<Vec<u8>>,
}

impl ServerPool {
    /// A pool that a client is about to open; it takes its identifier from the first message.
    pub fn new(fragment_size: usize) -> Self {
        Self {
            link: Link::new(Uuid::nil(), Destination::Server, fragment_size),
            reader: Defragmenter::new(Defragmenter::LONGEST),
            protocol: None,
            counts: None,
            outgoing: Vec::new(),
        }
    }

    /// Its identifier; nil before the client has said it.
    pub fn id(&self) -> Uuid {
        self.link.pool
    }

    /// The version that both sides speak; `None` before the client has said its own.
    pub fn protocol(&self) -> Option<Version> {
        self.protocol
    }

    /// Whether pipelines may come.
    pub fn is_open(&self) -> bool {
        self.counts.is_some()
    }

    /// Takes bytes of `creationXml`, or of the shell's streams `stdin` and `pr`.
    ///
    /// # Errors
    ///
    /// A [`PsrpError`]; the session is not worth keeping after one.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<Vec<ServerPoolEvent>, PsrpError> {
        let messages = self.reader.receive(bytes)?;
        messages.iter().filter_map(|message| self.take(message).transpose()).collect()
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Option<ServerPoolEvent>, PsrpError> {
        if self.protocol.is_none() {
            self.link.pool = Message::decode(bytes)?.pool;
        }
        let message = self.link.read(bytes, None)?;
        let unexpected = |why| Err(PsrpError::Unexpected { kind: message.kind, why });
        match (Payload::decode(&message)?, self.protocol) {
            (Payload::SessionCapability(_), Some(_)) => return unexpected("it came before"),
            (Payload::SessionCapability(theirs), None) => {
                self.protocol = Some(theirs.agree()?);
                self.send(SessionCapability::KIND, &SessionCapability::OURS.to_value());
            }
            (_, None) => return unexpected("the session begins with SESSION_CAPABILITY"),
            (Payload::InitRunspacePool(_), _) if self.counts.is_some() => {
                return unexpected("it came before");
            }
            (Payload::InitRunspacePool(init), _) => {
                self.counts = Some(init.counts);
                self.send(MessageType::ApplicationPrivateData, &private_data());
                self.tell(RunspacePoolStateKind::Opened, None);
                return Ok(Some(ServerPoolEvent::Opened));
            }
            (Payload::SetMaxRunspaces(request) | Payload::SetMinRunspaces(request), _) => {
                self.answer(request, true);
            }
            (Payload::ResetRunspaceState(request), _) => self.answer(request, true),
            (Payload::GetAvailableRunspaces(request), _) => {
                self.answer(request, i64::from(self.counts.map_or(0, |counts| counts.max)));
            }
            (Payload::HostResponse(answer), _) => return Ok(Some(ServerPoolEvent::HostAnswered(answer))),
            (Payload::Other(kind), _) => return Ok(Some(ServerPoolEvent::Ignored(kind))),
            _ => return unexpected("a client never sends it here"),
        }
        Ok(None)
    }

    /// Takes the bytes of `connectXml` and gives those of `connectResponseXml`; `APPLICATION_PRIVATE_DATA`
    /// and the state follow in the stream (MS-PSRP 3.2.5.4.29).
    ///
    /// # Errors
    ///
    /// A [`PsrpError`] for anything else than `SESSION_CAPABILITY` and `CONNECT_RUNSPACEPOOL`, or if the
    /// pool was never opened.
    pub fn connect(&mut self, bytes: &[u8]) -> Result<Vec<u8>, PsrpError> {
        let mut reader = Defragmenter::new(Defragmenter::LONGEST);
        let messages = reader.receive(bytes)?;
        reader.finish()?;
        let unexpected = |why| PsrpError::Unexpected { kind: MessageType::ConnectRunspacePool, why };
        let counts = self.counts.ok_or_else(|| unexpected("the pool was never opened"))?;
        let mut capability = None;
        let mut connects = false;
        for bytes in messages {
            match Payload::decode(&self.link.read(&bytes, None)?)? {
                Payload::SessionCapability(theirs) => capability = Some(theirs),
                Payload::ConnectRunspacePool(_) => connects = true,
                _ => return Err(unexpected("another message came with it")),
            }
        }
        let capability = capability.filter(|_| connects);
        let agreed = capability.ok_or_else(|| unexpected("a message is missing"))?.agree()?;
        self.protocol = Some(agreed);
        let ours = SessionCapability::OURS.to_value();
        let response = [
            self.link.cut(SessionCapability::KIND, None, Some(&ours)),
            self.link.cut(MessageType::RunspacePoolInitData, None, Some(&counts.to_value())),
        ];
        self.reader = Defragmenter::new(Defragmenter::LONGEST);
        self.send(MessageType::ApplicationPrivateData, &private_data());
        self.tell(RunspacePoolStateKind::Opened, None);
        Ok(response.concat().concat())
    }

    /// Tells the client that the pool is closed.
    pub fn close(&mut self) {
        self.counts = None;
        self.tell(RunspacePoolStateKind::Closed, None);
    }

    /// Tells the client that the pool is broken, and why.
    pub fn fail(&mut self, error: ErrorRecord) {
        self.counts = None;
        self.tell(RunspacePoolStateKind::Broken, Some(Box::new(error)));
    }

    /// A pipeline of this pool, for a command with this identifier.
    pub fn pipeline(&self, id: Uuid) -> ServerPipeline {
        ServerPipeline::new(self.link.clone(), id)
    }

    /// Fragments for the shell's stream `stdout`.
    pub fn take_outgoing(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.outgoing)
    }

    fn tell(&mut self, kind: RunspacePoolStateKind, error: Option<Box<ErrorRecord>>) {
        self.send(MessageType::RunspacePoolState, &RunspacePoolState { kind, error }.to_value());
    }

    fn answer(&mut self, request: RunspaceRequest, answer: impl Into<Value>) {
        self.send(MessageType::RunspaceAvailability, &request.answer(answer));
    }

    fn send(&mut self, kind: MessageType, value: &Value) {
        self.outgoing.extend(self.link.cut(kind, None, Some(value)));
    }
}

/// What PowerShell says of itself; some clients read the version of the protocol from here.
fn private_data() -> Value {
    let ours = SessionCapability::OURS;
    let versions = Object::of_dictionary(vec![
        ("PSVersion".into(), Version::new(5, 1).into()),
        ("PSRemotingProtocolVersion".into(), ours.protocol.into()),
        ("SerializationVersion".into(), ours.serialization.into()),
    ]);
    let table = Object::of_dictionary(vec![("PSVersionTable".into(), versions.into())]);
    Object::default().note("ApplicationPrivateData", table).into()
}
