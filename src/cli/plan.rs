//! `lync-failover plan`: look and plan, change nothing.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use super::{CliError, OutputFormat, files::load_files, organisation::Simulated, show, simulate::Ending};
use crate::{
    api::Management,
    controller::{Resource, Silent},
    plan::{Decision, Hold, Plan},
};

/// Show the plan for the resources in files. Looks, plans, changes nothing.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 there is a plan that can be followed, or nothing to do; 1 refused, failed or \
                  contradictory; 2 the command or its input was wrong; 3 people have to decide or do \
                  something; 4 not everything could be seen."
)]
pub(super) struct PlanCommand {
    /// Files with a LyncDeployment and LyncFailovers, as kubectl takes them; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to print.
    #[arg(long, short, value_enum, default_value_t)]
    output: OutputFormat,
}

impl PlanCommand {
    pub(super) async fn run(self) -> Result<ExitCode, CliError> {
        let loaded = load_files(&self.files)?;
        let lab = Simulated::build(&loaded, 1.0)?;
        let mut documents = Vec::new();
        let mut worst = Ending::Converged;
        for wish in lab.wishes(&loaded)? {
            let mut desired = wish.desired;
            // Whatever the policy says, this command only plans.
            if desired.management == Management::Enforce {
                desired.management = Management::Plan;
            }
            let key = format!("{}/{}", wish.namespace, wish.name);
            let mut resource = Resource::new(&wish.namespace, &wish.name, desired, lab.store(&key));
            let (observed, passed, _) = resource
                .reconcile(&lab.organisation, &Silent)
                .await
                .map_err(|err| CliError::Failed(err.to_string()))?;
            let (ending, next) = (ending(&passed.plan), resource.status.next_action.as_ref());
            worst = worst.max(ending);
            match self.output {
                OutputFormat::Text => {
                    // That this command only plans is no news; everything else that stands in the way is.
                    let next = next.filter(|_| passed.plan.decision != Decision::Hold(Hold::PlanOnly));
                    let text = show::plan(&passed.plan, resource.status.plan.as_ref(), next);
                    super::print(&format!("{key}\n{text}"));
                }
                OutputFormat::Json => documents.push(serde_json::json!({
                    "namespace": wish.namespace,
                    "name": wish.name,
                    "plan": resource.status.plan,
                    "nextAction": next,
                    "observed": observed,
                })),
            }
        }
        if self.output == OutputFormat::Json {
            super::print_json(&documents)?;
        }
        Ok(ExitCode::from(worst.exit_code()))
    }
}

/// What would become of the plan if it were followed.
fn ending(plan: &Plan) -> Ending {
    let hold = match &plan.decision {
        Decision::Hold(Hold::PlanOnly) => plan.first_hold(),
        Decision::Hold(hold) => Some(hold),
        _ => None,
    };
    let decision = hold.map_or(Decision::Converged, |hold| Decision::Hold(hold.clone()));
    // What cannot be seen now may be seen the next time.
    Ending::of(&decision).unwrap_or(Ending::TimedOut)
}
