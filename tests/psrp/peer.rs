//! `peer.py` as a process: psrpcore on the other side of a session.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::OnceLock,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value as Json, json};
use uuid::Uuid;

pub(crate) struct Peer {
    process: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

/// What the peer sends: on which stream, and the fragments.
pub(crate) struct Sent {
    pub(crate) pipeline: Option<Uuid>,
    pub(crate) data: Vec<u8>,
}

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/psrp").join(name)
}

fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let output = Command::new(here("venv")).stderr(Stdio::inherit()).output().expect("a shell");
        assert!(output.status.success(), "tests/psrp/venv failed; it says why above");
        PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
    })
}

impl Peer {
    pub(crate) fn start(role: &str) -> Self {
        let mut command = Command::new(python());
        command.arg(here("peer.py")).arg(role).env("PYTHONIOENCODING", "utf-8");
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python starts");
        let stdin = process.stdin.take().expect("piped");
        let stdout = BufReader::new(process.stdout.take().expect("piped"));
        Self { process, stdin, stdout }
    }

    pub(crate) fn ask(&mut self, request: &Json) -> Json {
        writeln!(self.stdin, "{request}").expect("the peer lives");
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("the peer lives");
        assert!(!line.is_empty(), "the peer died; it says why above");
        serde_json::from_str(&line).expect("JSON")
    }

    /// Hands bytes over, and gives what the peer saw and what it sends.
    pub(crate) fn send(&mut self, pipeline: Option<Uuid>, data: &[u8]) -> (Vec<Json>, Vec<Sent>) {
        let request =
            json!({"pid": pipeline.map(|id| id.to_string()), "data": STANDARD.encode(data), "size": 300});
        let answer = self.ask(&request);
        (answer["seen"].as_array().expect("a list").clone(), sent(&answer))
    }
}

/// What an answer of the peer sends.
pub(crate) fn sent(answer: &Json) -> Vec<Sent> {
    let part = |part: &Json| Sent {
        pipeline: part["pid"].as_str().map(|id| id.parse().expect("an identifier")),
        data: STANDARD.decode(part["data"].as_str().expect("a text")).expect("base64"),
    };
    answer["send"].as_array().expect("a list").iter().map(part).collect()
}

/// Only what belongs to a pipeline, or to the pool.
pub(crate) fn of(sent: &[Sent], pipeline: Option<Uuid>) -> Vec<u8> {
    sent.iter().filter(|part| part.pipeline == pipeline).flat_map(|part| part.data.clone()).collect()
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
