//! The command line: one file a subcommand.
//!
//! Exit codes: 0 when all went well, 1 when the work failed, 2 when the command or its input was wrong;
//! `simulate` has further ones, which its help lists.

mod bridge;
mod crds;
mod drill;
pub mod files;
mod init;
mod log;
mod operator;
mod organisation;
mod plan;
mod procedure;
mod readiness;
mod recorded;
mod remote;
mod runbook;
pub(crate) mod show;
mod simulate;
mod simulator;
mod snapshot;
mod winrm;

use std::{fmt, io::Write, process::ExitCode};

use clap::{Parser, Subcommand, ValueEnum};
use serde::Serialize;

/// Disaster recovery of Lync Server 2013.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 all went well, 1 the work failed, 2 the command or its input was wrong."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a failover on a simulated Lync and show every step.
    Simulate(simulate::Simulate),
    /// Show the plan for the resources in files. Looks, plans, changes nothing.
    Plan(plan::PlanCommand),
    /// Write the manual runbook of the current plan, for the day on which the operator cannot act.
    Runbook(runbook::RunbookCommand),
    /// Print the documented procedure as this version follows it, with its sources, as Markdown.
    Procedure(procedure::ProcedureCommand),
    /// Say whether a failover would work now, and what to mend first. Changes nothing.
    Readiness(readiness::ReadinessCommand),
    /// Try the failover of every paired pool with -WhatIf, step by step. Changes nothing.
    Drill(drill::DrillCommand),
    /// Look at Lync once and write down what was seen. Changes nothing.
    Snapshot(snapshot::SnapshotCommand),
    /// Write the LyncFailover that describes Lync as it is now.
    Init(init::InitCommand),
    /// See whether the way to Lync is fit for a failover. Changes nothing.
    #[command(subcommand)]
    Bridge(bridge::BridgeCommand),
    /// Offer a simulated Lync to other processes.
    #[command(subcommand)]
    Simulator(simulator::SimulatorCommand),
    /// Run the operator against a cluster.
    Operator(operator::OperatorCommand),
    /// Print the custom resource definitions.
    Crds(crds::Crds),
}

/// How a command prints what it found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}

/// Why a command did not do what it was asked for. Each text is printed after `error: `.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CliError {
    /// The command or its input was wrong: exit code 2. One text for each thing that is wrong.
    BadInput(Vec<String>),
    /// The work failed: exit code 1.
    Failed(String),
}

impl CliError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Failed(_) => ExitCode::from(1),
            Self::BadInput(_) => ExitCode::from(2),
        }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(text) => writeln!(f, "error: {text}"),
            Self::BadInput(texts) => texts.iter().try_for_each(|text| writeln!(f, "error: {text}")),
        }
    }
}

impl std::error::Error for CliError {}

/// Runs the command line of this process. A wrong command ends the process with exit code 2.
pub fn run() -> ExitCode {
    let command = Cli::parse().command;
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = writeln!(anstream::stderr(), "error: the runtime did not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = match command {
        Command::Simulate(command) => runtime.block_on(command.run()),
        Command::Plan(command) => runtime.block_on(command.run()),
        Command::Runbook(command) => runtime.block_on(command.run()),
        Command::Procedure(command) => Ok(command.run()),
        Command::Readiness(command) => runtime.block_on(command.run()),
        Command::Drill(command) => runtime.block_on(command.run()),
        Command::Snapshot(command) => runtime.block_on(command.run()),
        Command::Init(command) => runtime.block_on(command.run()),
        Command::Bridge(command) => runtime.block_on(command.run()),
        Command::Simulator(command) => runtime.block_on(command.run()).map(|()| ExitCode::SUCCESS),
        Command::Operator(command) => runtime.block_on(command.run()).map(|()| ExitCode::SUCCESS),
        Command::Crds(command) => command.run().map(|()| ExitCode::SUCCESS),
    };
    ended(result)
}

/// The exit code of a command. Why it failed goes to standard error.
pub(crate) fn ended(result: Result<ExitCode, CliError>) -> ExitCode {
    match result {
        Ok(code) => code,
        Err(error) => {
            // There is nobody left to tell when standard error is gone too.
            let _ = write!(anstream::stderr(), "{error}");
            error.exit_code()
        }
    }
}

/// Prints a text; codes of colours are dropped where there is no terminal. Nobody is left to tell when
/// standard output is gone.
pub(crate) fn print(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// Prints one JSON document.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(value).map_err(|err| CliError::Failed(err.to_string()))?;
    print(&(text + "\n"));
    Ok(())
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
    fn each_error_has_a_line_of_its_own() {
        let error = CliError::BadInput(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(error.to_string(), "error: a\nerror: b\n");
        assert_eq!(error.exit_code(), ExitCode::from(2));
        assert_eq!(CliError::Failed("c".to_owned()).exit_code(), ExitCode::from(1));
    }
}
