//! A tap between the operator and the API server.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    sync::Arc,
};

use serde_json::json;

use crate::{
    stage::{Process, Stage},
    tap::{Framing, Judge, tap},
};

/// The way to the API server through a tap. TLS ends before it, at `kubectl proxy`, so that it can read what is
/// said.
pub struct TappedApi {
    /// The kubeconfig for who is to be tapped.
    pub kubeconfig: PathBuf,
    _proxy: Process,
}

impl TappedApi {
    pub fn new(stage: &Stage<'_>, judge: Arc<dyn Judge>) -> Self {
        let mut command = Command::new(stage.plane.program());
        command.args(["proxy", "--port=0"]).env("KUBECONFIG", stage.plane.admin()).stdout(Stdio::piped());
        let mut proxy = Process::start(&mut command, &stage.log("proxy"));
        let address = tap(proxy.printed_address(), Framing::Http, judge);
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "tap",
            "clusters": [{"name": "tap", "cluster": {"server": format!("http://{address}")}}],
            "contexts": [{"name": "tap", "context": {"cluster": "tap", "user": "tap"}}],
            "users": [{"name": "tap", "user": {}}],
        });
        let kubeconfig = stage.log("kubeconfig");
        fs::write(&kubeconfig, config.to_string()).unwrap();
        Self { kubeconfig, _proxy: proxy }
    }
}
