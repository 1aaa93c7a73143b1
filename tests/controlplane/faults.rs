//! What can happen to a control plane. Not for the shared one: other tests are using it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{ControlPlane, flags};

/// What etcd held at one moment.
#[derive(Debug)]
pub struct Snapshot(PathBuf);

/// While this lives the API server takes connections and answers nothing.
#[derive(Debug)]
pub struct Paused<'a>(&'a ControlPlane);

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        if let Some(api) = &self.0.servers().api {
            api.signal("CONT");
        }
    }
}

impl ControlPlane {
    /// Stops the API server in the middle of what it does, until the answer is dropped. Connections stay
    /// open, new ones are taken, nothing is answered; what was sent meanwhile is done afterwards.
    pub fn pause(&self) -> Paused<'_> {
        self.servers().api.as_ref().expect("the API server runs").signal("STOP");
        Paused(self)
    }

    /// Ends the API server in good order; connections are refused until [`resume`](Self::resume).
    pub fn stop(&self) {
        if let Some(mut api) = self.servers().api.take() {
            api.stop();
        }
    }

    /// Ends the API server as a crash does: what it was answering is cut off.
    pub fn crash(&self) {
        if let Some(mut api) = self.servers().api.take() {
            api.kill();
        }
    }

    /// Starts again what was stopped, at the same address with the same keys, and waits until it is ready.
    pub fn resume(&self) {
        self.run(&mut self.servers()).expect("the control plane starts again");
    }

    /// Stops and starts the API server.
    pub fn restart(&self) {
        self.stop();
        self.resume();
    }

    /// Copies what etcd holds. It stands still for the moment that this takes: the copy is what a crash
    /// would leave, and etcd survives those.
    pub fn save(&self) -> Snapshot {
        let snapshot = self.path(&format!("snapshot-{}", self.next()));
        let servers = self.servers();
        let etcd = servers.etcd.as_ref().expect("etcd runs");
        etcd.signal("STOP");
        copy(&flags::etcd_data(&self.path("")), &snapshot);
        etcd.signal("CONT");
        Snapshot(snapshot)
    }

    /// Puts etcd back to an earlier moment, as the restoring of a backup does: resource versions go
    /// backwards, and what was deleted is back. The API server is away meanwhile. Controllers have to be
    /// asked for again.
    pub fn restore(&self, snapshot: &Snapshot) {
        let mut servers = self.servers();
        servers.kill();
        let data = flags::etcd_data(&self.path(""));
        fs::remove_dir_all(&data).expect("etcd has ended");
        copy(&snapshot.0, &data);
        self.run(&mut servers).expect("the control plane starts again");
    }
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-R").args([from, to]).status();
    assert!(copied.is_ok_and(|status| status.success()), "{} cannot be copied", from.display());
}
