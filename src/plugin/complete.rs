//! What the shell may complete, in the words of kubectl: one word a line, then a directive.

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use kube::ResourceExt;

use super::{Cli, cluster::Options, read::list, report::Scope};
use crate::{
    api::{LyncDeployment, LyncFailover},
    cli::print,
};

/// No file names where nothing of ours fits (cobra's `ShellCompDirectiveNoFileComp`).
const NO_FILES: &str = ":4\n";

/// The words so far, the last of which is to be completed.
#[derive(Debug, Args)]
pub(super) struct CompleteCommand {
    #[arg(allow_hyphen_values = true, trailing_var_arg = true)]
    words: Vec<String>,
}

impl CompleteCommand {
    /// Never fails: a shell that waits for a word has no use for an error.
    pub(super) async fn run(self, options: &Options) -> ExitCode {
        let (last, before) = match self.words.split_last() {
            Some((last, before)) => (last.as_str(), before),
            None => ("", &[][..]),
        };
        let mut found = candidates(options, before, last).await;
        found.retain(|word| word.starts_with(last));
        found.sort();
        found.dedup();
        let mut text: String = found.iter().map(|word| format!("{word}\n")).collect();
        text += NO_FILES;
        print(&text);
        ExitCode::SUCCESS
    }
}

async fn candidates(options: &Options, before: &[String], last: &str) -> Vec<String> {
    let cli = Cli::command();
    let is_visible = |command: &&clap::Command| !command.is_hide_set();
    let subcommand = before.iter().find_map(|word| cli.find_subcommand(word).filter(is_visible));
    if last.starts_with('-') {
        let own = subcommand.into_iter().flat_map(clap::Command::get_arguments);
        let flags = cli.get_arguments().chain(own).filter_map(clap::Arg::get_long);
        return flags.map(|flag| format!("--{flag}")).collect();
    }
    match (before.last().map(String::as_str), subcommand) {
        (Some("-o" | "--output"), _) => ["text", "json", "yaml"].map(str::to_owned).to_vec(),
        (Some("-n" | "--namespace"), _) => namespaces(options).await,
        (_, None) => cli.get_subcommands().filter(is_visible).map(|one| one.get_name().to_owned()).collect(),
        (_, Some(command)) => names(options, before, command.get_name() == "status").await,
    }
}

async fn namespaces(options: &Options) -> Vec<String> {
    let Ok(cluster) = options.connect().await else { return Vec::new() };
    super::read::namespaces_with(&cluster, None).await.unwrap_or_default()
}

/// The resources of the namespace that the words name, or of the context.
async fn names(options: &Options, before: &[String], with_deployments: bool) -> Vec<String> {
    let mut options = options.clone();
    let named = before.windows(2).find(|pair| matches!(pair[0].as_str(), "-n" | "--namespace"));
    options.namespace = named.map(|pair| pair[1].clone());
    let Ok(cluster) = options.connect().await else { return Vec::new() };
    let scope = match before.iter().any(|word| word == "-A" || word == "--all-namespaces") {
        true => Scope::All,
        false => options.scope(&cluster),
    };
    let mut found = Vec::new();
    if let Ok(failovers) = list::<LyncFailover>(&cluster, &scope, None).await {
        found.extend(failovers.objects.iter().map(ResourceExt::name_any));
    }
    if with_deployments && let Ok(deployments) = list::<LyncDeployment>(&cluster, &scope, None).await {
        found.extend(deployments.objects.iter().map(ResourceExt::name_any));
    }
    found
}
