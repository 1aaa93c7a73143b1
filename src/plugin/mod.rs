//! `kubectl lync`: what the statuses say, on one screen, with what needs a person first.
//!
//! It only reads. What is shown is put together by pure functions: [`report`] is the shape for machines,
//! [`screen`] the text for people.

mod cluster;
mod complete;
mod plan;
mod read;
pub mod report;
pub mod screen;
mod status;
mod trouble;

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand, ValueEnum};
use serde::Serialize;

use crate::cli::{CliError, ended, print};
use report::Verdict;
use screen::Line;

/// See what the Lync disaster recovery operator sees and does. Changes nothing.
#[derive(Debug, Parser)]
#[command(name = "kubectl lync", bin_name = "kubectl lync", version, about, max_term_width = 100)]
#[command(after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    options: cluster::Options,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 all is well, 1 the work failed, 2 the command was wrong, 3 something needs a \
    person, or nobody can tell whether the operator lives, 4 nobody has to act, and not all is as it should be yet, or \
    not all could be seen.";

#[derive(Debug, Subcommand)]
enum Command {
    /// One screen: what needs a person, who serves whom, what is in flight.
    Status(status::StatusCommand),
    /// The plan of a LyncFailover, what it waits for, and the commands that change that.
    Plan(plan::PlanCommand),
    /// What the shell may complete; kubectl asks through `kubectl_complete-lync`.
    #[command(name = "__complete", hide = true)]
    Complete(complete::CompleteCommand),
}

/// How a command prints what it found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
    /// For machines and people.
    Yaml,
}

/// Runs the plugin as this process. A wrong command ends the process with exit code 2.
pub fn run() -> ExitCode {
    let Cli { options, command } = Cli::parse();
    if options.no_color {
        anstream::ColorChoice::Never.write_global();
    }
    // One thread is enough for a few questions.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = writeln!(anstream::stderr(), "error: the runtime did not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(async {
        match command {
            Command::Status(command) => command.run(&options).await,
            Command::Plan(command) => command.run(&options).await,
            Command::Complete(command) => Ok(command.run(&options).await),
        }
    });
    ended(result)
}

/// Prints a report in the form that was asked for.
fn tell(
    report: &impl Serialize,
    output: Output,
    text: impl FnOnce(usize) -> Vec<Line>,
) -> Result<(), CliError> {
    let failed = |error: &dyn std::fmt::Display| CliError::Failed(error.to_string());
    match output {
        Output::Text => print(&screen::painted(&text(width()))),
        Output::Json => crate::cli::print_json(report)?,
        Output::Yaml => print(&serde_yaml::to_string(report).map_err(|error| failed(&error))?),
    }
    Ok(())
}

/// The columns of the terminal; 100 where there is none, so that what goes into a file looks the same everywhere.
fn width() -> usize {
    let terminal = std::io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    terminal.map_or(screen::WIDTH, |(width, _)| usize::from(width.0))
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        Self::from(match verdict {
            Verdict::Well => 0,
            Verdict::NeedsPeople => 3,
            Verdict::Working => 4,
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_may_stand_before_and_after_the_subcommand() {
        for line in [["lync", "-n", "a", "status"], ["lync", "status", "-n", "a"]] {
            let cli = Cli::try_parse_from(line).expect("it is understood");
            assert_eq!(cli.options.namespace.as_deref(), Some("a"));
        }
        assert!(Cli::try_parse_from(["lync", "status", "-n", "a", "-A"]).is_err());
    }
}
