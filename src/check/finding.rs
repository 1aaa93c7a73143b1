//! What is wrong, and what to do about it.

use serde::{Deserialize, Serialize};

use super::{Survey, coverage, host, reach};
use crate::lync::MachineFqdn;

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// A failover will not work through this, or not on the night on which it is needed.
    Error,
    /// It works, with less than it could have, or not for long.
    Warning,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Subject {
    /// The name, the network, the port.
    Connection,
    /// HTTPS and the certificate.
    Tls,
    /// Who the operator is, and what it may do.
    Account,
    /// The session configuration.
    Configuration,
    /// The module `LyncFailover`.
    Module,
    /// Where the module keeps its journal and its fence.
    Home,
    /// The cmdlets of Lync.
    Commands,
    /// The clock.
    Clock,
    /// Shells that nobody closed.
    Shells,
    /// The topology and the store that it is read from.
    Topology,
    /// Which servers are endpoints.
    Endpoints,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// On which endpoint; none if it is about all of them together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<MachineFqdn>,
    /// What it is about.
    pub subject: Subject,
    /// What is wrong.
    pub text: String,
    /// What to do.
    pub what_to_do: String,
}

/// Findings on their way.
#[derive(Default)]
pub(super) struct Findings {
    host: Option<MachineFqdn>,
    found: Vec<Finding>,
}

impl Findings {
    pub(super) fn error(&mut self, subject: Subject, text: impl Into<String>, what_to_do: impl Into<String>) {
        self.add(Severity::Error, subject, text.into(), what_to_do.into());
    }

    pub(super) fn warning(
        &mut self,
        subject: Subject,
        text: impl Into<String>,
        what_to_do: impl Into<String>,
    ) {
        self.add(Severity::Warning, subject, text.into(), what_to_do.into());
    }

    pub(super) fn add(&mut self, severity: Severity, subject: Subject, text: String, what_to_do: String) {
        self.found.push(Finding { severity, host: self.host.clone(), subject, text, what_to_do });
    }
}

/// Everything that is wrong with a survey: errors first, those of one endpoint together, in the order in
/// which the deployment lists them; last what concerns all.
pub fn findings(survey: &Survey) -> Vec<Finding> {
    let mut findings = Findings::default();
    for one in &survey.hosts {
        findings.host = Some(one.host.clone());
        reach::look(one, survey, &mut findings);
        host::look(one, &mut findings);
    }
    findings.host = None;
    coverage::look(survey, &mut findings);
    let mut found = findings.found;
    found.sort_by_key(|finding| finding.severity);
    found
}
