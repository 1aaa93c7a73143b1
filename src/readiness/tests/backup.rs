//! The age of the data: from states and from how long they have been so.

use super::*;

/// Looks at `pool1` every minute, with these states in their order, and judges the last look.
fn watched(exports: &[Option<ExportStatus>]) -> (CheckResult, Readiness) {
    let mut case = Case::healthy();
    let limits = Limits::default();
    let mut at = now() - SignedDuration::from_mins(exports.len() as i64);
    for export in exports {
        at += SignedDuration::from_mins(1);
        let seen = at;
        let fact = export.map_or(unseen(), |export| {
            let status = modules(export, ImportStatus::NormalState);
            Fact::known(status, seen, Source::Service(name("fe01.pool1")))
        });
        case.observed.backup_services.insert(name("pool1"), fact);
        // The pair is asked as well, each time.
        let steady = modules(ExportStatus::SteadyState, ImportStatus::NormalState);
        let steady = Fact::known(steady, seen, Source::Service(name("fe01.pool2")));
        case.observed.backup_services.insert(name("pool2"), steady);
        case.watch = case.watch.with_observation(&case.observed, &limits, seen);
    }
    let judged = case.judge();
    let age = judged
        .checks
        .iter()
        .find(|check| check.name == CheckName::BackupAge && check.subject == Subject::Pool(name("pool1")));
    (age.expect("it is checked").result, judged)
}

const STEADY: Option<ExportStatus> = Some(ExportStatus::SteadyState);
const BEHIND: Option<ExportStatus> = Some(ExportStatus::NonSteadyState);

#[test]
fn who_was_seen_to_keep_up_has_the_objective_for_catching_up() {
    let after = |minutes: usize| watched(&[&[STEADY][..], &vec![BEHIND; minutes]].concat()).0;
    assert_eq!(after(0), CheckResult::Pass);
    assert_eq!(after(29), CheckResult::Pass);
    assert_eq!(after(30), CheckResult::Fail);
}

#[test]
fn who_was_never_seen_to_keep_up_is_unknown_until_the_objective_is_surely_missed() {
    let after = |minutes: usize| watched(&vec![BEHIND; minutes + 1]).0;
    assert_eq!(after(0), CheckResult::Unknown);
    assert_eq!(after(29), CheckResult::Unknown);
    assert_eq!(after(30), CheckResult::Fail);
}

#[test]
fn a_look_that_failed_does_not_stop_the_time_since_it_kept_up() {
    let mut looks = vec![STEADY, BEHIND, None];
    looks.extend(vec![BEHIND; 28]);
    assert_eq!(watched(&looks).0, CheckResult::Fail);
    assert_eq!(watched(&[STEADY, None]).0, CheckResult::Unknown);
}

#[test]
fn the_pair_has_to_take_in_what_is_sent() {
    let refused = modules(ExportStatus::SteadyState, ImportStatus::ErrorState);
    let case =
        Case::healthy().with(|observed| drop(observed.backup_services.insert(name("pool2"), known(refused))));
    let judged = case.judge();
    let steady = judged.checks.iter().find(|check| {
        check.name == CheckName::BackupServiceSteady && check.subject == Subject::Pool(name("pool1"))
    });
    let steady = steady.expect("it is checked");
    assert_eq!(steady.result, CheckResult::Fail);
    assert!(steady.message.contains("of pool2.contoso.com does not take in"), "{}", steady.message);
}

#[test]
fn the_store_has_to_travel_from_where_it_is_and_from_nowhere_else() {
    let with_store = |pool: &str, export| {
        let mut status = modules(ExportStatus::SteadyState, ImportStatus::NormalState);
        let import = ImportStatus::NormalState;
        status.modules.push(BackupModule { name: "CentralMgmt.CMSMaster".to_owned(), export, import });
        Case::healthy()
            .with(|observed| drop(observed.backup_services.insert(name(pool), known(status))))
            .judge()
    };
    assert_eq!(with_store("pool2", ExportStatus::NotInitialized).score, 100);
    assert_eq!(with_store("pool1", ExportStatus::SteadyState).score, 100);
    let failing = names(&with_store("pool1", ExportStatus::NotInitialized), CheckResult::Fail);
    assert_eq!(failing, [CheckName::BackupServiceSteady]);
}
