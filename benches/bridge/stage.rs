//! The server: the simulated Lync as a process, with its Front Ends as WinRM endpoints.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, SocketAddr},
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::certificates::Authority;

/// A Front End, and its pool.
pub(crate) const HOST: &str = "fe01.pool1.contoso.com";
pub(crate) const POOL: &str = "pool1.contoso.com";
/// The session configuration that both clients enter: that of the module, which has the reading cmdlets too.
pub(crate) const CONFIGURATION: &str = "LyncFailover";
/// Who both clients are.
pub(crate) const ACCOUNT: &str = "CONTOSO\\svc-lync";

/// An organisation of two pools. It ends with this value.
pub(crate) struct Stage {
    /// Where it is asked without WinRM.
    pub(crate) simulator: SocketAddr,
    /// The listener of [`HOST`].
    pub(crate) listener: SocketAddr,
    /// The file with the authority of HTTPS.
    pub(crate) authority: Option<String>,
    pub(crate) password: String,
    server: Child,
    files: Vec<String>,
    _printed: BufReader<ChildStdout>,
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
    }
}

impl Stage {
    pub(crate) fn new(is_tls: bool) -> Self {
        let password = uuid::Uuid::new_v4().to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_lync-failover"));
        command.args(["simulator", "serve", "-", "--winrm", "--account=svc-lync"]);
        command.env("LYNC_FAILOVER_ACCOUNT_PASSWORD", &password);
        let files = if is_tls { certificates(&mut command) } else { Vec::new() };
        let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let deployment = "apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncDeployment\n\
            metadata: {name: contoso}\nspec: {bridge: {simulated: {scenario: {}}}}\n";
        server.stdin.take().unwrap().write_all(deployment.as_bytes()).expect("it reads");
        let mut printed = BufReader::new(server.stdout.take().unwrap());
        let simulator =
            line(&mut printed).rsplit(' ').next().and_then(|it| it.parse().ok()).expect("an address");
        let listener = loop {
            let line = line(&mut printed);
            if let Some((_, url)) = line.split_once(&format!("{HOST} {POOL} ")) {
                break port(url);
            }
        };
        while !line(&mut printed).starts_with("account") {}
        let listener = SocketAddr::from((Ipv4Addr::LOCALHOST, listener));
        let authority = files.first().cloned();
        Self { simulator, listener, authority, password, server, files, _printed: printed }
    }
}

fn line(printed: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    assert!(printed.read_line(&mut line).unwrap() > 0, "the simulated Lync ended");
    line.trim().to_owned()
}

/// The port of `scheme://host:port/wsman`.
fn port(url: &str) -> u16 {
    let authority = url.split('/').nth(2).and_then(|authority| authority.rsplit_once(':'));
    authority.and_then(|(_, port)| port.parse().ok()).unwrap_or_else(|| panic!("{url} has no port"))
}

/// The files with the authority for the clients, and with certificate and key for the server.
fn certificates(command: &mut Command) -> Vec<String> {
    let authority = Authority::new();
    let (certificate, key) = authority.issue_to_all(&[HOST, "localhost"]);
    let file = |name: &str, bytes: &[u8]| {
        let path = format!("{}/bridge-{}-{name}", env!("CARGO_TARGET_TMPDIR"), std::process::id());
        fs::write(&path, bytes).expect("written");
        path
    };
    let [certificate, key] = [file("tls.crt", &certificate), file("tls.key", &key)];
    command.args(["--tls-cert", &certificate, "--tls-key", &key]);
    vec![file("ca.crt", &authority.certificate), certificate, key]
}
