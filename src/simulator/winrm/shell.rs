//! A shell: a runspace pool, its client, its commands.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;
use uuid::Uuid;

use super::{configuration::Configuration, faults, output::Output};
use crate::{
    bridge::OperationId,
    psrp::server::{ServerPipeline, ServerPool},
    wsman::{Buffering, Chunk, CommandInfo, CommandState, Fault, Finished, Received, ShellInfo},
};

/// `MaxIdleTimeOutSec` of the endpoint that this product installs.
pub(super) const LONGEST_IDLE: Duration = Duration::from_hours(12);

/// A shell of a host.
#[derive(Debug)]
pub(super) struct Shell {
    pub(super) resource: String,
    pub(super) configuration: Configuration,
    pub(super) owner: String,
    /// `wsmv:SessionId` of the client that has it, or had it last.
    pub(super) session: Option<Uuid>,
    pub(super) disconnected: bool,
    pub(super) idle_timeout: Duration,
    pub(super) last_used: Instant,
    /// How many requests wait for output.
    pub(super) waiting: usize,
    pub(super) pool: ServerPool,
    pub(super) output: Output,
    pub(super) commands: BTreeMap<Uuid, Command>,
}

/// A pipeline of a shell.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) pipeline: ServerPipeline,
    pub(super) output: Output,
    /// The changing cmdlet that it runs.
    pub(super) runs: Option<OperationId>,
    /// Whether somebody wants it to stop.
    pub(super) stopping: bool,
    /// Whether the link breaks at the next request for its output.
    pub(super) breaks: bool,
}

/// What a request for output finds.
pub(super) enum Found {
    Output(Received),
    Nothing,
    /// The link breaks.
    Break,
}

impl Shell {
    /// Whether a session may use it now.
    pub(super) fn admit(&self, session: Option<Uuid>) -> Result<(), Box<Fault>> {
        if self.disconnected || session != self.session { Err(faults::in_use()) } else { Ok(()) }
    }

    /// A command that has to be there.
    pub(super) fn command(&mut self, id: Uuid) -> Result<&mut Command, Box<Fault>> {
        self.commands.get_mut(&id).ok_or_else(faults::no_command)
    }

    /// Whether nobody has used it for too long.
    pub(super) fn is_idle(&self, now: Instant) -> bool {
        self.waiting == 0 && now.duration_since(self.last_used) >= self.idle_timeout
    }

    /// Output of the shell or of a command, as much as there is room for.
    pub(super) fn fetch(&mut self, command: Option<Uuid>, room: usize) -> Result<Found, Box<Fault>> {
        let Some(id) = command else {
            let data = self.output.take(room);
            return Ok(found(data, None, false));
        };
        let command = self.command(id)?;
        if std::mem::take(&mut command.breaks) {
            return Ok(Found::Break);
        }
        let data = command.output.take(room);
        let done = command.pipeline.has_ended() && command.output.is_empty();
        Ok(found(data, Some(id), done))
    }

    /// The changing cmdlets that run in it.
    pub(super) fn running(&self) -> Vec<OperationId> {
        let alive = self.commands.values().filter(|command| !command.pipeline.has_ended());
        alive.filter_map(|command| command.runs).collect()
    }

    pub(super) fn describe(&self, id: Uuid, now: Instant) -> ShellInfo {
        ShellInfo {
            shell: id,
            resource: self.resource.clone(),
            owner: Some(self.owner.clone()),
            client: Some("127.0.0.1".to_owned()),
            state: Some(self.state().to_owned()),
            idle_timeout: Some(self.idle_timeout),
            inactivity: Some(now.duration_since(self.last_used)),
            longest_idle: Some(LONGEST_IDLE),
            // Nothing of its output is ever lost.
            buffering: Some(Buffering::Block),
        }
    }

    pub(super) fn list(&self) -> Vec<CommandInfo> {
        let state = Some(self.state().to_owned());
        self.commands.keys().map(|id| CommandInfo { command: *id, state: state.clone() }).collect()
    }

    fn state(&self) -> &'static str {
        if self.disconnected { "Disconnected" } else { "Connected" }
    }
}

impl Command {
    pub(super) fn new(pipeline: ServerPipeline) -> Self {
        Self { pipeline, output: Output::default(), runs: None, stopping: false, breaks: false }
    }

    /// Writes to the pipeline; each message can be lost by itself.
    pub(super) fn write(&mut self, write: impl FnOnce(&mut ServerPipeline)) {
        write(&mut self.pipeline);
        self.output.push(&self.pipeline.take_outgoing());
    }
}

fn found(data: Vec<u8>, command: Option<Uuid>, done: bool) -> Found {
    if data.is_empty() && !done {
        return Found::Nothing;
    }
    let chunks = if data.is_empty() { Vec::new() } else { vec![Chunk { command, data }] };
    let state = done.then_some(Finished { command, state: CommandState::Done, exit_code: Some(0) });
    Found::Output(Received { chunks, state })
}
