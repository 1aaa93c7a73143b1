//! Who may find out about an operation, and when its outcome may be concluded.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::*;
use crate::{
    bridge::{
        Adoption, Answer, Bridge, CallError, Fence, Followed, Keeper, Operation, OperationId, SimulatedBridge,
    },
    clock::{Clock, ScaledClock},
    lync::{MachineFqdn, cmdlet::Query},
    plan::{Decision, Desired, Hold, Intent, Limits, Step, UsersGoal},
    simulator::{Scenario, Simulator},
};

/// The operation in flight.
const FLYING: Uuid = Uuid::from_u128(7);

/// A bridge that reads what there is, and says of operations what it is told to say.
struct Says {
    inner: SimulatedBridge,
    fence: Fence,
    adoption: Adoption,
}

#[async_trait]
impl Bridge for Says {
    async fn query(&self, host: &MachineFqdn, queries: &[Query]) -> Result<Vec<Answer>, CallError> {
        self.inner.query(host, queries).await
    }

    async fn raise_epoch(&self, _: &MachineFqdn) -> Result<Fence, CallError> {
        Ok(self.fence.clone())
    }

    async fn start(&self, _: &Operation) -> Result<(), CallError> {
        Ok(())
    }

    async fn follow(&self, _: &Operation, _: u64) -> Result<Followed, CallError> {
        Err(CallError::Unknown("its host is silent".to_owned()))
    }

    async fn adopt(&self, _: &MachineFqdn, _: &Operation) -> Result<Adoption, CallError> {
        Ok(self.adoption.clone())
    }
}

/// A record under a mandate.
struct Under {
    inner: MemoryStore,
    mandate: Mandate,
}

#[async_trait]
impl RecordStore for Under {
    fn mandate(&self) -> Mandate {
        self.mandate.clone()
    }

    async fn load(&self) -> Result<(OrganisationRecord, Revision), StoreError> {
        self.inner.load().await
    }

    async fn save(&self, record: &OrganisationRecord, revision: &Revision) -> Result<Revision, StoreError> {
        assert!(!matches!(self.mandate, Mandate::Show(_)), "it is only shown");
        self.inner.save(record, revision).await
    }
}

fn journal(home: &str) -> Fence {
    Fence { epoch: 7, keeper: Some(Keeper::Journal(home.to_owned())) }
}

fn party(own: &str, others: &[&str]) -> Party {
    let own = Sender { id: own.to_owned(), name: format!("lync-dr/{own}") };
    Party { own: Some(own), others: others.iter().map(|id| (*id).to_owned()).collect() }
}

struct Theatre {
    org: Organisation,
    store: Under,
    rounds: Rounds,
    desired: Desired,
}

impl Theatre {
    fn new(fence: Fence, adoption: Adoption, mandate: Mandate) -> Self {
        let started: Timestamp = "2026-11-22T03:00:00Z".parse().expect("valid");
        let scenario = Scenario::from_yaml("cms: {pool: pool2.contoso.com}\n");
        let mut simulator = Simulator::new(&scenario.expect("a scenario"), started).expect("it makes sense");
        let clock: Arc<dyn Clock> = Arc::new(ScaledClock::new(started, 1.0));
        let endpoints = simulator.describe(started).front_ends();
        let inner = SimulatedBridge::new(Arc::new(Mutex::new(simulator)), Arc::clone(&clock));
        let org = Organisation {
            prober: Arc::new(inner.clone()),
            bridge: Arc::new(Says { inner, fence, adoption }),
            clock,
            endpoints: endpoints.into_iter().map(|(host, pool)| Endpoint { host, pool }).collect(),
            limits: Limits::default(),
            interval: SignedDuration::from_secs(60),
        };
        let goal = UsersGoal {
            home: "pool1.contoso.com".parse().expect("valid"),
            served_by: "pool2.contoso.com".parse().expect("valid"),
        };
        Self {
            org,
            store: Under { inner: MemoryStore::default(), mandate },
            rounds: Rounds::default(),
            desired: Desired { users: vec![goal], ..Desired::default() },
        }
    }

    /// An operation of a deployment is in flight. The next hop is pool1.
    async fn sends(&self, sender: &str, to: &str) {
        let step = Step::SetEdgeNextHop {
            edge: "edge1.contoso.com".parse().expect("valid"),
            from: "pool3.contoso.com".parse().expect("valid"),
            to: to.parse().expect("valid"),
        };
        let id = FLYING;
        let operation = Operation {
            id: OperationId(id),
            host: "fe01.pool2.contoso.com".parse().expect("valid"),
            mutation: step.mutation(),
            epoch: 7,
            keeper: journal("x").keeper,
            session_id: id,
            shell_id: id,
            command_id: id,
        };
        let intent = Intent {
            step,
            operation,
            generation: 1,
            plan_hash: String::new(),
            written_at: self.org.clock.now(),
            attempt: 1,
            position: (1, 2),
            undecided: None,
        };
        let owned = OwnedIntent {
            owner: Owner("lfo".to_owned()),
            name: "contoso".to_owned(),
            sender: party(sender, &[]).own,
            intent,
        };
        let record = OrganisationRecord { intent: Some(owned), ..OrganisationRecord::default() };
        self.store.inner.save(&record, &Revision("0".to_owned())).await.expect("memory");
    }

