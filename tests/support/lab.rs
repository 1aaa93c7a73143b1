//! A simulated organisation with a driver that can be stopped at any effect and started again.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use lync_failover::{
    api::LyncFailoverStatus,
    bridge::*,
    clock::{Clock, ScaledClock},
    controller::*,
    lync::{Fact, MachineFqdn, Observed, cmdlet::Query},
    plan::{Decision, Desired, Hold, Limits, Plan, Progress, Step, plan},
    simulator::{Scenario, Simulator, Transcript},
    status::lint::lint,
};
use tokio::sync::Notify;

/// When an effect is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Before it happens.
    Before,
    /// After it has happened, before anybody hears of it.
    After,
}

/// Stops the driver at its n-th effect.
pub struct Crash {
    at: Option<(usize, Phase)>,
    count: AtomicUsize,
    happened: Notify,
}

impl Crash {
    pub fn never() -> Arc<Self> {
        Arc::new(Self { at: None, count: AtomicUsize::new(0), happened: Notify::new() })
    }

    pub fn at(effect: usize, phase: Phase) -> Arc<Self> {
        Arc::new(Self { at: Some((effect, phase)), count: AtomicUsize::new(0), happened: Notify::new() })
    }

    /// How many effects there were.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    async fn around<T>(&self, effect: impl Future<Output = T>) -> T {
        let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        if self.at == Some((number, Phase::Before)) {
            self.die().await;
        }
        let result = effect.await;
        if self.at == Some((number, Phase::After)) {
            self.die().await;
        }
        result
    }

    async fn die(&self) {
        self.happened.notify_one();
        std::future::pending().await
    }
}

struct Crashing {
    inner: SimulatedBridge,
    crash: Arc<Crash>,
    store: Arc<MemoryStore>,
    /// An operation whose sender died before it was sent: its message may still arrive.
    delayed: Mutex<Option<Operation>>,
    broken: Arc<Mutex<Vec<String>>>,
}

impl Crashing {
    fn breaks(&self, rule: &str, operation: &Operation) {
        self.broken.lock().expect("nobody panics while holding it").push(format!("{rule}: {operation:?}"));
    }
}

#[async_trait]
impl Bridge for Crashing {
    async fn query(&self, host: &MachineFqdn, queries: &[Query]) -> Result<Vec<Answer>, CallError> {
        self.inner.query(host, queries).await
    }

    async fn raise_epoch(&self, host: &MachineFqdn) -> Result<Fence, CallError> {
        self.crash.around(self.inner.raise_epoch(host)).await
    }

    async fn start(&self, operation: &Operation) -> Result<(), CallError> {
        let stored = self.store.load().await.expect("memory").0.intent;
        if stored.is_none_or(|owned| owned.intent.operation != *operation) {
            self.breaks("7 sent before its intent was stored", operation);
        }
        *self.delayed.lock().expect("nobody panics while holding it") = Some(operation.clone());
        self.crash.around(self.inner.start(operation)).await
    }

    async fn follow(&self, operation: &Operation, after: u64) -> Result<Followed, CallError> {
        self.crash.around(self.inner.follow(operation, after)).await
    }

    async fn adopt(&self, via: &MachineFqdn, operation: &Operation) -> Result<Adoption, CallError> {
        let adopted = self.crash.around(self.inner.adopt(via, operation)).await?;
        let delayed = self.delayed.lock().expect("nobody panics while holding it").take();
        if let (Adoption::NeverStarted, Some(delayed)) = (&adopted, delayed)
            && self.inner.start(&delayed).await.is_ok()
        {
            self.breaks("a delayed start arrives after it was believed not to", &delayed);
        }
        Ok(adopted)
    }
}

struct CrashingStore {
    inner: Arc<MemoryStore>,
    crash: Arc<Crash>,
}

#[async_trait]
impl RecordStore for CrashingStore {
    async fn load(&self) -> Result<(OrganisationRecord, Revision), StoreError> {
        self.inner.load().await
    }

    async fn save(&self, record: &OrganisationRecord, revision: &Revision) -> Result<Revision, StoreError> {
        self.crash.around(self.inner.save(record, revision)).await
    }
}

