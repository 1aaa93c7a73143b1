//! The simulated Lync of a stage: what it saw, and what happens to it.

use std::{
    fs,
    process::{Command, Stdio},
};

use lync_failover::{
    bridge::RemoteSimulator,
    simulator::{Entry, EntryKind, Transcript},
};

use super::{Process, Stage, log};

/// How long the cmdlets take, if the scenario does not say.
const QUICK: &str = "durations: {poolFailover: 3s, poolFailback: 3s, cmsNormal: 2s, cmsDisaster: 2s, \
    setEdgeServer: 1s, edgeReplication: 2s, internalReplication: 1s, check: 100ms}";

impl Stage<'_> {
    /// What the simulated Lync saw.
    pub fn transcript(&self) -> Transcript {
        self.runtime.block_on(RemoteSimulator::new(self.address).transcript()).unwrap()
    }

    /// Makes something happen to the simulated Lync, written as the members of one `failure`.
    pub fn inject(&self, failure: &str) {
        let failure = serde_yaml::from_str(&format!("{{{failure}}}")).unwrap();
        self.runtime.block_on(RemoteSimulator::new(self.address).inject(failure)).unwrap();
    }

    /// The cmdlets that operators have started, in order.
    pub fn cmdlets(&self) -> Vec<String> {
        let transcript = self.transcript();
        let starts = transcript.starts().filter(|entry| entry.operation.is_some());
        starts.map(|entry| cmdlet(entry).to_owned()).collect()
    }

    /// Whether a cmdlet has started, and has not ended.
    pub fn runs(&self, name: &str) -> bool {
        let entries = self.transcript().entries;
        let last = entries.iter().rfind(|entry| entry.operation.is_some() && cmdlet(entry) == name);
        last.is_some_and(|entry| entry.kind == EntryKind::Start)
    }

    /// Whether a cmdlet has ended.
    pub fn has_ended(&self, name: &str) -> bool {
        let entries = self.transcript().entries;
        entries.iter().any(|entry| matches!(entry.kind, EntryKind::End(_)) && cmdlet(entry) == name)
    }

    /// How often the organisation was looked at.
    pub fn observations(&self) -> u64 {
        self.transcript().queries.get("Get-CsConfigurationStoreLocation").copied().unwrap_or(0)
    }

    /// Waits for a number of further looks. What a look leads to has happened when the next one begins.
    pub fn until_looked(&self, times: u64) {
        let before = self.observations();
        self.until("another observation", || self.observations() >= before + times);
    }
}

fn cmdlet(entry: &Entry) -> &str {
    entry.command.split(' ').next().unwrap_or_default()
}

/// The simulated Lync as a process.
pub(super) fn serve(namespace: &str, scenario: &str, options: &[&str]) -> Process {
    let file = log(namespace, "scenario.yaml");
    let quick = if scenario.contains("durations:") { "" } else { QUICK };
    let members: Vec<&str> = [quick, scenario].into_iter().filter(|text| !text.is_empty()).collect();
    let text = format!(
        "apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncDeployment\nmetadata: {{name: contoso}}\n\
         spec: {{bridge: {{simulated: {{scenario: {{{}}}}}}}}}\n",
        members.join(", ")
    );
    fs::write(&file, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_lync-failover"));
    command.args(["simulator", "serve"]).arg(&file).args(options).stdout(Stdio::piped());
    Process::start(&mut command, &log(namespace, "simulator"))
}
