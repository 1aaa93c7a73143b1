//! The service: what each operation of WS-Management does to the shells of a host.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;
use uuid::Uuid;

use super::{
    configuration::{Configuration, describe},
    faults,
    host::Host,
    receive::receive,
    runner::run,
    shell::{Command, LONGEST_IDLE, Shell},
};
use crate::{
    psrp::server::{ServerPipelineEvent, ServerPool},
    wsman::{Answer, Fault, Operation, Request, Signal, Target, fragment_room},
};

/// `MaxShellsPerUser` of Server 2012.
const MAX_SHELLS: usize = 25;
/// `IdleTimeoutSec` of the endpoint that this product installs.
const IDLE: Duration = Duration::from_hours(4);
/// What PowerShell makes fragments of, unless the client takes less.
const FRAGMENT: usize = 32 << 10;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum NoAnswer {
    Fault(Box<Fault>),
    /// The connection breaks.
    Break,
}

impl From<Box<Fault>> for NoAnswer {
    fn from(fault: Box<Fault>) -> Self {
        Self::Fault(fault)
    }
}

/// Answers a request of an account.
pub(super) async fn answer(host: &Arc<Host>, account: &str, request: &Request) -> Result<Answer, NoAnswer> {
    if host.visit().is_err() {
        return Err(NoAnswer::Break);
    }
    let shell = request.operation.shell();
    let stranger = |shell: &Shell| shell.owner != account;
    if shell.is_some_and(|id| host.shells(|shells| shells.get(&id).is_some_and(stranger))) {
        return Err(faults::no_shell().into());
    }
    if let Operation::Receive(target) = request.operation {
        return receive(host, request, target).await.map(Answer::Received);
    }
    let answer = act(host, account, request);
    host.tell();
    Ok(answer?)
}

fn act(host: &Arc<Host>, account: &str, request: &Request) -> Result<Answer, Box<Fault>> {
    let with = |id: &Uuid, act: &mut dyn FnMut(&mut Shell) -> Result<Answer, Box<Fault>>| {
        host.shells(|shells| {
            let shell = shells.get_mut(id).ok_or_else(faults::no_shell)?;
            shell.last_used = Instant::now();
            act(shell)
        })
    };
    let session = request.session_id;
    match &request.operation {
        Operation::Create { shell, idle_timeout, creation_xml } => {
            create(host, account, request, *shell, *idle_timeout, creation_xml)
        }
        Operation::Command { shell, command, first_fragment } => {
            with(shell, &mut |shell| {
                shell.admit(session)?;
                if shell.commands.contains_key(command) {
                    return Err(faults::refused("A command with this id exists."));
                }
                shell.commands.insert(*command, Command::new(shell.pool.pipeline(*command)));
                Ok(Answer::Sent)
            })?;
            let taken = feed(host, Target::command(*shell, *command), first_fragment);
            taken.map(|()| Answer::Started { command: *command })
        }
        Operation::Send { target, data, .. } => {
            with(&target.shell, &mut |shell| shell.admit(session).map(|()| Answer::Sent))?;
            feed(host, *target, data).map(|()| Answer::Sent)
        }
        Operation::Signal { shell, command, signal } => {
            with(shell, &mut |shell| shell.admit(session).map(|()| Answer::Signalled))?;
            stop(host, Target::command(*shell, *command), *signal)
        }
        Operation::Disconnect { shell, idle_timeout, .. } => with(shell, &mut |shell| {
            shell.admit(session)?;
            shell.disconnected = true;
            shell.idle_timeout = idle_timeout.unwrap_or(shell.idle_timeout).min(LONGEST_IDLE);
            Ok(Answer::Disconnected)
        }),
        Operation::Reconnect(target) => with(&target.shell, &mut |shell| {
            if shell.session != session {
                return Err(faults::in_use());
            }
            target.command.map_or(Ok(()), |id| shell.command(id).map(drop))?;
            shell.disconnected = false;
            Ok(Answer::Reconnected)
        }),
        Operation::Connect { target, connect_xml } => with(&target.shell, &mut |shell| {
            if let Some(id) = target.command {
                shell.admit(session)?;
                return shell.command(id).map(|_| Answer::Connected { response_xml: Vec::new() });
            }
            if !shell.disconnected {
                return Err(faults::in_use());
            }
            let response = shell.pool.connect(connect_xml);
            let response_xml = response.map_err(|error| faults::refused(&error.to_string()))?;
            shell.output.push(&shell.pool.take_outgoing());
            (shell.session, shell.disconnected) = (session, false);
            Ok(Answer::Connected { response_xml })
        }),
        Operation::Delete { shell } => {
            with(shell, &mut |_| Ok(Answer::Deleted))?;
            host.end(*shell);
            Ok(Answer::Deleted)
        }
        Operation::EnumerateShells | Operation::Pull { .. } => {
            let now = Instant::now();
            let shells = host.shells(|shells| {
                let own = shells.iter().filter(|(_, shell)| shell.owner == account);
                own.map(|(id, shell)| shell.describe(*id, now)).collect()
            });
            Ok(Answer::Shells { shells, next: None })
        }
        Operation::EnumerateCommands { shell } => {
            with(shell, &mut |shell| Ok(Answer::Commands { commands: shell.list(), next: None }))
        }
        Operation::Receive(_) => Err(faults::unreadable("it is answered elsewhere")),
    }
}

