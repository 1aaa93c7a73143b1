//! One server process of the control plane.

use std::{
    fs::{self, File},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a server may take until it is ready: about 4 s, and much longer on a loaded machine.
pub const READY: Duration = Duration::from_secs(120);

/// How long a server may take to end by itself before it is killed.
const GRACE: Duration = Duration::from_secs(10);

/// A running server. Its output goes to `<name>.log`, its id to `<name>.pid`, for `sweep`.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts the program `name` of `binaries`, in a process group of its own: Ctrl-C is for the test.
    pub fn start(binaries: &Path, dir: &Path, name: &str, args: &[String]) -> Self {
        let program = binaries.join(name);
        let log = dir.join(format!("{name}.log"));
        let out = File::options().create(true).append(true).open(&log).expect("the log can be written");
        let child = Command::new(&program)
            .args(args)
            .stdin(Stdio::null())
            .stdout(out.try_clone().expect("a handle can be copied"))
            .stderr(out)
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
        fs::write(dir.join(format!("{name}.pid")), child.id().to_string()).expect("the id can be written");
        Self { child, log }
    }

    /// Sends a signal, by its name without `SIG`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIG{name} could not be sent");
    }

    /// The last lines of its log, when it has ended by itself.
    pub fn obituary(&mut self) -> Option<String> {
        let status = self.child.try_wait().expect("our own child")?;
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let last: Vec<&str> = log.lines().rev().take(15).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        Some(format!("{status}\n{}", last.join("\n")))
    }

    /// Waits until it serves; an error when it has ended instead, or takes too long.
    pub fn wait_until(&mut self, serves: impl Fn() -> bool) -> Result<(), String> {
        let begun = Instant::now();
        while !serves() {
            let obituary = self.obituary();
            if begun.elapsed() > READY {
                self.kill();
            }
            if let Some(obituary) = obituary {
                return Err(obituary);
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Asks it to end, waits, and kills it when it does not.
    pub fn stop(&mut self) {
        if self.obituary().is_some() {
            return;
        }
        self.signal("CONT");
        self.signal("TERM");
        let asked = Instant::now();
        while self.obituary().is_none() {
            if asked.elapsed() > GRACE {
                return self.kill();
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it at once, as a crash does.
    pub fn kill(&mut self) {
        // It fails only when the process has ended already.
        let _ = self.child.kill();
        self.child.wait().expect("our own child");
    }
}
