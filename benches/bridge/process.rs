//! A client process: told what to do by lines, and watched from outside.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::OnceLock,
    time::Duration,
};

use serde::Serialize;

use crate::{
    order::{Order, Reply, Settings},
    stage::CONFIGURATION,
};

/// A client that waits for orders.
pub(crate) struct Process {
    child: Child,
    orders: ChildStdin,
    replies: BufReader<ChildStdout>,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// Our client.
    pub(crate) fn ours(settings: &Settings) -> Self {
        let own = std::env::current_exe().expect("this program");
        Self::start(Command::new(own).arg("client"), settings)
    }

    /// pypsrp.
    pub(crate) fn pypsrp(settings: &Settings) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/bridge/pypsrp_client.py");
        Self::start(Command::new(python()).arg("-B").arg(script).arg(CONFIGURATION), settings)
    }

    fn start(command: &mut Command, settings: &Settings) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let (orders, replies) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut process = Self { child, orders, replies: BufReader::new(replies) };
        process.say(settings);
        process
    }

    fn say(&mut self, what: &impl Serialize) {
        let line = serde_json::to_string(what).unwrap() + "\n";
        self.orders.write_all(line.as_bytes()).expect("the client lives; it says why above if not");
    }

    /// Has something done.
    pub(crate) fn ask(&mut self, order: Order) -> Reply {
        self.say(&order);
        let mut line = String::new();
        self.replies.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{order:?}: {error}: {line:?}"))
    }

    /// Time on a processor so far, of user and system; `None` where the kernel does not tell it to the
    /// nanosecond.
    pub(crate) fn cpu(&self) -> Option<Duration> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).ok()?;
        let of_task = |task: std::io::Result<fs::DirEntry>| {
            let text = fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
        };
        tasks.map(of_task).sum()
    }

    /// The largest resident memory so far, in bytes.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.parse().ok().map(|kilobytes: u64| kilobytes << 10)
    }
}

/// The Python of `tests/psrp`, which has pypsrp.
fn python() -> &'static str {
    static PYTHON: OnceLock<String> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/psrp/venv");
        let output = Command::new(&script).stderr(Stdio::inherit()).output().expect("a shell");
        assert!(output.status.success(), "{} failed; it says why above", script.display());
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    })
}
