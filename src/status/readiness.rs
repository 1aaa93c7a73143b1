//! Readiness as a status shows it.

use crate::{
    api::{
        CheckName, CheckResult, ConditionStatus, ConditionType, Finding, ReadinessCheck, ReadinessView,
        Reason,
    },
    readiness::{Check, Readiness, fixes, weight},
};

/// Readiness as a status shows it.
pub fn readiness_view(readiness: &Readiness) -> ReadinessView {
    ReadinessView {
        score: readiness.score,
        checks: readiness.checks.iter().map(check).collect(),
        fixes: fixes(&readiness.checks),
    }
}

fn check(check: &Check) -> ReadinessCheck {
    ReadinessCheck {
        check: check.name,
        subject: check.subject.to_string(),
        result: check.result,
        weight: weight(check.name),
        message: check.message.clone(),
        fix: check.fix.as_ref().map(|fix| fix.text.clone()),
        effort: check.fix.as_ref().map(|fix| fix.effort),
    }
}

/// Whether a failover would work: only where no check that has a weight lacks anything.
pub(super) fn dr_ready(readiness: &Readiness) -> Finding {
    let names = |result| {
        let names = readiness.weighty(result).into_iter();
        names.map(CheckName::as_str).collect::<Vec<_>>().join(", ")
    };
    let (failing, unseen) = (names(CheckResult::Fail), names(CheckResult::Unknown));
    let (status, reason, message) = match (failing.as_str(), unseen.as_str()) {
        ("", "") => (
            ConditionStatus::True,
            Reason::Prepared,
            "as far as the operator can see, a failover of each paired pool would work".to_owned(),
        ),
        ("", unseen) => (ConditionStatus::Unknown, Reason::Unknown, format!("not known: {unseen}")),
        (failing, "") => (ConditionStatus::False, Reason::NotPrepared, format!("failing: {failing}")),
        (failing, unseen) => {
            (ConditionStatus::False, Reason::NotPrepared, format!("failing: {failing}; not known: {unseen}"))
        }
    };
    Finding::new(ConditionType::DrReady, status, reason, message)
}
