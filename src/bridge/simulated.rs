//! The bridge to a simulated organisation in this process.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::SignedDuration;

use super::{
    Adoption, Answer, Bridge, CallError, Fence, Followed, Operation, OperationId, Prober, Rehearsed,
};
use crate::{
    clock::Clock,
    lync::{
        ExportMade, ExportOrder, Invocation, MachineFqdn,
        cmdlet::{ModuleFunction, Mutation, Query, WhatIf},
        outputs,
        ps::PsObject,
    },
    simulator::{Order, Simulator, lock},
};

/// How long a follower waits before it comes back without news.
const FOLLOW_FOR: SignedDuration = SignedDuration::from_secs(10);
/// The longest it sleeps at once: what others do to the simulator is seen within this time.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(1);

/// A bridge to a simulated Lync organisation in this process.
#[derive(Clone)]
pub struct SimulatedBridge {
    simulator: Arc<Mutex<Simulator>>,
    clock: Arc<dyn Clock>,
}

impl SimulatedBridge {
    /// A bridge to a simulator that others may share, on the time of a clock.
    pub fn new(simulator: Arc<Mutex<Simulator>>, clock: Arc<dyn Clock>) -> Self {
        Self { simulator, clock }
    }
}

impl From<&Operation> for Order {
    fn from(operation: &Operation) -> Self {
        Self {
            id: operation.id,
            host: operation.host.clone(),
            invocation: operation.mutation.invocation(),
            epoch: operation.epoch,
        }
    }
}

#[async_trait]
impl Bridge for SimulatedBridge {
    async fn query(&self, host: &MachineFqdn, queries: &[Query]) -> Result<Vec<Answer>, CallError> {
        let calls: Vec<Invocation> = queries.iter().map(Query::invocation).collect();
        lock(&self.simulator).query(host, &calls, self.clock.now())
    }

    async fn raise_epoch(&self, host: &MachineFqdn) -> Result<Fence, CallError> {
        let epoch = lock(&self.simulator).raise_epoch(host, self.clock.now())?;
        Ok(Fence { epoch, keeper: None })
    }

    async fn start(&self, operation: &Operation) -> Result<(), CallError> {
        lock(&self.simulator).start(&operation.into(), self.clock.now())
    }

    async fn follow(&self, operation: &Operation, after: u64) -> Result<Followed, CallError> {
        await_news(&self.simulator, &*self.clock, &operation.host, operation.id, after).await
    }

    async fn adopt(&self, via: &MachineFqdn, operation: &Operation) -> Result<Adoption, CallError> {
        lock(&self.simulator).adopt(via, operation.id, self.clock.now())
    }

    async fn export(&self, host: &MachineFqdn, order: &ExportOrder) -> Result<Vec<ExportMade>, CallError> {
        let mut rows = Vec::new();
        for call in ModuleFunction::exports(order) {
            rows.extend(await_export(&self.simulator, &*self.clock, host, &call).await?);
        }
        made(&rows)
    }

    async fn rehearse(&self, host: &MachineFqdn, mutation: &Mutation) -> Result<Rehearsed, CallError> {
        let tried = mutation.what_if();
        let call = tried.as_ref().map(WhatIf::invocation);
        let mut simulator = lock(&self.simulator);
        simulator.rehearse(host, &mutation.invocation(), call.as_ref(), self.clock.now())?;
        Ok(Rehearsed::of(tried.as_ref()))
    }
}

/// What the answers to all of them say.
pub(super) fn made(rows: &[PsObject]) -> Result<Vec<ExportMade>, CallError> {
    outputs::exports_made(rows).map_err(|error| CallError::Unreadable(error.to_string()))
}

#[async_trait]
impl Prober for SimulatedBridge {
    async fn sip(&self, machine: &MachineFqdn) -> Option<bool> {
        Some(lock(&self.simulator).sip(machine, self.clock.now()))
    }
}

/// Waits for news of an operation, about ten seconds of the clock's time.
pub(crate) async fn await_news(
    simulator: &Mutex<Simulator>,
    clock: &dyn Clock,
    host: &MachineFqdn,
    id: OperationId,
    after: u64,
) -> Result<Followed, CallError> {
    let mut left = FOLLOW_FOR;
    loop {
        let now = clock.now();
        let (news, next) = {
            let mut simulator = lock(simulator);
            (simulator.follow(host, id, after, now)?, simulator.next_event_at())
        };
        if !news.records.is_empty() || news.ended.is_some() || !left.is_positive() {
            return Ok(news);
        }
        let until_next = next.map_or(LOOK_AGAIN, |at| at.duration_since(now));
        let nap = until_next.clamp(SignedDuration::from_millis(1), LOOK_AGAIN).min(left);
        clock.sleep(nap).await;
        left -= nap;
    }
}

