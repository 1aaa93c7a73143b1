//! kubectl that finds the plugin on its PATH.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use crate::{controlplane::ControlPlane, stage::Stage};

/// What the plugin answered.
pub struct Answer {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The folders in which kubectl finds the plugin and what completes it.
fn path() -> std::ffi::OsString {
    let plugin = Path::new(env!("CARGO_BIN_EXE_kubectl-lync")).parent().unwrap().to_owned();
    let completion = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/kubectl");
    let before = env::var_os("PATH").unwrap_or_default();
    let all: Vec<PathBuf> = [plugin, completion].into_iter().chain(env::split_paths(&before)).collect();
    env::join_paths(all).unwrap()
}

/// `kubectl` with these arguments, as the owner of a kubeconfig.
pub fn kubectl(plane: &ControlPlane, kubeconfig: &Path, args: &[&str]) -> Answer {
    kubectl_with(plane, kubeconfig, args, &[])
}

/// The same with further variables of the environment.
pub fn kubectl_with(
    plane: &ControlPlane,
    kubeconfig: &Path,
    args: &[&str],
    variables: &[(&str, &str)],
) -> Answer {
    let mut command = Command::new(plane.program());
    command.args(args).env("PATH", path()).env("KUBECONFIG", kubeconfig).stdin(Stdio::null());
    for variable in ["HTTPS_PROXY", "https_proxy", "NO_COLOR", "CLICOLOR_FORCE", "LYNC_FAILOVER_NAMESPACE"] {
        command.env_remove(variable);
    }
    command.envs(variables.iter().copied());
    command.output().unwrap().into()
}

/// `kubectl lync` with these arguments, in the namespace of a stage, where the operator lives too.
pub fn lync(stage: &Stage<'_>, args: &[&str]) -> Answer {
    let place = ["-n", &stage.namespace, "--operator-namespace", &stage.namespace];
    kubectl(stage.plane, &stage.plane.admin(), &[&["lync"], args, &place].concat())
}

/// A stage in a namespace of this name: what is printed has to be the same in every run.
pub fn stage(namespace: &str, scenario: &str) -> Stage<'static> {
    let plane = ControlPlane::shared();
    plane.definitions();
    plane.kubectl(&["create", "namespace", namespace], "").ok();
    Stage::on(plane, namespace.to_owned(), scenario)
}
