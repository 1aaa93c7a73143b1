use super::*;
use crate::api::CheckName;

fn judge(fact: Fact<Exports>) -> Vec<(String, CheckResult, String)> {
    let judged = Case::healthy().with(|observed| observed.exports = fact).judge();
    let own = judged.checks.into_iter().filter(|check| check.name == CheckName::ExportsFresh);
    own.map(|check| (check.subject.to_string(), check.result, check.message)).collect()
}

fn results(fact: Fact<Exports>) -> Vec<CheckResult> {
    judge(fact).into_iter().map(|(_, result, _)| result).collect()
}

fn changed(change: impl FnOnce(&mut Exports)) -> Fact<Exports> {
    exports(Some(1), Some(1)).map(|mut value| {
        change(&mut value);
        value
    })
}

use CheckResult::{Fail, Pass, Unknown};

/// Twice the interval: one that was missed, and the time that the next one takes.
#[test]
fn an_export_may_be_twice_as_old_as_the_interval() {
    for (of_all, of_pools, expected) in [
        (Some(48), Some(48), [Pass, Pass, Pass]),
        (Some(49), Some(48), [Fail, Pass, Pass]),
        (Some(48), Some(49), [Pass, Fail, Fail]),
        (Some(1), None, [Pass, Fail, Fail]),
        (Some(-1), Some(1), [Fail, Pass, Pass]),
    ] {
        assert_eq!(results(exports(of_all, of_pools)), expected, "{of_all:?} {of_pools:?}");
    }
    let mut case = Case::healthy();
    case.observed.exports = exports(Some(3), Some(1));
    let limits = Limits::default();
    let progress = Progress::default();
    let assessment = assess(&case.observed, &progress, &limits, now());
    let judged = readiness(Inputs {
        observed: &case.observed,
        assessment: &assessment,
        watch: &case.watch,
        evidence: &case.evidence,
        limits: &limits,
        objectives: Objectives {
            rpo: case.rpo,
            export_every: SignedDuration::from_hours(1),
            makes_exports: true,
        },
        now: now(),
    });
    let failing = judged.checks.iter().find(|check| check.name == CheckName::ExportsFresh);
    let fix = failing.and_then(|check| check.fix.as_ref()).expect("three hours are too old");
    assert!(fix.text.contains("status.exports.lastAttempt") && fix.text.contains("Export-CsConfiguration"));
}

#[test]
fn what_is_kept_on_a_front_end_is_not_kept() {
    let judged = judge(changed(|exports| exports.is_shared = false));
    assert_eq!(judged.len(), 1);
    let (subject, result, message) = &judged[0];
    assert_eq!((subject.as_str(), *result), ("organisation", Fail));
    assert!(message.contains("can be lost with the pool"), "{message}");
}

#[test]
fn a_broken_file_is_none_and_a_good_one_before_it_counts() {
    let broken = |newest: bool| {
        changed(|exports| {
            let first = exports.found.first_mut().expect("there is one");
            first.problem = Some("lf-configuration.zip: it is empty".to_owned());
            first.newest = first.newest.take().filter(|_| newest);
        })
    };
    assert_eq!(results(broken(true)), [Pass, Pass, Pass]);
    let judged = judge(broken(false));
    assert_eq!(judged[0].1, Fail);
    assert!(judged[0].2.contains("it is empty"), "{}", judged[0].2);
}

#[test]
fn where_nobody_can_see_nothing_is_said() {
    let why = || Why::CmdletFailed("exports are made by the module LyncFailover".to_owned());
    let judged = judge(Fact::Unknown(why()));
    assert_eq!(judged.len(), 1);
    assert_eq!(judged[0].1, Unknown);
    assert!(judged[0].2.contains("made by the module"), "{}", judged[0].2);
}

/// While a failover is under way nobody asks the share, which may be gone; what was seen before still counts.
#[test]
fn what_was_seen_before_a_failover_counts_while_nobody_looks() {
    let later = now() - SignedDuration::from_hours(2);
    let old = exports(Some(3), Some(3));
    let Fact::Known { value, source, .. } = old else { panic!("known here") };
    let mut case = Case::healthy();
    case.observed.exports = Fact::Known { value, at: later, source };
    let results = |case: &Case| -> Vec<CheckResult> {
        let judged = case.judge();
        let of_exports = judged.checks.iter().filter(|check| check.name == CheckName::ExportsFresh);
        of_exports.map(|check| check.result).collect()
    };
    assert_eq!(results(&case), [Unknown], "somebody looked, and saw nothing");
    case.evidence.without_exports = true;
    assert_eq!(results(&case), [Pass, Pass, Pass]);
    case.observed.exports = Fact::Unknown(Why::NotObserved);
    assert_eq!(results(&case), [Unknown]);
}
