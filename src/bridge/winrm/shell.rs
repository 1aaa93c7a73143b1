//! A shell on a host: a runspace pool on a session of its own.

use std::time::Duration;

use uuid::Uuid;

use crate::{
    lync::ps::PsObject,
    psrp::{
        client::{ClientPipeline, ClientPool, PipelineEnd, PipelineEvent, PoolState, Start},
        clixml::{Value, to_ps_objects},
        messages::{CreatePipeline, ErrorRecord},
    },
    winrm::{Session, SessionError},
    wsman::{CommandState, Received, Target, fragment_room},
};

/// How long a shell for reading lives while nobody uses it.
const IDLE: Duration = Duration::from_secs(600);

/// An open shell. When a request of it fails it is not used again.
#[derive(Debug)]
pub(super) struct Shell {
    session: Session,
    pool: ClientPool,
    id: Uuid,
}

/// What a pipeline gave.
#[derive(Debug)]
pub(super) struct Output {
    /// Its output, in order.
    pub(super) values: Vec<Value>,
    /// The errors that did not end it.
    pub(super) errors: Vec<ErrorRecord>,
    /// How it ended.
    pub(super) end: PipelineEnd,
}

impl Output {
    /// The objects of its output.
    pub(super) fn rows(&self) -> Vec<PsObject> {
        self.values.iter().flat_map(to_ps_objects).collect()
    }
}

/// Why a pipeline gave nothing.
#[derive(Debug)]
pub(super) enum RunError {
    /// It never started.
    NotStarted(SessionError),
    /// It was sent, and what became of it is not known.
    Unknown(String),
}

impl Shell {
    /// Opens a shell under an id that is always the same for a host. One that a process left behind is ended
    /// first, so that there is never more than one.
    pub(super) async fn open(
        mut session: Session,
        id: Uuid,
        max_envelope: u32,
    ) -> Result<Self, SessionError> {
        let mut pool = ClientPool::new(id, fragment_room(max_envelope));
        let greeting = pool.open();
        let created = match session.create(id, Some(IDLE), greeting.clone()).await {
            Err(SessionError::Fault(fault)) => {
                // Whatever the fault is called: if it was that a shell of this id exists, it is gone now.
                if session.delete(id).await.is_err() {
                    return Err(SessionError::Fault(fault));
                }
                session.create(id, Some(IDLE), greeting).await
            }
            other => other,
        };
        created?;
        opened(&mut session, &mut pool, id).await?;
        Ok(Self { session, pool, id })
    }

    /// Runs a pipeline to its end.
    pub(super) async fn run(&mut self, pipeline: &CreatePipeline) -> Result<Output, RunError> {
        let id = Uuid::new_v4();
        let created = self.pool.create(id, pipeline);
        let (client, start) = created.map_err(|error| {
            RunError::NotStarted(SessionError::NotSent(format!("the shell is not open: {error}")))
        })?;
        self.finish(client, start).await
    }

    /// Asks which of some commands the host knows, and with which parameters.
    pub(super) async fn metadata(&mut self, names: &[String]) -> Result<Output, RunError> {
        let created = self.pool.metadata(Uuid::new_v4(), names);
        let (client, start) = created.map_err(|error| {
            RunError::NotStarted(SessionError::NotSent(format!("the shell is not open: {error}")))
        })?;
        self.finish(client, start).await
    }

    /// Ends it; what the host thinks of that does not matter.
    pub(super) async fn close(mut self) {
        if let Err(error) = self.session.delete(self.id).await {
            tracing::debug!(%error, shell = %self.id, "a shell could not be ended; it ends by itself");
        }
    }

    async fn finish(&mut self, mut pipeline: ClientPipeline, start: Start) -> Result<Output, RunError> {
        send(&mut self.session, self.id, pipeline.id(), start).await?;
        let mut values = Vec::new();
        let mut errors = Vec::new();
        let target = Target::command(self.id, pipeline.id());
        loop {
            let received = self.session.receive(target).await;
            let received = received.map_err(|error| RunError::Unknown(error.to_string()))?;
            for event in received.iter().flat_map(|received| events(&mut pipeline, received)) {
                match event {
                    PipelineEvent::Output(value) => values.push(value),
                    PipelineEvent::Error(record) => errors.push(*record),
                    PipelineEvent::Unreadable(error) => return Err(RunError::Unknown(error.to_string())),
                    _ => {}
                }
            }
            answer(&mut self.session, target, &mut pipeline)
                .await
                .map_err(|error| RunError::Unknown(error.to_string()))?;
            if received.is_some_and(|received| is_done(&received)) {
                pipeline.finish();
            }
            if let Some(end) = pipeline.end() {
                return Ok(Output { values, errors, end: end.clone() });
            }
        }
    }
}

/// Reads a shell that was just made until it is open.
pub(super) async fn opened(
    session: &mut Session,
    pool: &mut ClientPool,
    id: Uuid,
) -> Result<(), SessionError> {
    while *pool.state() != PoolState::Opened {
        let received = session.receive(Target::shell(id)).await?;
        for chunk in received.into_iter().flat_map(|received| received.chunks) {
            pool.receive(&chunk.data).map_err(|error| SessionError::Unreadable(error.to_string()))?;
        }
        if matches!(pool.state(), PoolState::Broken | PoolState::Closed) {
            return Err(SessionError::Unreadable("the host closed the shell while it was opened".to_owned()));
        }
    }
    Ok(())
}

/// Sends what starts a pipeline.
pub(super) async fn send(
    session: &mut Session,
    shell: Uuid,
    command: Uuid,
    start: Start,
) -> Result<(), RunError> {
    session.command(shell, command, start.command).await.map_err(|error| match error {
        error @ (SessionError::Unreachable(_) | SessionError::NotSent(_) | SessionError::Denied(_)) => {
            RunError::NotStarted(error)
        }
        error => RunError::Unknown(error.to_string()),
    })?;
    for fragment in start.send {
        let sent = session.send(Target::command(shell, command), fragment).await;
        sent.map_err(|error| RunError::Unknown(error.to_string()))?;
    }
    Ok(())
}

/// What a Receive brought, as events. What cannot be put together shows at the end: no final state comes.
pub(super) fn events(pipeline: &mut ClientPipeline, received: &Received) -> Vec<PipelineEvent> {
    let own = pipeline.id();
    let mut events = Vec::new();
    for chunk in received.chunks.iter().filter(|chunk| chunk.command.is_none_or(|id| id == own)) {
        match pipeline.receive(&chunk.data) {
            Ok(more) => events.extend(more),
            Err(error) => tracing::warn!(%error, command = %pipeline.id(), "output that makes no messages"),
        }
    }
    events
}

/// Answers what the pipeline asked of our side, such as the size of a window that nobody has.
pub(super) async fn answer(
    session: &mut Session,
    target: Target,
    pipeline: &mut ClientPipeline,
) -> Result<(), SessionError> {
    for answer in pipeline.take_answers() {
        session.answer(target, answer).await?;
    }
    Ok(())
}

/// Whether the host says that the command does not run any more.
pub(super) fn is_done(received: &Received) -> bool {
    received.state.is_some_and(|state| state.state == CommandState::Done)
}
