//! Armed faults, and which calls they strike.

use super::{
    model::same,
    refusals,
    scenario::{Fault, FaultKind},
};
use crate::{
    bridge::{CallError, Refusal},
    lync::{
        MachineFqdn,
        ps::{PsObject, PsValue},
    },
};

/// The armed faults with the number of calls that each has seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Strikes {
    armed: Vec<(Fault, i64)>,
}

impl Strikes {
    pub(super) fn arm(&mut self, fault: Fault) {
        self.armed.push((fault, 0));
    }

    pub(super) fn clear(&mut self) {
        self.armed.clear();
    }

    /// Counts a call and gives the faults that strike it.
    pub(super) fn strike(&mut self, host: &MachineFqdn, cmdlet: &str) -> Vec<Fault> {
        self.count(host, |named| named.is_none_or(|name| same(name, cmdlet)))
    }

    /// The same for a call that only faults which name it strike.
    pub(super) fn strike_named(&mut self, host: &MachineFqdn, command: &str) -> Vec<Fault> {
        self.count(host, |named| named.is_some_and(|name| same(name, command)))
    }

    fn count(&mut self, host: &MachineFqdn, means: impl Fn(Option<&str>) -> bool) -> Vec<Fault> {
        let mut struck = Vec::new();
        for (fault, seen) in &mut self.armed {
            let here = fault.host.as_deref().is_none_or(|name| same(name, host.as_str()));
            if here && means(fault.cmdlet.as_deref()) {
                *seen += 1;
                if *seen >= fault.call && (fault.times == 0 || *seen < fault.call + fault.times) {
                    struck.push(fault.clone());
                }
            }
        }
        struck
    }
}

impl Strikes {
    /// Whether a host does not have a cmdlet of Lync, or a function that a fault names.
    pub(super) fn lacks(&self, host: &MachineFqdn, command: &str, of_lync: bool) -> bool {
        self.armed.iter().any(|(fault, _)| {
            let here = fault.host.as_deref().is_none_or(|name| same(name, host.as_str()));
            let meant = fault.cmdlet.as_deref().map_or(of_lync, |name| same(name, command));
            fault.kind == FaultKind::Missing && here && meant
        })
    }

    /// Whether a host opens no shell.
    pub(super) fn opens_no_shell(&self, host: &MachineFqdn) -> bool {
        self.stands(host, FaultKind::NeverOpens)
    }

    /// Whether the home of the journal is away for a host.
    pub(super) fn is_homeless(&self, host: &MachineFqdn) -> bool {
        self.stands(host, FaultKind::HomeAway)
    }

    /// Whether a fault that stands until faults are cleared is there for a host.
    pub(super) fn stands(&self, host: &MachineFqdn, kind: FaultKind) -> bool {
        self.armed.iter().any(|(fault, _)| {
            let here = fault.host.as_deref().is_none_or(|name| same(name, host.as_str()));
            fault.kind == kind && here
        })
    }

    /// Whether the next call of whatever cmdlet on a host does not get that far, for a reason of the
    /// transport. Somebody who is told so does not call, so that this counts as the call.
    pub(super) fn knock(&mut self, host: &MachineFqdn, kind: FaultKind) -> bool {
        let stands = |(fault, seen): &&mut (Fault, i64)| {
            let next = *seen + 1;
            let here = fault.host.as_deref().is_none_or(|name| same(name, host.as_str()));
            let now = next >= fault.call && (fault.times == 0 || next < fault.call + fault.times);
            fault.kind == kind && fault.cmdlet.is_none() && here && now
        };
        let standing = self.armed.iter_mut().find(stands);
        standing.map(|(_, seen)| *seen += 1).is_some()
    }
}

/// The first fault of a kind.
pub(super) fn first(struck: &[Fault], kind: FaultKind) -> Option<&Fault> {
    struck.iter().find(|fault| fault.kind == kind)
}

/// What the transport does before a call reaches the cmdlet.
pub(super) fn transport(struck: &[Fault], host: &MachineFqdn) -> Result<(), CallError> {
    if first(struck, FaultKind::NotSent).is_some() {
        return Err(CallError::NotSent(format!("no session with {host}")));
    }
    if first(struck, FaultKind::Denied).is_some() {
        return Err(CallError::Denied(format!("{host} refused the credentials (401)")));
    }
    Ok(())
}

/// The error of a fault.
pub(super) fn error_of(fault: &Fault, cmdlet: &str) -> Refusal {
    let text =
        fault.message.clone().unwrap_or_else(|| "Command execution failed: Unexpected error.".to_owned());
    let mut refusal = refusals::invalid(cmdlet, text);
    if let Some(id) = &fault.error_id {
        refusal.error_id.clone_from(id);
    }
    refusal
}

/// What faults do to an answer.
pub(super) fn spoil(
    struck: &[Fault],
    cmdlet: &str,
    answer: Result<Vec<PsObject>, Refusal>,
) -> Result<Vec<PsObject>, CallError> {
    if first(struck, FaultKind::LoseAnswer).or(first(struck, FaultKind::Hang)).is_some() {
        return Err(CallError::Unknown("the host took the call and did not answer".to_owned()));
    }
    let failed = first(struck, FaultKind::FailBefore).or(first(struck, FaultKind::FailAfter));
    let answer = match failed {
        Some(fault) => Err(error_of(fault, cmdlet)),
        None => answer,
    };
    let mut rows = answer.map_err(|refusal| {
        let local = first(struck, FaultKind::Localise).is_some();
        CallError::Refused(if local { refusals::localised(refusal) } else { refusal })
    })?;
    for property in
        struck.iter().filter(|f| f.kind == FaultKind::DropProperty).filter_map(|f| f.property.as_ref())
    {
        rows.iter_mut().for_each(|row| drop_property(row, property));
    }
    if first(struck, FaultKind::Truncate).is_some() {
        truncate(&mut rows);
    }
    Ok(rows)
}

fn drop_property(row: &mut PsObject, property: &str) {
    row.properties.retain(|(name, _)| !same(name, property));
    for (_, value) in &mut row.properties {
        if let PsValue::List(items) = value {
            for item in items {
                if let PsValue::Object(inner) = item {
                    drop_property(inner, property);
                }
            }
        }
    }
}

fn truncate(rows: &mut Vec<PsObject>) {
    match rows.as_mut_slice() {
        [only] => {
            if let Some(text) = &mut only.text {
                let half = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                text.truncate(half);
            }
            let half = only.properties.len() / 2;
            only.properties.truncate(half);
        }
        _ => rows.truncate(rows.len() / 2),
    }
}
