mod backup;
mod exports;
mod table;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::{
    api::{CheckResult, DrillOutcome, Effort},
    lync::{
        CmsRole, Edge, EndpointState, ExportFile, ExportOf, Exports, ExportsOfKind, FqdnError, MachineFqdn,
        Pool, PoolKind, PoolState, Replica, Site, Source, StoreStatus, Version, Why,
        outputs::{BackupModule, BackupServiceStatus, ExportStatus, ImportStatus, MirrorRole, MirrorRow},
    },
};

fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().expect("valid")
}

fn name<T: std::str::FromStr<Err = FqdnError>>(short: &str) -> T {
    let whole = if short.contains('\\') { short.to_owned() } else { format!("{short}.contoso.com") };
    whole.parse().expect("valid")
}

fn hosts(pool: &str) -> Vec<MachineFqdn> {
    vec![name(&format!("fe01.{pool}")), name(&format!("fe02.{pool}"))]
}

fn known<T>(value: T) -> Fact<T> {
    Fact::known(value, now(), Source::CentralManagement(name("fe01.pool1")))
}

fn unseen<T>() -> Fact<T> {
    Fact::Unknown(Why::BridgeUnavailable("timed out".to_owned()))
}

fn modules(export: ExportStatus, import: ImportStatus) -> BackupServiceStatus {
    let module = |name: &str, export| BackupModule { name: name.to_owned(), export, import };
    BackupServiceStatus { modules: vec![module("UserServices.PresenceFocus", export)] }
}

/// Exports on a share: of the organisation, and of the Response Groups of each pool, so many hours old.
fn exports(of_all: Option<i64>, of_pools: Option<i64>) -> Fact<Exports> {
    let pools = ["pool1", "pool2"].map(|pool| (ExportOf::ResponseGroups(name(pool)), of_pools));
    let all = [(ExportOf::Configuration, of_all), (ExportOf::Locations, of_all)].into_iter().chain(pools);
    let found = all.filter_map(|(of, age)| {
        let path = "\\\\files.contoso.com\\exports\\lf.zip".parse().expect("valid");
        let newest = ExportFile { path, made_at: now() - SignedDuration::from_hours(age?), size: 1 };
        Some(ExportsOfKind { of, newest: Some(newest), problem: None, count: 1 })
    });
    let folder = "\\\\files.contoso.com\\exports".to_owned();
    known(Exports { folder, is_shared: true, found: found.collect() })
}

/// Two sites and a mirrored standby, all well, an hour after the last drill.
#[derive(Clone)]
struct Case {
    observed: Observed,
    watch: Watch,
    evidence: Evidence,
    rpo: SignedDuration,
}

impl Case {
    fn healthy() -> Self {
        let pool = |site: &str, own: &str, pair: &str| Pool {
            site: site.to_owned(),
            kind: PoolKind::FrontEnd,
            version: Version::LYNC_2013,
            machines: hosts(own),
            backup: Some(name(pair)),
            central_management_store: Some(name(&format!("sql-{own}.contoso.com\\rtc"))),
            central_management_mirror: Some(name(&format!("sqlm-{own}.contoso.com\\rtc"))),
            user_store: None,
        };
        let edge =
            Edge { site: "DC1".to_owned(), version: Version::LYNC_2013, machines: vec![name("edge01")] };
        let topology = Topology {
            sites: ["DC1", "DC2"].map(|site| Site { name: site.to_owned() }).into(),
            pools: [
                (name("pool1"), pool("DC1", "pool1", "pool2")),
                (name("pool2"), pool("DC2", "pool2", "pool1")),
            ]
            .into(),
            edges: [(name("edge1"), edge)].into(),
        };
        let mut observed = Observed { topology: known(topology), ..Observed::default() };
        let current =
            Replica { up_to_date: true, last_status_report: Some(now()), last_update_creation: Some(now()) };
        let mut replicas = BTreeMap::from([(name("edge01"), current.clone())]);
        for pool in ["pool1", "pool2"] {
            observed.pool_states.insert(name(pool), known(PoolState::Active));
            let steady = modules(ExportStatus::SteadyState, ImportStatus::NormalState);
            observed.backup_services.insert(name(pool), known(steady));
            for host in hosts(pool) {
                observed.sip.insert(host.clone(), known(true));
                observed.registrars.insert(host.clone(), known(true));
                observed.endpoints.insert(host.clone(), known(EndpointState::Connected));
                replicas.insert(host, current.clone());
            }
        }
        observed.replicas = known(replicas);
        observed.next_hops.insert(name("edge1"), known(name("pool1")));
        let cms = &mut observed.central_management;
        let role = |pool, active| CmsRole { pool: name(pool), active, version: Version::LYNC_2013 };
        cms.roles = known(vec![role("pool1", true), role("pool2", false)]);
        cms.store = known(StoreStatus {
            active_master: Some(name("fe01.pool1")),
            active_master_heartbeat: Some(now()),
            active_file_transfer_agent: Some(name("fe01.pool1")),
            active_file_transfer_agent_heartbeat: Some(now()),
        });
        cms.pointer = known(name("sql-pool1.contoso.com\\rtc"));
        cms.database = known(true);
        let row = MirrorRow {
            database: "xds".to_owned(),
            on_primary: MirrorRole::Principal,
            on_mirror: MirrorRole::Mirror,
        };
        cms.mirrors = ["pool1", "pool2"].map(|pool| (name(pool), known(vec![row.clone()]))).into();
        observed.exports = exports(Some(1), Some(1));
        let hour_ago = now() - SignedDuration::from_hours(1);
        let drill = Drill { ended_at: hour_ago, outcome: DrillOutcome::Passed };
        Self {
            observed,
            watch: Watch::default(),
            evidence: Evidence { last_drill: known(drill), ..Evidence::default() },
            rpo: SignedDuration::from_mins(30),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Observed)) -> Self {
        change(&mut self.observed);
        self
    }

