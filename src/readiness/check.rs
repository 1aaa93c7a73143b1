//! One check: what was seen, and what to do about it.

use std::fmt;

use crate::{
    api::{CheckName, CheckResult, Effort},
    lync::{EdgeFqdn, MachineFqdn, PoolFqdn},
};

/// What a check is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// All of it.
    Organisation,
    /// A registrar pool.
    Pool(PoolFqdn),
    /// An Edge pool.
    Edge(EdgeFqdn),
    /// A server.
    Host(MachineFqdn),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organisation => f.pad("organisation"),
            Self::Pool(pool) => pool.fmt(f),
            Self::Edge(edge) => edge.fmt(f),
            Self::Host(host) => host.fmt(f),
        }
    }
}

/// What to do about a check that lacks something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What to do, with the cmdlet or the page.
    pub text: String,
    /// How long it takes.
    pub effort: Effort,
}

impl Fix {
    pub(super) fn minutes(text: impl Into<String>) -> Self {
        Self { text: text.into(), effort: Effort::Minutes }
    }

    pub(super) fn hours(text: impl Into<String>) -> Self {
        Self { text: text.into(), effort: Effort::Hours }
    }

    pub(super) fn days(text: impl Into<String>) -> Self {
        Self { text: text.into(), effort: Effort::Days }
    }

    /// Where nothing is seen, the way to Lync comes first.
    pub(super) fn see_the_bridge() -> Self {
        Self::minutes(
            "see the condition BridgeConnected; lync-failover bridge check says of each endpoint what is wrong",
        )
    }
}

/// One check of one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What is checked.
    pub name: CheckName,
    /// Of what.
    pub subject: Subject,
    /// What came of it.
    pub result: CheckResult,
    /// What was seen. Holds nothing that moves without news, such as an age.
    pub message: String,
    /// What to do; there is one exactly where the check fails or is not known.
    pub fix: Option<Fix>,
}

impl Check {
    pub(super) fn pass(name: CheckName, subject: Subject, message: impl Into<String>) -> Self {
        Self { name, subject, result: CheckResult::Pass, message: message.into(), fix: None }
    }

    pub(super) fn not_applicable(name: CheckName, subject: Subject, message: impl Into<String>) -> Self {
        Self { name, subject, result: CheckResult::NotApplicable, message: message.into(), fix: None }
    }

    pub(super) fn fail(name: CheckName, subject: Subject, message: impl Into<String>, fix: Fix) -> Self {
        Self { name, subject, result: CheckResult::Fail, message: message.into(), fix: Some(fix) }
    }

    pub(super) fn unknown(name: CheckName, subject: Subject, message: impl Into<String>, fix: Fix) -> Self {
        Self { name, subject, result: CheckResult::Unknown, message: message.into(), fix: Some(fix) }
    }
}
