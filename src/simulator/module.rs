//! The functions of the module on a host: the guard and the journal as a remote session sees them.

use jiff::Timestamp;
use uuid::{Builder, Uuid};

use super::{
    cmdlets::{bind_function, observes, unknown},
    engine::Simulator,
    exports::{LIST, MAKE},
    guard::Operation,
    order::{HOME, order, trial},
    refusals,
    scenario::FaultKind,
    strikes::{self, first},
};
use crate::{
    bridge::{CallError, Ended, OperationId, Record, Refusal},
    lync::{Argument, Invocation, MachineFqdn, cmdlet::RECORDS_AT_MOST, ps::PsObject},
};

/// The functions that do not look into the journal, or say themselves that it is away.
const NEED_NO_HOME: [&str; 5] = ["Get-LfEndpoint", "Invoke-LfQuery", "Test-LfOperation", LIST, MAKE];

/// An object that a function writes.
#[derive(Debug, PartialEq)]
pub(super) enum Told {
    /// `LyncFailover.Endpoint`.
    Endpoint { journal: Result<(Uuid, u64), String>, now: Timestamp, missing: Vec<String> },
    /// `LyncFailover.Fence`.
    Fence { epoch: u64, home: Uuid },
    /// `LyncFailover.Operation`.
    Operation(Box<Journalled>),
    /// `LyncFailover.Operation` of an id that the journal does not know.
    NotKnown { id: Uuid, home: Uuid },
    /// `LyncFailover.Rehearsal`: what was run, and the error that came.
    Rehearsal { host: MachineFqdn, action: String, ran: &'static str, refusal: Option<Refusal> },
    /// A row of a query.
    Row(PsObject),
    /// `LyncFailover.Answer`: the rows of a query are complete, or there are none because of an error.
    Answer { index: usize, count: usize, refusal: Option<Refusal> },
}

/// An operation as the journal has it.
#[derive(Debug, PartialEq)]
pub(super) struct Journalled {
    pub(super) id: OperationId,
    pub(super) home: Uuid,
    pub(super) host: MachineFqdn,
    pub(super) action: &'static str,
    pub(super) started_at: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) ended: Option<Ended>,
    /// The report that its cmdlet has written; empty before its end.
    pub(super) report: String,
    /// The number of the last of the records.
    pub(super) next: u64,
    /// Those that were asked for, [`RECORDS_AT_MOST`] at most.
    pub(super) records: Vec<Record>,
}

/// What came of a call.
#[derive(Debug, PartialEq)]
pub(super) struct Said {
    pub(super) objects: Vec<Told>,
    /// Whether a fault breaks the link now.
    pub(super) link_breaks: bool,
}

/// What a module says whose home is away.
fn away() -> String {
    format!("The journal is not in {HOME}.")
}

/// The home of a journal that was first used at an instant.
pub(super) fn home(first_used: Timestamp) -> Uuid {
    Builder::from_random_bytes(first_used.as_nanosecond().to_le_bytes()).into_uuid()
}

impl Simulator {
    /// The identity of the home of its journal (`HomeId`).
    pub fn journal_home(&self) -> Uuid {
        self.home
    }

    /// Calls a function. Only faults that name it strike an enquiry; what an operation runs into is up to its
    /// cmdlet.
    ///
    /// # Errors
    ///
    /// [`CallError::Refused`] ends the pipeline; [`CallError::NotSent`] and [`CallError::Unknown`] break the
    /// link before anything has happened.
    pub(super) fn call_function(
        &mut self,
        host: &MachineFqdn,
        call: &Invocation,
        now: Timestamp,
    ) -> Result<Said, CallError> {
        self.advance(now);
        self.reach(host)?;
        if self.strikes.lacks(host, &call.command, false) {
            return Err(CallError::Refused(unknown(&call.command)));
        }
        let name = bind_function(call).map_err(CallError::Refused)?.name;
        if self.strikes.is_homeless(host) && !NEED_NO_HOME.contains(&name) {
            return Err(by_function(name, CallError::Refused(refusals::guard("HomeMissing", away()))));
        }
        let struck = match name {
            "Step-LfFence" => self.strikes.strike(host, name),
            _ => self.strikes.strike_named(host, name),
        };
        strikes::transport(&struck, host)?;
        let fails = |kind| match first(&struck, kind) {
            Some(fault) => Err(CallError::Refused(strikes::error_of(fault, name))),
            None => Ok(()),
        };
        fails(FaultKind::FailBefore)?;
        let mut said = self.function(host, name, call, now).map_err(|error| by_function(name, error))?;
        fails(FaultKind::FailAfter)?;
        said.link_breaks |= first(&struck, FaultKind::LoseAnswer).is_some();
        Ok(said)
    }

