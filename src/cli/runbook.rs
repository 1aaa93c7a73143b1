//! `lync-failover runbook`: the plan as instructions for a person.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use super::{CliError, OutputFormat, plan::plan_all};
use crate::runbook::Runbook;

/// Write the manual runbook of the current plan, for the day on which the operator cannot act.
#[derive(Debug, Args)]
#[command(
    after_help = "Make it while all is well, from a snapshot with the desired state of the disaster, and keep it \
                  outside of the datacentre. Exit codes: 0 written; 1 the work failed; 2 the command or its input \
                  was wrong."
)]
pub(super) struct RunbookCommand {
    /// Files with a LyncDeployment and LyncFailovers, as kubectl takes them; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Work from what `lync-failover snapshot` saw. Nothing is contacted.
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// Markdown for people, or the same as data.
    #[arg(long, short, value_enum, default_value_t)]
    output: OutputFormat,
}

impl RunbookCommand {
    pub(super) async fn run(self) -> Result<ExitCode, CliError> {
        let planned = plan_all(&self.files, self.snapshot.as_deref()).await?;
        let runbooks: Vec<Runbook> = planned
            .all
            .iter()
            .map(|one| {
                let resource = format!("{}/{}", one.namespace, one.name);
                Runbook::new(&resource, &one.plan, &one.observed, one.seen_at)
            })
            .collect();
        match self.output {
            OutputFormat::Text => {
                let texts: Vec<String> = runbooks.iter().map(Runbook::markdown).collect();
                super::print(&texts.join("\n"));
            }
            OutputFormat::Json => super::print_json(&runbooks)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
