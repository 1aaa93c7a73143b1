//! `lync-failover procedure`: the documented procedure as this version follows it.

use std::process::ExitCode;

use clap::Args;

use crate::procedure::page;

/// Print the documented procedure as this version follows it, with its sources, as Markdown.
#[derive(Debug, Args)]
pub(super) struct ProcedureCommand;

impl ProcedureCommand {
    pub(super) fn run(&self) -> ExitCode {
        super::print(&page());
        ExitCode::SUCCESS
    }
}
