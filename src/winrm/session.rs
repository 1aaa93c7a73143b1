//! A client of one WinRM listener.

use std::{fmt, sync::Arc, time::Duration};

use hyper::StatusCode;
use uuid::Uuid;

use super::{
    Claim, Credentials, Endpoint, Gate, SessionError,
    link::{Link, Opened},
};
use crate::wsman::{
    Answer, AnswerError, Buffering, CommandInfo, FaultKind, Identity, Operation, Received, Request,
    ShellInfo, Signal, Target,
};

/// More pages than any list of shells has.
const MAX_PAGES: usize = 64;

/// One client session, `wsmv:SessionId`. It connects when it is first used, and again when its connection
/// has gone; a request that has left is never sent again. Requests go one after the other: somebody who has
/// to signal while output is awaited opens a second session with the same id.
pub struct Session {
    endpoint: Endpoint,
    credentials: Arc<Credentials>,
    revision: String,
    gate: Gate,
    id: Uuid,
    link: Option<Link>,
}

impl Session {
    /// A session that has not connected. `revision` names the version of the credentials, such as the
    /// `resourceVersion` of their Secret: a new one may be tried where an old one was refused.
    pub fn new(
        endpoint: Endpoint,
        credentials: Arc<Credentials>,
        revision: impl Into<String>,
        gate: Gate,
        id: Uuid,
    ) -> Self {
        Self { endpoint, credentials, revision: revision.into(), gate, id, link: None }
    }

    /// Whether the account was refused with these credentials, here or by somebody who counts for this host
    /// too, and not accepted since.
    pub fn was_refused(&self) -> bool {
        self.gate.has_refused(&self.claim())
    }

    /// Asks who is there. The account is checked by it; nothing is started.
    ///
    /// # Errors
    ///
    /// Any [`SessionError`].
    pub async fn identify(&mut self) -> Result<Identity, SessionError> {
        let body = self.exchange(&Identity::question()).await?;
        Identity::read(&body).map_err(|error| SessionError::Unreadable(error.to_string()))
    }

    /// Makes a shell.
    ///
    /// # Errors
    ///
    /// Any [`SessionError`]; after [`SessionError::Unknown`] the shell may be there.
    pub async fn create(
        &mut self,
        shell: Uuid,
        idle_timeout: Option<Duration>,
        creation_xml: Vec<u8>,
    ) -> Result<ShellInfo, SessionError> {
        match self.ask(Operation::Create { shell, idle_timeout, creation_xml }).await? {
            Answer::Created(info) => Ok(info),
            other => Err(unexpected(&other)),
        }
    }

    /// Starts a command. More fragments follow by [`Session::send`].
    ///
    /// # Errors
    ///
    /// Any [`SessionError`]; after [`SessionError::Unknown`] it may run.
    pub async fn command(
        &mut self,
        shell: Uuid,
        command: Uuid,
        first_fragment: Vec<u8>,
    ) -> Result<(), SessionError> {
        self.ask(Operation::Command { shell, command, first_fragment }).await.map(drop)
    }

    /// Sends fragments to a shell or a command. How many fit: [`crate::wsman::fragment_room`].
    ///
    /// # Errors
    ///
    /// Any [`SessionError`].
    pub async fn send(&mut self, target: Target, data: Vec<u8>) -> Result<(), SessionError> {
        self.ask(Operation::Send { target, data, urgent: false }).await.map(drop)
    }

    /// Sends answers to questions of a shell or a command (stream `pr`, MS-PSRP 3.1.5.3.5), ahead of what is
    /// still to be read there.
    ///
    /// # Errors
    ///
    /// Any [`SessionError`].
    pub async fn answer(&mut self, target: Target, data: Vec<u8>) -> Result<(), SessionError> {
        self.ask(Operation::Send { target, data, urgent: true }).await.map(drop)
    }

