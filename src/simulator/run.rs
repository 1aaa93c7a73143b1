//! How operations run: their acts, their ends, what happens around them.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    cmdlets::Bound,
    effects::{Act, Place, Work, replicas_current},
    engine::Simulator,
    guard::{Caller, Operation, Order},
    refusals,
    scenario::{ByHand, Failure, Fault, FaultKind},
    strikes::{self, first},
    timeline,
    transcript::{Entry, EntryKind, effect_present, snapshot},
};
use crate::{
    bridge::{Ended, OperationId, Refusal},
    lync::MachineFqdn,
};

/// How often a waiting cmdlet looks again.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// How many lines more a cmdlet says that talks.
const TALK: usize = 2500;

impl Simulator {
    /// Arms a fault, or makes a replica slow or deaf.
    pub(super) fn arm(&mut self, fault: Fault) {
        if !timeline::afflict(&mut self.organisation, &fault) {
            self.strikes.arm(fault);
        }
    }

    /// Disarms every fault: slow replicas recover, and what hangs is gone.
    fn clear_faults(&mut self) {
        self.strikes.clear();
        timeline::recover(&mut self.organisation);
        for at in 0..self.guard.journal.len() {
            let operation = &mut self.guard.journal[at];
            operation.hang_at = None;
            operation.lose_at = None;
            if operation.ended.is_none() && operation.next_at.is_none() {
                self.end(at, Ended::Lost("the hanging process was ended".to_owned()), None);
            }
        }
    }

    /// Lets a failure happen, now.
    pub(super) fn happen(&mut self, failure: &Failure) {
        self.organisation.touch(self.now);
        let dead = timeline::apply(&mut self.organisation, failure);
        if failure.clear_faults {
            self.clear_faults();
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
        for machine in &dead {
            *self.deaths.entry(machine.clone()).or_default() += 1;
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
            // With -WhatIf nothing happens, and nobody sees what it says.
            Ok(bound) if bound.changes && !bound.what_if && self.organisation.alive(&order.host) => {
                self.accept(order, &bound, &[], Caller::Console);
            }
            Ok(_) => {}
            Err(refusal) => {
                let none = Err(refusal.clone());
                self.note(&order, false, EntryKind::Refused(refusal), &none, None);
            }
        }
    }

    /// Writes an operation into the journal; it runs from now on.
    pub(super) fn accept(&mut self, order: Order, bound: &Bound, struck: &[Fault], caller: Caller) {
        let guarded = caller == Caller::Operation;
        let work = Work::read(bound.name, bound.set, &order.invocation);
        self.note(&order, guarded, EntryKind::Start, &work, None);
        let mut acts: VecDeque<_> = match &work {
            Ok(work) => work.script(&self.organisation).into(),
            Err(_) => VecDeque::new(),
        };
        if first(struck, FaultKind::Talk).is_some() {
            for line in (1..=TALK).rev() {
                acts.push_front((SignedDuration::ZERO, Act::Say(format!("Line {line} of {TALK}."))));
            }
        }
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
            local: caller == Caller::Console,
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
            started_at: self.now,
            ended_at: None,
            ended: None,
            order,
        });
    }

    /// Lets every operation that is due make its next move.
    pub(super) fn work(&mut self, now: Timestamp) {
        for at in 0..self.guard.journal.len() {
            while self.guard.journal[at].due().is_some_and(|due| due <= now) {
                self.act(at, now);
            }
        }
    }

    /// The next move of one operation.
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
            local: operation.local,
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

    /// Ends an operation, for good.
    pub(super) fn end(&mut self, at: usize, ended: Ended, note: Option<String>) {
        let operation = &mut self.guard.journal[at];
        let ended = match ended {
            Ended::Failed(refusal) if operation.localise => Ended::Failed(refusals::localised(refusal)),
            other => other,
        };
        operation.ended = Some(ended.clone());
        operation.ended_at = Some(self.now);
        operation.next_at = None;
        let (order, guarded) = (operation.order.clone(), operation.guarded);
        let work = operation.work.clone();
        self.note(&order, guarded, EntryKind::End(ended), &work, note);
    }

    /// Writes a line about an order into the transcript.
    pub(super) fn note(
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