    async fn round(&mut self) -> Round {
        let owner = Owner("lfo".to_owned());
        let subject = Subject { owner: &owner, name: "contoso", desired: &self.desired, generation: 1 };
        self.rounds.round(&self.org, &self.store, &Silent, &[subject]).await.expect("memory")
    }

    async fn intent(&self) -> Option<Intent> {
        self.store.inner.load().await.expect("memory").0.intent.map(|owned| owned.intent)
    }

    /// What people are told about the operation, if it is still in flight.
    async fn told(&self) -> Option<Option<String>> {
        let intent = self.intent().await.filter(|intent| intent.operation.id.0 == FLYING)?;
        Some(intent.undecided)
    }

    async fn pause(&self, minutes: i64) {
        self.org.clock.sleep(SignedDuration::from_mins(minutes)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_deployment_has_sent_is_left_to_it_while_that_is_there() {
    let mut b = Theatre::new(journal("x"), Adoption::NeverStarted, Mandate::Full);
    b.sends("a", "pool2.contoso.com").await;
    b.rounds.meet(party("b", &["a", "b"]));
    let before = b.intent().await;
    b.round().await;
    assert_eq!(b.intent().await, before, "not taken back, not undecided");
    b.rounds.meet(party("b", &["b"]));
    b.round().await;
    assert_ne!(b.intent().await, before, "nobody else is there to find out");
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_only_shown_is_not_written_and_begins_nothing() {
    let show = Mandate::Show("nobody has said who it is".to_owned());
    let mut lab = Theatre::new(journal("x"), Adoption::NeverStarted, show);
    let round = lab.round().await;
    let decision = &round.passed[0].plan.decision;
    assert!(
        matches!(decision, Decision::Hold(Hold::Unknown { why, .. }) if why.contains("who it is")),
        "{decision:?}"
    );
    lab.sends("a", "pool2.contoso.com").await;
    lab.rounds.meet(party("a", &["a"]));
    let before = lab.intent().await;
    lab.round().await;
    assert_eq!(lab.intent().await, before);
}

#[tokio::test(start_paused = true)]
async fn under_a_name_that_ends_what_is_in_flight_is_finished_and_nothing_begun() {
    let finish = Mandate::Finish("it has another name now".to_owned());
    let mut lab = Theatre::new(journal("x"), Adoption::NeverStarted, finish);
    lab.sends("a", "pool2.contoso.com").await;
    lab.rounds.meet(party("a", &["a"]));
    let round = lab.round().await;
    assert_eq!(lab.intent().await, None);
    let decision = &round.passed[0].plan.decision;
    assert!(matches!(decision, Decision::Hold(Hold::Unknown { .. })), "{decision:?}");
}

/// Its journal has to be the one whose fence was raised.
#[tokio::test(start_paused = true)]
async fn the_word_of_another_journal_is_none() {
    let mut lab = Theatre::new(journal("other"), Adoption::NeverStarted, Mandate::Full);
    lab.sends("a", "pool2.contoso.com").await;
    lab.round().await;
    let told = lab.told().await.flatten();
    assert!(told.as_ref().is_some_and(|why| why.contains("is not the one that knows")), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn an_effect_that_shows_is_not_the_end_before_the_time_is_over() {
    let cannot_tell = Adoption::Undecidable("another account".to_owned());
    let mut lab = Theatre::new(journal("x"), cannot_tell, Mandate::Full);
    lab.sends("a", "pool1.contoso.com").await;
    let round = lab.round().await;
    assert!(round.passed[0].plan.effect_in_flight);
    assert_eq!(lab.told().await, Some(Some("another account".to_owned())));
    lab.pause(15).await;
    lab.round().await;
    assert_eq!(lab.told().await, None, "it is over");
}

/// The journal outlives the server that ran the cmdlet, and goes on saying that it runs.
#[tokio::test(start_paused = true)]
async fn past_the_limit_people_are_told_what_to_do_and_told_once() {
    let mut lab = Theatre::new(journal("x"), Adoption::Running, Mandate::Full);
    lab.sends("a", "pool2.contoso.com").await;
    lab.round().await;
    assert_eq!(lab.told().await, Some(None));
    lab.pause(15).await;
    lab.round().await;
    let told = lab.told().await.flatten();
    let script = format!("Resolve-LyncFailoverOperation.ps1 -OperationId {FLYING}");
    assert!(told.as_ref().is_some_and(|why| why.contains(&script)), "{told:?}");
    let (_, written) = lab.store.load().await.expect("memory");
    lab.round().await;
    assert_eq!(lab.store.load().await.expect("memory").1, written, "no news");
}
