//! Readiness of simulated organisations: a healthy one has 100 points, and each thing that is broken takes the
//! points of the checks that it concerns, and no others.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use lync_failover::{
    api::{CheckName, CheckName::*, CheckResult, DrillOutcome, ObjectivesSpec},
    bridge::SimulatedBridge,
    clock::{Clock, ScaledClock},
    controller::{Endpoint, MemoryStore, Organisation, Rounds, Silent},
    lync::{Fact, Source},
    plan::Limits,
    readiness::{Drill, Evidence, Inputs, Objectives, Readiness, readiness, weight},
    simulator::{Scenario, Simulator},
};

/// Makes rounds for an organisation once a minute, and judges the last one.
async fn judge(scenario: &str, minutes: u32) -> Readiness {
    let exports = if scenario.contains("exports:") { "" } else { "exports: {all: 1h}\n" };
    judge_alone(&format!("{exports}{scenario}"), minutes).await
}

async fn judge_alone(scenario: &str, minutes: u32) -> Readiness {
    let started: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
    let mut simulator = Simulator::new(&Scenario::from_yaml(scenario).unwrap(), started).unwrap();
    let front_ends = simulator.describe(started).front_ends();
    let clock: Arc<dyn Clock> = Arc::new(ScaledClock::new(started, 1.0));
    let bridge = Arc::new(SimulatedBridge::new(Arc::new(Mutex::new(simulator)), Arc::clone(&clock)));
    let org = Organisation {
        bridge: bridge.clone(),
        prober: bridge,
        clock: Arc::clone(&clock),
        endpoints: front_ends.into_iter().map(|(host, pool)| Endpoint { host, pool }).collect(),
        limits: Limits::default(),
        interval: SignedDuration::from_secs(60),
    };
    let store = MemoryStore::default();
    let mut rounds = Rounds::default();
    let mut round = rounds.round(&org, &store, &Silent, &[]).await.unwrap();
    for _ in 0..minutes {
        clock.sleep(org.interval).await;
        round = rounds.round(&org, &store, &Silent, &[]).await.unwrap();
    }
    readiness(Inputs {
        observed: &round.observed,
        assessment: &round.assessment,
        watch: &round.watch,
        evidence: &drilled(started),
        limits: &org.limits,
        objectives: Objectives::from(&ObjectivesSpec::default()),
        now: clock.now(),
    })
}

/// A drill that went well.
fn drilled(before: Timestamp) -> Evidence {
    let drill = Drill { ended_at: before - SignedDuration::from_hours(1), outcome: DrillOutcome::Passed };
    Evidence { last_drill: Fact::known(drill, before, Source::Probe), ..Evidence::default() }
}

fn names(judged: &Readiness, result: CheckResult) -> Vec<CheckName> {
    let weighted = judged.checks.iter().filter(|check| check.result == result && weight(check.name) > 0);
    let mut names: Vec<_> = weighted.map(|check| check.name).collect();
    names.dedup();
    names
}

#[tokio::test(start_paused = true)]
async fn a_healthy_organisation_has_all_points() {
    for scenario in ["", "start: StandardEdition"] {
        let judged = judge(scenario, 3).await;
        assert_eq!(judged.score, 100, "{scenario}: {:#?}", judged.checks);
    }
}

struct Broken {
    what: &'static str,
    scenario: &'static str,
    minutes: u32,
    fails: &'static [CheckName],
    unknown: &'static [CheckName],
}

const BY_HAND: &str = "failures: [{administrator: [{host: fe01.pool2.contoso.com, command: Set-CsEdgeServer, \
                       parameters: {Identity: 'EdgeServer:edge1.contoso.com', \
                       Registrar: 'Registrar:pool2.contoso.com'}}]}]\n";

