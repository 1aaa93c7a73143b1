//! `lync-failover init`: the first `LyncFailover`, which describes Lync as it is.

mod connection;
mod describe;
mod first_look;
mod write;

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use serde_json::json;

use super::{
    CliError,
    files::{load_snapshot, load_with_secrets, write_new},
    organisation::{limits, namespace_of, one_deployment},
    recorded::{same_deployment, told},
    remote::{SecretOptions, reach},
    snapshot::DocumentFormat,
};
use crate::{
    api::{LyncDeployment, LyncFailover},
    plan::Limits,
    snapshot::{Snapshot, Subject},
};

use connection::ConnectionOptions;
use describe::{Described, Refusal, describe};
use first_look::first_look;

/// Write the LyncFailover that describes Lync as it is now: applying it changes nothing.
///
/// From a LyncDeployment in a file, or from --endpoint and its companions, which write the LyncDeployment
/// too: from --snapshot, or from Lync itself when --secret-dir or --secrets-from-cluster says where the account is. What is written is planned before it is written: if anything would have to be done, it is refused.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 written; 1 refused: Lync is in no state that a LyncFailover can describe; 2 the \
                        command or its input was wrong; 4 not everything could be seen."
)]
pub(super) struct InitCommand {
    /// Files with a LyncDeployment, as kubectl takes them; `-` is standard input.
    #[arg(required_unless_present = "endpoint", conflicts_with = "endpoint", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Describe what `lync-failover snapshot` saw. Nothing is contacted.
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionOptions,
    #[command(flatten)]
    secrets: SecretOptions,
    /// Write to this file, which must not be there yet. Default: standard output.
    #[arg(long, value_name = "FILE")]
    output_file: Option<PathBuf>,
    /// How to write.
    #[arg(long, short, value_enum, default_value_t)]
    output: DocumentFormat,
}

/// What is to be written.
struct Written {
    deployment: Option<LyncDeployment>,
    failover: Option<LyncFailover>,
    text: String,
}

impl InitCommand {
    pub(super) async fn run(self) -> Result<ExitCode, CliError> {
        let snapshot = self.snapshot.as_deref().map(load_snapshot).transpose()?;
        let written = match (self.connection.wanted()?, snapshot) {
            (Some(wanted), Some(snapshot)) => {
                let deployment = wanted.deployment(snapshot.observed.topology.value())?;
                tell(&format!("note: {}", told(&snapshot, &limits(&deployment)?).words));
                both(deployment, &snapshot)?
            }
            (Some(wanted), None) if self.secrets.are_given() => {
                let (deployment, snapshot) = first_look(&wanted, &self.secrets).await?;
                both(deployment, &snapshot)?
            }
            (Some(wanted), None) => Ok(from_flags_alone(&wanted)?),
            (None, snapshot) => self.of_files(snapshot).await?,
        };
        match written {
            Ok(written) => {
                write_new(self.output_file.as_deref(), &self.render(written)?)?;
                if let Some(path) = &self.output_file {
                    super::print(&format!("{} written\n", path.display()));
                }
                Ok(ExitCode::SUCCESS)
            }
            Err(refusals) => Ok(refuse(&refusals)),
        }
    }

    async fn of_files(&self, snapshot: Option<Snapshot>) -> Result<Result<Written, Vec<Refusal>>, CliError> {
        let (loaded, documents) = load_with_secrets(&self.files)?;
        let deployment = one_deployment(&loaded)?;
        let limits = limits(deployment)?;
        for failover in loaded.failovers() {
            let name = failover.metadata.name.as_deref().unwrap_or_default();
            tell(&format!(
                "note: LyncFailover {name} is passed over; what is written describes Lync as it is"
            ));
        }
        let snapshot = match snapshot {
            Some(snapshot) => {
                same_deployment(&snapshot, deployment)?;
                tell(&format!("note: {}", told(&snapshot, &limits).words));
                snapshot
            }
            None => reach(&loaded, &self.secrets, documents).await?.look(subject(deployment)).await,
        };
        failover(deployment, &snapshot, &limits)
    }

    fn render(&self, written: Written) -> Result<String, CliError> {
        if self.output == DocumentFormat::Yaml {
            return Ok(written.text);
        }
        let deployment = written.deployment.map(|deployment| json!(deployment));
        let items: Vec<_> =
            deployment.into_iter().chain(written.failover.map(|failover| json!(failover))).collect();
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": items });
        Ok(serde_json::to_string_pretty(&list).map_err(|err| CliError::Failed(err.to_string()))? + "\n")
    }
}

/// Without anything seen there is a way to Lync to write down, and no state of it.
fn from_flags_alone(wanted: &connection::Wanted) -> Result<Written, CliError> {
    let deployment = wanted.deployment(None)?;
    let text = write::deployment(&deployment, None)?;
    tell(
        "note: only the LyncDeployment is written, with the endpoints that were named. Then: lync-failover snapshot, \
         and init once more with --snapshot, which adds the other Front Ends and the LyncFailover; or say where the \
         Secrets are, and Lync is asked at once",
    );
    Ok(Written { deployment: Some(deployment), failover: None, text })
}

/// A deployment and its failover, in one text.
fn both(deployment: LyncDeployment, snapshot: &Snapshot) -> Result<Result<Written, Vec<Refusal>>, CliError> {
    let head = write::deployment(&deployment, snapshot.observed.topology.value())?;
    let written = failover(&deployment, snapshot, &limits(&deployment)?)?;
    Ok(written.map(|written| Written {
        text: head + "---\n" + &written.text,
        deployment: Some(deployment),
        ..written
    }))
}

/// The `LyncFailover` of a deployment as a snapshot shows it, or why there is none.
fn failover(
    deployment: &LyncDeployment,
    snapshot: &Snapshot,
    limits: &Limits,
) -> Result<Result<Written, Vec<Refusal>>, CliError> {
    let name = deployment.metadata.name.clone().unwrap_or_default();
    let described = match describe(&name, &snapshot.observed, limits, snapshot.taken_at) {
        Ok(described) => described,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let Described { spec, left_out } = described;
    let mut failover = LyncFailover::new(&name, spec);
    failover.metadata.namespace = deployment.metadata.namespace.clone();
    let text = write::failover(&failover, &left_out, snapshot.taken_at)?;
    Ok(Ok(Written { deployment: None, failover: Some(failover), text }))
}

/// What a snapshot of a deployment is of.
fn subject(deployment: &LyncDeployment) -> Subject {
    let name = deployment.metadata.name.clone().unwrap_or_default();
    Subject { name, namespace: namespace_of(&deployment.metadata).to_owned() }
}

/// Says why nothing was written. What was not seen may be seen the next time, so that comes first.
fn refuse(refusals: &[Refusal]) -> ExitCode {
    for refusal in refusals {
        tell(&format!("refused: {refusal}"));
    }
    ExitCode::from(if refusals.iter().any(|refusal| refusal.is_unseen) { 4 } else { 1 })
}

/// Says something beside the document.
fn tell(text: &str) {
    use std::io::Write;
    // There is nobody left to tell when standard error is gone.
    let _ = writeln!(anstream::stderr(), "{text}");
}
