//! A stage whose API server asks the operator.

use std::{fs, net::SocketAddr, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    certificates::Authority,
    stage::{Process, Stage},
};

/// What kubectl says of a try, and of what was applied.
pub struct Said {
    /// The lines that begin with `Warning: `, without that.
    pub warnings: Vec<String>,
    /// Standard output.
    pub done: String,
}

/// The folder for the certificate, and the registration at the API server.
pub struct Asked<'a> {
    pub stage: &'a Stage<'static>,
    pub dir: PathBuf,
}

impl<'a> Asked<'a> {
    /// An empty folder; nobody is asked yet.
    pub fn new(stage: &'a Stage<'static>) -> Self {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-webhook", stage.namespace));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        Self { stage, dir }
    }

    /// The arguments of an operator that is asked.
    pub fn arguments(&self) -> [String; 2] {
        ["--webhook=127.0.0.1:0".to_owned(), format!("--webhook-tls-dir={}", self.dir.display())]
    }

    /// An operator that leads.
    pub fn operator(&self) -> Process {
        let watch = ["--no-leader-election", "--watch-namespace", &self.stage.namespace];
        self.start(&watch)
    }

    /// One of several, which elect a leader.
    pub fn replica(&self, identity: &str, more: &[&str]) -> Process {
        let own = ["--identity", identity, "--watch-namespace", &self.stage.namespace, "--pod-ip=127.0.0.1"];
        self.start(&[&own[..], more].concat())
    }

    pub fn start(&self, more: &[&str]) -> Process {
        let own = self.arguments();
        let all: Vec<&str> = own.iter().map(String::as_str).chain(more.iter().copied()).collect();
        self.stage.start(&self.stage.plane.admin(), &all)
    }

    /// Writes certificate and key of a new authority, which is given.
    pub fn certify(&self) -> Authority {
        let authority = Authority::new();
        let (certificate, key) = authority.issue("localhost");
        fs::write(self.dir.join("tls.key"), key).unwrap();
        fs::write(self.dir.join("tls.crt"), certificate).unwrap();
        authority
    }

    /// Where the replica that leads says that it can be asked.
    pub fn published(&self) -> String {
        let path = r"jsonpath={.metadata.annotations.lyncfailover\.dev/webhook-address}";
        self.stage.kubectl(&["get", "lease", "lync-failover", "--ignore-not-found", "-o", path])
    }

    /// Has the API server ask an operator about this namespace, as `deploy/webhook` has it.
    pub fn register(&self, operator: &Process, authority: &Authority) {
        let address = address(self.stage, operator);
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/webhook/webhook.yaml");
        let mut object: Value = serde_yaml::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        object["metadata"] = json!({"name": self.stage.namespace});
        let webhook = &mut object["webhooks"][0];
        let here = json!({"matchLabels": {"kubernetes.io/metadata.name": self.stage.namespace}});
        webhook["namespaceSelector"] = here;
        let path = webhook["clientConfig"]["service"]["path"].as_str().unwrap();
        webhook["clientConfig"] = json!({
            "url": format!("https://localhost:{}{path}", address.port()),
            "caBundle": STANDARD.encode(&authority.certificate),
        });
        self.stage.try_kubectl(&["apply", "-f", "-"], &object.to_string()).ok();
    }

    /// `kubectl apply --server-side --dry-run=server`, which must work.
    pub fn try_out(&self, resource: &str) -> Said {
        self.apply(resource, &["--dry-run=server"])
    }

    pub fn apply(&self, resource: &str, more: &[&str]) -> Said {
        let args = [&["apply", "--server-side", "--force-conflicts", "-f", "-"], more].concat();
        let output = self.stage.try_kubectl(&args, resource);
        let lines = output.stderr.lines().filter_map(|line| line.strip_prefix("Warning: "));
        let warnings = lines.map(str::to_owned).collect();
        Said { warnings, done: output.ok() }
    }

    /// Tries until a warning has this in it, and gives all of them.
    #[track_caller]
    pub fn until(&self, resource: &str, says: &str) -> Vec<String> {
        let mut last = Vec::new();
        self.stage.until(says, || {
            last = self.try_out(resource).warnings;
            last.iter().any(|line| line.contains(says))
        });
        last
    }
}

/// Where an operator is asked, as its log says.
pub fn address(stage: &Stage<'_>, operator: &Process) -> SocketAddr {
    let said = || {
        let log = operator.log();
        let at =
            log.split_once("webhook=").map(|(_, rest)| rest.split_whitespace().next().unwrap().to_owned());
        at.and_then(|address| address.parse().ok())
    };
    stage.until("it says where it is asked", || said().is_some());
    said().unwrap()
}
