//! `lync-failover plan`: look and plan, change nothing.

use std::path::PathBuf;

use clap::Args;

use super::{CliError, OutputFormat, files::load_files, organisation::Simulated, show};
use crate::{
    api::Management,
    controller::{Resource, Silent},
};

/// Show the plan for the resources in files. Looks, plans, changes nothing.
#[derive(Debug, Args)]
pub(super) struct PlanCommand {
    /// Files with a LyncDeployment and LyncFailovers, as kubectl takes them; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to print.
    #[arg(long, short, value_enum, default_value_t)]
    output: OutputFormat,
}

impl PlanCommand {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let loaded = load_files(&self.files)?;
        let lab = Simulated::build(&loaded, 1.0)?;
        let mut documents = Vec::new();
        for wish in lab.wishes(&loaded)? {
            let mut desired = wish.desired;
            // Whatever the policy says, this command only plans.
            if desired.management == Management::Enforce {
                desired.management = Management::Plan;
            }
            let mut resource = Resource::new(&wish.namespace, &wish.name, desired, lab.store(&wish.name));
            let (observed, passed, _) = resource
                .reconcile(&lab.organisation, &Silent)
                .await
                .map_err(|err| CliError::Failed(err.to_string()))?;
            match self.output {
                OutputFormat::Text => {
                    let text = show::plan(&passed.plan, resource.status.plan.as_ref(), None);
                    super::print(&format!("{}/{}\n{text}", wish.namespace, wish.name));
                }
                OutputFormat::Json => documents.push(serde_json::json!({
                    "namespace": wish.namespace,
                    "name": wish.name,
                    "plan": resource.status.plan,
                    "observed": observed,
                })),
            }
        }
        if self.output == OutputFormat::Json {
            super::print_json(&documents)?;
        }
        Ok(())
    }
}
