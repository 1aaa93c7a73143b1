use jiff::Timestamp;

use super::*;
use crate::{
    bridge::CallError,
    lync::{ExportFile, ExportMade, ExportOf, Exports, ExportsOfKind, Why},
};

const EVERY: SignedDuration = SignedDuration::from_hours(24);
const STALE_AFTER: SignedDuration = SignedDuration::from_mins(3);

fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().expect("valid")
}

fn host(name: &str) -> MachineFqdn {
    format!("{name}.contoso.com").parse().expect("valid")
}

fn groups() -> ExportOf {
    ExportOf::ResponseGroups("pool1.contoso.com".parse().expect("valid"))
}

fn wanted() -> [ExportOf; 3] {
    [ExportOf::Configuration, ExportOf::Locations, groups()]
}

/// One file of each kind of which an age is given, in hours.
fn folder(ages: [Option<i64>; 3]) -> Fact<Exports> {
    let found = wanted().into_iter().zip(ages).filter_map(|(of, age)| {
        let path = "C:\\exports\\lf.zip".parse().expect("valid");
        let made_at = now() - SignedDuration::from_hours(age?);
        let newest = Some(ExportFile { path, made_at, size: 1 });
        Some(ExportsOfKind { of, newest, problem: None, count: 1 })
    });
    let exports = Exports { folder: "C:\\exports".to_owned(), is_shared: true, found: found.collect() };
    Fact::known(exports, now(), Source::Service(host("fe01.pool2")))
}

fn made(of: ExportOf) -> ExportMade {
    ExportMade { of, file: Some("C:\\exports\\lf.zip".parse().expect("valid")), problem: None }
}

fn refused(of: ExportOf) -> ExportMade {
    ExportMade { of, file: None, problem: Some("no room".to_owned()) }
}

fn attempt(before: Option<&Attempt>, answer: Result<Vec<ExportMade>, CallError>) -> Attempt {
    Attempt::new(before, host("fe01.pool2"), &wanted(), answer, now())
}

fn failure(times: usize) -> Attempt {
    let fails = |before: Option<&Attempt>| attempt(before, Err(CallError::NotSent("closed".to_owned())));
    (1..times).fold(fails(None), |before, _| fails(Some(&before)))
}