    /// Waits for output of a shell or a command, at most the time of an operation. `None`: nothing yet.
    ///
    /// # Errors
    ///
    /// Any [`SessionError`]; output that was on its way when the connection broke is lost.
    pub async fn receive(&mut self, target: Target) -> Result<Option<Received>, SessionError> {
        match self.ask(Operation::Receive(target)).await {
            Ok(Answer::Received(received)) => Ok(Some(received)),
            Ok(other) => Err(unexpected(&other)),
            Err(SessionError::Fault(fault)) if fault.kind() == FaultKind::TimedOut => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Tells a command something.
    ///
    /// # Errors
    ///
    /// Any [`SessionError`].
    pub async fn signal(&mut self, shell: Uuid, command: Uuid, signal: Signal) -> Result<(), SessionError> {
        self.ask(Operation::Signal { shell, command, signal }).await.map(drop)
    }

    /// Lets go of a shell, which goes on.
    ///
    /// # Errors
    ///
    /// Any [`SessionError`].
    pub async fn disconnect(
        &mut self,
        shell: Uuid,
        idle_timeout: Option<Duration>,
        buffering: Option<Buffering>,
    ) -> Result<(), SessionError> {
        self.ask(Operation::Disconnect { shell, idle_timeout, buffering }).await.map(drop)
    }

    /// Takes a shell of this session up again, then each command in it.
    ///
    /// # Errors
    ///
    /// Any [`SessionError`]. A fault that [`crate::wsman::Fault::proves_shell_gone`] to
    /// `Operation::Reconnect` of the shell means that nothing runs in it.
    pub async fn reconnect(&mut self, target: Target) -> Result<(), SessionError> {
        self.ask(Operation::Reconnect(target)).await.map(drop)
    }

    /// Takes a disconnected shell of another session up. Brings the fragments that describe it.
    ///
    /// # Errors
    ///
    /// Any [`SessionError`].
    pub async fn connect(&mut self, target: Target, connect_xml: Vec<u8>) -> Result<Vec<u8>, SessionError> {
        match self.ask(Operation::Connect { target, connect_xml }).await? {
            Answer::Connected { response_xml } => Ok(response_xml),
            other => Err(unexpected(&other)),
        }
    }

    /// Ends a shell and what runs in it.
    ///
    /// # Errors
    ///
    /// Any [`SessionError`].
    pub async fn delete(&mut self, shell: Uuid) -> Result<(), SessionError> {
        self.ask(Operation::Delete { shell }).await.map(drop)
    }

    /// The shells on the host that the account may see, of every session configuration.
    ///
    /// # Errors
    ///
    /// Any [`SessionError`].
    pub async fn shells(&mut self) -> Result<Vec<ShellInfo>, SessionError> {
        let mut all = Vec::new();
        let mut operation = Operation::EnumerateShells;
        for _ in 0..MAX_PAGES {
            match self.ask(operation).await? {
                Answer::Shells { shells, next } => {
                    all.extend(shells);
                    let Some(context) = next else { return Ok(all) };
                    operation = Operation::Pull { context, commands: false };
                }
                other => return Err(unexpected(&other)),
            }
        }
        Err(SessionError::Unreadable("the list of shells does not end".to_owned()))
    }

    /// The commands of a shell.
    ///
    /// # Errors
    ///
    /// Any [`SessionError`].
    pub async fn commands(&mut self, shell: Uuid) -> Result<Vec<CommandInfo>, SessionError> {
        let mut all = Vec::new();
        let mut operation = Operation::EnumerateCommands { shell };
        for _ in 0..MAX_PAGES {
            match self.ask(operation).await? {
                Answer::Commands { commands, next } => {
                    all.extend(commands);
                    let Some(context) = next else { return Ok(all) };
                    operation = Operation::Pull { context, commands: true };
                }
                other => return Err(unexpected(&other)),
            }
        }
        Err(SessionError::Unreadable("the list of commands does not end".to_owned()))
    }

    async fn ask(&mut self, operation: Operation) -> Result<Answer, SessionError> {
        let request = Request {
            to: self.endpoint.url(),
            message_id: Uuid::new_v4(),
            session_id: Some(self.id),
            operation_timeout: self.endpoint.pace.operation,
            max_envelope: self.endpoint.pace.max_envelope,
            resource: self.endpoint.resource(),
            operation,
        };
        let envelope = request.write();
        if envelope.len() > request.max_envelope as usize {
            let why = format!("an envelope of {} bytes is too large", envelope.len());
            return Err(SessionError::NotSent(why));
        }
        let body = self.exchange(&envelope).await?;
        Answer::read(&request, &body).map_err(|error| match error {
            AnswerError::Fault(fault) => SessionError::Fault(fault),
            AnswerError::Unreadable(why) => SessionError::Unreadable(why.to_string()),
        })
    }

    /// Sends an envelope and brings a body that is SOAP, an answer or a fault.
    async fn exchange(&mut self, envelope: &str) -> Result<Vec<u8>, SessionError> {
        let reused = self.link.as_ref().is_some_and(|link| link.is_usable(&self.endpoint));
        let mut outcome = self.exchange_once(envelope).await;
        if reused && matches!(outcome, Err(SessionError::NotSent(_))) {
            // The server had closed an idle connection; the request came back as it was. Nothing that a
            // stranger could have said leads here.
            outcome = self.exchange_once(envelope).await;
        }
        outcome
    }

    async fn exchange_once(&mut self, envelope: &str) -> Result<Vec<u8>, SessionError> {
        let pace = &self.endpoint.pace;
        let claim = self.claim();
        let arrived = self.gate.arrive(&claim);
        // Taken out, so that a call that is dropped half-way leaves no connection out of step behind.
        let mut link = match self.link.take().filter(|link| link.is_usable(&self.endpoint)) {
            Some(link) => link,
            None => Link::open(&self.endpoint, &self.credentials, &claim, &self.gate).await?,
        };
        let turn = match link.sends_credentials() {
            true => Some(self.gate.enter(&claim, arrived).await?),
            false => None,
        };
        let Opened { status, body, is_authentic } =
            link.exchange(envelope, pace.operation + pace.grace).await?;
        if !is_authentic {
            return Err(self.unproved(status));
        }
        match (status, turn) {
            (StatusCode::UNAUTHORIZED, Some(turn)) => {
                turn.refused();
                Err(self.refused())
            }
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => Err(self.forbidden(status)),
            (StatusCode::NOT_FOUND, _) => {
                Err(SessionError::NotSent(format!("{} has no WinRM at /wsman", self.endpoint.host)))
            }
            _ if body.is_empty() => {
                Err(SessionError::Unknown(format!("{} answers {status} without content", self.endpoint.host)))
            }
            (_, turn) => {
                if let Some(turn) = turn {
                    turn.accepted();
                }
                self.link = Some(link);
                Ok(body)
            }
        }
    }

    /// The request had left, and what came back may be anybody's.
    fn unproved(&self, status: StatusCode) -> SessionError {
        SessionError::Unknown(format!(
            "{} seems to answer {status}, without a seal, so that anybody on the way may have said it; if it \
             stays, see that WinRM is at /wsman there, and that {} may use it (Remote Management Users) and the \
             session configuration {}",
            self.endpoint.host,
            self.credentials.account(),
            self.endpoint.configuration
        ))
    }

    fn refused(&self) -> SessionError {
        SessionError::Denied(format!(
            "{} refused {}; check the credentials, and whether the listener allows this kind \
             (winrm get winrm/config/service/auth)",
            self.endpoint.host,
            self.credentials.account()
        ))
    }

    fn forbidden(&self, status: StatusCode) -> SessionError {
        SessionError::Denied(format!(
            "{} knows {} but refuses the request ({status}); the account has to be allowed to use WinRM \
             (Remote Management Users) and the session configuration {}",
            self.endpoint.host,
            self.credentials.account(),
            self.endpoint.configuration
        ))
    }

    fn claim(&self) -> Claim {
        let host = self.endpoint.host.clone();
        Claim {
            counted_at: self.credentials.counted_at(&host),
            account: self.credentials.account(),
            host,
            revision: self.revision.clone(),
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("url", &self.endpoint.url())
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

fn unexpected(answer: &Answer) -> SessionError {
    SessionError::Unreadable(format!("an answer to another question: {answer:?}"))
}
