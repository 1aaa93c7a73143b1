//! The directory of a control plane, which goes when the test process goes.

use std::{
    fs,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// A directory, and the process that ends what runs in it and removes it when we are gone: a static is never
/// dropped, and a killed process drops nothing.
#[derive(Debug)]
pub struct Home {
    dir: PathBuf,
    keeper: Child,
}

impl Home {
    /// A new directory. What earlier runs left behind is swept away first.
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("controlplane");
        let dir = root.join(format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        // The second is for what a dead process left behind that had our id.
        for mut sweeping in [sweep("--leftovers", &root), sweep("--now", &dir)] {
            let swept = sweeping.wait().is_ok_and(|status| status.success());
            assert!(swept, "{} could not be swept", root.display());
        }
        fs::create_dir_all(&dir).expect("the target directory can be written");
        let keeper = sweep("--when-orphaned", &dir);
        Self { dir, keeper }
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // A directory that stays is swept by the next run.
        let _ = self.keeper.wait();
    }
}

/// In a process group of its own, as Ctrl-C must not end it before it has done its work.
fn sweep(mode: &str, dir: &Path) -> Child {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/controlplane/sweep");
    Command::new(&script)
        .arg(mode)
        .arg(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap_or_else(|error| panic!("{} does not start: {error}", script.display()))
}
