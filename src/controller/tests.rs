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
    plan::{Decision, Desired, Hold, Intent, LastWord, Limits, Step, UsersGoal},
    simulator::{Scenario, Simulator},
};

/// The operation in flight.
const FLYING: Uuid = Uuid::from_u128(7);

/// A bridge that reads what there is, and says of operations what it is told to say.
struct Says {
    inner: SimulatedBridge,
    fence: Fence,
    adoption: Adoption,
    /// How long somebody thinks about where a report is.
    thinks: SignedDuration,
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

    async fn report(&self, _: &MachineFqdn, _: &Operation) -> Result<Option<String>, CallError> {
        tokio::time::sleep(self.thinks.unsigned_abs()).await;
        Ok(Some("C:\\reports\\1.html".to_owned()))
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
    Party { own: Some(own), others: others.iter().map(|id| (*id).to_owned()).collect(), ..Party::default() }
}

struct Theatre {
    org: Organisation,
    store: Under,
    rounds: Rounds,
    desired: Desired,
    generation: i64,
}

impl Theatre {
    fn new(fence: Fence, adoption: Adoption, mandate: Mandate) -> Self {
        Self::thinking(SignedDuration::ZERO, fence, adoption, mandate)
    }

    fn thinking(thinks: SignedDuration, fence: Fence, adoption: Adoption, mandate: Mandate) -> Self {
        let started: Timestamp = "2026-11-22T03:00:00Z".parse().expect("valid");
        let scenario = Scenario::from_yaml("cms: {pool: pool2.contoso.com}\n");
        let mut simulator = Simulator::new(&scenario.expect("a scenario"), started).expect("it makes sense");
        let clock: Arc<dyn Clock> = Arc::new(ScaledClock::new(started, 1.0));
        let endpoints = simulator.describe(started).front_ends();
        let inner = SimulatedBridge::new(Arc::new(Mutex::new(simulator)), Arc::clone(&clock));
        let org = Organisation {
            prober: Arc::new(inner.clone()),
            bridge: Arc::new(Says { inner, fence, adoption, thinks }),
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
            generation: 1,
        }
    }

    /// An operation of a deployment is in flight. The next hop is pool1.
    async fn sends(&self, sender: &str, to: &str) {
        let step = Step::SetEdgeNextHop {
            edge: "edge1.contoso.com".parse().expect("valid"),
            from: "pool3.contoso.com".parse().expect("valid"),
            to: to.parse().expect("valid"),
        };
        self.sends_step(sender, step).await;
    }

    async fn sends_step(&self, sender: &str, step: Step) {
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
            last_word: LastWord::Runs,
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
        let subject =
            Subject { owner: &owner, name: "contoso", desired: &self.desired, generation: self.generation };
        self.rounds.round(&self.org, &self.store, &Silent, &[subject]).await.expect("memory")
    }

    async fn intent(&self) -> Option<Intent> {
        self.owned().await.map(|owned| owned.intent)
    }

    async fn owned(&self) -> Option<OwnedIntent> {
        self.store.inner.load().await.expect("memory").0.intent
    }

