//! `lync-failover bridge`: the way to Lync itself.

mod gather;
mod tls;

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, atomic::AtomicUsize, atomic::Ordering},
};

use clap::{Args, Subcommand};
use tokio::sync::watch;

use super::{
    CliError, OutputFormat,
    files::load_with_secrets,
    organisation::{one_deployment, wrong},
    remote::SecretOptions,
};
use crate::{
    bridge::winrm::{Access, Visit},
    check::{HostSurvey, Report, Survey},
    clock::{Clock, SystemClock},
    controller::Endpoint,
    reach,
    winrm::Gate,
};

/// The way to Lync itself.
#[derive(Debug, Subcommand)]
pub(super) enum BridgeCommand {
    /// Look at every endpoint of a LyncDeployment: is it fit for the night on which it is needed? Changes nothing.
    Check(Check),
}

/// Name, connection, TLS, account, session configuration, module, cmdlets, clock, shells and topology of each
/// endpoint. An account that one endpoint refuses is not shown to the others, so that it is not locked out.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 no errors were found, though perhaps warnings; 1 errors were found; 2 the \
                        command or its input was wrong."
)]
pub(super) struct Check {
    /// Files with a LyncDeployment, as kubectl takes them, and its Secrets; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    secrets: SecretOptions,
    /// How to print.
    #[arg(long, short, value_enum, default_value_t)]
    output: OutputFormat,
}

impl BridgeCommand {
    pub(super) async fn run(self) -> Result<ExitCode, CliError> {
        let Self::Check(check) = self;
        check.run().await
    }
}

impl Check {
    async fn run(self) -> Result<ExitCode, CliError> {
        let (loaded, documents) = load_with_secrets(&self.files)?;
        let deployment = one_deployment(&loaded)?;
        let Some(winrm) = &deployment.spec.bridge.winrm else {
            return Err(wrong(deployment, "spec.bridge has no winrm; a simulated Lync needs no check"));
        };
        let access = self.secrets.enter(deployment, winrm, documents).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let listeners = reach::listeners(winrm).map_err(|why| wrong(deployment, &why))?;
        let mut endpoints = Vec::new();
        for (listener, written) in listeners.into_iter().zip(&winrm.endpoints) {
            let pool = written.pool.parse();
            let pool = pool.map_err(|error| wrong(deployment, &format!("{}: {error}", written.pool)))?;
            endpoints.push((Endpoint { host: listener.host.clone(), pool }, listener));
        }
        let gate = Gate::new(Arc::clone(&clock));
        let visit = |(endpoint, listener)| (endpoint, Visit::new(access.clone(), listener, gate.clone()));
        let visits = endpoints.into_iter().map(visit).collect();
        let survey = survey(&access, visits, clock).await?;
        let report = Report::new(survey);
        match self.output {
            OutputFormat::Text => super::print(&report.to_string()),
            OutputFormat::Json => super::print_json(&report)?,
        }
        Ok(ExitCode::from(report.exit_code()))
    }
}

/// Visits every host. Who interrupts it leaves no shell behind either.
async fn survey(
    access: &Access,
    visits: Vec<(Endpoint, Visit)>,
    clock: Arc<dyn Clock>,
) -> Result<Survey, CliError> {
    let (stop, stopped) = watch::channel(false);
    let (count, done) = (visits.len(), AtomicUsize::new(0));
    let turn = tokio::sync::Mutex::new(());
    let at = clock.now();
    let each = visits.into_iter().map(|(endpoint, visit)| {
        let (turn, done, clock, stopped) = (&turn, &done, &*clock, stopped.clone());
        async move {
            let host = gather::host(endpoint, visit, turn, clock, stopped).await;
            let number = done.fetch_add(1, Ordering::Relaxed) + 1;
            tell(&host, number, count);
            host
        }
    });
    let mut all = std::pin::pin!(futures::future::join_all(each));
    let hosts = tokio::select! {
        hosts = &mut all => hosts,
        _ = tokio::signal::ctrl_c() => {
            stop.send_replace(true);
            all.await;
            return Err(CliError::Failed("interrupted; no shell is left behind".to_owned()));
        }
    };
    Ok(Survey { at, configuration: access.configuration.clone(), hosts })
}

/// A line for who waits in front of a terminal.
fn tell(host: &HostSurvey, number: usize, count: usize) {
    if std::io::stderr().is_terminal() {
        // There is nobody left to tell when standard error is gone.
        let _ = writeln!(anstream::stderr(), "{number} of {count}: {} was looked at", host.host);
    }
}
