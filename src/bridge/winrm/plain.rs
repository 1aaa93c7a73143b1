//! Changes through a plain endpoint: the cmdlet runs in a shell of its own, whose ids the intent holds.
//!
//! No guard on the host knows the operation. What can be known about it after a broken link is what its
//! shell still says; when the shell is gone, the cmdlet does not run any more, and only observation can tell
//! what it has done.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::timeout;
use uuid::Uuid;

use super::{
    Inner,
    host::Host,
    shell::{RunError, answer, events, is_done, opened, send},
};
use crate::{
    bridge::{Adoption, CallError, Ended, Followed, Keeper, Operation, OperationId, Record, Refusal, Stream},
    psrp::{
        client::{ClientPipeline, ClientPool, PipelineEnd, PipelineEvent},
        clixml::ProgressRecord,
        messages::CreatePipeline,
    },
    winrm::{Session, SessionError},
    wsman::{Operation as Request, Target, fragment_room},
};

/// How long the shell of a change lives while nobody is connected: longer than any failover takes. It
/// counts even while the cmdlet runs (MS-WSMV 3.1.4.15).
const IDLE: Duration = Duration::from_hours(2);
/// How long a request that a dying process has sent may take to arrive: then a shell that is not there has
/// never been, or is gone.
const STRAGGLER: Duration = Duration::from_secs(20);

/// How long its end may take, which nobody needs.
const GIVE_UP: Duration = Duration::from_secs(10);

/// The changes that this process is connected to.
#[derive(Default)]
pub(super) struct Sessions(Mutex<HashMap<OperationId, Arc<tokio::sync::Mutex<Running>>>>);

/// A cmdlet that runs, and its session.
struct Running {
    session: Session,
    pipeline: ClientPipeline,
    shell: Uuid,
    records: Vec<Record>,
    refusal: Option<Refusal>,
    ended: Option<Ended>,
}

