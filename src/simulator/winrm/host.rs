//! A Front End as WinRM sees it: its shells, and the way to the simulator.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{sync::watch, time::Instant};
use uuid::Uuid;

use super::shell::{Command, Shell};
use crate::{
    bridge::{CallError, OperationId},
    clock::Clock,
    lync::MachineFqdn,
    simulator::{FaultKind, Simulator, lock},
    wsman::Target,
};

/// A Front End.
pub(super) struct Host {
    pub(super) name: MachineFqdn,
    pub(super) simulator: Arc<Mutex<Simulator>>,
    pub(super) clock: Arc<dyn Clock>,
    shells: Mutex<Shells>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Shells {
    /// How often the host had gone down when they were made.
    deaths: u64,
    open: BTreeMap<Uuid, Shell>,
}

impl Host {
    pub(super) fn new(name: MachineFqdn, simulator: Arc<Mutex<Simulator>>, clock: Arc<dyn Clock>) -> Self {
        let (changed, _) = watch::channel(());
        Self { name, simulator, clock, shells: Mutex::default(), changed }
    }

    /// Whether the host can be talked to now. After a restart it has no shells.
    pub(super) fn visit(&self) -> Result<(), CallError> {
        let deaths = self.simulated(|simulator, now| simulator.visit(&self.name, now))?;
        let mut shells = self.lock();
        if shells.deaths != deaths {
            *shells = Shells { deaths, open: BTreeMap::new() };
            drop(shells);
            self.tell();
        }
        Ok(())
    }

    /// Whether a fault turns away who comes.
    pub(super) fn turns_away(&self, kind: FaultKind) -> bool {
        self.simulated(|simulator, now| simulator.turns_away(&self.name, kind, now))
    }

    /// Whether what its shells say of themselves comes out.
    pub(super) fn opens_shells(&self) -> bool {
        self.simulated(|simulator, now| simulator.opens_shells(&self.name, now))
    }

    pub(super) fn simulated<T>(&self, act: impl FnOnce(&mut Simulator, jiff::Timestamp) -> T) -> T {
        let now = self.clock.now();
        act(&mut lock(&self.simulator), now)
    }

    /// Does something with the shells. Never calls the simulator meanwhile.
    pub(super) fn shells<T>(&self, act: impl FnOnce(&mut BTreeMap<Uuid, Shell>) -> T) -> T {
        act(&mut self.lock().open)
    }

    /// Does something with a command that may have gone, and tells who waits.
    pub(super) fn command<T>(&self, target: Target, act: impl FnOnce(&mut Command) -> T) -> Option<T> {
        let done = self.shells(|shells| {
            let command = shells.get_mut(&target.shell)?.commands.get_mut(&target.command?)?;
            Some(act(command))
        });
        self.tell();
        done
    }

    /// Ends a shell and what runs in it.
    pub(super) fn end(&self, shell: Uuid) {
        let gone = self.shells(|shells| shells.remove(&shell));
        self.kill(gone.iter().flat_map(Shell::running).collect());
        self.tell();
    }

    /// Ends the shells that nobody has used for too long.
    pub(super) fn sweep(&self) {
        let now = Instant::now();
        let idle: Vec<Uuid> = self.shells(|shells| {
            shells.iter().filter(|(_, shell)| shell.is_idle(now)).map(|(id, _)| *id).collect()
        });
        idle.into_iter().for_each(|shell| self.end(shell));
    }

    pub(super) fn kill(&self, operations: Vec<OperationId>) {
        for id in operations {
            self.simulated(|simulator, now| simulator.kill(id, now));
        }
    }

    /// Wakes who waits for output.
    pub(super) fn tell(&self) {
        self.changed.send_replace(());
    }

    /// To be asked for before one looks.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Shells> {
        self.shells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
