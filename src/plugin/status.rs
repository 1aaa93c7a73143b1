//! `kubectl lync status`: one screen.

use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;

use super::{
    Output,
    cluster::{Cluster, Options},
    read::{list, namespaces_with, operator_life},
    report::{Scope, Seen, status_report},
    screen, tell,
};
use crate::cli::CliError;

/// One screen: what needs a person, who serves whom, what is in flight.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub(super) struct StatusCommand {
    /// Only the LyncDeployment and the LyncFailover of this name, and what belongs to them.
    name: Option<String>,
    /// How to print.
    #[arg(long, short, value_enum, default_value_t)]
    output: Output,
}

impl StatusCommand {
    pub(super) async fn run(self, options: &Options) -> Result<ExitCode, CliError> {
        let cluster = options.connect().await?;
        let scope = options.scope(&cluster);
        let failovers = list(&cluster, &scope, None).await?;
        let deployments = list(&cluster, &scope, None).await?;
        let mut seen = Seen {
            failovers: failovers.objects,
            deployments: deployments.objects,
            unreadable: failovers.unreadable.into_iter().chain(deployments.unreadable).collect(),
        };
        if let Some(name) = &self.name {
            seen.keep(name);
        }
        if seen.is_empty() {
            return Err(nothing(&cluster, &scope, self.name.as_deref()).await);
        }
        let life = operator_life(&cluster, options).await;
        let report = status_report(&seen, life, scope, Timestamp::now());
        tell(&report, self.output, |width| screen::status(&report, width))?;
        Ok(report.verdict.into())
    }
}

/// That there is nothing is no good news: nobody looks after Lync there.
pub(super) async fn nothing(cluster: &Cluster, scope: &Scope, name: Option<&str>) -> CliError {
    let what = match name {
        Some(name) => format!("no LyncDeployment and no LyncFailover named {name}"),
        None => "no LyncDeployment and no LyncFailover".to_owned(),
    };
    let way = match (scope, namespaces_with(cluster, name).await) {
        (Scope::Namespace(_), Some(found)) if !found.is_empty() => elsewhere(&found),
        (Scope::Namespace(_), None) => {
            "You may not look into all namespaces, so name the right one with -n.".to_owned()
        }
        (_, _) if name.is_some() => "`kubectl lync status -A` shows all that there are.".to_owned(),
        (_, _) => {
            "Nothing looks after Lync in this cluster yet: `lync-failover init` writes the first resources."
                .to_owned()
        }
    };
    CliError::Failed(format!("there is {what} in {scope}. {way}"))
}

/// Where there is one, for who looked in the wrong namespace.
pub(super) fn elsewhere(namespaces: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<_> = namespaces.iter().take(SHOWN).map(String::as_str).collect();
    let more = match namespaces.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("There is one in: {}{more}. Name it with -n, or use -A.", shown.join(", "))
}
