//! `lync-failover plan`: look, or read a snapshot, and plan; change nothing.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;

use super::{
    CliError, OutputFormat,
    files::{load_files, load_snapshot},
    organisation::{Simulated, Wish, limits, one_deployment, wishes},
    recorded::{Planned, Told, same_deployment, told},
    show,
    simulate::Ending,
};
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
    /// Plan from what `lync-failover snapshot` saw, as if it were now. Nothing is contacted.
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// How to print.
    #[arg(long, short, value_enum, default_value_t)]
    output: OutputFormat,
}

impl PlanCommand {
    pub(super) async fn run(self) -> Result<ExitCode, CliError> {
        let Plans { all, told } = plan_all(&self.files, self.snapshot.as_deref()).await?;
        let is_text = self.output == OutputFormat::Text;
        if let Some(told) = told.as_ref().filter(|_| is_text) {
            super::print(&told.line());
        }
        let mut documents = Vec::new();
        let mut worst = Ending::Converged;
        for Planned { namespace, name, observed, plan, status, .. } in all {
            worst = worst.max(ending(&plan));
            let next = status.next_action.as_ref();
            if is_text {
                // That this command only plans is no news; everything else that stands in the way is.
                let next = next.filter(|_| plan.decision != Decision::Hold(Hold::PlanOnly));
                let text = show::plan(&plan, status.plan.as_ref(), next);
                super::print(&format!("{namespace}/{name}\n{text}"));
            } else {
                let mut document = serde_json::json!({
                    "namespace": namespace,
                    "name": name,
                    "plan": status.plan,
                    "nextAction": next,
                    "observed": observed,
                });
                if let (Some(told), Some(fields)) = (&told, document.as_object_mut()) {
                    fields.insert("snapshot".to_owned(), serde_json::json!(told));
                }
                documents.push(document);
            }
        }
        if !is_text {
            super::print_json(&documents)?;
        }
        Ok(ExitCode::from(worst.exit_code()))
    }
}

/// The plans of the resources in files, and what has to be said about the snapshot that they were made from.
pub(super) struct Plans {
    pub(super) all: Vec<Planned>,
    pub(super) told: Option<Told>,
}

/// Plans for every resource, from a snapshot or the simulated organisation.
pub(super) async fn plan_all(files: &[PathBuf], snapshot: Option<&Path>) -> Result<Plans, CliError> {
    let loaded = load_files(files)?;
    let deployment = one_deployment(&loaded)?;
    let wishes = wishes(deployment, &loaded)?;
    let limits = limits(deployment)?;
    let Some(snapshot) = snapshot.map(load_snapshot).transpose()? else {
        let lab = Simulated::build(&loaded, 1.0)?;
        let mut all = Vec::new();
        for wish in wishes {
            all.push(look_and_plan(&lab, only_plan(wish)).await?);
        }
        return Ok(Plans { all, told: None });
    };
    same_deployment(&snapshot, deployment)?;
    let planned = |wish| Planned::from_snapshot(only_plan(wish), &snapshot, &limits);
    Ok(Plans { all: wishes.into_iter().map(planned).collect(), told: Some(told(&snapshot, &limits)) })
}

/// Whatever the policy says, this command only plans.
fn only_plan(mut wish: Wish) -> Wish {
    if wish.desired.management == Management::Enforce {
        wish.desired.management = Management::Plan;
    }
    wish
}

async fn look_and_plan(lab: &Simulated, wish: Wish) -> Result<Planned, CliError> {
    let Wish { namespace, name, desired, .. } = wish;
    let store = lab.store(&format!("{namespace}/{name}"));
    let mut resource = Resource::new(&namespace, &name, desired, store);
    let (observed, passed, _) = resource
        .reconcile(&lab.organisation, &Silent)
        .await
        .map_err(|err| CliError::Failed(err.to_string()))?;
    let seen_at = lab.organisation.clock.now();
    Ok(Planned { namespace, name, observed, seen_at, plan: passed.plan, status: resource.status })
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
