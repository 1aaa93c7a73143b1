//! A real Kubernetes control plane for tests: etcd, kube-apiserver and, when asked for, the controllers.
//!
//! Everything listens on 127.0.0.1 and lives in one directory, which is gone when the test process is
//! gone, however it went. `README.md` says where the binaries come from.
#![allow(dead_code, unreachable_pub, reason = "each test uses its own part")]

pub mod audit;
pub mod binaries;
pub mod faults;
mod flags;
mod home;
pub mod kubectl;
mod process;

use std::{
    collections::BTreeMap,
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Instant,
};

use flags::Ports;
use home::Home;
use kubectl::Output;
use process::{Process, READY};
use serde_json::json;

/// A control plane, with nobody in it but the test process.
#[derive(Debug)]
pub struct ControlPlane {
    servers: Mutex<Servers>,
    home: Home,
    ports: Ports,
    token: String,
    numbers: AtomicU32,
    definitions: OnceLock<()>,
}

#[derive(Debug)]
struct Servers {
    controllers: Option<Process>,
    api: Option<Process>,
    etcd: Option<Process>,
}

impl ControlPlane {
    /// The control plane that all tests of this process share. Work in a [`namespace`](Self::namespace) of
    /// your own, and leave its servers alone.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<ControlPlane> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A control plane of your own, for tests that pause, stop, kill or restore it. Takes about 5 seconds.
    pub fn start() -> Self {
        let mut why = String::new();
        // Between the choice of a port and its use somebody else may take it.
        for _ in 0..3 {
            match Self::try_start() {
                Ok(plane) => return plane,
                Err(error) => why = error,
            }
        }
        panic!("the control plane does not start: {why}");
    }

    fn try_start() -> Result<Self, String> {
        let plane = Self {
            servers: Mutex::new(Servers { controllers: None, api: None, etcd: None }),
            ports: Ports::free(),
            token: uuid::Uuid::new_v4().to_string(),
            numbers: AtomicU32::new(0),
            definitions: OnceLock::new(),
            home: Home::new(),
        };
        flags::write_files(plane.home.dir(), &plane.token);
        plane.write_kubeconfig(&plane.admin(), json!({"token": plane.token}));
        plane.run(&mut plane.servers())?;
        Ok(plane)
    }

    /// Starts etcd and the API server, where they do not run, and waits until both serve.
    fn run(&self, servers: &mut Servers) -> Result<(), String> {
        let dir = self.home.dir();
        if servers.etcd.is_none() {
            let args = flags::etcd(dir, &self.ports);
            let mut etcd = Process::start(binaries::dir(), dir, "etcd", &args);
            etcd.wait_until(|| TcpStream::connect(("127.0.0.1", self.ports.etcd)).is_ok())?;
            servers.etcd = Some(etcd);
        }
        if servers.api.is_none() {
            let args = flags::api_server(dir, &self.ports);
            let mut api = Process::start(binaries::dir(), dir, "kube-apiserver", &args);
            api.wait_until(|| {
                TcpStream::connect(("127.0.0.1", self.ports.api)).is_ok()
                    && self.kubectl(&["get", "--raw=/readyz"], "").code == 0
            })?;
            servers.api = Some(api);
        }
        Ok(())
    }

