//! The operator as its Deployment would start it, and a simulated Lync for it.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use lync_failover::{
    bridge::RemoteSimulator,
    simulator::{EntryKind, Transcript},
};
use serde_json::Value;

use super::controlplane::ControlPlane;

/// How long something may take that has to come.
const PATIENCE: Duration = Duration::from_secs(90);

/// A process that does not outlive the test.
#[derive(Debug)]
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A simulated Lync, in a process of its own, whose Pool1 has lost its registrars.
#[derive(Debug)]
pub struct Lync {
    /// Where it listens.
    pub address: SocketAddr,
    _process: Process,
}

impl Lync {
    pub fn start(dir: &Path) -> Self {
        let file = dir.join("lync.yaml");
        let quick = "poolFailover: 2s, cmsNormal: 2s, setEdgeServer: 1s, edgeReplication: 2s, \
                     internalReplication: 1s, check: 100ms";
        let scenario = format!("durations: {{{quick}}}, failures: [{{stopRegistrars: [pool1.contoso.com]}}]");
        let text = format!(
            "apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncDeployment\nmetadata: {{name: contoso}}\n\
             spec: {{bridge: {{simulated: {{scenario: {{{scenario}}}}}}}}}\n"
        );
        fs::write(&file, text).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_lync-failover"))
            .args(["simulator", "serve"])
            .arg(&file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().parse().unwrap();
        Self { address, _process: Process(child) }
    }

    /// The mutating cmdlets that began, in order.
    pub fn cmdlets(&self) -> Vec<String> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let transcript: Transcript =
            runtime.block_on(RemoteSimulator::new(self.address).transcript()).unwrap();
        let starts = transcript.entries.iter().filter(|entry| entry.kind == EntryKind::Start);
        starts.map(|entry| entry.command.split(' ').next().unwrap().to_owned()).collect()
    }
}

/// One Pod's process.
#[derive(Debug)]
pub struct Replica {
    process: Process,
    log: PathBuf,
}

impl Replica {
    /// Starts what the first container of a Deployment says, as this Pod, with the rights of a kubeconfig. Only
    /// the port is another one: all Pods of a test share one address.
    pub fn start(deployment: &Value, pod: &str, kubeconfig: &Path, dir: &Path) -> Self {
        let container = &deployment["spec"]["template"]["spec"]["containers"][0];
        let texts = container["args"].as_array().unwrap().iter();
        let mut args: Vec<String> = texts.map(|text| text.as_str().unwrap().to_owned()).collect();
        let http =
            args.iter_mut().find(|arg| *arg == "--http=0.0.0.0:8080").expect("probes reach every address");
        *http = "--http=127.0.0.1:0".to_owned();
        let log = dir.join(format!("{pod}.log"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_lync-failover"));
        command.args(&args).env_clear().env("KUBECONFIG", kubeconfig).stderr(fs::File::create(&log).unwrap());
        for variable in container["env"].as_array().unwrap() {
            let value = match variable["valueFrom"]["fieldRef"]["fieldPath"].as_str() {
                Some("metadata.name") => pod,
                Some("metadata.namespace") => deployment["metadata"]["namespace"].as_str().unwrap(),
                Some(other) => panic!("what is {other}?"),
                None => variable["value"].as_str().unwrap(),
            };
            command.env(variable["name"].as_str().unwrap(), value);
        }
        Self { process: Process(command.spawn().unwrap()), log }
    }

    /// What it wrote, each line an object.
    fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.log).unwrap();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
    }

    /// The status code and the body of a page.
    pub fn get(&self, page: &str) -> (u16, String) {
        let address = until("it serves", || {
            let lines = self.lines();
            lines.iter().find_map(|line| line["fields"]["address"].as_str().map(str::to_owned))
        });
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {page} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let code = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (code, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    /// SIGTERM, as at the end of a Pod. It has to end well, within the grace that the Pod gives it.
    pub fn terminate(mut self, grace: Duration) {
        let told = Command::new("kill").arg(self.process.0.id().to_string()).status().unwrap();
        assert!(told.success());
        let begun = Instant::now();
        let status = self.process.0.wait().unwrap();
        assert!(status.success(), "{status}: {}", fs::read_to_string(&self.log).unwrap());
        assert!(begun.elapsed() < grace, "it took {:?}", begun.elapsed());
    }
}

/// Waits until something is there.
pub fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{what}: it does not come");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Waits for the reason of `Ready` of the one failover in a namespace.
pub fn until_reason(plane: &ControlPlane, namespace: &str, reason: &str) {
    let path = "jsonpath={.status.conditions[?(@.type==\"Ready\")].reason}";
    let mut last = String::new();
    until(reason, || {
        last = plane.kubectl(&["get", "lfo", "contoso", "-n", namespace, "-o", path], "").ok();
        (last == reason).then_some(())
    });
}
