//! The bridge to a simulated organisation in this process.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::SignedDuration;

use super::{Adoption, Answer, Bridge, CallError, Followed, Operation, OperationId, Prober};
use crate::{
    clock::Clock,
    lync::{Invocation, MachineFqdn, cmdlet::Query},
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

    async fn raise_epoch(&self, host: &MachineFqdn) -> Result<u64, CallError> {
        lock(&self.simulator).raise_epoch(host, self.clock.now())
    }

    async fn start(&self, operation: &Operation) -> Result<(), CallError> {
        lock(&self.simulator).start(&operation.into(), self.clock.now())
    }

    async fn follow(&self, operation: &Operation, after: u64) -> Result<Followed, CallError> {
        await_news(&self.simulator, &*self.clock, &operation.host, operation.id, after).await
    }

    async fn adopt(&self, operation: &Operation) -> Result<Adoption, CallError> {
        lock(&self.simulator).adopt(&operation.host, operation.id, self.clock.now())
    }
}

#[async_trait]
impl Prober for SimulatedBridge {
    async fn sip(&self, machine: &MachineFqdn) -> bool {
        lock(&self.simulator).sip(machine, self.clock.now())
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