impl Sessions {
    fn get(&self, id: OperationId) -> Option<Arc<tokio::sync::Mutex<Running>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn put(&self, id: OperationId, session: Session, pipeline: ClientPipeline, shell: Uuid) {
        let running = Running { session, pipeline, shell, records: Vec::new(), refusal: None, ended: None };
        let running = Arc::new(tokio::sync::Mutex::new(running));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, running);
    }

    fn remove(&self, id: OperationId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

/// Who will see the shells that are made now.
pub(super) fn keeper(inner: &Inner) -> Keeper {
    Keeper::Shell(inner.access().owner())
}

/// Starts the cmdlet in a new shell.
pub(super) async fn start(inner: &Inner, host: &Host, operation: &Operation) -> Result<(), CallError> {
    let access = inner.access();
    let shell = operation.shell_id;
    let mut session = access.session(&host.listener, &inner.gate, operation.session_id);
    let mut pool = ClientPool::new(shell, fragment_room(access.pace.max_envelope));
    let greeting = pool.open();
    let open = async {
        session.create(shell, Some(IDLE), greeting).await?;
        opened(&mut session, &mut pool, shell).await
    };
    let limit = access.pace.shell;
    let late = || SessionError::Unknown(format!("the shell did not open in {} s", limit.as_secs()));
    if let Err(error) = timeout(limit, open).await.unwrap_or_else(|_| Err(late())) {
        // Nothing was asked of the shell yet, if it is there.
        return Err(match error {
            SessionError::Unknown(why) | SessionError::Unreadable(why) => {
                give_up(session, shell).await;
                CallError::NotSent(why)
            }
            error => error.into(),
        });
    }
    let pipeline = CreatePipeline::of(operation.mutation.invocation());
    let created = pool.create(operation.command_id, &pipeline);
    let (client, start) = created.map_err(|error| CallError::NotSent(error.to_string()))?;
    match send(&mut session, shell, operation.command_id, start).await {
        Ok(()) => {
            inner.sessions.put(operation.id, session, client, shell);
            Ok(())
        }
        Err(RunError::NotStarted(error)) => {
            give_up(session, shell).await;
            Err(error.into())
        }
        Err(RunError::Unknown(why)) => Err(CallError::Unknown(why)),
    }
}

/// Reads what the cmdlet writes.
pub(super) async fn follow(inner: &Inner, operation: &Operation, after: u64) -> Result<Followed, CallError> {
    let Some(running) = inner.sessions.get(operation.id) else {
        return Err(CallError::Unknown("this process is not connected to it".to_owned()));
    };
    let mut running = running.lock().await;
    let seen = usize::try_from(after).unwrap_or(usize::MAX).min(running.records.len());
    let is_news = seen < running.records.len() || running.ended.is_some();
    if !is_news && let Err(error) = running.receive(inner.clock.now()).await {
        inner.sessions.remove(operation.id);
        return Err(error.into());
    }
    if running.ended.is_some() {
        inner.sessions.remove(operation.id);
        let shell = running.shell;
        if let Err(error) = running.session.delete(shell).await {
            tracing::debug!(%error, %shell, "the shell of an ended cmdlet could not be ended; it ends by itself");
        }
    }
    Ok(Followed {
        records: running.records[seen..].to_vec(),
        next: running.records.len() as u64,
        ended: running.ended.clone(),
    })
}

/// Takes up a cmdlet that another process, or another connection of this one, has started.
pub(super) async fn adopt(inner: &Inner, host: &Host, operation: &Operation) -> Result<Adoption, CallError> {
    if host.listener.host != operation.host {
        let why = format!("only {} can say what became of it", operation.host);
        return Err(CallError::NotSent(why));
    }
    if inner.sessions.get(operation.id).is_some() {
        return Ok(Adoption::Running);
    }
    let access = inner.access();
    let shell = Target::shell(operation.shell_id);
    let mut session = access.session(&host.listener, &inner.gate, operation.session_id);
    if is_gone(session.reconnect(shell).await, shell)? {
        tokio::time::sleep(STRAGGLER).await;
        if is_gone(session.reconnect(shell).await, shell)? {
            // Under another session configuration than before, a shell that lives is not found either.
            if session.shells().await?.iter().any(|info| info.shell == operation.shell_id) {
                let why =
                    "its shell is there, under another session configuration than the deployment names now";
                return Ok(Adoption::Undecidable(why.to_owned()));
            }
            // The shells of another account cannot be seen.
            let mine = keeper(inner);
            if operation.keeper.as_ref().is_some_and(|keeper| *keeper != mine) {
                let why = "it was started by another account, whose shells cannot be seen with the present one;                            put the former credentials back until it has ended";
                return Ok(Adoption::Undecidable(why.to_owned()));
            }
            return Ok(lost("its shell is gone"));
        }
    }
    let command = Target::command(operation.shell_id, operation.command_id);
    let there = match session.reconnect(command).await {
        Ok(()) => true,
        Err(SessionError::Fault(_)) => {
            let commands = session.commands(operation.shell_id).await?;
            commands.iter().any(|info| info.command == operation.command_id)
        }
        Err(error) => return Err(error.into()),
    };
    if !there {
        // The shell was made for this cmdlet alone: without it, whatever is still under way finds no place.
        session.delete(operation.shell_id).await?;
        return Ok(lost("its shell was there without it, and was ended"));
    }
    let pool = ClientPool::resumed(operation.shell_id, fragment_room(access.pace.max_envelope));
    inner.sessions.put(operation.id, session, pool.adopt(operation.command_id), operation.shell_id);
    Ok(Adoption::Running)
}

/// Whether a host says that a shell is not there. A shell that another session holds is no answer.
fn is_gone(answer: Result<(), SessionError>, shell: Target) -> Result<bool, CallError> {
    match answer {
        Ok(()) => Ok(false),
        Err(SessionError::Fault(fault)) if fault.proves_shell_gone(&Request::Reconnect(shell)) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

fn lost(why: &str) -> Adoption {
    Adoption::Ended(Ended::Lost(format!("{why}; what the cmdlet did is seen by observation only")))
}

/// Ends a shell in which nothing was started.
async fn give_up(mut session: Session, shell: Uuid) {
    if let Ok(Err(error)) = timeout(GIVE_UP, session.delete(shell)).await {
        tracing::debug!(%error, %shell, "a shell could not be ended; it ends by itself");
    }
}

/// What a progress record says, in a line.
fn progress(record: &ProgressRecord) -> String {
    let ProgressRecord { activity, status, percent_complete, .. } = record;
    match percent_complete {
        0..=100 => format!("{activity}: {status} ({percent_complete} %)"),
        _ => format!("{activity}: {status}"),
    }
}

impl Running {
    /// Waits for what the cmdlet writes next.
    async fn receive(&mut self, at: jiff::Timestamp) -> Result<(), SessionError> {
        let target = Target::command(self.shell, self.pipeline.id());
        let Some(received) = self.session.receive(target).await? else { return Ok(()) };
        for event in events(&mut self.pipeline, &received) {
            self.take(event, at);
        }
        if self.ended.is_none() {
            answer(&mut self.session, target, &mut self.pipeline).await?;
        }
        if is_done(&received) && self.ended.is_none() {
            let end = self.pipeline.finish();
            self.end(&end);
        }
        Ok(())
    }

    fn take(&mut self, event: PipelineEvent, at: jiff::Timestamp) {
        let mut write = |stream, text: String| self.records.push(Record { at, stream, text });
        match event {
            PipelineEvent::Verbose(text) => write(Stream::Verbose, text),
            PipelineEvent::Warning(text) => write(Stream::Warning, text),
            PipelineEvent::Progress(record) => write(Stream::Progress, progress(&record)),
            PipelineEvent::Error(record) => {
                write(Stream::Error, record.message.clone());
                self.refusal.get_or_insert_with(|| (&*record).into());
            }
            PipelineEvent::Ended(end) => self.end(&end),
            PipelineEvent::Unreadable(error) => tracing::warn!(%error, "a message that could not be read"),
            _ => {}
        }
    }

    /// An error that did not end the pipeline is still a failure of the cmdlet.
    fn end(&mut self, end: &PipelineEnd) {
        self.ended = Some(match (end, self.refusal.take()) {
            (PipelineEnd::Completed, None) => Ended::Completed,
            (PipelineEnd::Completed, Some(refusal)) => Ended::Failed(refusal),
            (PipelineEnd::Failed(record), _) => Ended::Failed((&**record).into()),
            (PipelineEnd::Stopped(_), _) => Ended::Lost("somebody stopped its pipeline".to_owned()),
            (PipelineEnd::Unknown(_), _) => Ended::Lost("it ended without a final state".to_owned()),
        });
    }
}
