//! `kubectl lync plan`: the plan of one resource, as its status has it.

use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use kube::ResourceExt;

use super::{
    Output,
    cluster::{Cluster, Options},
    read::{list, operator_life},
    report::{Scope, plan_report},
    screen,
    status::elsewhere,
    tell,
};
use crate::{api::LyncFailover, cli::CliError};

/// The plan of a LyncFailover, what it waits for, and the commands that change that.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub(super) struct PlanCommand {
    /// The name of the LyncFailover.
    name: String,
    /// How to print.
    #[arg(long, short, value_enum, default_value_t)]
    output: Output,
}

impl PlanCommand {
    pub(super) async fn run(self, options: &Options) -> Result<ExitCode, CliError> {
        let cluster = options.connect().await?;
        let scope = options.scope(&cluster);
        let found = list::<LyncFailover>(&cluster, &scope, Some(&self.name)).await?;
        if let Some(one) = found.unreadable.first() {
            return Err(CliError::Failed(format!(
                "LyncFailover {}/{} cannot be read by this version of kubectl-lync: {}",
                one.namespace,
                one.name,
                screen::clean(&one.message)
            )));
        }
        let lfo = match found.objects.as_slice() {
            [one] => one,
            [] => return Err(missing(&cluster, &scope, &self.name).await),
            several => {
                let namespaces: Vec<_> = several.iter().filter_map(ResourceExt::namespace).collect();
                return Err(CliError::BadInput(vec![format!(
                    "there are {} LyncFailovers named {}, in: {}. Name one namespace with -n.",
                    several.len(),
                    self.name,
                    namespaces.join(", ")
                )]));
            }
        };
        let life = operator_life(&cluster, options).await;
        let report = plan_report(lfo, life, Timestamp::now());
        tell(&report, self.output, |width| screen::plan(&report, width))?;
        Ok(report.verdict.into())
    }
}

async fn missing(cluster: &Cluster, scope: &Scope, name: &str) -> CliError {
    let everywhere = match scope {
        Scope::Namespace(_) => list::<LyncFailover>(cluster, &Scope::All, Some(name)).await.ok(),
        Scope::All => None,
    };
    let found: Vec<_> =
        everywhere.iter().flat_map(|all| &all.objects).filter_map(ResourceExt::namespace).collect();
    let way = match found.as_slice() {
        [] => "`kubectl lync status -A` shows all that there are.".to_owned(),
        found => elsewhere(found),
    };
    CliError::Failed(format!("there is no LyncFailover {name} in {scope}. {way}"))
}
