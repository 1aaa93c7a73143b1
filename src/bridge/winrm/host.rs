//! One host: the shell that it is read through, and what is known of it.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::timeout;
use uuid::Uuid;

use super::{
    Inner,
    access::Listener,
    shell::{Output, RunError, Shell},
};
use crate::{bridge::CallError, lync::Guard, psrp::messages::CreatePipeline};

/// One host.
pub(super) struct Host {
    pub(super) listener: Listener,
    shell: tokio::sync::Mutex<Option<Open>>,
    /// Held by whoever uses the second shell.
    pub(super) apart: tokio::sync::Mutex<()>,
    known: Mutex<Option<Known>>,
    /// Whether a shell was opened since somebody asked.
    is_renewed: AtomicBool,
}

/// A shell, and the version of the credentials that opened it.
struct Open {
    revision: String,
    shell: Shell,
}

/// What a host has said about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) guard: Guard,
    /// What a change needs and the host lacks.
    pub(super) missing: Vec<String>,
    /// Where its journal is kept.
    pub(super) home: Option<Home>,
    /// Why its journal cannot be used.
    pub(super) problem: Option<String>,
}

/// Where the journal of a module is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Home {
    pub(super) id: String,
    /// Whether other hosts use it too.
    pub(super) is_shared: bool,
}

/// What to run.
pub(super) enum Work<'a> {
    Pipeline(&'a CreatePipeline),
    Metadata(&'a [String]),
}

impl Host {
    pub(super) fn new(listener: Listener) -> Self {
        Self {
            listener,
            shell: tokio::sync::Mutex::default(),
            apart: tokio::sync::Mutex::default(),
            known: Mutex::default(),
            is_renewed: AtomicBool::default(),
        }
    }

    pub(super) fn known(&self) -> Option<Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn learn(&self, known: Known) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }

    /// Whether a shell was opened since this was asked last: what was known of the host may be old.
    pub(super) fn is_renewed(&self) -> bool {
        self.is_renewed.swap(false, Ordering::Relaxed)
    }

    /// Runs what may be run twice: when a shell that was used before fails, a new one is tried. Everything
    /// together, with the wait for others and the opening of a shell, has one limit.
    pub(super) async fn read(&self, bridge: &Inner, work: Work<'_>) -> Result<Output, CallError> {
        let limit = bridge.access().pace.read;
        let late = || CallError::Unknown(self.late(limit));
        timeout(limit, self.read_now(bridge, work)).await.unwrap_or_else(|_| Err(late()))
    }

    async fn read_now(&self, bridge: &Inner, work: Work<'_>) -> Result<Output, CallError> {
        let mut slot = self.shell.lock().await;
        for is_last in [false, true] {
            let (mut open, is_new) = self.take(&mut slot, bridge).await?;
            match work.run(&mut open.shell).await {
                Ok(output) => {
                    *slot = Some(open);
                    return Ok(output);
                }
                Err(error) if is_new || is_last => return Err(error.into()),
                Err(error) => {
                    tracing::debug!(host = %self.listener.host, ?error, "its shell is opened again")
                }
            }
        }
        Err(CallError::NotSent(format!("{} has no shell", self.listener.host)))
    }

    /// Runs what must not be sent again by itself.
    pub(super) async fn run_once(
        &self,
        bridge: &Inner,
        pipeline: &CreatePipeline,
    ) -> Result<Output, CallError> {
        let enter = async {
            let mut slot = self.shell.lock().await;
            let (open, _) = self.take(&mut slot, bridge).await?;
            Ok::<_, CallError>((slot, open))
        };
        let limit = bridge.access().pace.read;
        let entered = timeout(limit, enter).await;
        let (mut slot, mut open) = entered.map_err(|_| CallError::NotSent(self.late(limit)))??;
        let run = timeout(limit, Work::Pipeline(pipeline).run(&mut open.shell)).await;
        let output = run.map_err(|_| CallError::Unknown(self.late(limit)))??;
        *slot = Some(open);
        Ok(output)
    }

    /// Ends the shell.
    pub(super) async fn close(&self) {
        if let Some(open) = self.shell.lock().await.take() {
            open.shell.close().await;
        }
    }

    /// The open shell, taken out so that a call that is dropped half-way leaves none out of step behind; or
    /// a new one.
    async fn take(&self, slot: &mut Option<Open>, bridge: &Inner) -> Result<(Open, bool), CallError> {
        let access = bridge.access();
        if let Some(open) = slot.take() {
            if open.revision == access.revision {
                return Ok((open, false));
            }
            // What an old password opened is not used after the password was changed.
            open.shell.close().await;
        }
        let session = access.session(&self.listener, &bridge.gate, Uuid::new_v4());
        let id = bridge.reading_shell(&self.listener.host);
        let shell = Shell::open(session, id, access.pace.max_envelope).await?;
        self.is_renewed.store(true, Ordering::Relaxed);
        Ok((Open { revision: access.revision.clone(), shell }, true))
    }

    fn late(&self, limit: Duration) -> String {
        format!("{} gave no answer in {} s", self.listener.host, limit.as_secs())
    }
}

impl Work<'_> {
    async fn run(&self, shell: &mut Shell) -> Result<Output, RunError> {
        match self {
            Work::Pipeline(pipeline) => shell.run(pipeline).await,
            Work::Metadata(names) => shell.metadata(names).await,
        }
    }
}

impl From<RunError> for CallError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::NotStarted(error) => error.into(),
            RunError::Unknown(why) => Self::Unknown(why),
        }
    }
}
