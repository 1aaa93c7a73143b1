//! One visit to a host, step by step, by somebody who wants to know how each of them goes.

use std::time::Duration;

use tokio::time::timeout;
use uuid::Uuid;

use super::{
    access::{Access, Listener},
    query::{answer_of, lacks_module},
    shell::{Output, RunError, Shell},
};
use crate::{
    bridge::{Answer, CallError},
    lync::{
        Invocation,
        cmdlet::{ModuleFunction, Query},
        ps::PsObject,
    },
    psrp::messages::{CommandMetadata, CreatePipeline},
    winrm::{Endpoint, Gate, Session, SessionError},
    wsman::{Identity, ShellInfo},
};

/// How long each question may take, with the time-outs of cmdlets that ask dead servers.
const LIMIT: Duration = Duration::from_secs(120);

/// A visit. It can only read, and has at most one shell, which [`Visit::close`] ends.
#[derive(Debug)]
pub struct Visit {
    access: Access,
    listener: Listener,
    gate: Gate,
    session: Session,
    id: Uuid,
    stay: Stay,
}

#[derive(Debug)]
enum Stay {
    /// No shell was asked for.
    Outside,
    /// It was asked for, and may be there.
    AtTheDoor,
    Inside(Box<Shell>),
}

impl Visit {
    /// A visit that has not connected. Those with the same gate stop after the first refusal of the account.
    pub fn new(access: Access, listener: Listener, gate: Gate) -> Self {
        let session = access.session(&listener, &gate, Uuid::new_v4());
        Self { access, listener, gate, session, id: Uuid::new_v4(), stay: Stay::Outside }
    }

    /// Where it goes.
    pub fn endpoint(&self) -> Endpoint {
        self.access.endpoint(&self.listener)
    }

    /// Whether the session configuration is that of Windows, which has no module.
    pub fn is_plain(&self) -> bool {
        self.access.is_plain()
    }

    /// Whether somebody who counts for this host has refused the account.
    pub fn was_refused(&self) -> bool {
        self.session.was_refused()
    }

    /// Presents the account and asks who is there.
    ///
    /// # Errors
    ///
    /// Any [`SessionError`].
    pub async fn identify(&mut self) -> Result<Identity, SessionError> {
        self.session.identify().await
    }

    /// The shells of the account on the host.
    ///
    /// # Errors
    ///
    /// Any [`SessionError`].
    pub async fn shells(&mut self) -> Result<Vec<ShellInfo>, SessionError> {
        let shells = self.session.shells().await?;
        let account = self.access.credentials.account();
        let bare = |name: &str| name.rsplit('\\').next().unwrap_or_default().to_ascii_lowercase();
        // An administrator is shown those of others too. Who came with a certificate is another account there.
        let is_own = |info: &ShellInfo| {
            let owner = info.owner.as_deref();
            !account.contains('\\') || owner.is_none_or(|owner| bare(owner) == bare(&account))
        };
        Ok(shells.into_iter().filter(is_own).collect())
    }

    /// Opens the shell, and says how the host describes it.
    ///
    /// # Errors
    ///
    /// Any [`SessionError`].
    pub async fn open(&mut self) -> Result<Option<ShellInfo>, SessionError> {
        let session = self.access.session(&self.listener, &self.gate, Uuid::new_v4());
        self.stay = Stay::AtTheDoor;
        let opened = timeout(LIMIT, Shell::open(session, self.id, self.access.pace.max_envelope)).await;
        let late = || SessionError::Unknown(format!("the shell did not open in {} s", LIMIT.as_secs()));
        self.stay = Stay::Inside(Box::new(opened.unwrap_or_else(|_| Err(late()))?));
        let shells = self.session.shells().await.unwrap_or_default();
        Ok(shells.into_iter().find(|info| info.shell == self.id))
    }

    /// `Get-LfEndpoint`: what the module says about itself. `None`: there is no module.
    ///
    /// # Errors
    ///
    /// Any [`CallError`].
    pub async fn module(&mut self) -> Result<Option<PsObject>, CallError> {
        let output = self.run(ModuleFunction::Endpoint.invocation()).await?;
        if lacks_module(&output) {
            return Ok(None);
        }
        let row = answer_of(&output)?.into_iter().next();
        row.map(Some).ok_or_else(|| CallError::Unreadable("Get-LfEndpoint gave nothing".to_owned()))
    }

    /// Which of some commands the session has.
    ///
    /// # Errors
    ///
    /// Any [`CallError`].
    pub async fn commands(&mut self, names: &[String]) -> Result<Vec<CommandMetadata>, CallError> {
        let output = in_time(self.shell()?.metadata(names)).await?;
        // A name that nothing has is an error record of its own, beside what is there.
        let there = CommandMetadata::read_all(&output.values);
        there.map_err(|error| CallError::Unreadable(error.to_string()))
    }

    /// Runs a query as it is.
    ///
    /// # Errors
    ///
    /// Any [`CallError`].
    pub async fn query(&mut self, query: &Query) -> Answer {
        answer_of(&self.run(query.invocation()).await?)
    }

    /// Ends the shell, wherever the visit was broken off.
    pub async fn close(mut self) {
        match std::mem::replace(&mut self.stay, Stay::Outside) {
            Stay::Outside => {}
            Stay::Inside(shell) => shell.close().await,
            Stay::AtTheDoor if self.was_refused() => {}
            Stay::AtTheDoor => {
                if let Err(error) = self.session.delete(self.id).await {
                    tracing::debug!(%error, shell = %self.id, "no shell was ended");
                }
            }
        }
    }

    async fn run(&mut self, call: Invocation) -> Result<Output, CallError> {
        let pipeline = CreatePipeline::of(call);
        in_time(self.shell()?.run(&pipeline)).await
    }

    fn shell(&mut self) -> Result<&mut Shell, CallError> {
        match &mut self.stay {
            Stay::Inside(shell) => Ok(shell),
            _ => Err(CallError::NotSent("there is no shell".to_owned())),
        }
    }
}

async fn in_time(work: impl Future<Output = Result<Output, RunError>>) -> Result<Output, CallError> {
    let late = || CallError::Unknown(format!("no answer in {} s", LIMIT.as_secs()));
    Ok(timeout(LIMIT, work).await.map_err(|_| late())??)
}
