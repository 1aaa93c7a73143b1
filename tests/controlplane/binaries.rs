//! Where the servers and kubectl are.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

/// The directory with the servers and kubectl. The first time on a machine `build` makes them, which takes
/// about ten minutes and is said on standard error.
pub fn dir() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| build(&[]))
}

/// The directory with helm, which is built in about two minutes the first time.
pub fn helm_dir() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| build(&["helm"]))
}

/// The judge of `tests/gitops`, which is built in about two minutes the first time.
pub fn judge() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build(&["judge"]).join("judge"))
}

/// The definitions of Argo CD's and Flux's kinds, as one file.
pub fn published() -> &'static Path {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| build(&["published"]).join("published.yaml"))
}

/// The directory with prometheus and promtool, which are fetched the first time.
pub fn prometheus_dir() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| build(&["prometheus"]))
}

fn build(args: &[&str]) -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/controlplane/build");
    let output = Command::new(&script)
        .args(args)
        .stderr(Stdio::inherit())
        .output()
        .unwrap_or_else(|error| panic!("{} does not start: {error}", script.display()));
    assert!(output.status.success(), "{} failed; it says why above", script.display());
    PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
}
