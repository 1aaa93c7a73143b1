//! `lync-failover simulate`: from files to a converged, simulated Lync, before the eyes of the user.

mod live;
mod report;
mod run;
mod stage;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::Args;
use jiff::SignedDuration;

use super::{
    CliError, OutputFormat,
    files::{load_files, load_snapshot},
    organisation::{Rehearsal, Simulated, limits, one_deployment, wishes},
    recorded::told,
};
use crate::api::parse_duration;

pub(super) use report::Ending;
use report::SnapshotReport;

/// Run a failover on a simulated Lync and show every step.
///
/// The files hold a LyncDeployment with `bridge.simulated` and one or more LyncFailovers, as for kubectl. A
/// LyncFailover that occurs again is a later edit: it is applied when the one before has come to rest.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 converged; 1 stopped, and cannot go on (refused, failed, contradictory); \
                  2 the command or its input was wrong; 3 waits for people (consent, approval, a step by \
                  hand); 4 not converged in time."
)]
pub(super) struct Simulate {
    /// Files with a LyncDeployment and LyncFailovers, as kubectl takes them; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Simulate the organisation that `lync-failover snapshot` saw, whatever bridge the LyncDeployment has.
    /// Where that is `bridge.simulated`, the failures, faults and durations of its scenario happen to it.
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// How many simulated seconds pass in a second.
    #[arg(long, value_name = "FACTOR", default_value_t = 60.0, value_parser = speed)]
    speed: f64,
    /// When to give up, in simulated time from each edit.
    #[arg(long, value_name = "DURATION", default_value = "3h", value_parser = duration)]
    timeout: SignedDuration,
    /// How to print. JSON comes as one document at the end.
    #[arg(long, short, value_enum, default_value_t)]
    output: OutputFormat,
    /// Do not show what the cmdlets write while they run.
    #[arg(long, short)]
    quiet: bool,
}

impl Simulate {
    pub(super) async fn run(self) -> Result<ExitCode, CliError> {
        let loaded = load_files(&self.files)?;
        let wishes = wishes(one_deployment(&loaded)?, &loaded)?;
        let is_text = self.output == OutputFormat::Text;
        let (lab, snapshot) = match self.snapshot.as_deref().map(load_snapshot).transpose()? {
            None => (Simulated::build(&loaded, self.speed)?, None),
            Some(snapshot) => {
                let Rehearsal { lab, assumed } =
                    Simulated::rehearse(&loaded, &snapshot.observed, self.speed)?;
                let told = told(&snapshot, &limits(&lab.deployment)?);
                (lab, Some(SnapshotReport { told, assumed }))
            }
        };
        if is_text {
            for note in &loaded.notes {
                super::print(&format!("note: {note}\n"));
            }
            if let Some(SnapshotReport { told, assumed }) = &snapshot {
                super::print(&told.line());
                assumed.iter().for_each(|text| super::print(&format!("assumed: {text}\n")));
            }
        }
        let view = Arc::new(live::Live::new(lab.started, is_text, self.quiet));
        let report = run::run(&lab, wishes, snapshot, self.timeout, &view).await?;
        if !is_text {
            super::print_json(&report)?;
        }
        Ok(ExitCode::from(report.ending().exit_code()))
    }
}

/// A factor between the simulated clock and the wall's.
pub(super) fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if factor.is_finite() && (0.1..=100_000.0).contains(&factor) => Ok(factor),
        _ => Err("a number from 0.1 to 100000".to_owned()),
    }
}

fn duration(text: &str) -> Result<SignedDuration, String> {
    parse_duration(text).map_err(|err| err.to_string())
}
