//! What a person does in a remote session on a host: cmdlets without an operation id, fence or lock.

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    engine::Simulator,
    guard::{Caller, Order},
    scenario::FaultKind,
    strikes::{self, first},
};
use crate::{
    bridge::{CallError, Ended, Followed, OperationId},
    lync::{Invocation, MachineFqdn, ps::PsObject},
};

/// What came of a cmdlet.
#[derive(Debug)]
pub(super) enum Called {
    /// A reading one: its output.
    Rows(Vec<PsObject>),
    /// A changing one: it runs, and goes on whatever becomes of the session.
    Runs {
        /// Its place in the journal.
        id: OperationId,
        /// Whether a fault breaks the link now.
        link_breaks: bool,
    },
}

impl Simulator {
    /// How often a host has gone down, if a connection to it can be made.
    ///
    /// # Errors
    ///
    /// [`CallError::Unreachable`] when it does not answer.
    pub(super) fn visit(&mut self, host: &MachineFqdn, now: Timestamp) -> Result<u64, CallError> {
        self.advance(now);
        self.reach(host)?;
        Ok(self.deaths.get(host).copied().unwrap_or_default())
    }

    /// Whether a fault of the transport turns away who comes to a host.
    pub(super) fn turns_away(&mut self, host: &MachineFqdn, kind: FaultKind, now: Timestamp) -> bool {
        self.advance(now);
        self.strikes.knock(host, kind)
    }

    /// Whether shells open on a host.
    pub(super) fn opens_shells(&mut self, host: &MachineFqdn, now: Timestamp) -> bool {
        self.advance(now);
        !self.strikes.opens_no_shell(host)
    }

    /// Calls a cmdlet.
    ///
    /// # Errors
    ///
    /// Any [`CallError`] of [`Simulator::query`].
    pub(super) fn invoke(
        &mut self,
        host: &MachineFqdn,
        call: &Invocation,
        now: Timestamp,
    ) -> Result<Called, CallError> {
        self.advance(now);
        let Some(bound) = self.bind(host, call).ok().filter(|bound| bound.changes) else {
            let answers = self.query(host, std::slice::from_ref(call), now)?;
            return answers.into_iter().next().unwrap_or_else(|| Ok(Vec::new())).map(Called::Rows);
        };
        if bound.what_if {
            return self.rehearse(host, call, Some(call), now).map(|()| Called::Rows(Vec::new()));
        }
        self.reach(host)?;
        let struck = self.strikes.strike(host, &call.command);
        strikes::transport(&struck, host)?;
        self.typed += 1;
        let id = OperationId(Uuid::from_u128(self.typed));
        let order = Order { id, host: host.clone(), invocation: call.clone(), epoch: 0 };
        self.accept(order, &bound, &struck, Caller::Session);
        self.advance(now);
        Ok(Called::Runs { id, link_breaks: first(&struck, FaultKind::LoseAnswer).is_some() })
    }

    /// What a cmdlet has written after record number `after`, seen from the host that runs it.
    pub(super) fn news(&mut self, id: OperationId, after: u64, now: Timestamp) -> Followed {
        self.advance(now);
        let Some(operation) = self.guard.find(id) else {
            let ended = Some(Ended::Lost("it never ran".to_owned()));
            return Followed { ended, ..Followed::default() };
        };
        let seen = usize::try_from(after).unwrap_or(usize::MAX).min(operation.records.len());
        Followed {
            records: operation.records[seen..].to_vec(),
            next: operation.records.len() as u64,
            ended: operation.ended.clone(),
        }
    }

    /// Ends the process in which a cmdlet runs. What it has done stays done.
    pub(super) fn kill(&mut self, id: OperationId, now: Timestamp) {
        self.advance(now);
        let running = |operation: &super::guard::Operation| {
            operation.order.id == id && !operation.guarded && operation.ended.is_none()
        };
        if let Some(at) = self.guard.journal.iter().position(running) {
            self.end(at, Ended::Lost("its session was ended".to_owned()), None);
        }
    }
}
