//! The simulator: calls in, answers out, time as an argument.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    build::build,
    cmdlets::bind_function,
    exports::{Folder, LIST},
    guard::{Caller, Guard, Order},
    model::Organisation,
    module::home,
    reads, refusals,
    scenario::{Failure, FaultKind, Scenario, ScenarioError},
    strikes::{self, Strikes, first},
    timeline::{self, Timeline},
    transcript::{EntryKind, Transcript},
    view::{OrganisationView, describe},
};
use crate::{
    bridge::{Adoption, Answer, CallError, Followed, OperationId},
    lync::{Invocation, MachineFqdn},
};

/// A simulated Lync organisation. Time moves only when a call brings a later time; a running operation
/// goes on whether anybody follows it or not.
#[derive(Clone, Debug)]
pub struct Simulator {
    pub(super) organisation: Organisation,
    pub(super) now: Timestamp,
    timeline: Timeline,
    pub(super) strikes: Strikes,
    pub(super) guard: Guard,
    /// Where exports are.
    pub(super) folder: Folder,
    /// The identity of the journal's home.
    pub(super) home: Uuid,
    pub(super) transcript: Transcript,
    /// How many cmdlets administrators have typed.
    pub(super) typed: u128,
    /// How often each machine has gone down.
    pub(super) deaths: BTreeMap<MachineFqdn, u64>,
}

impl Simulator {
    /// Sets a scenario up; its clock starts at `now`.
    ///
    /// # Errors
    ///
    /// [`ScenarioError::Nonsense`] when the scenario contradicts itself or names what does not exist.
    pub fn new(scenario: &Scenario, now: Timestamp) -> Result<Self, ScenarioError> {
        let organisation = build(scenario, now)?;
        let front_ends = organisation.pools.iter().filter(|(_, pool)| !pool.director && pool.version >= 6);
        let front_ends: Vec<_> = front_ends.map(|(name, _)| name.clone()).collect();
        let folder = Folder::new(scenario, &front_ends, now)?;
        let mut simulator = Self {
            organisation,
            now,
            timeline: Timeline::default(),
            strikes: Strikes::default(),
            guard: Guard::default(),
            folder,
            home: home(now),
            transcript: Transcript::default(),
            typed: 0,
            deaths: BTreeMap::new(),
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
    /// [`CallError::Unreachable`], [`CallError::NotSent`] or [`CallError::Denied`] when the host does not take the call.
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
            if call.command == LIST {
                let answer = bind_function(call).and_then(|_| self.exports(host));
                self.transcript.count(LIST);
                answers.push(strikes::spoil(&struck, LIST, answer));
                continue;
            }
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
    /// [`CallError::Unreachable`] when the host does not answer; [`CallError::Unknown`] when a fault loses the
    /// answer.
    pub fn raise_epoch(&mut self, host: &MachineFqdn, now: Timestamp) -> Result<u64, CallError> {
        self.advance(now);
        self.reach(host)?;
        let struck = self.strikes.strike(host, "Step-LfFence");
        strikes::transport(&struck, host)?;
        let epoch = self.guard.raise();
        match first(&struck, FaultKind::LoseAnswer) {
            Some(_) => Err(CallError::Unknown("the connection broke after the call was sent".to_owned())),
            None => Ok(epoch),
        }
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
            if bound.what_if {
                let text = format!("{} with -WhatIf does nothing, and is not an operation.", bound.name);
                return Err(refusals::guard("NotAnOperation", text));
            }
            self.guard.admit(order).map(|()| bound)
        });
        match admitted {
            Ok(bound) => self.accept(order.clone(), &bound, &struck, Caller::Operation),
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
    /// [`CallError::Unreachable`] when the host does not answer; [`CallError::Unknown`] for an unknown id.
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
    /// [`CallError::Unreachable`] when the host does not answer.
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
}