    fn servers(&self) -> MutexGuard<'_, Servers> {
        // A test that failed while it held the lock leaves the servers as they are.
        self.servers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address of the API server.
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.ports.api)
    }

    /// The kubeconfig of a cluster administrator.
    pub fn admin(&self) -> PathBuf {
        self.path("admin.kubeconfig")
    }

    /// The kubeconfig of somebody who has only the rights that RBAC gives to this user and these groups.
    pub fn kubeconfig_for(&self, user: &str, groups: &[&str]) -> PathBuf {
        let path = self.path(&format!("user-{}.kubeconfig", self.next()));
        self.write_kubeconfig(&path, json!({"token": self.token, "as": user, "as-groups": groups}));
        path
    }

    /// The kubeconfig of a service account, with a token of its own (1 h). Makes the account if it is missing.
    pub fn service_account(&self, namespace: &str, name: &str) -> PathBuf {
        let account = json!({
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace},
        });
        self.kubectl(&["apply", "-f", "-"], &account.to_string()).ok();
        self.existing_account(namespace, name)
    }

    /// The kubeconfig of a service account that is there already and is left as it is.
    pub fn existing_account(&self, namespace: &str, name: &str) -> PathBuf {
        let token = self.kubectl(&["create", "token", name, "-n", namespace, "--duration=1h"], "").ok();
        let path = self.path(&format!("account-{}.kubeconfig", self.next()));
        self.write_kubeconfig(&path, json!({"token": token.trim()}));
        path
    }

    /// Makes a namespace that nobody else has: the prefix and a number.
    pub fn namespace(&self, prefix: &str) -> String {
        let name = format!("{prefix}-{}", self.next());
        self.kubectl(&["create", "namespace", &name], "").ok();
        name
    }

    /// The project's definitions in `crds/`, applied once and established.
    pub fn definitions(&self) {
        self.definitions.get_or_init(|| {
            let crds = Path::new(env!("CARGO_MANIFEST_DIR")).join("crds");
            let crds = crds.to_string_lossy();
            self.kubectl(&["apply", "--server-side", "-f", &crds], "").ok();
            self.kubectl(&["wait", "--for=condition=Established", "--timeout=30s", "-f", &crds], "").ok();
            // Established is not yet published: discovery and the schemas follow a moment later.
            let published = Instant::now();
            for kind in ["lyncdeployments", "lyncfailovers"] {
                while self.kubectl(&["explain", kind], "").code != 0 {
                    assert!(published.elapsed() < READY, "the definition of {kind} is not published");
                    self.forget_discovery();
                }
            }
        });
    }

    /// Makes kubectl ask anew which kinds there are, instead of its cache.
    pub fn forget_discovery(&self) {
        // There may be none yet.
        let _ = fs::remove_dir_all(kubectl::cache(&self.admin()));
    }

    /// The kubectl that [`kubectl`](Self::kubectl) runs, for those who want it to go on running.
    pub fn program(&self) -> PathBuf {
        binaries::dir().join("kubectl")
    }

    /// Runs kubectl as the administrator, with text for its standard input.
    pub fn kubectl(&self, args: &[&str], stdin: &str) -> Output {
        self.kubectl_as(&self.admin(), args, stdin)
    }

    /// Runs kubectl with a kubeconfig that this control plane gave out.
    pub fn kubectl_as(&self, kubeconfig: &Path, args: &[&str], stdin: &str) -> Output {
        kubectl::run(&self.program(), kubeconfig, args, stdin)
    }

    /// Runs helm as the administrator.
    pub fn helm(&self, args: &[&str]) -> Output {
        self.helm_as(&self.admin(), args)
    }

    /// Runs helm with a kubeconfig that this control plane gave out.
    pub fn helm_as(&self, kubeconfig: &Path, args: &[&str]) -> Output {
        kubectl::run_helm(&binaries::helm_dir().join("helm"), kubeconfig, &self.path("helm"), args)
    }

    /// The requests so far of clients whose user agent begins with this.
    pub fn audit(&self, user_agent_prefix: &str) -> Vec<audit::Request> {
        audit::read(&self.path("audit.log"), user_agent_prefix)
    }

    /// How often such clients used each verb on each resource: `patch lyncfailovers/status` to 3.
    pub fn audit_counts(&self, user_agent_prefix: &str) -> BTreeMap<String, usize> {
        audit::counts(&self.audit(user_agent_prefix))
    }

    /// Starts the controllers that clean up (namespaces, owner references) and those of Deployments, once.
    /// Pods stay pending: there is no kubelet.
    pub fn controllers(&self) {
        let mut servers = self.servers();
        if servers.controllers.is_none() {
            assert!(
                binaries::dir().join("kube-controller-manager").exists(),
                "{} has no kube-controller-manager; without KUBEBUILDER_ASSETS one is built",
                binaries::dir().display()
            );
            let args = flags::controllers(self.home.dir());
            servers.controllers =
                Some(Process::start(binaries::dir(), self.home.dir(), "kube-controller-manager", &args));
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.dir().join(name)
    }

    fn next(&self) -> u32 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    fn write_kubeconfig(&self, path: &Path, user: serde_json::Value) {
        let config = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": {
                "server": self.url(),
                "certificate-authority": flags::certificate(self.home.dir()),
            }}],
            "users": [{"name": "test", "user": user}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
            "current-context": "test",
        });
        fs::write(path, config.to_string()).expect("a kubeconfig can be written");
    }
}

impl Servers {
    /// Ends all at once. Only etcd has a state, and keeps it.
    fn kill(&mut self) {
        let all = [self.controllers.take(), self.api.take(), self.etcd.take()];
        for mut process in all.into_iter().flatten() {
            process.kill();
        }
    }
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        self.servers().kill();
    }
}