/// Checks that what starts is the head of the plan of what was seen (S4), and that what it depends on was
/// seen, live, and after the last operation (S5).
struct Heads {
    desired: Desired,
    limits: Limits,
    seen: Mutex<Option<Observed>>,
    planned: Mutex<Option<(Step, Timestamp, Option<Timestamp>)>>,
    broken: Mutex<Vec<String>>,
}

impl Heads {
    fn new(desired: &Desired) -> Self {
        Self {
            desired: desired.clone(),
            limits: Limits::default(),
            seen: Mutex::default(),
            planned: Mutex::default(),
            broken: Mutex::default(),
        }
    }

    fn breaks(&self, text: String) {
        self.broken.lock().expect("nobody panics while holding it").push(text);
    }

    /// The log, played through the planner again, gives the same plan.
    fn replay(&self, made: &Plan, progress: &Progress, now: Timestamp) {
        let seen =
            self.seen.lock().expect("nobody panics while holding it").clone().expect("observed before");
        let Decision::Execute { step, .. } = &made.decision else { return };
        let again = plan(&self.desired, &seen, progress, &self.limits, now);
        if again != *made {
            self.breaks(format!("S4 the log gives another plan than {step}: {again:?}"));
        }
        let planned = (step.clone(), now, progress.last_end());
        *self.planned.lock().expect("nobody panics while holding it") = Some(planned);
    }

    /// What a step depends on.
    fn check_facts(&self, step: &Step, now: Timestamp, last_end: Option<Timestamp>) {
        let seen =
            self.seen.lock().expect("nobody panics while holding it").clone().expect("observed before");
        let mut stale = Vec::new();
        let mut need = |what: String, at: Result<Timestamp, String>| match at {
            Ok(at) if last_end.is_none_or(|end| at >= end) => {}
            Ok(_) => stale.push(format!("{what} is from before the last step")),
            Err(why) => stale.push(format!("{what}: {why}")),
        };
        if let Step::FailOverPool { home, to, .. } | Step::FailBackPool { home, from: to, .. } = step {
            for pool in [home, to] {
                need(format!("PoolState of {pool}"), self.live(&seen.pool_states[pool], now));
            }
            need("active store".to_owned(), self.live(&seen.central_management.roles, now));
            need("pointer".to_owned(), self.live(&seen.central_management.pointer, now));
        }
        if let Step::FailOverPool { .. } = step {
            for (edge, hop) in &seen.next_hops {
                need(format!("next hop of {edge}"), self.live(hop, now));
            }
        }
        if let Step::SetEdgeNextHop { edge, .. } = step {
            need(format!("next hop of {edge}"), self.live(&seen.next_hops[edge], now));
        }
        for problem in stale {
            self.breaks(format!("S5 {step} on {problem}"));
        }
    }

    fn live<T>(&self, fact: &Fact<T>, now: Timestamp) -> Result<Timestamp, String> {
        fact.live(now, self.limits.stale_after)?;
        match fact {
            Fact::Known { at, .. } => Ok(*at),
            Fact::Unknown(why) => Err(why.to_string()),
        }
    }
}

impl Listener for Heads {
    fn saw(&self, event: Event) {
        match event {
            Event::Observed(seen) => {
                *self.seen.lock().expect("nobody panics while holding it") = Some(*seen);
            }
            Event::Planned { plan, progress, now, .. } => self.replay(&plan, &progress, now),
            Event::Intended(intent) => {
                match self.planned.lock().expect("nobody panics while holding it").take() {
                    Some((step, now, last_end)) if step == intent.step => {
                        self.check_facts(&step, now, last_end);
                    }
                    other => self.breaks(format!("S4 {} was intended, {other:?} was planned", intent.step)),
                }
            }
            _ => {}
        }
    }
}

/// How a run of the driver ended.
pub struct Ended {
    pub decision: Decision,
    pub plan: Plan,
    pub status: LyncFailoverStatus,
    pub transcript: Transcript,
    /// How many effects there were.
    pub effects: usize,
    /// Broken rules: lint of the status, intents that were not planned.
    pub problems: Vec<String>,
    /// How long it took, in simulated time.
    pub took: SignedDuration,
}

