//! Receive: waits for output.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::{faults, host::Host, service::NoAnswer, shell::Found};
use crate::wsman::{Received, Request, Target, fragment_room};

/// `MaxTimeoutms` of the service.
const LONGEST: Duration = Duration::from_secs(60);
/// How often a waiting request looks whether the host still lives.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Waits for output until the time of the operation is over.
pub(super) async fn receive(
    host: &Arc<Host>,
    request: &Request,
    target: Target,
) -> Result<Received, NoAnswer> {
    let until = Instant::now() + request.operation_timeout.min(LONGEST);
    let room = fragment_room(request.max_envelope).max(1024);
    let _waits = Waits::begin(host, target.shell);
    let mut changes = host.changes();
    let mut first = true;
    loop {
        if host.visit().is_err() {
            return Err(NoAnswer::Break);
        }
        let is_open = target.command.is_some() || host.opens_shells();
        match look(host, request.session_id, target, room, first)? {
            Found::Output(received) if is_open => return Ok(received),
            Found::Output(_) => {}
            Found::Break => return Err(NoAnswer::Break),
            Found::Nothing => {}
        }
        first = false;
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(faults::timed_out().into());
        }
        // A host that dies tells nobody.
        let _ = timeout(left.min(LOOK_AGAIN), changes.changed()).await;
    }
}

fn look(
    host: &Host,
    session: Option<Uuid>,
    target: Target,
    room: usize,
    first: bool,
) -> Result<Found, NoAnswer> {
    host.shells(|shells| {
        let shell = shells.get_mut(&target.shell).ok_or_else(faults::no_shell)?;
        match shell.admit(session) {
            Err(fault) if first => return Err(fault.into()),
            Err(_) => return Err(faults::aborted().into()),
            Ok(()) => {}
        }
        Ok(shell.fetch(target.command, room)?)
    })
}

/// While it is kept, the shell counts as used.
struct Waits {
    host: Arc<Host>,
    shell: Uuid,
}

impl Waits {
    fn begin(host: &Arc<Host>, shell: Uuid) -> Self {
        host.shells(|shells| shells.get_mut(&shell).map(|shell| shell.waiting += 1));
        Self { host: Arc::clone(host), shell }
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.host.shells(|shells| {
            if let Some(shell) = shells.get_mut(&self.shell) {
                shell.waiting = shell.waiting.saturating_sub(1);
                shell.last_used = Instant::now();
            }
        });
    }
}
