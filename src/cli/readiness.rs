//! `lync-failover readiness`: would a failover work now? Looks, or reads a snapshot; changes nothing.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use super::{
    CliError, OutputFormat,
    files::{load_snapshot, load_with_secrets},
    organisation::{limits, namespace_of, one_deployment},
    recorded::{same_deployment, told},
    remote::{SecretOptions, reach},
    show,
};
use crate::{
    api::{CheckResult, ObjectivesSpec},
    plan::Limits,
    readiness::{Objectives, Readiness, at_first_sight},
    snapshot::{Snapshot, Subject},
    status::readiness_view,
};

/// Say whether a failover would work now, and what to mend first. Changes nothing.
///
/// The same checks as in the status of a LyncDeployment, from a single look: what only lasting observation
/// shows, such as for how long the Backup Service has been behind, is unknown then.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 ready; 1 a check fails, or the work did; 2 the command or its input was wrong; \
                  4 no check fails, but not everything could be seen. Checks without points do not count."
)]
pub(super) struct ReadinessCommand {
    /// Files with a LyncDeployment, as kubectl takes them; `-` is standard input.
    #[arg(required_unless_present = "snapshot", value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    secrets: SecretOptions,
    /// Judge what `lync-failover snapshot` saw, as if it were now. Nothing is contacted. Without FILE, by the
    /// default objectives.
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// How to print.
    #[arg(long, short, value_enum, default_value_t)]
    output: OutputFormat,
}

impl ReadinessCommand {
    pub(super) async fn run(self) -> Result<ExitCode, CliError> {
        let recorded = self.snapshot.as_deref().map(load_snapshot).transpose()?;
        let (limits, objectives, snapshot) = match (&recorded, self.files.as_slice()) {
            (Some(snapshot), []) => {
                (Limits::default(), Objectives::from(&ObjectivesSpec::default()), snapshot.clone())
            }
            (recorded, files) => self.look(recorded.as_ref(), files).await?,
        };
        let readiness = at_first_sight(&snapshot.observed, &limits, objectives, snapshot.taken_at);
        let view = readiness_view(&readiness);
        let told = recorded.as_ref().map(|snapshot| told(snapshot, &limits));
        match self.output {
            OutputFormat::Text => {
                if let Some(told) = &told {
                    super::print(&told.line());
                }
                super::print(&show::readiness(&view));
            }
            OutputFormat::Json => {
                let mut document = serde_json::json!({ "readiness": view });
                if let (Some(told), Some(fields)) = (&told, document.as_object_mut()) {
                    fields.insert("snapshot".to_owned(), serde_json::json!(told));
                }
                super::print_json(&document)?;
            }
        }
        Ok(ExitCode::from(exit_code(&readiness)))
    }

    /// What there is to judge, with the numbers of the deployment of the files.
    async fn look(
        &self,
        recorded: Option<&Snapshot>,
        files: &[PathBuf],
    ) -> Result<(Limits, Objectives, Snapshot), CliError> {
        let (loaded, documents) = load_with_secrets(files)?;
        let deployment = one_deployment(&loaded)?;
        let (limits, objectives) = (limits(deployment)?, Objectives::from(&deployment.spec));
        let snapshot = match recorded {
            Some(snapshot) => {
                same_deployment(snapshot, deployment)?;
                snapshot.clone()
            }
            None => {
                let name = deployment.metadata.name.clone().unwrap_or_default();
                let subject = Subject { name, namespace: namespace_of(&deployment.metadata).to_owned() };
                reach(&loaded, &self.secrets, documents).await?.look(subject).await
            }
        };
        Ok((limits, objectives, snapshot))
    }
}

fn exit_code(readiness: &Readiness) -> u8 {
    let any = |result| !readiness.weighty(result).is_empty();
    match (any(CheckResult::Fail), any(CheckResult::Unknown)) {
        (true, _) => 1,
        (false, true) => 4,
        (false, false) => 0,
    }
}
