//! The real kubectl and helm, and what they answered.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

/// What a tool answered.
#[derive(Debug)]
pub struct Output {
    /// The exit code; -1 after a signal.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    command: String,
}

impl Output {
    /// Standard output of a command that must succeed.
    #[track_caller]
    pub fn ok(self) -> String {
        assert!(self.code == 0, "{} ended with {}:\n{}{}", self.command, self.code, self.stdout, self.stderr);
        self.stdout
    }

    /// Standard error of a command that must fail.
    #[track_caller]
    pub fn refused(self) -> String {
        assert!(self.code != 0, "{} was accepted:\n{}", self.command, self.stdout);
        self.stderr
    }
}

/// Where kubectl keeps what it has learned through a kubeconfig.
pub fn cache(kubeconfig: &Path) -> PathBuf {
    kubeconfig.with_extension("cache")
}

/// Runs the kubectl at `program` with a kubeconfig, arguments, and text for its standard input.
pub fn run(program: &Path, kubeconfig: &Path, args: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(program);
    command
        .env("KUBECONFIG", kubeconfig)
        // `kubectl diff` would start whatever the developer has set here.
        .env_remove("KUBECTL_EXTERNAL_DIFF")
        .args(["--cache-dir", &cache(kubeconfig).to_string_lossy()])
        .args(args);
    finish(command, format!("kubectl {}", args.join(" ")), stdin)
}

/// Runs the helm at `program` with a kubeconfig and arguments; it keeps its own files in `home`.
pub fn run_helm(program: &Path, kubeconfig: &Path, home: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(program);
    command
        .env("KUBECONFIG", kubeconfig)
        .env("HELM_CACHE_HOME", home.join("cache"))
        .env("HELM_CONFIG_HOME", home.join("config"))
        .env("HELM_DATA_HOME", home.join("data"))
        .env("KUBECACHEDIR", home.join("kube"))
        .args(args);
    for setting in ["HELM_NAMESPACE", "HELM_DRIVER", "HELM_PLUGINS", "HELM_DEBUG"] {
        command.env_remove(setting);
    }
    finish(command, format!("helm {}", args.join(" ")), "")
}

fn finish(mut command: Command, line: String, stdin: &str) -> Output {
    let mut child = command
        .env_remove("HTTPS_PROXY")
        .env_remove("https_proxy")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{line} does not start: {error}"));
    let mut pipe = child.stdin.take().expect("it was asked for");
    let text = stdin.to_owned();
    let writer = thread::spawn(move || {
        // A tool that takes no input closes the pipe; its exit code tells the rest.
        let _ = pipe.write_all(text.as_bytes());
    });
    let output = child.wait_with_output().expect("its output can be read");
    writer.join().expect("writing does not panic");
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        command: line,
    }
}
