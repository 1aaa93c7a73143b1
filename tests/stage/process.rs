//! The processes of a test: the operator, the simulated Lync, a proxy.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a process may take to say where it serves.
const BEGINS: Duration = Duration::from_secs(30);

/// A process that does not outlive the test.
pub struct Process {
    child: Child,
    /// Kept open: a process that prints into nothing ends.
    printed: Option<BufReader<ChildStdout>>,
    log: PathBuf,
}

impl Process {
    /// Starts it; what it says about itself goes to `log`.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let file = fs::File::create(log).unwrap();
        let child = command.stdin(Stdio::null()).stderr(file).spawn().unwrap();
        Self { child, printed: None, log: log.to_owned() }
    }

    /// The address at the end of the first line that it prints.
    pub fn printed_address(&mut self) -> SocketAddr {
        let mut line = String::new();
        let printed = self.printed.insert(BufReader::new(self.child.stdout.take().unwrap()));
        printed.read_line(&mut line).unwrap();
        line.trim().rsplit(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("{line:?} has no address"))
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and how it ends.
    pub fn terminate(mut self) -> ExitStatus {
        let status = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(status.success());
        self.child.wait().unwrap()
    }

    /// SIGSTOP: its ports take connections, and nobody answers.
    pub fn freeze(&self) {
        let status = Command::new("kill").args(["-STOP", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// How it has ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Where the operator serves, as its log says, whichever way it is written.
    pub fn address(&self) -> String {
        let begun = Instant::now();
        loop {
            let log = self.log();
            let said = log.lines().find_map(|line| {
                let text = line.split_once("/metrics address=").map(|(_, address)| address.trim());
                text.or_else(|| line.split_once(r#""address":""#)?.1.split('"').next())
            });
            if let Some(address) = said {
                return address.to_owned();
            }
            assert!(begun.elapsed() < BEGINS, "it does not say where it serves:\n{log}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// What the operator answers to a GET: the code and the text. Code 0 when it does not answer.
    pub fn get(&self, path: &str) -> (u16, String) {
        let address = self.address();
        let answer = TcpStream::connect(&address).and_then(|mut stream| {
            stream.set_read_timeout(Some(Duration::from_secs(10)))?;
            write!(stream, "GET {path} HTTP/1.1\r\nHost: operator\r\nConnection: close\r\n\r\n")?;
            let mut text = String::new();
            stream.read_to_string(&mut text)?;
            Ok(text)
        });
        let answer = answer.unwrap_or_default();
        let code = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (code, body.to_owned())
    }

    /// The value of a metric, by its name and its labels as they are written.
    pub fn metric(&self, name: &str) -> Option<f64> {
        let (_, text) = self.get("/metrics");
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        line.parse().ok()
    }

    /// Its memory in MiB: its own, and its share of what it shares.
    pub fn memory(&self) -> u64 {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id())).unwrap();
        let line = rollup.lines().find(|line| line.starts_with("Pss:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
