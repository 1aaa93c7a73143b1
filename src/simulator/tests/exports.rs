use super::*;
use crate::{
    lync::{
        ExportMade, ExportOf, Exports,
        cmdlet::{ModuleFunction, Query},
        outputs,
    },
    simulator::{Fault, FaultKind},
};

fn simulator(yaml: &str) -> Simulator {
    World::new(yaml).simulator
}

fn host() -> MachineFqdn {
    FE2.parse().expect("valid")
}

fn groups(pool: &str) -> ExportOf {
    ExportOf::ResponseGroups(format!("{pool}.contoso.com").parse().expect("valid"))
}

fn call(of: &ExportOf, keep: u16) -> Invocation {
    ModuleFunction::MakeExport { of, keep }.invocation()
}

fn at(secs: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(secs)
}

fn list(simulator: &mut Simulator, secs: i64) -> Result<Exports, CallError> {
    let answers = simulator.query(&host(), &[Query::Exports.invocation()], at(secs)).expect("it answers");
    let rows = answers.into_iter().next().expect("one answer")?;
    Ok(outputs::exports(&rows).expect("the decoder reads it"))
}

fn make(simulator: &mut Simulator, of: &ExportOf, keep: u16, secs: i64) -> ExportMade {
    let call = call(of, keep);
    let takes = simulator.begin_export(&host(), &call, at(secs)).expect("it begins");
    let row = simulator.end_export(&host(), &call, at(secs) + takes).expect("it ends");
    outputs::exports_made(&[row]).expect("the decoder reads it").remove(0)
}

#[test]
fn what_is_made_is_listed_under_its_time() {
    let mut simulator = simulator("durations: {export: 5s}");
    assert!(list(&mut simulator, 0).expect("it lists").found.is_empty());
    let made = make(&mut simulator, &groups("pool1"), 3, 10);
    let file = made.file.expect("it was made");
    let seen = list(&mut simulator, 20).expect("it lists");
    let newest = seen.newest(&groups("pool1")).expect("it is there");
    assert_eq!((newest.made_at, &newest.path), (at(15), &file));
    assert!(file.to_string().ends_with("\\lf-rgs-pool1.contoso.com-19700101T000015Z.zip"), "{file}");
}

#[test]
fn old_ones_go_and_the_newest_whole_one_never() {
    let mut simulator = simulator(
        "exports: {files: [{kind: Locations, age: 3h}, {kind: Locations, age: 2h, broken: true}, \
         {kind: Locations, age: 1h}, {kind: Configuration, age: 99h}]}",
    );
    make(&mut simulator, &ExportOf::Locations, 2, 0);
    assert_eq!(simulator.exports_of(&ExportOf::Locations), 2);
    assert_eq!(simulator.exports_of(&ExportOf::Configuration), 1, "another kind is left alone");
    simulator.arm(Fault::always(FaultKind::ShareFull));
    assert!(make(&mut simulator, &ExportOf::Locations, 1, 60).file.is_none());
    assert_eq!(simulator.exports_of(&ExportOf::Locations), 2, "nothing came, so nothing goes");
}

#[test]
fn what_is_dead_is_not_exported_and_the_rest_is() {
    let mut simulator = simulator("failures: [{kill: [sql1.contoso.com]}]");
    for of in [ExportOf::Configuration, ExportOf::Locations, groups("pool1")] {
        let made = make(&mut simulator, &of, 3, 0);
        assert!(made.problem.is_some_and(|why| why.contains("network-related")), "{of}");
    }
    assert!(make(&mut simulator, &groups("pool2"), 3, 0).file.is_some());
}

#[test]
fn a_share_that_is_away_or_full_says_so() {
    let mut simulator = simulator("exports: {all: 1h}\nfaults: [{kind: ShareAway}]");
    let Err(CallError::Refused(refusal)) = list(&mut simulator, 0) else { panic!("it lists") };
    assert!(refusal.message.contains("network path was not found"), "{refusal}");
    assert!(make(&mut simulator, &ExportOf::Locations, 3, 0).file.is_none());
    simulator.strikes.clear();
    simulator.arm(Fault::always(FaultKind::ShareFull));
    assert!(list(&mut simulator, 0).is_ok());
    let made = make(&mut simulator, &ExportOf::Locations, 3, 0);
    assert!(made.problem.is_some_and(|why| why.contains("not enough space")));
}

#[test]
fn a_scenario_with_an_export_of_nothing_makes_no_sense() {
    for text in [
        "{kind: ResponseGroups}",
        "{kind: ResponseGroups, pool: pool9.contoso.com}",
        "{kind: Locations, pool: pool1.contoso.com}",
    ] {
        let scenario = Scenario::from_yaml(&format!("exports: {{files: [{text}]}}")).expect("it reads");
        assert!(Simulator::new(&scenario, Timestamp::UNIX_EPOCH).is_err(), "{text}");
    }
}
