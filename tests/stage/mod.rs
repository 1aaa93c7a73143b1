//! A namespace of a real API server, a simulated Lync in a process, and operators in others.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "tests; each uses its own part")]

mod lync;
mod process;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use super::controlplane::{ControlPlane, kubectl::Output};
pub use process::Process;

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

/// Pool1 is off, the store is on Pool2, and the Edge looks there already: the users alone are left.
pub const ONE_STEP: &str = "cms: {pool: pool2.contoso.com}, \
    edges: [{fqdn: edge1.contoso.com, nextHop: pool2.contoso.com}], failures: [{kill: [pool1.contoso.com]}]";
/// Pool1 is off, the store is on Pool2: the Edge, then the users.
pub const TWO_STEPS: &str = "cms: {pool: pool2.contoso.com}, failures: [{kill: [pool1.contoso.com]}]";

pub const EDGE: &str = "Set-CsEdgeServer";
pub const STORE: &str = "Invoke-CsManagementServerFailover";
pub const USERS: &str = "Invoke-CsPoolFailOver";

/// The reason of a `LyncFailover`'s `Ready`.
pub const REASON: &str = "{.status.conditions[?(@.type==\"Ready\")].reason}";

/// How long something that must come may take.
const COMES: Duration = Duration::from_secs(240);
pub struct Stage<'a> {
    pub plane: &'a ControlPlane,
    pub namespace: String,
    address: SocketAddr,
    runtime: tokio::runtime::Runtime,
    logs: AtomicU32,
    _simulator: Process,
}

impl Stage<'static> {
    /// Everything but the operator, on the control plane that all tests share.
    pub fn new(name: &str, scenario: &str) -> Self {
        let plane = ControlPlane::shared();
        plane.definitions();
        let namespace = plane.namespace(name);
        Stage::on(plane, namespace, scenario)
    }
}

impl<'a> Stage<'a> {
    /// Everything but the operator, in a namespace of a control plane that has the definitions. The
    /// scenario is written as the members of one object.
    pub fn on(plane: &'a ControlPlane, namespace: String, scenario: &str) -> Self {
        let stage = Self::bare(plane, namespace, scenario, &[]);
        stage.deploy(stage.address);
        stage
    }

    /// A simulated Lync that serves with further options, and nobody who is told where.
    pub fn bare(plane: &'a ControlPlane, namespace: String, scenario: &str, options: &[&str]) -> Self {
        let mut simulator = lync::serve(&namespace, scenario, options);
        let address = simulator.printed_address();
        Self {
            plane,
            namespace,
            address,
            runtime: tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap(),
            logs: AtomicU32::new(0),
            _simulator: simulator,
        }
    }

    /// Says where the simulated Lync is reached.
    pub fn deploy(&self, address: SocketAddr) {
        self.apply(&format!(
            "apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncDeployment\nmetadata: {{name: contoso}}\n\
             spec:\n  bridge: {{simulated: {{address: \"{address}\"}}}}\n  observation: {{interval: 5s, \
             staleAfter: 30s}}\n  sourceDown: {{sustainedFor: 1s}}\n"
        ));
    }

    /// Where the simulated Lync serves.
    pub fn simulator(&self) -> SocketAddr {
        self.address
    }

    /// Starts an operator for this namespace.
    pub fn operator(&self) -> Process {
        self.start(&self.plane.admin(), &["--no-leader-election", "--watch-namespace", &self.namespace])
    }

    /// Starts one of several, which elect a leader.
    pub fn replica(&self, identity: &str) -> Process {
        self.start(&self.plane.admin(), &["--identity", identity, "--watch-namespace", &self.namespace])
    }

    /// Starts an operator with a kubeconfig and arguments.
    pub fn start(&self, kubeconfig: &Path, args: &[&str]) -> Process {
        let number = self.logs.fetch_add(1, Ordering::Relaxed);
        operator(&self.namespace, kubeconfig, args, &number.to_string())
    }

    /// Where a process of this test writes. It stays after the test, until the next run.
    pub fn log(&self, name: &str) -> PathBuf {
        log(&self.namespace, name)
    }

    /// kubectl in this namespace, and what it prints; it must succeed.
    pub fn kubectl(&self, args: &[&str]) -> String {
        self.try_kubectl(args, "").ok()
    }

    /// kubectl in this namespace.
    pub fn try_kubectl(&self, args: &[&str], stdin: &str) -> Output {
        self.plane.kubectl(&[&["-n", &self.namespace], args].concat(), stdin)
    }

    pub fn apply(&self, text: &str) {
        self.try_kubectl(&["apply", "-f", "-"], text).ok();
    }

    /// Changes the spec of the `LyncFailover` that all tests call `contoso`.
    pub fn edit(&self, spec: &str) {
        let patch = format!("{{\"spec\": {spec}}}");
        self.kubectl(&["patch", "lfo", "contoso", "--type=merge", "-p", &patch]);
    }

    /// A field of `contoso`, as a JSONPath gives it.
    pub fn field(&self, path: &str) -> String {
        self.kubectl(&["get", "lfo", "contoso", "-o", &format!("jsonpath={path}")])
    }

    /// Status and reason of a condition of `contoso`, such as `True Converged`.
    pub fn condition(&self, kind: &str) -> String {
        let of = |field: &str| format!("{{.status.conditions[?(@.type==\"{kind}\")].{field}}}");
        self.field(&format!("{} {}", of("status"), of("reason")))
    }

    pub fn wait_for_ready(&self) {
        // What `kubectl wait` sees may be about the spec before this one.
        self.until("Ready for this generation", || {
            let generations = self.field("{.metadata.generation} {.status.observedGeneration}");
            let (now, seen) = generations.split_once(' ').unwrap_or_default();
            now == seen && self.condition("Ready").starts_with("True")
        });
    }

    /// Waits until something holds.
    #[track_caller]
    pub fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let end = Instant::now() + COMES;
        while !holds() {
            if Instant::now() > end {
                let status = self.try_kubectl(&["get", "lfo", "-o", "yaml"], "").stdout;
                let status: String = status.chars().take(20_000).collect();
                panic!("it does not come: {what}\n{status}\n{:?}", self.cmdlets());
            }
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// What the operator has written in this namespace, leases aside: `patch lyncfailovers/status contoso`.
    pub fn writes(&self) -> Vec<String> {
        let all = self.plane.audit("lync-failover/");
        let reads = ["get", "list", "watch"];
        let is_write = |verb: &str, resource: &str| !reads.contains(&verb) && !resource.starts_with("leases");
        let here = all.iter().filter(|request| request.namespace == self.namespace);
        let writes = here.filter(|request| is_write(&request.verb, &request.resource));
        writes.map(|request| format!("{} {} {}", request.verb, request.resource, request.name)).collect()
    }
}

/// Starts an operator that keeps its records in a namespace.
pub fn operator(namespace: &str, kubeconfig: &Path, args: &[&str], log_name: &str) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lync-failover"));
    command.args(["operator", "--http", "127.0.0.1:0", "--namespace", namespace]).args(args);
    Process::start(command.env("KUBECONFIG", kubeconfig), &log(namespace, log_name))
}

fn log(namespace: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{namespace}-{name}.log"))
}
