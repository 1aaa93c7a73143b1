//! `lync-failover drill`: the failover of every paired pool, tried with `-WhatIf`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use jiff::Timestamp;

use super::{
    CliError, OutputFormat,
    files::load_with_secrets,
    remote::{SecretOptions, reach},
    show,
};
use crate::{
    api::{DrillOutcome, DrillStatus},
    controller::{Look, Organisation, Stop, drill, observe},
    drill::{Standing, obstacle, scripts, status},
    lync::Observed,
    plan::{Progress, Watch, assess},
};

/// Try the failover of every paired pool with -WhatIf, step by step. Changes nothing.
///
/// Looks once, supposes each paired pool lost, plans as the operator would, and tries every step on the host that
/// would run it: what stands against it there, and the cmdlet itself with -WhatIf. Only while every pool is
/// healthy. It says nothing about how long a failover takes.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 every step passed, or was refused for what a step before it would mend; 1 a step \
                  could not be done, or the work failed; 2 the command or its input was wrong; 4 nothing, or not \
                  everything, could be tried."
)]
pub(super) struct DrillCommand {
    /// Files with a LyncDeployment, as kubectl takes them; `-` is standard input. LyncFailovers in them do not
    /// matter.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    secrets: SecretOptions,
    /// How to print.
    #[arg(long, short, value_enum, default_value_t)]
    output: OutputFormat,
}

impl DrillCommand {
    pub(super) async fn run(self) -> Result<ExitCode, CliError> {
        let (loaded, documents) = load_with_secrets(&self.files)?;
        let reached = reach(&loaded, &self.secrets, documents).await?;
        let drilled = tokio::select! {
            drilled = try_all(&reached.organisation) => drilled,
            _ = tokio::signal::ctrl_c() => {
                reached.close().await;
                return Err(CliError::Failed("interrupted; nothing was changed".to_owned()));
            }
        };
        reached.close().await;
        match self.output {
            OutputFormat::Text => super::print(&show::drill(&drilled)),
            OutputFormat::Json => super::print_json(&serde_json::json!({ "drill": drilled }))?,
        }
        Ok(ExitCode::from(match drilled.outcome {
            Some(DrillOutcome::Passed) => 0,
            Some(DrillOutcome::Failed) => 1,
            Some(DrillOutcome::Incomplete) | None => 4,
        }))
    }
}

/// Looks once and tries everything, if that can be done now.
async fn try_all(org: &Organisation) -> DrillStatus {
    let observed = observe(org, Look { without_exports: true, ..Look::default() }).await;
    let started = org.clock.now();
    let watch = Watch::default().with_observation(&observed, &org.limits, started);
    if let Some(why) = in_the_way(org, &observed, &watch, started) {
        return DrillStatus { waits_for: Some(why), ..DrillStatus::default() };
    }
    let scripts = scripts(&observed, &watch, &org.limits, started);
    let (drilled, stopped) = drill(org, scripts, &Stop::default()).await;
    status(None, (started, org.clock.now()), &drilled, stopped.as_deref())
}

/// What the operator has in flight is not seen from here; the state of the pools is.
fn in_the_way(org: &Organisation, observed: &Observed, watch: &Watch, now: Timestamp) -> Option<String> {
    let progress = Progress { watch: watch.clone(), ..Progress::default() };
    let assessment = &assess(observed, &progress, &org.limits, now);
    let (in_flight, is_running, limits) = (None, false, &org.limits);
    obstacle(Standing { observed, assessment, in_flight, is_running, limits, now })
}
