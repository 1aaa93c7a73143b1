//! The service, one process for each test, and sessions with it.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, OnceLock},
    time::Duration,
};

use lync_failover::{
    clock::SystemClock,
    winrm::{Account, Credentials, Endpoint, Gate, Pace, Secret, Session, Tls},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::certificates::Authority;

pub(crate) const HOST: &str = "fe1.contoso.com";
pub(crate) const PASSWORD: &str = "Sch-n3idig!-7";
/// What Windows Server 2012 R2 offers with an RSA certificate, the modern part of it.
pub(crate) const SUITES_2012_R2: &str = "ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA:\
                                  ECDHE-RSA-AES128-SHA:AES256-SHA256:AES128-SHA256";

/// Python with what the service needs, and where the programs of the KDC are.
pub(crate) fn tools() -> &'static (PathBuf, PathBuf) {
    static TOOLS: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wsman/peer/build");
        let output = Command::new(&script).stderr(Stdio::inherit()).output().expect("the script runs");
        assert!(output.status.success(), "{} failed; it says why above", script.display());
        let text = String::from_utf8(output.stdout).expect("text");
        let mut lines = text.lines().map(PathBuf::from);
        (lines.next().expect("Python"), lines.next().expect("the KDC"))
    })
}

/// A directory of its own for a test, removed at its end.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("wsman-{}", Uuid::new_v4()));
        fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, content).expect("written");
        path
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("UTF-8").to_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The service.
pub(crate) struct Peer {
    child: Child,
    pub(crate) port: u16,
    log: PathBuf,
    scratch: Scratch,
}

impl Peer {
    /// A service that takes NTLM.
    pub(crate) fn ntlm(extra: Value) -> Self {
        Self::start(Scratch::new(), json!({ "offers": ["Negotiate", "Basic"] }), extra, &[])
    }

    /// PowerShell over NTLM.
    pub(crate) fn power_shell() -> Self {
        Self::ntlm(json!({ "psrp": true }))
    }

    /// A service behind TLS, and the authority to trust.
    pub(crate) fn tls(extra: Value) -> (Self, Authority) {
        let authority = Authority::new();
        (Self::certified(&authority, authority.issue(HOST), extra), authority)
    }

    /// A service behind TLS with this certificate and its key.
    pub(crate) fn certified(
        authority: &Authority,
        (certificate, key): (Vec<u8>, Vec<u8>),
        extra: Value,
    ) -> Self {
        let scratch = Scratch::new();
        let mut tls = json!({
            "certificate": scratch.file("server.crt", certificate),
            "key": scratch.file("server.key", key),
            "ciphers": extra["ciphers"].as_str().unwrap_or(SUITES_2012_R2),
        });
        if extra["client_certificates"] == true {
            tls["client_authority"] = scratch.file("clients.crt", &authority.certificate).into();
        }
        let base = json!({ "offers": ["Negotiate", "Basic"], "tls": tls });
        Self::start(scratch, base, extra, &[])
    }

    pub(crate) fn start(scratch: Scratch, base: Value, extra: Value, environment: &[(&str, &str)]) -> Self {
        let journal = scratch.path("journal");
        let mut settings =
            json!({ "host": HOST, "account": "svc-lync", "password": PASSWORD, "journal": journal });
        for part in [base, extra] {
            for (key, value) in part.as_object().expect("an object") {
                settings[key] = value.clone();
            }
        }
        let users = scratch.file("users", format!("CONTOSO:svc-lync:{PASSWORD}\n"));
        let log = PathBuf::from(scratch.path("peer.log"));
        let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wsman/peer/server.py");
        let mut child = Command::new(&tools().0)
            .arg("-B")
            .arg(server)
            .arg(settings.to_string())
            .env("NTLM_USER_FILE", users)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("a log"))
            .spawn()
            .expect("Python starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("it speaks");
        let port = line.trim().parse().unwrap_or_else(|_| panic!("{:?}", fs::read_to_string(&log)));
        Self { child, port, log, scratch }
    }

    /// Lets a cmdlet that waits take its next step.
    pub(crate) fn turn(&self) {
        let mut stdin = self.child.stdin.as_ref().expect("piped");
        stdin.write_all(b"turn\n").expect("it lives");
    }

    /// What it noted of one kind, in order.
    pub(crate) fn journal(&self, kind: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.scratch.path("journal")).expect("a journal");
        let entries = text.lines().map(|line| serde_json::from_str(line).expect("an entry"));
        entries.filter(|entry: &Value| entry["kind"] == kind).collect()
    }

    /// The commands of all pipelines that were made.
    pub(crate) fn commands(&self) -> Vec<Value> {
        let of = |entry: &Value| entry["commands"].as_array().expect("a list").clone();
        self.journal("pipeline").iter().flat_map(of).collect()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The endpoint, by its name and its address.
    pub(crate) fn endpoint(&self) -> Endpoint {
        endpoint(self.port)
    }

    pub(crate) fn endpoint_tls(&self, authority: &Authority) -> Endpoint {
        let authorities = Some(authority.certificate.clone());
        Endpoint { tls: Some(Tls { authorities, identity: None }), ..self.endpoint() }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- the service said:\n{}", self.log());
        }
    }
}

pub(crate) fn endpoint(port: u16) -> Endpoint {
    Endpoint {
        host: HOST.to_owned(),
        address: Some([127, 0, 0, 1].into()),
        port,
        tls: None,
        configuration: "LyncFailover".to_owned(),
        pace: Pace { operation: Duration::from_secs(2), ..Pace::default() },
    }
}

pub(crate) fn account() -> Account {
    Account::parse("CONTOSO\\svc-lync")
}

pub(crate) fn ntlm() -> Credentials {
    Credentials::Ntlm { account: account(), password: Secret::from(PASSWORD) }
}

pub(crate) fn basic(password: &str) -> Credentials {
    Credentials::Basic { account: Account::parse("svc-lync"), password: Secret::from(password) }
}

pub(crate) fn gate() -> Gate {
    Gate::new(Arc::new(SystemClock))
}

pub(crate) fn session(endpoint: Endpoint, credentials: Credentials) -> Session {
    Session::new(endpoint, Arc::new(credentials), "1", gate(), Uuid::new_v4())
}
