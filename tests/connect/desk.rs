//! A directory of its own, and the program in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::lab::Lab;

pub(crate) struct Desk(pub(crate) PathBuf);

/// What the program came to.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    /// With a Secret `lync-bridge` in the directory `secrets`, as a mounted one.
    pub(crate) fn new(name: &str, password: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("connect-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("secrets/lync-bridge")).unwrap();
        let desk = Self(path);
        desk.write("secrets/lync-bridge/username", "CONTOSO\\svc-lync\n");
        desk.write("secrets/lync-bridge/password", format!("{password}\n"));
        desk
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    /// Runs the program. The endpoints of a lab answer meanwhile.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lync-failover"));
        command.args(args).current_dir(&self.0).env_remove("KUBECONFIG");
        let output = tokio::task::block_in_place(|| command.output().unwrap());
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Runs the program, sends it SIGINT after some milliseconds, and gives what it said.
    #[cfg(unix)]
    pub(crate) fn interrupt(&self, args: &[&str], pause: u64) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lync-failover"));
        command.args(args).current_dir(&self.0).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let output = tokio::task::block_in_place(|| {
            thread::sleep(Duration::from_millis(pause));
            // It may have ended already.
            let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).output();
            child.wait_with_output().unwrap()
        });
        String::from_utf8(output.stderr).unwrap()
    }

    pub(crate) fn good(&self, args: &[&str]) -> String {
        let Ran { code, out, err } = self.run(args);
        assert_eq!(code, 0, "{args:?}: {out}{err}");
        out
    }

    /// `bridge check` with the Secrets of the desk: exit code and report.
    pub(crate) fn check(&self) -> (i32, Value) {
        let args = ["bridge", "check", "deployment.yaml", "--secret-dir", "secrets", "--output", "json"];
        let Ran { code, out, err } = self.run(&args);
        (code, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}")))
    }

    /// A LyncDeployment with what is not said otherwise in `more`, and endpoints in YAML's flow style.
    pub(crate) fn deployment(&self, more: &str, endpoints: &[String]) {
        self.write(
            "deployment.yaml",
            format!(
                "apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncDeployment\n\
                 metadata: {{name: contoso, namespace: lync-dr}}\nspec:\n  bridge:\n    winrm:\n      \
                 authentication: Negotiate\n      credentialsSecretRef: {{name: lync-bridge}}\n{more}      \
                 endpoints:\n      - {}\n",
                endpoints.join("\n      - ")
            ),
        );
    }
}

/// Endpoints of a lab, as a deployment lists them.
pub(crate) fn all(lab: &Lab) -> Vec<String> {
    lab.places.iter().map(|place| entry(lab, place.host.as_str(), place.pool.as_str())).collect()
}

/// An endpoint of a lab in the pool that somebody says.
pub(crate) fn entry(lab: &Lab, host: &str, pool: &str) -> String {
    at(host, pool, lab.place(host).address.port())
}

/// An endpoint on a port of loopback.
pub(crate) fn at(host: &str, pool: &str, port: u16) -> String {
    format!("{{host: {host}, pool: {pool}, address: 127.0.0.1, port: {port}}}")
}