const CASES: [Broken; 21] = [
    Broken {
        what: "a third pool without a pair",
        scenario: "pools: [{fqdn: pool3.contoso.com}]",
        minutes: 1,
        fails: &[Paired],
        unknown: &[],
    },
    Broken {
        what: "a pair of which one half does not know",
        scenario: "pools: [{fqdn: pool1.contoso.com, backupOneSided: true}]",
        minutes: 1,
        fails: &[Paired, PairIsMutual, StandbyCentralManagementStore],
        unknown: &[BackupServiceSteady, BackupAge],
    },
    Broken {
        what: "no registrar of Pool2 runs",
        scenario: "failures: [{stopRegistrars: [pool2.contoso.com]}]",
        minutes: 3,
        fails: &[TargetAlive],
        unknown: &[],
    },
    Broken {
        what: "Pool2 is failed over",
        scenario: "pools: [{fqdn: pool2.contoso.com, state: FailedOver}]",
        minutes: 1,
        fails: &[PoolStatesActive],
        unknown: &[],
    },
    Broken {
        what: "no standby of the store",
        scenario: "pools: [{fqdn: pool2.contoso.com, centralManagement: false}]",
        minutes: 1,
        fails: &[StandbyCentralManagementStore],
        unknown: &[],
    },
    Broken {
        what: "the mirror of the standby is principal",
        scenario: "pools: [{fqdn: pool2.contoso.com, sqlMirror: 'sql2b.contoso.com\\rtc', mirrorIsPrincipal: true}]",
        minutes: 1,
        fails: &[StandbyMirror],
        unknown: &[],
    },
    Broken {
        what: "the Backup Service is behind, and nobody knows since when",
        scenario: "pools: [{fqdn: pool1.contoso.com, backupService: Behind}]",
        minutes: 29,
        fails: &[BackupServiceSteady],
        unknown: &[BackupAge],
    },
    Broken {
        what: "the Backup Service is behind for longer than the objective",
        scenario: "pools: [{fqdn: pool1.contoso.com, backupService: Behind}]",
        minutes: 30,
        fails: &[BackupServiceSteady, BackupAge],
        unknown: &[],
    },
    Broken {
        what: "no server of Pool2 takes the account",
        scenario: "faults: [{kind: Denied, host: fe01.pool2.contoso.com, times: 0}, \
                   {kind: Denied, host: fe02.pool2.contoso.com, times: 0}, \
                   {kind: Denied, host: fe03.pool2.contoso.com, times: 0}]",
        minutes: 1,
        fails: &[TargetExecutor, ExecutorFit],
        unknown: &[],
    },
    Broken {
        what: "one server cannot be reached",
        scenario: "failures: [{kill: [fe02.pool2.contoso.com]}]",
        minutes: 1,
        fails: &[ExecutorFit],
        unknown: &[],
    },
    Broken {
        what: "nothing can be sent to one server",
        scenario: "faults: [{kind: NotSent, host: fe02.pool2.contoso.com, times: 0}]",
        minutes: 1,
        fails: &[],
        unknown: &[ExecutorFit],
    },
    Broken {
        what: "a change does not reach the Edge",
        scenario: "faults: [{kind: ReplicaNever, replica: edge1.contoso.com}]\n",
        minutes: 12,
        fails: &[EdgeNextHopChangeable],
        unknown: &[],
    },
    Broken {
        what: "a change does not reach a Front End",
        scenario: "faults: [{kind: ReplicaNever, replica: fe02.pool1.contoso.com}]\n",
        minutes: 12,
        fails: &[ReplicasCurrent],
        unknown: &[],
    },
    Broken {
        what: "the Edge points to a pool without a pair",
        scenario: "pools: [{fqdn: pool3.contoso.com}]\nedges: [{fqdn: edge1.contoso.com, nextHop: pool3.contoso.com}]",
        minutes: 1,
        fails: &[Paired, EdgeNextHopChangeable],
        unknown: &[],
    },
    Broken {
        what: "the SQL Server of the store is off",
        scenario: "failures: [{kill: [sql1.contoso.com]}]",
        minutes: 3,
        fails: &[CentralManagementHealthy],
        unknown: &[
            PoolStatesActive,
            StandbyCentralManagementStore,
            BackupServiceSteady,
            BackupAge,
            Rights,
            EdgeNextHopChangeable,
            ReplicasCurrent,
        ],
    },
    Broken {
        what: "the topology cannot be read",
        scenario: "faults: [{kind: FailBefore, cmdlet: Get-CsTopology, times: 0}]",
        minutes: 1,
        fails: &[],
        unknown: &[
            Paired,
            PairIsMutual,
            TargetAlive,
            PoolStatesActive,
            StandbyCentralManagementStore,
            StandbyMirror,
            BackupServiceSteady,
            BackupAge,
            TargetExecutor,
            Rights,
            EdgeNextHopChangeable,
            CentralManagementHealthy,
            ReplicasCurrent,
            ExportsFresh,
        ],
    },
    Broken {
        what: "the account is not in RTCUniversalServerAdmins",
        scenario: "exports: {all: 1h}\nfaults: [{kind: FailBefore, cmdlet: Get-CsBackupServiceStatus, times: 0, \
                   message: 'Access is denied.'}]",
        minutes: 1,
        fails: &[Rights],
        unknown: &[BackupServiceSteady, BackupAge],
    },
    Broken {
        what: "the Response Groups of one pool were never exported",
        scenario: "exports: {files: [{kind: Configuration, age: 1h}, {kind: Locations, age: 1h}, \
                   {kind: ResponseGroups, pool: pool2.contoso.com, age: 1h}]}",
        minutes: 1,
        fails: &[ExportsFresh],
        unknown: &[],
    },
    Broken {
        what: "exports on the disk of a Front End",
        scenario: "exports: {all: 1h, local: true}",
        minutes: 1,
        fails: &[ExportsFresh],
        unknown: &[],
    },
    Broken {
        what: "the newest export is cut off, and the one before is old",
        scenario: "exports: {all: 60h, files: [{kind: Locations, age: 1h, broken: true}]}",
        minutes: 1,
        fails: &[ExportsFresh],
        unknown: &[],
    },
    Broken {
        what: "the share with the exports is away",
        scenario: "exports: {all: 1h}\nfaults: [{kind: ShareAway}]",
        minutes: 1,
        fails: &[],
        unknown: &[ExportsFresh],
    },
];

#[tokio::test(start_paused = true)]
async fn what_is_broken_takes_its_points_and_no_others() {
    for Broken { what, scenario, minutes, fails, unknown } in CASES {
        let changed = if scenario.contains("ReplicaNever") { BY_HAND } else { "" };
        let judged = judge(&format!("{changed}{scenario}"), minutes).await;
        let seen = format!("{what}: {:#?}", judged.checks);
        assert_eq!(names(&judged, CheckResult::Fail), fails, "{seen}");
        assert_eq!(names(&judged, CheckResult::Unknown), unknown, "{seen}");
        let lost: i32 = fails.iter().chain(unknown).map(|name| weight(*name)).sum();
        assert_eq!(judged.score, 100 - lost, "{seen}");
    }
}

/// For some minutes after a change nobody is current, which is how it works.
#[tokio::test(start_paused = true)]
async fn a_change_on_its_way_costs_nothing() {
    assert_eq!(judge(BY_HAND, 0).await.score, 100);
    let stuck = format!("{BY_HAND}faults: [{{kind: ReplicaNever, replica: edge1.contoso.com}}]");
    assert_eq!(judge(&stuck, 5).await.score, 100);
}