/// Makes one export, which takes its time.
pub(crate) async fn await_export(
    simulator: &Mutex<Simulator>,
    clock: &dyn Clock,
    host: &MachineFqdn,
    call: &Invocation,
) -> Result<Vec<PsObject>, CallError> {
    let takes = lock(simulator).begin_export(host, call, clock.now())?;
    clock.sleep(takes).await;
    lock(simulator).end_export(host, call, clock.now()).map(|row| vec![row])
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        bridge::{Ended, KnownRefusal, simulated_fixtures::*},
        clock::ScaledClock,
        lync::cmdlet::ServiceRole,
        simulator::Scenario,
    };

    fn bridge(yaml: &str) -> SimulatedBridge {
        let clock = ScaledClock::new(Timestamp::UNIX_EPOCH, 1.0);
        let scenario = Scenario::from_yaml(yaml).expect("it reads");
        let simulator = Simulator::new(&scenario, clock.now()).expect("it makes sense");
        SimulatedBridge::new(Arc::new(Mutex::new(simulator)), Arc::new(clock))
    }

    #[tokio::test(start_paused = true)]
    async fn a_follower_is_woken_by_the_news_and_not_by_the_limit() {
        let bridge = bridge("");
        let operation = operation(set_edge());
        bridge.start(&operation).await.expect("it starts");
        let began = bridge.clock.now();
        let news = bridge.follow(&operation, 0).await.expect("known");
        assert_eq!(news.ended, Some(Ended::Completed));
        let waited = bridge.clock.now().duration_since(began);
        assert!((3..=4).contains(&waited.as_secs()), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_follower_without_news_comes_back_after_ten_seconds() {
        let bridge = bridge(
            "cms: {pool: pool2.contoso.com}\nedges: [{fqdn: edge1.contoso.com, nextHop: pool2.contoso.com}]\n",
        );
        let pool = "pool1.contoso.com".parse().expect("valid");
        let operation = operation(Mutation::InvokePoolFailOver { pool, disaster_mode: false });
        bridge.start(&operation).await.expect("it starts");
        let first = bridge.follow(&operation, 0).await.expect("known");
        assert_eq!((first.records.len(), first.ended), (1, None));
        let began = bridge.clock.now();
        let second = bridge.follow(&operation, first.next).await.expect("known");
        assert!(second.records.is_empty());
        assert_eq!(bridge.clock.now().duration_since(began).as_secs(), 10);
    }

    #[tokio::test(start_paused = true)]
    async fn every_query_and_mutation_of_the_product_is_bound() {
        let bridge = bridge("failures:\n- kill: [pool1.contoso.com]\n");
        let pool: crate::lync::PoolFqdn = "pool2.contoso.com".parse().expect("valid");
        let queries = [
            Query::Topology { local_store: true },
            Query::RegistrarConfiguration { local_store: true },
            Query::PoolBackupRelationship { pool: pool.clone(), local_store: true },
            Query::CentralManagementStoreStatus,
            Query::ConfigurationStoreLocation,
            Query::TestCentralManagementDatabase,
            Query::CentralManagementMirrorState { pool: pool.clone(), local_store: true },
            Query::WindowsService { computer: host() },
            Query::Service { role: ServiceRole::EdgeServer },
            Query::ReplicationStatus,
            Query::BackupServiceStatus { pool },
        ];
        let answers = bridge.query(&host(), &queries).await.expect("the host answers");
        for (query, answer) in queries.iter().zip(&answers).take(8) {
            assert!(answer.is_ok(), "{query}: {answer:?}");
        }
        for (query, answer) in queries.iter().zip(&answers).skip(8) {
            let Err(CallError::Refused(refusal)) = answer else { panic!("{query}: {answer:?}") };
            assert_eq!(refusal.known(), Some(KnownRefusal::CentralManagementUnavailable), "{query}");
        }
        bridge.start(&operation(set_edge())).await.expect("bound, and refused by Lync later");
    }

    #[tokio::test(start_paused = true)]
    async fn a_cut_link_and_refused_credentials_are_told_apart() {
        let cut = bridge("failures:\n- cut: [{from: operator, to: DC2}]\n");
        assert!(matches!(cut.query(&host(), &[]).await, Err(CallError::Unreachable(_))));
        assert_eq!(cut.sip(&host()).await, Some(false));
        let denied = bridge("faults:\n- {kind: Denied, times: 0}\n");
        let answer = denied.query(&host(), &[Query::ReplicationStatus]).await;
        assert!(matches!(answer, Err(CallError::Denied(_))), "{answer:?}");
        assert_eq!(denied.sip(&host()).await, Some(true));
    }
}