fn create(
    host: &Host,
    account: &str,
    request: &Request,
    id: Uuid,
    idle_timeout: Option<Duration>,
    creation_xml: &[u8],
) -> Result<Answer, Box<Fault>> {
    let wanted = &request.resource;
    let configuration = Configuration::of_uri(wanted).ok_or_else(|| faults::no_configuration(wanted))?;
    let mut pool = ServerPool::new(FRAGMENT.min(fragment_room(request.max_envelope)).max(1024));
    pool.receive(creation_xml).map_err(|error| faults::refused(&error.to_string()))?;
    let mut shell = Shell {
        resource: wanted.clone(),
        configuration,
        owner: account.to_owned(),
        session: request.session_id,
        disconnected: false,
        idle_timeout: idle_timeout.unwrap_or(IDLE).min(LONGEST_IDLE),
        last_used: Instant::now(),
        waiting: 0,
        pool,
        output: Default::default(),
        commands: Default::default(),
    };
    shell.output.push(&shell.pool.take_outgoing());
    let info = shell.describe(id, shell.last_used);
    host.shells(|shells| {
        if shells.values().filter(|shell| shell.owner == account).count() >= MAX_SHELLS {
            return Err(faults::too_many_shells(MAX_SHELLS));
        }
        if shells.contains_key(&id) {
            return Err(faults::refused("A shell with this id exists."));
        }
        shells.insert(id, shell);
        Ok(Answer::Created(info))
    })
}

/// Hands fragments to the pool or to a pipeline, and starts what they ask for.
fn feed(host: &Arc<Host>, target: Target, data: &[u8]) -> Result<(), Box<Fault>> {
    let refused = |error: crate::psrp::PsrpError| faults::refused(&error.to_string());
    let (configuration, events) = host.shells(|shells| {
        let shell = shells.get_mut(&target.shell).ok_or_else(faults::no_shell)?;
        let Some(id) = target.command else {
            shell.pool.receive(data).map_err(refused)?;
            shell.output.push(&shell.pool.take_outgoing());
            return Ok((shell.configuration, Vec::new()));
        };
        let configuration = shell.configuration;
        let command = shell.command(id)?;
        let events = command.pipeline.receive(data).map_err(refused);
        command.output.push(&command.pipeline.take_outgoing());
        if events.is_err() {
            shell.commands.remove(&id);
        }
        events.map(|events| (configuration, events))
    })?;
    for event in events {
        match event {
            ServerPipelineEvent::Create(pipeline) => {
                tokio::spawn(run(Arc::clone(host), target, configuration, pipeline.statements));
            }
            ServerPipelineEvent::Describe(query) => describe(host, target, configuration, &query),
            _ => {}
        }
    }
    Ok(())
}

/// Stops a pipeline; after a `Terminate` nobody asks for its output any more.
fn stop(host: &Host, target: Target, signal: Signal) -> Result<Answer, Box<Fault>> {
    let stopped = host.command(target, |command| {
        let runs = command.runs.filter(|_| !command.pipeline.has_ended());
        command.stopping = true;
        if runs.is_none() {
            command.write(crate::psrp::server::ServerPipeline::stop);
        }
        runs
    });
    let runs = stopped.ok_or_else(faults::no_command)?;
    host.kill(runs.into_iter().collect());
    if signal == Signal::Terminate {
        host.shells(|shells| {
            let shell = shells.get_mut(&target.shell)?;
            shell.commands.remove(&target.command?)
        });
    }
    Ok(Answer::Signalled)
}
