//! The simulator: calls in, answers out, time as an argument.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    build::build,
    cmdlets::{Bound, bind},
    effects::{Act, Place, Work, replicas_current},
    guard::{Guard, Operation, Order},
    model::Organisation,
    reads, refusals,
    scenario::{ByHand, Failure, Fault, FaultKind, Scenario, ScenarioError},
    strikes::{self, Strikes, first},
    timeline::{self, Timeline},
    transcript::{Entry, EntryKind, Transcript, effect_present, snapshot},
    view::{OrganisationView, describe},
};
use crate::{
    bridge::{Adoption, Answer, CallError, Ended, Followed, OperationId, Refusal},
    lync::{Invocation, MachineFqdn},
};

/// How often a waiting cmdlet looks again.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// A simulated Lync organisation. Time moves only when a call brings a later time; a running operation
/// goes on whether anybody follows it or not.
#[derive(Clone, Debug)]
pub struct Simulator {
    organisation: Organisation,
    now: Timestamp,
    timeline: Timeline,
    strikes: Strikes,
    guard: Guard,
    transcript: Transcript,
    typed: u128,
}

impl Simulator {
    /// Sets a scenario up; its clock starts at `now`.
    ///
    /// # Errors
    ///
    /// [`ScenarioError::Nonsense`] when the scenario contradicts itself or names what does not exist.
    pub fn new(scenario: &Scenario, now: Timestamp) -> Result<Self, ScenarioError> {
        let organisation = build(scenario, now)?;
        let mut simulator = Self {
            organisation,
            now,
            timeline: Timeline::default(),
            strikes: Strikes::default(),
            guard: Guard::default(),
            transcript: Transcript::default(),
            typed: 0,
        };
        for fault in &scenario.faults {
            timeline::check_fault(&simulator.organisation, fault)?;
            simulator.arm(fault.clone());
        }
        for failure in &scenario.failures {
            timeline::check(&simulator.organisation, failure)?;
            simulator.timeline.add(now, failure.clone());
        }
        simulator.advance(now);
        Ok(simulator)
    }

    /// Lets time pass: everything that is due up to `now` happens, in order. An earlier time changes
    /// nothing.
    pub fn advance(&mut self, now: Timestamp) {
        while let Some(at) = self.next_event_at().filter(|at| *at <= now) {
            self.now = self.now.max(at);
            let at = self.now;
            while let Some(failure) = self.timeline.due(at) {
                self.happen(&failure);
            }
            self.organisation.deliver(at);
            self.work(at);
        }
        self.now = self.now.max(now);
        self.organisation.touch(self.now);
    }

    /// When the next thing happens by itself.
    pub fn next_event_at(&self) -> Option<Timestamp> {
        let times = [self.timeline.next_at(), self.guard.next_at(), self.organisation.next_copy_at()];
        times.into_iter().flatten().min()
    }

    /// Runs reading cmdlets on a host, one answer each.
    ///
    /// # Errors
    ///
    /// [`CallError::NotSent`] or [`CallError::Denied`] when the host does not take the call.
    pub fn query(
        &mut self,
        host: &MachineFqdn,
        calls: &[Invocation],
        now: Timestamp,
    ) -> Result<Vec<Answer>, CallError> {
        self.advance(now);
        self.reach(host)?;
        let mut answers = Vec::new();
        for call in calls {
            let struck = self.strikes.strike(host, &call.command);
            strikes::transport(&struck, host)?;
            let answer = self.bind(host, call).and_then(|bound| {
                if bound.changes {
                    return Err(refusals::guard(
                        "CommandNotFoundException",
                        format!("{} changes Lync and runs as an operation only.", bound.name),
                    ));
                }
                self.transcript.count(bound.name);
                reads::answer(&self.organisation, host, bound.name, call, self.now)
            });
            answers.push(strikes::spoil(&struck, &call.command, answer));
        }
        Ok(answers)
    }

    /// Raises the fence epoch and gives the new one.
    ///
    /// # Errors
    ///
    /// [`CallError::NotSent`] when the host does not answer.
    pub fn raise_epoch(&mut self, host: &MachineFqdn, now: Timestamp) -> Result<u64, CallError> {
        self.advance(now);
        self.reach(host)?;
        strikes::transport(&self.strikes.strike(host, "Start-LfOperation"), host)?;
        Ok(self.guard.raise())
    }

