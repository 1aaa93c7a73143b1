//! The files under `deploy/windows`, as tree-sitter's grammar reads them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use serde::Deserialize;
use serde_json::Value;

/// A file of PowerShell, as `parse.py` tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct Source {
    /// Where the grammar does not fit.
    pub(crate) errors: Vec<String>,
    /// The text without its comments.
    pub(crate) code: String,
    pub(crate) is_ascii: bool,
    pub(crate) functions: Vec<String>,
    /// Each command with its arguments, on one line.
    pub(crate) commands: Vec<String>,
    /// Those of the first `param`.
    pub(crate) parameters: Vec<Parameter>,
    /// The hashtable that the file is, or that its function returns.
    pub(crate) data: Value,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    /// Its `ValidateSet`.
    pub(crate) set: Option<Vec<String>>,
}

impl Source {
    /// The names of the commands, in lower case, without their module.
    pub(crate) fn called(&self) -> BTreeSet<String> {
        let name = |command: &String| command.split_whitespace().next().unwrap_or_default().to_lowercase();
        let bare = |name: String| name.rsplit('\\').next().unwrap_or_default().to_owned();
        self.commands.iter().map(name).map(bare).collect()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/windows")
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let extension = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
        match extension {
            _ if path.is_dir() => collect(&path, found),
            "ps1" | "psm1" | "psd1" | "psrc" | "pssc" => found.push(path),
            // It is XML, and is read as such.
            "ps1xml" => {}
            other => panic!("{} is of a kind that nothing checks: {other:?}", path.display()),
        }
    }
}

/// All files, by their path below `deploy/windows`.
pub(crate) fn sources() -> &'static BTreeMap<String, Source> {
    static SOURCES: OnceLock<BTreeMap<String, Source>> = OnceLock::new();
    SOURCES.get_or_init(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/windows");
        let venv = Command::new(here.join("venv")).stderr(Stdio::inherit()).output().expect("a shell");
        assert!(venv.status.success(), "tests/windows/venv failed; it says why above");
        let python = String::from_utf8(venv.stdout).expect("text");
        let mut files = Vec::new();
        collect(&root(), &mut files);
        let read = Command::new(python.trim())
            .arg("-B")
            .arg(here.join("parse.py"))
            .args(&files)
            .stderr(Stdio::inherit())
            .output()
            .expect("Python starts");
        assert!(read.status.success(), "tests/windows/parse.py failed; it says why above");
        let all: BTreeMap<PathBuf, Source> = serde_json::from_slice(&read.stdout).expect("JSON");
        let below =
            |path: &Path| path.strip_prefix(root()).expect("below").to_str().expect("text").to_owned();
        all.into_iter().map(|(path, source)| (below(&path), source)).collect()
    })
}

/// One file.
pub(crate) fn source(path: &str) -> &'static Source {
    sources().get(path).unwrap_or_else(|| panic!("deploy/windows/{path} is missing"))
}

/// A file that is not PowerShell.
pub(crate) fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("it is there")
}

/// The texts of a list.
pub(crate) fn texts(value: &Value) -> BTreeSet<String> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    value.as_array().expect("a list").iter().map(text).collect()
}