    fn function(
        &mut self,
        host: &MachineFqdn,
        name: &str,
        call: &Invocation,
        now: Timestamp,
    ) -> Result<Said, CallError> {
        let mut link_breaks = false;
        let objects = match name {
            "Get-LfEndpoint" => {
                let journal = match self.strikes.is_homeless(host) {
                    true => Err(format!("{} (HomeMissing)", away())),
                    false => Ok((self.home, self.guard.epoch)),
                };
                vec![Told::Endpoint { journal, now: self.now, missing: self.missing(host) }]
            }
            "Step-LfFence" => vec![Told::Fence { epoch: self.guard.raise(), home: self.home }],
            "Start-LfOperation" => {
                let order = order(host, call).map_err(CallError::Refused)?;
                if uuid_in(call, "HomeId") != Some(self.home) {
                    let text = format!("The journal here is {}.", self.home);
                    return Err(CallError::Refused(refusals::guard("HomeMismatch", text)));
                }
                match self.start(&order, now) {
                    Ok(()) => {}
                    // It runs, and only the answer is lost.
                    Err(CallError::Unknown(_)) => link_breaks = true,
                    Err(error) => return Err(error),
                }
                self.journalled(order.id, 0).into_iter().collect()
            }
            LIST => {
                let rows = self.exports(host).map_err(CallError::Refused)?;
                rows.into_iter().map(Told::Row).collect()
            }
            // Its time has passed already.
            MAKE => vec![Told::Row(self.end_export(host, call, now)?)],
            "Test-LfOperation" => vec![self.test_operation(host, call, now)?],
            "Get-LfOperation" => {
                let id = uuid_in(call, "OperationId").unwrap_or_default();
                let after = match call.get("After") {
                    Some(Argument::Int(after)) => usize::try_from(*after).unwrap_or_default(),
                    _ => 0,
                };
                let told = self.journalled(OperationId(id), after);
                vec![told.unwrap_or(Told::NotKnown { id, home: self.home })]
            }
            _ => match call.get("Query") {
                Some(Argument::Calls(calls)) => self.read_all(host, calls, now)?,
                _ => Vec::new(),
            },
        };
        Ok(Said { objects, link_breaks })
    }

    fn test_operation(
        &mut self,
        host: &MachineFqdn,
        call: &Invocation,
        now: Timestamp,
    ) -> Result<Told, CallError> {
        let (whole, tried) = trial(call).map_err(CallError::Refused)?;
        let ran = match &tried {
            None => "Nothing",
            Some(_) if call.has_switch("Force") => "WithoutForce",
            Some(_) => "WhatIf",
        };
        let refusal = match self.rehearse(host, &whole, tried.as_ref(), now) {
            Ok(()) => None,
            Err(CallError::Refused(refusal)) => Some(refusal),
            Err(error) => return Err(error),
        };
        Ok(Told::Rehearsal { host: host.clone(), action: whole.command, ran, refusal })
    }

    fn journalled(&self, id: OperationId, after: usize) -> Option<Told> {
        let Operation { order, cmdlet, started_at, ended_at, ended, records, .. } =
            self.guard.find(id).filter(|operation| operation.guarded)?;
        let page: Vec<Record> = records.iter().skip(after).take(RECORDS_AT_MOST).cloned().collect();
        Some(Told::Operation(Box::new(Journalled {
            id,
            home: self.home,
            host: order.host.clone(),
            action: cmdlet,
            started_at: *started_at,
            ended_at: *ended_at,
            ended: ended.clone(),
            report: ended.as_ref().and(order.invocation.get_text("Report")).unwrap_or_default().to_owned(),
            next: (after + page.len()) as u64,
            records: page,
        })))
    }

    /// Reads one after the other. An error of one of them is its answer; a link that breaks ends them all.
    fn read_all(
        &mut self,
        host: &MachineFqdn,
        calls: &[Invocation],
        now: Timestamp,
    ) -> Result<Vec<Told>, CallError> {
        let mut objects = Vec::new();
        for (index, call) in calls.iter().enumerate() {
            let (count, refusal) = match self.read(host, call, now) {
                Ok(rows) => {
                    let count = rows.len();
                    objects.extend(rows.into_iter().map(Told::Row));
                    (count, None)
                }
                Err(CallError::Refused(refusal)) => (0, Some(refusal)),
                Err(CallError::Denied(why)) => (0, Some(refusals::denied(why))),
                Err(error) => return Err(error),
            };
            objects.push(Told::Answer { index, count, refusal });
        }
        Ok(objects)
    }

    fn read(
        &mut self,
        host: &MachineFqdn,
        call: &Invocation,
        now: Timestamp,
    ) -> Result<Vec<PsObject>, CallError> {
        if !observes(&call.command) && call.command != LIST {
            return Err(CallError::Refused(unknown(&call.command)));
        }
        let answers = self.query(host, std::slice::from_ref(call), now)?;
        answers.into_iter().next().unwrap_or_else(|| Ok(Vec::new()))
    }
}

fn uuid_in(call: &Invocation, parameter: &str) -> Option<Uuid> {
    call.get_text(parameter).and_then(|text| text.parse().ok())
}

/// An error that names no class is the function's own.
fn by_function(name: &str, error: CallError) -> CallError {
    match error {
        CallError::Refused(mut refusal) if !refusal.error_id.contains(',') => {
            refusal.error_id = format!("{},{name}", refusal.error_id);
            CallError::Refused(refusal)
        }
        other => other,
    }
}