    /// Starts an operation, once: an id that is known is not started again.
    ///
    /// # Errors
    ///
    /// [`CallError::Refused`] by the guard or by the parameter binder, before anything runs;
    /// [`CallError::Unknown`] when a fault loses the answer.
    pub fn start(&mut self, order: &Order, now: Timestamp) -> Result<(), CallError> {
        self.advance(now);
        self.reach(&order.host)?;
        let struck = self.strikes.strike(&order.host, &order.invocation.command);
        strikes::transport(&struck, &order.host)?;
        let known = self.guard.find(order.id).map(|operation| operation.work.clone());
        if let Some(work) = known {
            self.note(order, true, EntryKind::Repeated, &work, None);
            return Ok(());
        }
        let admitted = self.bind(&order.host, &order.invocation).and_then(|bound| {
            if !bound.changes {
                let text = format!("{} is not an operation.", bound.name);
                return Err(refusals::guard("NotAnOperation", text));
            }
            self.guard.admit(order).map(|()| bound)
        });
        match admitted {
            Ok(bound) => self.accept(order.clone(), &bound, &struck, true),
            Err(refusal) => {
                let none = Err(refusal.clone());
                self.note(order, true, EntryKind::Refused(refusal.clone()), &none, None);
                return Err(CallError::Refused(refusal));
            }
        }
        self.advance(now);
        match first(&struck, FaultKind::LoseAnswer) {
            Some(_) => Err(CallError::Unknown("the connection broke after the call was sent".to_owned())),
            None => Ok(()),
        }
    }

    /// The news of an operation after record number `after`.
    ///
    /// # Errors
    ///
    /// [`CallError::NotSent`] when the host does not answer; [`CallError::Unknown`] for an unknown id.
    pub fn follow(
        &mut self,
        host: &MachineFqdn,
        id: OperationId,
        after: u64,
        now: Timestamp,
    ) -> Result<Followed, CallError> {
        self.advance(now);
        self.reach(host)?;
        let Some(operation) = self.guard.find(id) else {
            return Err(CallError::Unknown(format!("the journal does not know operation {id}")));
        };
        let seen = usize::try_from(after).unwrap_or(usize::MAX).min(operation.records.len());
        Ok(Followed {
            records: operation.records[seen..].to_vec(),
            next: operation.records.len() as u64,
            ended: operation.ended.clone(),
        })
    }

    /// What the journal says about an operation.
    ///
    /// # Errors
    ///
    /// [`CallError::NotSent`] when the host does not answer.
    pub fn adopt(
        &mut self,
        host: &MachineFqdn,
        id: OperationId,
        now: Timestamp,
    ) -> Result<Adoption, CallError> {
        self.advance(now);
        self.reach(host)?;
        Ok(match self.guard.find(id) {
            None => Adoption::NeverStarted,
            Some(operation) => operation.ended.clone().map_or(Adoption::Running, Adoption::Ended),
        })
    }

    /// Whether TCP 5061 of a machine answers the operator.
    pub fn sip(&mut self, machine: &MachineFqdn, now: Timestamp) -> bool {
        self.advance(now);
        let listens =
            self.organisation.registrar_runs(machine) || self.organisation.edge_of(machine).is_some();
        listens && self.organisation.operator_reaches(machine)
    }

    /// Makes something happen, counted from `now`.
    ///
    /// # Errors
    ///
    /// [`ScenarioError::Nonsense`] when it names what does not exist.
    pub fn inject(&mut self, failure: Failure, now: Timestamp) -> Result<(), ScenarioError> {
        timeline::check(&self.organisation, &failure)?;
        self.advance(now);
        self.timeline.add(self.now, failure);
        self.advance(now);
        Ok(())
    }

    /// What the target saw so far.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// The organisation as people see it.
    pub fn describe(&mut self, now: Timestamp) -> OrganisationView {
        self.advance(now);
        describe(&self.organisation, self.now)
    }