    fn topology(self, change: impl FnOnce(&mut Topology)) -> Self {
        self.with(|observed| {
            let Fact::Known { value, .. } = &mut observed.topology else { panic!("known here") };
            change(value);
        })
    }

    fn pool(self, pool: &str, change: impl FnOnce(&mut Pool)) -> Self {
        self.topology(|topology| change(topology.pools.get_mut(&name(pool)).expect("it is there")))
    }

    fn judge(&self) -> Readiness {
        self.judge_at(now())
    }

    fn judge_at(&self, now: Timestamp) -> Readiness {
        let limits = Limits::default();
        let progress = Progress { watch: self.watch.clone(), ..Progress::default() };
        let assessment = assess(&self.observed, &progress, &limits, now);
        readiness(Inputs {
            observed: &self.observed,
            assessment: &assessment,
            watch: &self.watch,
            evidence: &self.evidence,
            limits: &limits,
            objectives: Objectives { rpo: self.rpo, export_every: EXPORT_EVERY, makes_exports: false },
            now,
        })
    }
}

/// The names of the checks that came to a result for some subject.
fn names(readiness: &Readiness, result: CheckResult) -> Vec<CheckName> {
    let mut names: Vec<_> =
        readiness.checks.iter().filter(|check| check.result == result).map(|check| check.name).collect();
    names.dedup();
    names
}

#[test]
fn where_all_is_well_each_check_passes_and_the_score_is_100() {
    let judged = Case::healthy().judge();
    assert_eq!(names(&judged, CheckResult::Pass), CheckName::ALL);
    assert!(judged.checks.iter().all(|check| check.result == CheckResult::Pass), "{:#?}", judged.checks);
    assert_eq!(judged.score, 100);
    assert!(fixes(&judged.checks).is_empty());
}