fn ask(seen: &Fact<Exports>, change: impl FnOnce(&mut Inputs<'_>)) -> Due {
    ask_after(None, seen, change)
}

fn ask_after(last: Option<&Attempt>, seen: &Fact<Exports>, change: impl FnOnce(&mut Inputs<'_>)) -> Due {
    let all = wanted();
    let mut inputs = Inputs {
        schedule: Some(Schedule { every: EVERY, keep: 14 }),
        busy: None,
        wanted: &all,
        seen,
        stale_after: STALE_AFTER,
        last,
        now: now(),
    };
    change(&mut inputs);
    due(inputs)
}

#[test]
fn what_is_older_than_the_interval_or_missing_is_due() {
    let all = || Due::Now(wanted().to_vec());
    let rows: [([Option<i64>; 3], Due); 9] = [
        ([None, None, None], all()),
        ([Some(24), Some(24), Some(24)], all()),
        ([Some(300), Some(300), Some(300)], all()),
        ([Some(1), Some(1), Some(1)], Due::NotYet),
        ([Some(23), Some(23), Some(23)], Due::NotYet),
        // Nothing is made again that is young.
        ([Some(1), Some(1), None], Due::Now(vec![groups()])),
        ([Some(24), Some(17), Some(1)], Due::Now(vec![ExportOf::Configuration])),
        // What becomes due soon goes along.
        ([Some(24), Some(18), Some(1)], Due::Now(vec![ExportOf::Configuration, ExportOf::Locations])),
        // What lies ahead proves nothing.
        ([Some(1), Some(1), Some(-1)], Due::Now(vec![groups()])),
    ];
    for (ages, expected) in rows {
        assert_eq!(ask(&folder(ages), |_| {}), expected, "{ages:?}");
    }
}

#[test]
fn a_clock_that_is_a_little_ahead_makes_nothing_due() {
    let mut seen = folder([Some(1), Some(1), Some(1)]);
    let Fact::Known { value, .. } = &mut seen else { panic!("known here") };
    for found in &mut value.found {
        let file = found.newest.as_mut().expect("there is one");
        file.made_at = now() + SignedDuration::from_mins(4);
    }
    assert_eq!(ask(&seen, |_| {}), Due::NotYet);
}

#[test]
fn a_file_that_is_not_whole_is_none() {
    let mut seen = folder([Some(1), Some(1), Some(1)]);
    let Fact::Known { value, .. } = &mut seen else { panic!("known here") };
    value.found[2] =
        ExportsOfKind { of: groups(), newest: None, problem: Some("it is empty".to_owned()), count: 1 };
    assert_eq!(ask(&seen, |_| {}), Due::Now(vec![groups()]));
}

#[test]
fn without_a_schedule_nothing_is_made_and_during_a_failover_neither() {
    let nothing = folder([None, None, None]);
    assert_eq!(ask(&nothing, |inputs| inputs.schedule = None), Due::Never);
    assert_eq!(
        ask(&nothing, |inputs| inputs.busy = Some("a run is open")),
        Due::Held("a run is open".to_owned())
    );
}

#[test]
fn who_cannot_see_what_there_is_makes_nothing() {
    let why = || Why::CmdletFailed("The network path was not found.".to_owned());
    assert!(matches!(ask(&Fact::Unknown(why()), |_| {}), Due::Blind(why) if why.contains("network path")));
    let old = |inputs: &mut Inputs<'_>| inputs.now = now() + STALE_AFTER + SignedDuration::from_secs(1);
    assert!(matches!(ask(&folder([None, None, None]), old), Due::Blind(_)));
}

#[test]
fn a_failure_is_followed_by_a_pause_that_doubles_up_to_a_limit() {
    let pause = |times, every| failure(times).again_at(every).duration_since(now()).as_secs() / 60;
    let pauses: Vec<_> = [1, 2, 3, 6, 7, 40].into_iter().map(|times| pause(times, EVERY)).collect();
    assert_eq!(pauses, [10, 20, 40, 320, 360, 360]);
    assert_eq!(pause(40, SignedDuration::from_hours(1)), 60);
    let last = failure(2);
    let nothing = folder([None, None, None]);
    let after = |minutes| {
        // What is seen is as new as the question.
        let Fact::Known { value, source, .. } = nothing.clone() else { panic!("known here") };
        let at = now() + SignedDuration::from_mins(minutes);
        ask_after(Some(&last), &Fact::known(value, at, source), |inputs| inputs.now = at)
    };
    assert_eq!(after(19), Due::NotYet);
    assert_eq!(after(20), Due::Now(wanted().to_vec()));
}

#[test]
fn what_was_made_is_not_made_again_because_the_folder_does_not_show_it() {
    let last = attempt(None, Ok(wanted().into_iter().map(made).collect()));
    assert_eq!((last.failures, last.problem()), (0, None));
    assert_eq!(ask_after(Some(&last), &folder([None, None, None]), |_| {}), Due::NotYet);
}

/// While a pool is dead, its Response Groups alone are tried again.
#[test]
fn of_a_set_that_failed_in_part_only_that_part_is_tried_again() {
    let [configuration, locations, _] = wanted();
    let last = attempt(None, Ok(vec![made(configuration), refused(groups()), made(locations)]));
    assert_eq!((last.failures, last.made.len()), (1, 2));
    assert_eq!(last.problem().as_deref(), Some("ResponseGroups of pool1.contoso.com: no room"));
    let seen = folder([None, None, None]);
    let Fact::Known { value, source, .. } = seen else { panic!("known here") };
    let at = now() + SignedDuration::from_mins(10);
    let asked = ask_after(Some(&last), &Fact::known(value, at, source), |inputs| inputs.now = at);
    assert_eq!(asked, Due::Now(vec![groups()]));
}

#[test]
fn what_a_host_is_silent_about_was_not_made() {
    let last = attempt(None, Ok(vec![made(ExportOf::Configuration)]));
    assert_eq!((last.made.len(), last.failed.len(), last.failures), (1, 2, 1));
    let again = attempt(Some(&last), Ok(wanted().into_iter().map(made).collect()));
    assert_eq!(again.failures, 0, "a success ends the series");
}

#[test]
fn exports_are_made_where_they_were_seen_or_where_cmdlets_are_taken() {
    let limits = Limits::default();
    let endpoint = |state| Fact::known(state, now(), Source::Probe);
    let mut observed = Observed { exports: folder([None, None, None]), ..Observed::default() };
    let (first, told) = (host("fe01.pool1"), host("fe01.pool2"));
    observed.endpoints.insert(first.clone(), endpoint(EndpointState::Connected));
    observed.endpoints.insert(told.clone(), endpoint(EndpointState::Connected));
    assert_eq!(maker(&observed, &limits, now()), Some(told.clone()));
    observed.endpoints.insert(told, endpoint(EndpointState::Unfit("it lacks a cmdlet".to_owned())));
    assert_eq!(maker(&observed, &limits, now()), Some(first.clone()));
    observed.guards.insert(first, Guard::Plain);
    assert_eq!(maker(&observed, &limits, now()), None);
}