    /// The time up to which everything has happened.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    fn bind(&self, host: &MachineFqdn, call: &Invocation) -> Result<Bound, Refusal> {
        let pool = self.organisation.pool_of(host).and_then(|name| self.organisation.pools.get(name));
        bind(call, pool.map_or(0, |pool| pool.version))
    }

    /// Whether the operator reaches a host that takes remote sessions.
    fn reach(&self, host: &MachineFqdn) -> Result<(), CallError> {
        if self.organisation.pool_of(host).is_none() {
            return Err(CallError::NotSent(format!("{host} is no Front End of this organisation")));
        }
        if self.organisation.operator_reaches(host) {
            Ok(())
        } else {
            Err(CallError::NotSent(format!("no connection to {host}: timed out")))
        }
    }

    fn arm(&mut self, fault: Fault) {
        if !timeline::afflict(&mut self.organisation, &fault) {
            self.strikes.arm(fault);
        }
    }

    fn happen(&mut self, failure: &Failure) {
        self.organisation.touch(self.now);
        let dead = timeline::apply(&mut self.organisation, failure);
        if failure.clear_faults {
            self.strikes.clear();
        }
        for fault in &failure.faults {
            self.arm(fault.clone());
        }
        let words = timeline::in_words(failure);
        if !words.is_empty() {
            let state = snapshot(&self.organisation, self.now);
            self.transcript.entries.push(Entry {
                at: self.now,
                kind: EntryKind::Event(words),
                host: None,
                command: String::new(),
                operation: None,
                epoch: None,
                effect_present: None,
                note: None,
                state,
            });
        }
        for at in 0..self.guard.journal.len() {
            let operation = &self.guard.journal[at];
            if operation.ended.is_none() && dead.contains(&operation.order.host) {
                let text = format!("{} was switched off", operation.order.host);
                self.end(at, Ended::Lost(text), None);
            }
        }
        self.organisation.touch(self.now);
        self.organisation.retry(self.now);
        for by_hand in &failure.administrator {
            self.type_in(by_hand);
        }
    }

    /// Runs what an administrator types; an error stays on the screen in front of them.
    fn type_in(&mut self, by_hand: &ByHand) {
        let Ok(host) = by_hand.host.parse::<MachineFqdn>() else { return };
        self.typed += 1;
        let id = OperationId(Uuid::from_u128(self.typed));
        let invocation = timeline::answered(&timeline::typed(by_hand));
        let order = Order { id, host, invocation, epoch: 0 };
        match self.bind(&order.host, &order.invocation) {
            Ok(bound) if bound.changes && self.organisation.alive(&order.host) => {
                self.accept(order, &bound, &[], false);
            }
            Ok(_) => {}
            Err(refusal) => {
                let none = Err(refusal.clone());
                self.note(&order, false, EntryKind::Refused(refusal), &none, None);
            }
        }
    }

    fn accept(&mut self, order: Order, bound: &Bound, struck: &[Fault], guarded: bool) {
        let work = Work::read(bound.name, bound.set, &order.invocation);
        self.note(&order, guarded, EntryKind::Start, &work, None);
        let acts: VecDeque<_> = match &work {
            Ok(work) if !bound.what_if => work.script(&self.organisation).into(),
            _ => VecDeque::new(),
        };
        let after = |fault: &Fault| {
            let span = fault.after.map_or(SignedDuration::from_mins(1), |span| span.0);
            self.now.checked_add(span).unwrap_or(Timestamp::MAX)
        };
        let error = |kind| first(struck, kind).map(|fault| strikes::error_of(fault, bound.name));
        let delay = acts.front().map_or(SignedDuration::ZERO, |(delay, _)| *delay);
        let split = first(struck, FaultKind::BothActive).or(first(struck, FaultKind::NoneActive));
        self.guard.journal.push(Operation {
            cmdlet: bound.name,
            guarded,
            work,
            acts,
            next_at: self.now.checked_add(delay).ok(),
            waits_since: None,
            lose_at: first(struck, FaultKind::Lose).map(after),
            hang_at: first(struck, FaultKind::Hang).map(after),
            fail_before: error(FaultKind::FailBefore),
            fail_after: error(FaultKind::FailAfter),
            localise: first(struck, FaultKind::Localise).is_some(),
            split: split.map(|fault| fault.kind),
            records: Vec::new(),
            ended: None,
            order,
        });
    }

    /// Lets every operation that is due make its next move.
    fn work(&mut self, now: Timestamp) {
        for at in 0..self.guard.journal.len() {
            while self.guard.journal[at].due().is_some_and(|due| due <= now) {
                self.act(at, now);
            }
        }
    }

    fn act(&mut self, at: usize, now: Timestamp) {
        let operation = &mut self.guard.journal[at];
        if operation.lose_at.is_some_and(|lost| lost <= now) {
            let text = "the process that ran the cmdlet is gone".to_owned();
            return self.end(at, Ended::Lost(text), None);
        }
        if operation.hang_at.is_some_and(|hangs| hangs <= now) {
            operation.next_at = None;
            return;
        }
        if let Some(refusal) = operation.fail_before.clone() {
            return self.end(at, Ended::Failed(refusal), None);
        }
        let work = match operation.work.clone() {
            Ok(work) => work,
            Err(refusal) => return self.end(at, Ended::Failed(refusal), None),
        };
        let Some((_, act)) = operation.acts.pop_front() else {
            let ended = operation.fail_after.clone().map_or(Ended::Completed, Ended::Failed);
            return self.end(at, ended, None);
        };
        let host = operation.order.host.clone();
        let place = Place {
            cmdlet: operation.cmdlet,
            host: &host,
            now,
            split: operation.split,
            local: !operation.guarded,
        };
        let done = match act {
            Act::Say(text) => {
                operation.say(now, text);
                Ok(None)
            }
            Act::Check => work.check(&self.organisation, &place).map(|()| None),
            Act::Begin => Ok(work.begin(&mut self.organisation, &place)),
            Act::Await if !replicas_current(&self.organisation) => {
                return self.wait(at, now);
            }
            Act::Await => Ok(None),
            Act::Finish => work.finish(&mut self.organisation, &place),
        };
        match done {
            Ok(note) => {
                if let Some(note) = note {
                    let operation = &self.guard.journal[at];
                    let (order, guarded) = (operation.order.clone(), operation.guarded);
                    self.note(
                        &order,
                        guarded,
                        EntryKind::Event("data loss".to_owned()),
                        &Ok(work),
                        Some(note),
                    );
                }
                let operation = &mut self.guard.journal[at];
                let delay = operation.acts.front().map_or(SignedDuration::ZERO, |(delay, _)| *delay);
                operation.next_at = now.checked_add(delay).ok();
            }
            Err(refusal) => self.end(at, Ended::Failed(refusal), None),
        }
    }

    /// Looks again later, or gives up.
    fn wait(&mut self, at: usize, now: Timestamp) {
        let limit = self.organisation.durations.cms_replica_wait.0;
        let operation = &mut self.guard.journal[at];
        let since = *operation.waits_since.get_or_insert(now);
        if now.duration_since(since) >= limit {
            let text = "Replication did not complete in time. The failover was not started.";
            let refusal = refusals::invalid(operation.cmdlet, text);
            return self.end(at, Ended::Failed(refusal), None);
        }
        operation.acts.push_front((LOOK_AGAIN, Act::Await));
        operation.next_at = now.checked_add(LOOK_AGAIN).ok();
    }

    fn end(&mut self, at: usize, ended: Ended, note: Option<String>) {
        let operation = &mut self.guard.journal[at];
        let ended = match ended {
            Ended::Failed(refusal) if operation.localise => Ended::Failed(refusals::localised(refusal)),
            other => other,
        };
        operation.ended = Some(ended.clone());
        operation.next_at = None;
        let (order, guarded) = (operation.order.clone(), operation.guarded);
        let work = operation.work.clone();
        self.note(&order, guarded, EntryKind::End(ended), &work, note);
    }

    fn note(
        &mut self,
        order: &Order,
        guarded: bool,
        kind: EntryKind,
        work: &Result<Work, Refusal>,
        note: Option<String>,
    ) {
        self.transcript.entries.push(Entry {
            at: self.now,
            kind,
            host: Some(order.host.clone()),
            command: order.invocation.to_string(),
            operation: guarded.then_some(order.id),
            epoch: guarded.then_some(order.epoch),
            effect_present: effect_present(&self.organisation, work, &order.host),
            note,
            state: snapshot(&self.organisation, self.now),
        });
    }
}