    /// The pools of the other site are not reached from here.
    fn loses_sight_of_the_host(&mut self) {
        self.org.endpoints.retain(|endpoint| endpoint.pool.as_str() == "pool1.contoso.com");
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

/// Nothing comes between the end of an operation and its record, and nobody waits for long to learn where a report is.
#[tokio::test(start_paused = true)]
async fn the_outcome_is_stored_before_anybody_asks_for_a_report() {
    let ended = || Adoption::Ended(crate::bridge::Ended::Completed);
    for (thinks, report) in [(5, Some("C:\\reports\\1.html")), (60, None)] {
        let mut lab =
            Theatre::thinking(SignedDuration::from_secs(thinks), journal("x"), ended(), Mandate::Full);
        lab.rounds.meet(party("a", &["a"]));
        let step = Step::FailOverCentralManagement {
            from: "pool1.contoso.com".parse().expect("valid"),
            to: "pool2.contoso.com".parse().expect("valid"),
            mode: crate::lync::cmdlet::CmsFailoverMode::Normal,
        };
        lab.sends_step("a", step).await;
        let (owner, desired) = (Owner("lfo".to_owned()), lab.desired.clone());
        let subject = Subject { owner: &owner, name: "contoso", desired: &desired, generation: 1 };
        let subjects = [subject];
        let begun = tokio::time::Instant::now();
        let mut round = Box::pin(lab.rounds.round(&lab.org, &lab.store, &Silent, &subjects));
        tokio::select! {
            _ = &mut round => panic!("it did not ask"),
            () = tokio::time::sleep(std::time::Duration::from_secs(1)) => {}
        }
        let stored = lab.store.inner.load().await.expect("memory").0;
        assert_eq!((stored.intent, stored.recent.len()), (None, 1), "it is stored already");
        round.await.expect("memory");
        assert!(begun.elapsed().as_secs() <= 12, "{:?}", begun.elapsed());
        let stored = lab.store.inner.load().await.expect("memory").0;
        let said = stored.recent.iter().find(|record| record.operation.id.0 == FLYING).expect("it is there");
        assert_eq!(said.report.as_deref(), report);
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

/// An operation of `a` on a host of pool2.
async fn left_by(sender: Option<Sender>) -> OwnedIntent {
    let lab = Theatre::new(journal("x"), Adoption::Running, Mandate::Full);
    lab.sends("a", "pool2.contoso.com").await;
    OwnedIntent { sender, ..lab.owned().await.expect("in flight") }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_is_left_to_follow_is_followed_by_who_can_ask_its_host() {
    let mut near = Theatre::new(journal("x"), Adoption::Running, Mandate::Full);
    let all = near.org.endpoints.clone();
    near.loses_sight_of_the_host();
    let some = near.org.endpoints;
    let (of_a, of_nobody) = (left_by(party("a", &[]).own).await, left_by(None).await);
    let b = party("b", &["b"]);
    assert_eq!(b.standing(&of_a, &all), Standing::Own);
    assert_eq!(b.standing(&of_nobody, &all), Standing::Own, "written by an earlier version");
    assert_eq!(party("b", &["a", "b"]).standing(&of_a, &all), Standing::Theirs("lync-dr/a".to_owned()));
    assert_eq!(party("a", &["a"]).standing(&of_a, &some), Standing::Own);
    for owned in [&of_a, &of_nobody] {
        let standing = b.standing(owned, &some);
        assert!(
            matches!(&standing, Standing::Nobody(why) if why.contains("fe01.pool2.contoso.com is not among")),
            "{standing:?}"
        );
    }
}

/// Who does not watch a namespace cannot know that something in it is gone.
#[tokio::test(start_paused = true)]
async fn a_deployment_that_cannot_be_seen_is_not_called_gone() {
    let lab = Theatre::new(journal("x"), Adoption::Running, Mandate::Full);
    let owned = left_by(party("a", &[]).own).await;
    let watching = |namespace: &str| Party { namespaces: vec![namespace.to_owned()], ..party("b", &["b"]) };
    assert_eq!(watching("lync-dr").standing(&owned, &lab.org.endpoints), Standing::Own);
    let elsewhere = watching("elsewhere").standing(&owned, &lab.org.endpoints);
    assert!(matches!(&elsewhere, Standing::Nobody(why) if why.contains("does not watch")), "{elsewhere:?}");
}

#[tokio::test(start_paused = true)]
async fn who_does_not_follow_says_what_to_do_and_does_not_hurry() {
    let mut b = Theatre::new(journal("x"), Adoption::NeverStarted, Mandate::Full);
    b.sends("a", "pool2.contoso.com").await;
    b.loses_sight_of_the_host();
    b.rounds.meet(party("b", &["b"]));
    let before = b.owned().await;
    let round = b.round().await;
    assert_eq!(b.owned().await, before);
    let decision = &round.passed[0].plan.decision;
    assert!(
        matches!(decision, Decision::Hold(Hold::NotReady { why }) if why.contains("add it")),
        "{decision:?}"
    );
    let pause = requeue_after(&round.passed[0], b.org.interval, b.org.clock.now());
    assert!(pause >= SignedDuration::from_secs(5), "{pause}");
}

#[tokio::test(start_paused = true)]
async fn of_several_who_could_follow_what_was_left_behind_one_does() {
    let cannot_tell = Adoption::Undecidable("another account".to_owned());
    let mut b = Theatre::new(journal("x"), cannot_tell, Mandate::Full);
    b.sends("a", "pool2.contoso.com").await;
    b.rounds.meet(party("b", &["b", "c"]));
    b.round().await;
    let owned = b.owned().await.expect("in flight");
    assert_eq!(owned.sender, party("b", &[]).own);
    let standing = party("c", &["b", "c"]).standing(&owned, &b.org.endpoints);
    assert_eq!(standing, Standing::Theirs("lync-dr/b".to_owned()));
}

/// Approves the plan as it is now, with a new edit.
async fn approve(lab: &mut Theatre) -> Round {
    let round = lab.round().await;
    lab.desired.approved_plan = Some(round.passed[0].plan.hash.clone());
    lab.generation = 2;
    lab.round().await
}

#[tokio::test(start_paused = true)]
async fn an_approval_does_not_end_what_ran_when_it_was_last_heard_of() {
    let mut lab = Theatre::new(journal("other"), Adoption::Running, Mandate::Full);
    lab.sends("a", "pool2.contoso.com").await;
    let round = approve(&mut lab).await;
    assert!(lab.told().await.flatten().is_some(), "nobody can be asked, and it may run");
    let decision = &round.passed[0].plan.decision;
    assert!(
        matches!(decision, Decision::Hold(Hold::OutcomeUnknown { why, .. })
            if why.contains("it may run until 2026-11-22T03:15:00Z, and an approval counts from then on")),
        "{decision:?}"
    );
    lab.pause(15).await;
    lab.round().await;
    assert_eq!(lab.told().await, None);
}

#[tokio::test(start_paused = true)]
async fn an_approval_decides_at_once_where_the_host_cannot_tell() {
    let cannot_tell = Adoption::Undecidable("another account".to_owned());
    let mut lab = Theatre::new(journal("x"), cannot_tell, Mandate::Full);
    lab.sends("a", "pool2.contoso.com").await;
    approve(&mut lab).await;
    assert_eq!(lab.told().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_record_of_an_earlier_version_is_read_and_one_of_this_can_be_read_by_it() {
    let owned = left_by(None).await;
    let text = serde_json::to_string(&owned).expect("it serialises");
    assert!(!text.contains("lastWord") && !text.contains("sender"), "as it was written before: {text}");
    assert_eq!(serde_json::from_str::<OwnedIntent>(&text).expect("it reads"), owned);
}

#[tokio::test(start_paused = true)]
async fn under_a_domain_that_the_topology_does_not_have_nothing_is_begun() {
    let begun = async |domain: &str| {
        let mut lab = Theatre::new(journal("x"), Adoption::Running, Mandate::Full);
        let known = Memory { converged_generation: Some(0), ..Memory::default() };
        let resources = [(Owner("lfo".to_owned()), known)].into();
        let record = OrganisationRecord { resources, ..OrganisationRecord::default() };
        lab.store.inner.save(&record, &Revision("0".to_owned())).await.expect("memory");
        lab.rounds.meet(Party { domain: Some(domain.to_owned()), ..party("a", &["a"]) });
        let round = lab.round().await;
        (lab.intent().await.is_some(), format!("{:?}", round.passed[0].plan.decision))
    };
    let (has_begun, said) = begun("fabrikam.com").await;
    assert!(!has_begun && said.contains("domain fabrikam.com"), "{said}");
    let (has_begun, said) = begun("contoso.com").await;
    assert!(has_begun, "{said}");
}

#[tokio::test(start_paused = true)]
async fn nothing_moves_while_something_is_in_flight_under_the_old_name() {
    let lab = Theatre::new(journal("x"), Adoption::Running, Mandate::Full);
    lab.sends("a", "pool2.contoso.com").await;
    let new = MemoryStore::default();
    let before = lab.store.load().await;
    let moved = move_record(&lab.store, &new, &[Owner("lfo".to_owned())]).await;
    assert!(matches!(moved, Ok(Moved::Waits(_))), "{moved:?}");
    assert_eq!((lab.store.load().await, new.load().await.expect("memory").1.0), (before, "0".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn of_a_record_that_is_only_assumed_a_deployment_is_shown_its_own() {
    let owned = left_by(party("a", &[]).own).await;
    let (mine, other) = (Owner("lfo".to_owned()), Owner("other".to_owned()));
    let resources = [(mine.clone(), Memory::default()), (other.clone(), Memory::default())].into();
    let record = OrganisationRecord { intent: Some(owned), resources, ..OrganisationRecord::default() };
    let stranger = record.clone().own("b", &[Owner("third".to_owned())]);
    assert_eq!(stranger, OrganisationRecord::default());
    let own = record.clone().own("b", std::slice::from_ref(&mine));
    assert!(own.intent.is_some() && !own.resources.contains_key(&other), "{own:?}");
    assert!(record.own("a", &[]).intent.is_some(), "it has sent it");
}

/// A deletion waits for what the deployment itself has sent.
#[tokio::test(start_paused = true)]
async fn an_operation_belongs_to_the_deployment_that_sent_it() {
    let of_a = left_by(party("a", &[]).own).await;
    assert!(of_a.is_of("a") && !of_a.is_of("b"));
    assert!(left_by(None).await.is_of("b"), "any may have sent it");
}
