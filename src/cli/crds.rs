//! `lync-failover crds`: the custom resource definitions as YAML.

use std::{fs, io::Write, path::PathBuf};

use clap::Args;

use super::CliError;
use crate::api::{crd_file_name, crd_yaml, crds};

/// Print the custom resource definitions.
#[derive(Debug, Args)]
pub(super) struct Crds {
    /// Write one file for each kind into this directory instead.
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
}

impl Crds {
    pub(super) fn run(self) -> Result<(), CliError> {
        let failed = |what: &str, error: &dyn std::error::Error| CliError::Failed(format!("{what}: {error}"));
        let mut out = std::io::stdout().lock();
        for crd in crds() {
            let yaml = crd_yaml(&crd).map_err(|error| failed("cannot write YAML", &error))?;
            if let Some(dir) = &self.output_dir {
                let path = dir.join(crd_file_name(&crd));
                fs::write(&path, yaml).map_err(|error| failed(&path.display().to_string(), &error))?;
            } else {
                write!(out, "---\n{yaml}").map_err(|error| failed("standard output", &error))?;
            }
        }
        Ok(())
    }
}
