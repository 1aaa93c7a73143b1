//! `lync-failover snapshot`: look once, write down what was seen.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, ValueEnum};

use super::{
    CliError,
    files::{load_with_secrets, write_new},
    organisation::{namespace_of, one_deployment},
    remote::{SecretOptions, reach},
    show::{self, Style, paint},
};
use crate::snapshot::Subject;

/// Look at Lync once and write down what was seen. Changes nothing.
///
/// `plan --snapshot`, `simulate --snapshot` and `init --snapshot` read it, now or years later, without any
/// contact to Lync. Each fact carries its time and its source; what could not be seen says why.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 everything was seen; 1 the work failed; 2 the command or its input was wrong; \
                  4 written, but not everything could be seen."
)]
pub(super) struct SnapshotCommand {
    /// Files with a LyncDeployment, as kubectl takes them; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    secrets: SecretOptions,
    /// Write to this file, which must not be there yet, and show what was seen. Default: standard output.
    #[arg(long, value_name = "FILE")]
    output_file: Option<PathBuf>,
    /// How to write.
    #[arg(long, short, value_enum, default_value_t)]
    output: DocumentFormat,
}

/// How a document is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum DocumentFormat {
    /// With comments for people.
    #[default]
    Yaml,
    /// For machines.
    Json,
}

impl SnapshotCommand {
    pub(super) async fn run(self) -> Result<ExitCode, CliError> {
        let (loaded, documents) = load_with_secrets(&self.files)?;
        let metadata = &one_deployment(&loaded)?.metadata;
        let name = metadata.name.clone().unwrap_or_default();
        let subject = Subject { name, namespace: namespace_of(metadata).to_owned() };
        let snapshot = reach(&loaded, &self.secrets, documents).await?.look(subject).await;
        let text = match self.output {
            DocumentFormat::Yaml => snapshot.to_yaml().map_err(|err| CliError::Failed(err.to_string()))?,
            DocumentFormat::Json => {
                serde_json::to_string_pretty(&snapshot).map_err(|err| CliError::Failed(err.to_string()))?
                    + "\n"
            }
        };
        write_new(self.output_file.as_deref(), &text)?;
        let unseen = snapshot.unseen();
        if let Some(path) = &self.output_file {
            super::print(&show::observed(&snapshot.observed, snapshot.taken_at));
            for line in &unseen {
                super::print(&format!("{}\n", paint(Style::Notice, &format!("not seen: {line}"))));
            }
            super::print(&format!("{} written\n", path.display()));
        }
        Ok(ExitCode::from(if unseen.is_empty() { 0 } else { 4 }))
    }
}
