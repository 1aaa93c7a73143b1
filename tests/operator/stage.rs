//! A namespace of the real API server, a simulated Lync in a process, and operators in others.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use lync_failover::{
    bridge::RemoteSimulator,
    simulator::{EntryKind, Transcript},
};

use super::controlplane::ControlPlane;

/// Users of Pool1 to Pool2, in a disaster.
pub const AWAY: &str = "apiVersion: lyncfailover.dev/v1alpha1
kind: LyncFailover
metadata:
  name: contoso
spec:
  deploymentRef: {name: contoso}
  users: [{homePool: pool1.contoso.com, servedBy: pool2.contoso.com}]
  policy: {disasterMode: WhenSourceDown}
";

/// A process that does not outlive the test.
pub struct Process(Child);

impl Process {
    /// SIGKILL.
    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// SIGTERM, and how it ends.
    pub fn terminate(mut self) -> std::process::ExitStatus {
        let status = Command::new("kill").arg(self.0.id().to_string()).status().unwrap();
        assert!(status.success());
        self.0.wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub struct Stage {
    plane: &'static ControlPlane,
    namespace: String,
    kubeconfig: PathBuf,
    address: SocketAddr,
    runtime: tokio::runtime::Runtime,
    _simulator: Process,
}

impl Stage {
    /// Everything but the operator, with a simulated Lync whose cmdlets are quick.
    pub fn new(name: &str, scenario: &str) -> Self {
        let plane = ControlPlane::shared();
        plane.definitions();
        let namespace = plane.namespace(name);
        let file = std::env::temp_dir().join(format!("{namespace}-{}.yaml", std::process::id()));
        let comma = if scenario.is_empty() { "" } else { ", " };
        let quick = "poolFailover: 3s, cmsNormal: 2s, cmsDisaster: 2s, setEdgeServer: 1s, edgeReplication: 2s, \
                     internalReplication: 1s, check: 100ms";
        let text = format!(
            "apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncDeployment\nmetadata: {{name: contoso}}\n\
             spec: {{bridge: {{simulated: {{scenario: {{durations: {{{quick}}}{comma}{scenario}}}}}}}}}\n"
        );
        fs::write(&file, text).unwrap();
        let mut simulator = Command::new(env!("CARGO_BIN_EXE_lync-failover"))
            .args(["simulator", "serve"])
            .arg(&file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(simulator.stdout.take().unwrap()).read_line(&mut line).unwrap();
        fs::remove_file(&file).unwrap();
        let address: SocketAddr = line.trim().rsplit(' ').next().unwrap().parse().unwrap();
        let stage = Self {
            plane,
            kubeconfig: plane.admin(),
            namespace,
            address,
            runtime: tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap(),
            _simulator: Process(simulator),
        };
        stage.apply(&format!(
            "apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncDeployment\nmetadata: {{name: contoso}}\n\
             spec:\n  bridge: {{simulated: {{address: \"{address}\"}}}}\n  observation: {{interval: 5s, \
             staleAfter: 30s}}\n  sourceDown: {{sustainedFor: 1s}}\n"
        ));
        stage
    }

    /// Starts an operator for this namespace.
    pub fn operator(&self) -> Process {
        self.start(&["--no-leader-election"])
    }

    /// Starts one of several, which elect a leader.
    pub fn replica(&self, identity: &str) -> Process {
        self.start(&["--identity", identity])
    }

    pub fn has_lease(&self) -> bool {
        !self.kubectl(&["get", "lease", "-o", "name"]).is_empty()
    }

    fn start(&self, args: &[&str]) -> Process {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.log", self.namespace)))
            .unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_lync-failover"))
            .args(["operator", "--http", "127.0.0.1:0"])
            .args(args)
            .args(["--namespace", &self.namespace, "--watch-namespace", &self.namespace])
            .env("KUBECONFIG", &self.kubeconfig)
            .stderr(log)
            .spawn()
            .unwrap();
        Process(child)
    }

    pub fn kubectl(&self, args: &[&str]) -> String {
        self.plane.kubectl(&[&["-n", &self.namespace], args].concat(), "").ok()
    }

    pub fn apply(&self, text: &str) {
        self.plane.kubectl(&["-n", &self.namespace, "apply", "-f", "-"], text).ok();
    }

    pub fn wait_for_ready(&self) {
        let args = ["wait", "--for=condition=Ready", "lfo/contoso", "--timeout=90s"];
        let output = self.plane.kubectl(&[&["-n", &self.namespace], &args[..]].concat(), "");
        if output.code != 0 {
            let status = self.kubectl(&["get", "lfo", "contoso", "-o", "yaml"]);
            panic!("{}\n{status}\n{:?}", output.stderr, self.cmdlets());
        }
    }

    pub fn until(&self, mut holds: impl FnMut() -> bool) {
        let end = Instant::now() + Duration::from_secs(60);
        while !holds() {
            if Instant::now() > end {
                panic!("it does not come\n{}", self.kubectl(&["get", "lfo", "-o", "yaml"]));
            }
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    fn transcript(&self) -> Transcript {
        self.runtime.block_on(RemoteSimulator::new(self.address).transcript()).unwrap()
    }

    /// The cmdlets that started, in order.
    pub fn cmdlets(&self) -> Vec<String> {
        let transcript = self.transcript();
        let starts = transcript.entries.iter().filter(|entry| entry.kind == EntryKind::Start);
        starts.map(|entry| entry.command.split(' ').next().unwrap().to_owned()).collect()
    }

    /// How many cmdlets have ended.
    pub fn ended(&self) -> usize {
        self.transcript().entries.iter().filter(|entry| matches!(entry.kind, EntryKind::End(_))).count()
    }

    /// How often the organisation was looked at.
    pub fn observations(&self) -> u64 {
        self.transcript().queries.get("Get-CsConfigurationStoreLocation").copied().unwrap_or(0)
    }

    /// What the operator has written in this namespace, leases aside.
    pub fn writes(&self) -> usize {
        let all = self.plane.audit("lync-failover/");
        let reads = ["get", "list", "watch"];
        let is_write = |verb: &str, resource: &str| !reads.contains(&verb) && !resource.starts_with("leases");
        let here = all.iter().filter(|request| request.namespace == self.namespace);
        here.filter(|request| is_write(&request.verb, &request.resource)).count()
    }
}
