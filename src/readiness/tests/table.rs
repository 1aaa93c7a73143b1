//! Each check has one case that fails and one that is not known; the healthy one passes them all.

use super::*;
use CheckName::*;

pub(super) struct Row {
    name: CheckName,
    /// A case, and the checks besides this one that it takes with it.
    pub(super) fails: (Case, &'static [CheckName]),
    pub(super) unknown: (Case, &'static [CheckName]),
}

fn row(name: CheckName, fails: (Case, &'static [CheckName]), unknown: (Case, &'static [CheckName])) -> Row {
    Row { name, fails, unknown }
}

/// All that follows from the topology.
const OF_TOPOLOGY: &[CheckName] = &[
    Paired,
    PairIsMutual,
    TargetAlive,
    PoolStatesActive,
    StandbyCentralManagementStore,
    StandbyMirror,
    BackupServiceSteady,
    BackupAge,
    TargetExecutor,
    EdgeNextHopChangeable,
    CentralManagementHealthy,
    ReplicasCurrent,
    ExportsFresh,
    Rights,
];

fn blind() -> (Case, &'static [CheckName]) {
    (Case::healthy().with(|observed| observed.topology = unseen()), OF_TOPOLOGY)
}

fn endpoints(state: &Fact<EndpointState>) -> Case {
    Case::healthy().with(|observed| {
        for host in hosts("pool2") {
            observed.endpoints.insert(host, state.clone());
        }
    })
}

fn backup(export: ExportStatus) -> Case {
    let status = modules(export, ImportStatus::NormalState);
    Case::healthy().with(|observed| drop(observed.backup_services.insert(name("pool1"), known(status))))
}

fn behind_since(minutes: i64) -> Case {
    let mut case = backup(ExportStatus::NonSteadyState);
    let since = now() - SignedDuration::from_mins(minutes);
    case.watch.behind_since.insert(name("pool1"), since);
    case
}

fn mirror(fact: Fact<Vec<MirrorRow>>) -> Case {
    Case::healthy().with(|observed| drop(observed.central_management.mirrors.insert(name("pool2"), fact)))
}

fn late_replica(machine: &str) -> Case {
    Case::healthy().with(|observed| {
        let Fact::Known { value, .. } = &mut observed.replicas else { panic!("known here") };
        let replica = value.get_mut(&name(machine)).expect("it is there");
        replica.up_to_date = false;
        replica.last_update_creation = None;
    })
}

fn unlisted_replica(machine: &str) -> Case {
    Case::healthy().with(|observed| {
        let Fact::Known { value, .. } = &mut observed.replicas else { panic!("known here") };
        value.remove(&name(machine));
    })
}

pub(super) fn rows() -> Vec<Row> {
    let denied = known(EndpointState::Denied("401".to_owned()));
    let principal = MirrorRow {
        database: "xds".to_owned(),
        on_primary: MirrorRole::Mirror,
        on_mirror: MirrorRole::Principal,
    };
    let silent = |fact: Fact<bool>| {
        Case::healthy().with(|observed| {
            for host in hosts("pool2") {
                observed.sip.insert(host.clone(), fact.clone());
                observed.registrars.insert(host, fact.clone());
            }
        })
    };
    let state =
        |fact| Case::healthy().with(|observed| drop(observed.pool_states.insert(name("pool2"), fact)));
    let hop = |fact| Case::healthy().with(|observed| drop(observed.next_hops.insert(name("edge1"), fact)));
    let evidence = |change: &dyn Fn(&mut Evidence)| {
        let mut case = Case::healthy();
        change(&mut case.evidence);
        case
    };
    let two_days_ago = now() - SignedDuration::from_hours(48);
    let passed = |ended_at| Drill { ended_at, outcome: DrillOutcome::Passed };
    let of_outcome = |outcome| Drill { ended_at: two_days_ago, outcome };
    let exported = |fact| Case::healthy().with(|observed| observed.exports = fact);
    let drill = |fact: Fact<Drill>| evidence(&|evidence| evidence.last_drill = fact.clone());
    // One half of a pair that names nobody back also cannot be failed over itself.
    let alone = Case::healthy().pool("pool2", |pool| pool.backup = None);
    let third = Case::healthy().topology(|topology| {
        let third = Pool { backup: None, machines: hosts("pool1"), ..topology.pools[&name("pool1")].clone() };
        topology.pools.insert(name("pool3"), third);
    });
    let store = |case: Case| case.with(|observed| observed.central_management.database = known(false));
    let unasked = |case: Case| case.with(|observed| observed.central_management.database = unseen());
    let no_role = Case::healthy().with(|observed| {
        let Fact::Known { value, .. } = &mut observed.central_management.roles else { panic!("known here") };
        value.truncate(1);
    });
    vec![
        row(Paired, (third, &[ExportsFresh]), blind()),
        row(PairIsMutual, (alone, &[Paired]), blind()),
        row(TargetAlive, (silent(known(false)), &[]), (silent(unseen()), &[])),
        row(PoolStatesActive, (state(known(PoolState::FailedOver)), &[]), (state(unseen()), &[])),
        row(
            StandbyCentralManagementStore,
            (no_role, &[]),
            (
                Case::healthy().with(|observed| observed.central_management.roles = unseen()),
                &[StandbyMirror, CentralManagementHealthy],
            ),
        ),
        row(StandbyMirror, (mirror(known(vec![principal])), &[]), (mirror(unseen()), &[])),
        row(
            Rights,
            (
                Case::healthy().with(|observed| {
                    let why = Why::CmdletFailed(
                        "Access is denied. (UnauthorizedAccess; PermissionDenied)".to_owned(),
                    );
                    observed.backup_services.insert(name("pool1"), Fact::Unknown(why));
                }),
                &[BackupServiceSteady, BackupAge],
            ),
            (
                Case::healthy().with(|observed| {
                    for pool in ["pool1", "pool2"] {
                        observed.backup_services.insert(name(pool), unseen());
                    }
                }),
                &[BackupServiceSteady, BackupAge],
            ),
        ),
        row(
            BackupServiceSteady,
            (backup(ExportStatus::ErrorState), &[BackupAge]),
            (
                Case::healthy()
                    .with(|observed| drop(observed.backup_services.insert(name("pool1"), unseen()))),
                &[BackupAge],
            ),
        ),
        row(
            BackupAge,
            (behind_since(30), &[BackupServiceSteady]),
            (behind_since(29), &[BackupServiceSteady]),
        ),
        row(TargetExecutor, (endpoints(&denied), &[ExecutorFit]), (endpoints(&unseen()), &[ExecutorFit])),
        row(
            ExecutorFit,
            (
                Case::healthy().with(|observed| {
                    observed.endpoints.insert(name("fe02.pool2"), denied);
                }),
                &[],
            ),
            (
                Case::healthy()
                    .with(|observed| drop(observed.endpoints.insert(name("fe02.pool2"), unseen()))),
                &[],
            ),
        ),
        row(EdgeNextHopChangeable, (hop(known(name("nowhere"))), &[]), (hop(unseen()), &[])),
        row(
            CentralManagementHealthy,
            (store(Case::healthy()), &[]),
            (unasked(Case::healthy()), &[StandbyCentralManagementStore, StandbyMirror]),
        ),
        row(ReplicasCurrent, (late_replica("fe02.pool1"), &[]), (unlisted_replica("fe02.pool1"), &[])),
        row(ExportsFresh, (exported(exports(Some(49), Some(1))), &[]), (exported(unseen()), &[])),
        row(ExportsFresh, (exported(exports(Some(1), None)), &[]), (exported(Fact::default()), &[])),
        row(LastDrill, (drill(known(of_outcome(DrillOutcome::Failed))), &[]), (drill(unseen()), &[])),
        row(EdgeNextHopChangeable, (late_replica("edge01"), &[]), (unlisted_replica("edge01"), &[])),
        row(
            LastDrill,
            (drill(known(passed(now() - SignedDuration::from_hours(184 * 24)))), &[]),
            (drill(known(of_outcome(DrillOutcome::Incomplete))), &[]),
        ),
        row(
            LastDrill,
            (drill(known(passed(now() + SignedDuration::from_mins(1)))), &[]),
            (drill(Drill::last(None)), &[]),
        ),
    ]
}

#[test]
fn each_check_can_fail_and_can_be_unknown_and_costs_its_weight() {
    let rows = rows();
    assert!(CheckName::ALL.iter().all(|name| rows.iter().any(|row| row.name == *name)));
    for Row { name, fails, unknown } in rows {
        for (result, (case, others)) in [(CheckResult::Fail, fails), (CheckResult::Unknown, unknown)] {
            let judged = case.judge();
            let what = format!("{name} {result:?}: {:#?}", judged.checks);
            assert!(names(&judged, result).contains(&name), "{what}");
            let mut expected: Vec<_> = others.iter().copied().chain([name]).collect();
            expected.sort_unstable();
            expected.dedup();
            let mut lacking: Vec<_> =
                judged.checks.iter().filter(|c| c.result.is_lacking()).map(|check| check.name).collect();
            lacking.dedup();
            assert_eq!(lacking, expected, "{what}");
            let lost: i32 = expected.into_iter().map(weight).sum();
            assert_eq!(judged.score, 100 - lost, "{what}");
        }
    }
}
