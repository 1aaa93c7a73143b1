//! A sketch of an observed world, short enough for a golden file.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use lync_failover::{
    bridge::{Ended, Operation, OperationId, Refusal},
    lync::{outputs::*, *},
    plan::*,
};
use serde::Deserialize;

/// The time at which every sketch is planned.
pub fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

pub fn fqdn<T: std::str::FromStr<Err = FqdnError>>(short: &str) -> T {
    let name = if short.contains('.') { short.to_owned() } else { format!("{short}.contoso.com") };
    name.parse().unwrap()
}

pub fn pool(short: &str) -> PoolFqdn {
    fqdn(short)
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PoolSketch {
    pub site: String,
    #[serde(default)]
    pub pair: Option<String>,
    #[serde(default = "three")]
    pub front_ends: usize,
    /// Up, Registrars (stopped, hosts alive), Gone, Suspect (SIP silent, services run), Fresh (down since now),
    /// Denied (credentials refused), Unseen (nobody could try).
    #[serde(default = "up")]
    pub health: String,
    /// The PoolState; empty when it could not be read.
    #[serde(default)]
    pub state: Option<PoolState>,
    /// Whether it has a Central Management service; the SQL server is `sql-<pool>`.
    #[serde(default)]
    pub cms: bool,
    /// `primary` or `mirror` is principal, `mirrorAlone` (the primary is not reachable), `neither` (no side is
    /// reachable), `apart` (xds on one side, lis on the other), `unseen`.
    #[serde(default)]
    pub mirrored: Option<String>,
    /// Standard Edition: pool, server and SQL are one machine.
    #[serde(default)]
    pub standard: bool,
    #[serde(default)]
    pub director: bool,
    #[serde(default = "lync_2013")]
    pub version: u8,
    /// Steady, Behind, Broken.
    #[serde(default = "steady")]
    pub backup: String,
    /// Whether the replicas of its servers are behind; they have been since it was down.
    #[serde(default)]
    pub behind: bool,
    /// For how many seconds it has been up with replicas that are not current; default 30.
    #[serde(default)]
    pub late_for: Option<i64>,
    /// Whether the store does not list the replicas of its servers.
    #[serde(default)]
    pub unlisted: bool,
    /// For how many seconds its state has been a transitional one.
    #[serde(default)]
    pub half_way_for: Option<i64>,
    /// What its pair finds of its Front Ends: Runs, Stopped, Unreachable, Denied, or Nobody (could be asked).
    #[serde(default)]
    pub peer: Option<String>,
    /// When its replicas last reported: Fresh (since it was called down), Last (just before that), Old.
    #[serde(default)]
    pub replicas: Option<String>,
    /// Whether the services of the store are installed on its servers, one by one: Yes, No, Unseen.
    #[serde(default)]
    pub store_services: Vec<String>,
    /// Its user database: Online, Offline.
    #[serde(default)]
    pub database: Option<String>,
}

/// An operation that has ended.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EndedSketch {
    pub step: Step,
    /// How many seconds ago.
    pub ago: i64,
    /// The text that it was refused with.
    #[serde(default)]
    pub refused: Option<String>,
    #[serde(default)]
    pub error_id: Option<String>,
    /// Why nobody knows how it ended.
    #[serde(default)]
    pub lost: Option<String>,
}

impl EndedSketch {
    fn record(&self) -> StepRecord {
        let ended = match (&self.refused, &self.lost) {
            (Some(message), _) => Ended::Failed(Refusal {
                error_id: self.error_id.clone().unwrap_or("ProcessRecord,Microsoft.Rtc".into()),
                category: "InvalidOperation".into(),
                message: message.clone(),
            }),
            (None, Some(why)) => Ended::Lost(why.clone()),
            (None, None) => Ended::Completed,
        };
        let ended_at = now() - SignedDuration::from_secs(self.ago);
        StepRecord {
            step: self.step.clone(),
            operation: operation(&self.step),
            started_at: ended_at - SignedDuration::from_secs(5),
            ended_at,
            outcome: StepOutcome::Ended(ended),
            report: None,
        }
    }
}