/// A simulated organisation.
pub struct Lab {
    pub simulator: Arc<Mutex<Simulator>>,
    pub clock: Arc<dyn Clock>,
    pub store: Arc<MemoryStore>,
    pub generation: i64,
    started: Timestamp,
}

impl Lab {
    /// Builds it. Needs a runtime with paused time.
    pub fn new(scenario: &str) -> Self {
        let started: Timestamp = "2026-11-22T03:00:00Z".parse().expect("valid");
        let scenario = Scenario::from_yaml(scenario).expect("a scenario");
        let simulator = Simulator::new(&scenario, started).expect("a scenario that makes sense");
        Self {
            simulator: Arc::new(Mutex::new(simulator)),
            clock: Arc::new(ScaledClock::new(started, 1.0)),
            store: Arc::default(),
            generation: 1,
            started,
        }
    }

    pub fn transcript(&self) -> Transcript {
        self.simulator.lock().unwrap_or_else(PoisonError::into_inner).transcript().clone()
    }

    fn organisation(&self, crash: &Arc<Crash>, broken: &Arc<Mutex<Vec<String>>>) -> Organisation {
        let inner = SimulatedBridge::new(Arc::clone(&self.simulator), Arc::clone(&self.clock));
        let now = self.clock.now();
        let mut simulator = self.simulator.lock().expect("nobody panics while holding it");
        let endpoints = simulator.describe(now).front_ends();
        drop(simulator);
        Organisation {
            prober: Arc::new(inner.clone()),
            bridge: Arc::new(Crashing {
                inner,
                crash: Arc::clone(crash),
                store: Arc::clone(&self.store),
                delayed: Mutex::default(),
                broken: Arc::clone(broken),
            }),
            clock: Arc::clone(&self.clock),
            endpoints: endpoints.into_iter().map(|(host, pool)| Endpoint { host, pool }).collect(),
            limits: Limits::default(),
            interval: SignedDuration::from_secs(60),
        }
    }

    /// Drives a wish until it is at rest, and restarts the driver each time it crashes.
    pub async fn drive(&self, desired: &Desired, crash: &Arc<Crash>) -> Ended {
        let broken = Arc::default();
        let org = self.organisation(crash, &broken);
        let heads = Heads::new(desired);
        let mut problems = Vec::new();
        let began = self.clock.now();
        let mut rest_since = None;
        loop {
            // A fresh process: only the store is left.
            let store = CrashingStore { inner: Arc::clone(&self.store), crash: Arc::clone(crash) };
            let mut resource = Resource::new("lync-dr", "contoso", desired.clone(), Arc::new(store));
            resource.generation = self.generation;
            let life = async {
                loop {
                    let old = resource.status.clone();
                    let (_, passed, pause) = resource.reconcile(&org, &heads).await.expect("memory");
                    problems.extend(lint(&old, &resource.status, Some(&passed.plan)));
                    let now = self.clock.now();
                    if is_rest(&passed.plan.decision) {
                        let since = *rest_since.get_or_insert(now);
                        if now.duration_since(since) >= SignedDuration::from_mins(5) {
                            break passed;
                        }
                    } else {
                        rest_since = None;
                    }
                    if now.duration_since(began) > SignedDuration::from_hours(4) {
                        problems.push(format!("L1 not at rest after 4 h: {:?}", passed.plan.decision));
                        break passed;
                    }
                    self.clock.sleep(pause).await;
                }
            };
            let passed = tokio::select! {
                biased;
                () = crash.happened.notified() => continue,
                passed = life => passed,
            };
            problems.extend(broken.lock().expect("nobody panics while holding it").drain(..));
            problems.extend(heads.broken.lock().expect("nobody panics while holding it").drain(..));
            return Ended {
                decision: passed.plan.decision.clone(),
                plan: passed.plan,
                status: resource.status,
                transcript: self.transcript(),
                effects: crash.count(),
                problems,
                took: self.clock.now().duration_since(self.started),
            };
        }
    }
}

fn is_rest(decision: &Decision) -> bool {
    match decision {
        Decision::Converged => true,
        Decision::Hold(hold) => !matches!(hold, Hold::Unknown { .. }),
        _ => false,
    }
}