#[test]
fn the_weights_are_100_together_and_the_page_has_them() {
    assert_eq!(CheckName::ALL.iter().copied().map(weight).sum::<i32>(), 100);
    let page = include_str!("../../../docs/readiness.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let told: Vec<String> =
        rows.map(|row| row.split('|').skip(1).take(2).map(str::trim).collect::<Vec<_>>().join(" ")).collect();
    let weights: Vec<String> =
        CheckName::ALL.iter().map(|name| format!("`{name}` {}", weight(*name))).collect();
    assert_eq!(told, weights);
}

#[test]
fn what_was_seen_too_long_ago_is_unknown_and_worth_nothing() {
    let judged = Case::healthy().judge_at(now() + SignedDuration::from_mins(4));
    // That there was a drill stays so.
    let others: Vec<_> =
        CheckName::ALL.iter().copied().filter(|name| *name != CheckName::LastDrill).collect();
    assert_eq!(names(&judged, CheckResult::Unknown), others);
    assert_eq!((judged.score, names(&judged, CheckResult::Fail)), (3, Vec::new()));
    assert_eq!(fixes(&judged.checks).len(), 3);
}

#[test]
fn where_there_was_no_drill_it_is_unknown_and_costs_its_weight() {
    let case = Case { evidence: Evidence::default(), ..Case::healthy() };
    let judged = case.judge();
    assert_eq!(names(&judged, CheckResult::Unknown), [CheckName::LastDrill]);
    let drill = judged.checks.iter().find(|check| check.name == CheckName::LastDrill).expect("there");
    assert!(drill.message.contains("no drill that is known of"), "{}", drill.message);
    assert_eq!((judged.score, fixes(&judged.checks).len()), (97, 1));
}

#[test]
fn there_is_something_to_do_exactly_where_something_is_lacking() {
    for (case, _) in table::rows().into_iter().flat_map(|row| [row.fails, row.unknown]) {
        for check in case.judge().checks {
            assert_eq!(check.fix.is_some(), check.result.is_lacking(), "{check:?}");
            assert!(check.fix.is_none_or(|fix| !fix.text.is_empty()) && !check.message.is_empty());
        }
    }
}

#[test]
fn the_cheapest_fixes_come_first_and_each_with_what_it_brings() {
    let case = Case::healthy().pool("pool2", |pool| pool.version = Version::LYNC_2010).with(|observed| {
        for host in hosts("pool2") {
            observed.endpoints.insert(host, known(EndpointState::Denied("401".to_owned())));
        }
        observed.replicas = unseen();
    });
    let judged = case.judge();
    let told = fixes(&judged.checks);
    let heads: Vec<&str> = told.iter().filter_map(|fix| fix.split(':').next()).collect();
    assert_eq!(
        heads,
        [
            "TargetExecutor (+11, a matter of minutes)",
            "EdgeNextHopChangeable (+6, a matter of minutes)",
            "ExecutorFit (+3, a matter of minutes)"
        ],
        "{told:#?}"
    );
    assert!(told[2].contains("fe01.pool2") && told[2].ends_with("; and 1 more like it"), "{}", told[2]);
    let days = judged.checks.iter().find(|check| check.name == CheckName::Paired && check.fix.is_some());
    assert_eq!(days.and_then(|check| check.fix.as_ref()).map(|fix| fix.effort), Some(Effort::Days));
}

#[test]
fn nothing_moves_without_news() {
    let (soon, later) = (SignedDuration::from_secs(10), SignedDuration::from_secs(50));
    for (case, _) in table::rows().into_iter().flat_map(|row| [row.fails, row.unknown]) {
        assert_eq!(case.judge_at(now() + soon), case.judge_at(now() + later));
    }
}

#[test]
fn without_any_pair_nothing_can_be_failed_over() {
    let alone = |case: Case, pool| case.pool(pool, |pool| pool.backup = None);
    let judged = alone(alone(Case::healthy(), "pool1"), "pool2").judge();
    use CheckName::*;
    assert_eq!(
        names(&judged, CheckResult::Fail),
        [
            Paired,
            PairIsMutual,
            TargetAlive,
            PoolStatesActive,
            StandbyCentralManagementStore,
            BackupServiceSteady,
            BackupAge,
            TargetExecutor,
            EdgeNextHopChangeable
        ]
    );
}

#[test]
fn a_director_needs_no_pair_and_no_pool_needs_an_edge() {
    let judged = Case::healthy()
        .topology(|topology| {
            let director = Pool {
                kind: PoolKind::Director,
                central_management_store: None,
                central_management_mirror: None,
                backup: None,
                machines: Vec::new(),
                ..topology.pools[&name("pool1")].clone()
            };
            topology.pools.insert(name("dir"), director);
            topology.edges.clear();
        })
        .judge();
    assert_eq!(
        names(&judged, CheckResult::NotApplicable),
        [CheckName::Paired, CheckName::EdgeNextHopChangeable]
    );
    assert_eq!(judged.score, 100, "{:#?}", judged.checks);
}

#[test]
fn a_replica_that_a_change_is_on_its_way_to_is_not_behind() {
    let late = |since: SignedDuration| {
        let case = Case::healthy().with(|observed| {
            let Fact::Known { value, .. } = &mut observed.replicas else { panic!("known here") };
            for replica in value.values_mut() {
                replica.up_to_date = false;
                replica.last_update_creation = Some(now() - since);
            }
        });
        case.judge().score
    };
    let wait = Limits::default().replica_wait;
    assert_eq!(late(wait), 100);
    assert_eq!(late(wait + SignedDuration::from_secs(1)), 92, "internal servers and the Edge");
}