/// An operation for a step.
pub fn operation(step: &Step) -> Operation {
    let id = uuid::Uuid::from_u128(7);
    Operation {
        id: OperationId(id),
        host: fqdn("fe1.pool2.contoso.com"),
        mutation: step.mutation(),
        epoch: 1,
        keeper: None,
        session_id: id,
        shell_id: id,
        command_id: id,
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EdgeSketch {
    pub site: String,
    pub next_hop: Option<String>,
    #[serde(default)]
    pub down: bool,
    /// Whether the replica is current.
    #[serde(default)]
    pub behind: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CmsSketch {
    pub on: String,
    /// Healthy, Dead, Impaired (heartbeats stale), Split, NoneActive, Unseen.
    #[serde(default = "healthy")]
    pub health: String,
    /// The pool that the local replicas call active while the store is dead; default that of `on`.
    #[serde(default)]
    pub replica: Option<String>,
    /// The local replicas do not say.
    #[serde(default)]
    pub replica_unseen: bool,
    /// Pools with a database that have no row in `Get-CsService -CentralManagement`.
    #[serde(default)]
    pub no_row: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Sketch {
    pub about: String,
    pub pools: BTreeMap<String, PoolSketch>,
    pub cms: CmsSketch,
    #[serde(default)]
    pub edges: BTreeMap<String, EdgeSketch>,
    pub desired: Desired,
    /// Seconds since the observation was made.
    #[serde(default)]
    pub age: i64,
    /// A generation that has converged before.
    #[serde(default)]
    pub converged_generation: Option<i64>,
    #[serde(default = "one")]
    pub generation: i64,
    /// What has ended in the run so far, oldest first.
    #[serde(default)]
    pub ended: Vec<EndedSketch>,
}

fn three() -> usize {
    3
}
fn one() -> i64 {
    1
}
fn lync_2013() -> u8 {
    6
}
fn up() -> String {
    "Up".into()
}
fn healthy() -> String {
    "Healthy".into()
}
fn steady() -> String {
    "Steady".into()
}

fn machines(pool: &str, n: usize) -> Vec<MachineFqdn> {
    (1..=n).map(|i| fqdn(&format!("fe{i}.{pool}.contoso.com"))).collect()
}

impl PoolSketch {
    fn machines(&self, name: &str) -> Vec<MachineFqdn> {
        if self.standard { vec![fqdn(name)] } else { machines(name, self.front_ends) }
    }

    fn mirror_rows(&self) -> Option<Vec<MirrorRow>> {
        use MirrorRole::{DatabaseInaccessibleOrMirroringNotEnabled as Neither, Mirror, Principal};
        let sides = match self.mirrored.as_deref()? {
            "primary" => [(Principal, Mirror); 2],
            "mirror" => [(Mirror, Principal); 2],
            "mirrorAlone" => [(Neither, Principal); 2],
            "neither" => [(Neither, Neither); 2],
            "apart" => [(Principal, Neither), (Neither, Principal)],
            "unseen" => return None,
            other => panic!("unknown mirror {other}"),
        };
        let row = |(database, (on_primary, on_mirror)): (&str, _)| MirrorRow {
            database: database.into(),
            on_primary,
            on_mirror,
        };
        Some(["xds", "lis"].into_iter().zip(sides).map(row).collect())
    }
}

/// Seconds since the last report of a replica.
fn report_age(replicas: &str) -> i64 {
    match replicas {
        "Fresh" => 5,
        "Last" => CALLED_DOWN,
        "Old" => 1200,
        other => panic!("unknown report {other}"),
    }
}

/// Seconds since the last report before somebody called a pool down.
const CALLED_DOWN: i64 = 90;

impl Sketch {
    fn sql(&self, name: &str) -> SqlInstance {
        let is_standard = self.pools.get(name).is_some_and(|pool| pool.standard);
        let server = if is_standard { name.to_owned() } else { format!("sql-{name}") };
        format!("{server}.contoso.com\\rtc").parse().unwrap()
    }

    /// The observation that the sketch stands for.
    pub fn observed(&self) -> Observed {
        let at = now() - SignedDuration::from_secs(self.age);
        let host = || fqdn::<MachineFqdn>("fe1.pool2.contoso.com");
        let cms_dead = self.cms.health == "Dead";
        let dead = || Why::CentralManagementUnavailable("Cannot open database \"xds\"".into());
        let unseen = || Why::BridgeUnavailable("no endpoint answers".into());
        let from = || if cms_dead { Source::LocalReplica(host()) } else { Source::CentralManagement(host()) };
        let mut observed =
            Observed { topology: Fact::known(self.topology(), at, from()), ..Default::default() };

        for (name, sketch) in &self.pools {
            let state = sketch.state.map_or(Fact::Unknown(unseen()), |s| Fact::known(s, at, from()));
            observed.pool_states.insert(pool(name), state);
            let (sip, registrar, endpoint) = match sketch.health.as_str() {
                "Up" => (true, Some(true), EndpointState::Connected),
                "Registrars" => (false, Some(false), EndpointState::Connected),
                "Gone" | "Fresh" => (false, None, EndpointState::Unreachable("timed out".into())),
                "Suspect" => (false, Some(true), EndpointState::Connected),
                "Denied" => (false, None, EndpointState::Denied("401".into())),
                "Unseen" => (false, None, EndpointState::Connected),
                other => panic!("unknown health {other}"),
            };
            let is_unseen = sketch.health == "Unseen";
            for machine in sketch.machines(name) {
                if is_unseen {
                    observed.sip.insert(machine.clone(), Fact::Unknown(unseen()));
                    observed.registrars.insert(machine.clone(), Fact::Unknown(unseen()));
                    observed.endpoints.insert(machine, Fact::Unknown(unseen()));
                    continue;
                }
                observed.sip.insert(machine.clone(), Fact::known(sip, at, Source::Probe));
                let running =
                    registrar.map_or(Fact::Unknown(unseen()), |r| Fact::known(r, at, Source::Probe));
                observed.registrars.insert(machine.clone(), running);
                observed.endpoints.insert(machine, Fact::known(endpoint.clone(), at, Source::Probe));
            }
            for (machine, word) in sketch.machines(name).into_iter().zip(&sketch.store_services) {
                let fact = match word.as_str() {
                    "Unseen" => Fact::Unknown(unseen()),
                    word => Fact::known(word == "Yes", at, Source::Service(machine.clone())),
                };
                observed.store_services.insert(machine, fact);
            }
            if let Some(found) = &sketch.peer {
                let asked = observed.peers.entry(pool(sketch.pair.as_deref().unwrap())).or_default();
                let fact = |sight| Fact::known(sight, at, Source::Service(host()));
                let fact = match found.as_str() {
                    "Runs" => fact(PeerSight::Runs),
                    "Stopped" => fact(PeerSight::Stopped),
                    "Unreachable" => fact(PeerSight::Unreachable("the RPC server is unavailable".into())),
                    "Denied" => Fact::Unknown(Why::Denied("0x80070005".into())),
                    "Nobody" => Fact::Unknown(unseen()),
                    other => panic!("unknown sight {other}"),
                };
                asked.extend(machines(name, sketch.front_ends).into_iter().map(|m| (m, fact.clone())));
            }
            if let Some(database) = &sketch.database {
                let online = Fact::known(database == "Online", at, Source::Service(host()));
                observed.user_databases.insert(pool(name), online);
            }
            let (export, import) = match sketch.backup.as_str() {
                "Behind" => (ExportStatus::NonSteadyState, ImportStatus::NormalState),
                "Broken" => (ExportStatus::ErrorState, ImportStatus::NormalState),
                _ => (ExportStatus::SteadyState, ImportStatus::NormalState),
            };
            let module = BackupModule { name: "UserServices.PresenceFocus".into(), export, import };
            let status = BackupServiceStatus { modules: vec![module] };
            observed.backup_services.insert(pool(name), Fact::known(status, at, Source::Service(host())));
            if sketch.mirrored.is_some() {
                let rows = sketch.mirror_rows();
                let fact = rows
                    .map_or(Fact::Unknown(unseen()), |rows| Fact::known(rows, at, Source::Service(host())));
                observed.central_management.mirrors.insert(pool(name), fact);
            }
        }

        let on = pool(&self.cms.on);
        let cms = &mut observed.central_management;
        cms.pointer = Fact::known(self.sql(&self.cms.on), at, Source::ActiveDirectory(host()));
        let master: MachineFqdn = self.pools[&self.cms.on].machines(&self.cms.on).remove(0);
        let beat = if self.cms.health == "Impaired" { at - SignedDuration::from_mins(30) } else { at };
        let status = StoreStatus {
            active_master: Some(master.clone()),
            active_master_heartbeat: Some(beat),
            active_file_transfer_agent: Some(master),
            active_file_transfer_agent_heartbeat: Some(beat),
        };
        let rows = |active: &dyn Fn(&PoolFqdn) -> bool| -> Vec<CmsRole> {
            let with_cms = self.pools.iter().filter(|(name, p)| p.cms && !self.cms.no_row.contains(name));
            with_cms
                .map(|(name, p)| CmsRole {
                    pool: pool(name),
                    active: active(&pool(name)),
                    version: Version(p.version),
                })
                .collect()
        };
        match self.cms.health.as_str() {
            "Dead" => {
                cms.roles = Fact::Unknown(dead());
                cms.store = Fact::known(StoreStatus::default(), at, Source::Service(host()));
                cms.database = Fact::known(false, at, Source::Service(host()));
                let was = self.cms.replica.as_deref().map_or(on, pool);
                if !self.cms.replica_unseen {
                    cms.replicated_roles = Fact::known(rows(&|name| *name == was), at, from());
                }
            }
            "Unseen" => {
                cms.roles = Fact::Unknown(unseen());
                cms.store = Fact::Unknown(unseen());
                cms.database = Fact::Unknown(unseen());
            }
            health => {
                let active = |name: &PoolFqdn| health == "Split" || health != "NoneActive" && *name == on;
                cms.roles = Fact::known(rows(&active), at, from());
                cms.store = Fact::known(status, at, from());
                cms.database = Fact::known(true, at, from());
            }
        }

        for (name, edge) in &self.edges {
            let hop = edge.next_hop.as_ref();
            let hop = hop.map_or(Fact::Unknown(unseen()), |hop| Fact::known(pool(hop), at, from()));
            observed.next_hops.insert(fqdn(name), hop);
            observed.sip.insert(fqdn(name), Fact::known(!edge.down, at, Source::Probe));
        }
        observed.replicas = if cms_dead {
            Fact::Unknown(dead())
        } else {
            let replica = |up_to_date| Replica {
                up_to_date,
                last_status_report: up_to_date.then_some(at),
                last_update_creation: Some(at),
            };
            let edges = self.edges.iter().map(|(n, e)| (fqdn(n), replica(!e.behind && !e.down)));
            let listed = self.pools.iter().filter(|(_, p)| !p.unlisted);
            let front_ends = listed.flat_map(|(name, p)| {
                let replica = replica(p.health != "Gone" && !p.behind);
                let report = p.replicas.as_deref().map(report_age);
                let last_status_report = report.map(|age| at - SignedDuration::from_secs(age));
                let replica = Replica { last_status_report, ..replica };
                p.machines(name).into_iter().map(move |machine| (machine, replica.clone()))
            });
            Fact::known(edges.chain(front_ends).collect(), at, from())
        };
        observed
    }

    fn topology(&self) -> Topology {
        let sql = |name: &str| format!("{name}.contoso.com\\rtc").parse::<SqlInstance>().unwrap();
        let pools = self.pools.iter().map(|(name, sketch)| {
            let entry = Pool {
                site: sketch.site.clone(),
                kind: if sketch.director { PoolKind::Director } else { PoolKind::FrontEnd },
                version: Version(sketch.version),
                machines: sketch.machines(name),
                backup: sketch.pair.as_deref().map(pool),
                central_management_store: sketch.cms.then(|| self.sql(name)),
                central_management_mirror: sketch.mirrored.as_ref().map(|_| sql(&format!("sqlm-{name}"))),
                user_store: (!sketch.director).then(|| self.sql(name)),
            };
            (pool(name), entry)
        });
        let edges = self.edges.iter().map(|(name, sketch)| {
            let machines = vec![fqdn(name)];
            (fqdn(name), Edge { site: sketch.site.clone(), version: Version(6), machines })
        });
        Topology { sites: Vec::new(), pools: pools.collect(), edges: edges.collect() }
    }

    /// What is remembered: pools that are seen down have been so for a while, save those marked Fresh.
    pub fn progress(&self) -> Progress {
        let long_ago = now() - SignedDuration::from_mins(5);
        let before = now() - SignedDuration::from_secs(self.age + CALLED_DOWN);
        let called_down = self.pools.iter().filter(|(_, p)| p.replicas.is_some());
        let reports = called_down.flat_map(|(name, p)| machines(name, p.front_ends)).map(|m| (m, before));
        let voting = Watch { reports: reports.collect(), ..Watch::default() };
        let (observed, limits) = (self.observed(), Limits::default());
        let down = self.pools.iter().filter_map(|(name, p)| {
            let fresh = p.health == "Fresh";
            let since = if fresh { now() - SignedDuration::from_secs(10) } else { long_ago };
            // The observation may be too old to be planned on; it was not when it was made.
            let made = now() - SignedDuration::from_secs(self.age);
            looks_down(&pool(name), &observed, &voting, &limits, made).then(|| (pool(name), since))
        });
        let unfit = self.pools.iter().filter(|(_, p)| p.health != "Up" || p.backup == "Broken");
        let failing = matches!(self.cms.health.as_str(), "Dead" | "Impaired");
        let still = |at| Beat { value: at, since: now() - SignedDuration::from_mins(10), advances: true };
        let old_beat = now() - SignedDuration::from_secs(self.age) - SignedDuration::from_mins(30);
        let beat = (self.cms.health == "Impaired").then(|| still(old_beat));
        let half_way = self
            .pools
            .iter()
            .filter_map(|(name, p)| Some((pool(name), now() - SignedDuration::from_secs(p.half_way_for?))));
        let knows = self.pools.iter().filter(|(_, p)| p.health == "Up" && !p.behind);
        let late = self.pools.iter().filter(|(_, p)| p.health == "Up" && (p.behind || p.unlisted));
        let late_since = |p: &PoolSketch| now() - SignedDuration::from_secs(p.late_for.unwrap_or(30));
        let watch = Watch {
            replicas_late_since: late.map(|(name, p)| (pool(name), late_since(p))).collect(),
            last: Some(now()),
            half_way_since: half_way.collect(),
            caught_up: knows.map(|(name, _)| pool(name)).collect(),
            down_since: down.collect(),
            unfit_since: unfit.map(|(name, _)| (pool(name), long_ago)).collect(),
            cms_failing_on: failing.then(|| pool(&self.cms.on)),
            cms_failing_since: failing.then_some(long_ago),
            master_beat: beat,
            agent_beat: beat,
            ..voting
        };
        let records: Vec<_> = self.ended.iter().map(EndedSketch::record).collect();
        let run = (!records.is_empty()).then(|| Run {
            id: String::new(),
            started_at: now() - SignedDuration::from_hours(1),
            finished_at: None,
            down_since: None,
            generation: self.generation,
            steps: records.iter().map(|record| record.step.clone()).collect(),
            records: records.clone(),
        });
        Progress {
            generation: self.generation,
            converged_generation: self.converged_generation,
            run,
            recent: records,
            watch,
            ..Progress::default()
        }
    }

    /// The plan for the sketch.
    pub fn plan(&self) -> Plan {
        plan(&self.desired, &self.observed(), &self.progress(), &Limits::default(), now())
    }
}
