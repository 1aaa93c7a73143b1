//! What happens to the organisation, and when.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    cmdlets::exists,
    model::{Intake, Organisation},
    scenario::{ByHand, Failure, Fault, FaultKind, Link, ScenarioError},
};
use crate::lync::{Argument, Invocation, MachineFqdn};

/// Failures that are still to come, in the order of their times.
#[derive(Clone, Debug, Default)]
pub(super) struct Timeline {
    pending: Vec<(Timestamp, Failure)>,
}

impl Timeline {
    /// Adds a failure, counted from `origin`.
    pub(super) fn add(&mut self, origin: Timestamp, failure: Failure) {
        let at = origin.checked_add(failure.at.0).unwrap_or(Timestamp::MAX);
        let place = self.pending.partition_point(|(other, _)| *other <= at);
        self.pending.insert(place, (at, failure));
    }

    pub(super) fn next_at(&self) -> Option<Timestamp> {
        self.pending.first().map(|(at, _)| *at)
    }

    /// The next failure that is due.
    pub(super) fn due(&mut self, now: Timestamp) -> Option<Failure> {
        (self.next_at()? <= now).then(|| self.pending.remove(0).1)
    }
}

/// Whether a failure names things that exist.
pub(super) fn check(organisation: &Organisation, failure: &Failure) -> Result<(), ScenarioError> {
    let Failure {
        kill, revive, stop_registrars, start_registrars, cut, faults, setup, administrator, ..
    } = failure;
    for name in [kill, revive, stop_registrars, start_registrars, setup].into_iter().flatten() {
        if organisation.machines_named(name).is_empty() {
            return Err(ScenarioError::Nonsense(format!("{name} is no machine, pool, Edge pool or site")));
        }
    }
    for Link { from, to } in cut {
        for end in [from, to] {
            let known = end.eq_ignore_ascii_case("operator") || !organisation.machines_named(end).is_empty();
            if !known {
                return Err(ScenarioError::Nonsense(format!("{end} is no end of a link")));
            }
        }
    }
    for ByHand { host, .. } in administrator {
        if !host.parse().is_ok_and(|host: MachineFqdn| organisation.pool_of(&host).is_some()) {
            return Err(ScenarioError::Nonsense(format!("{host} is no Front End")));
        }
    }
    faults.iter().try_for_each(|fault| check_fault(organisation, fault))
}

/// Whether a fault has what its kind needs.
pub(super) fn check_fault(organisation: &Organisation, fault: &Fault) -> Result<(), ScenarioError> {
    let lacks = match fault.kind {
        FaultKind::DropProperty => fault.property.is_none().then_some("a property"),
        FaultKind::ReplicaStuck | FaultKind::ReplicaNever => {
            let known = fault.replica.as_deref().and_then(|name| name.parse::<MachineFqdn>().ok());
            let known = known.is_some_and(|machine| organisation.replicas.contains_key(&machine));
            (!known).then_some("a replica that exists")
        }
        FaultKind::Lose | FaultKind::Hang | FaultKind::FailAfter => {
            fault.cmdlet.is_none().then_some("a cmdlet")
        }
        FaultKind::Missing => {
            let known = fault.cmdlet.as_deref().is_none_or(exists);
            (!known).then_some("a cmdlet that exists")
        }
        _ => None,
    };
    match lacks {
        Some(what) => Err(ScenarioError::Nonsense(format!("a fault {:?} needs {what}", fault.kind))),
        None if fault.call < 1 || fault.times < 0 => {
            Err(ScenarioError::Nonsense("a fault counts calls from 1".to_owned()))
        }
        None => Ok(()),
    }
}

/// Does to machines and links what a failure says. Gives the machines that went down.
pub(super) fn apply(organisation: &mut Organisation, failure: &Failure) -> BTreeSet<MachineFqdn> {
    let named = |organisation: &Organisation, names: &[String]| -> BTreeSet<MachineFqdn> {
        names.iter().flat_map(|name| organisation.machines_named(name)).collect()
    };
    let dead = named(organisation, &failure.kill);
    let back = named(organisation, &failure.revive);
    let stopped = named(organisation, &failure.stop_registrars);
    let started = named(organisation, &failure.start_registrars);
    organisation.down.extend(dead.iter().cloned());
    organisation.down.retain(|machine| !back.contains(machine));
    organisation.stopped.extend(stopped);
    organisation.stopped.retain(|machine| !started.contains(machine));
    organisation.cut.extend(failure.cut.iter().cloned());
    organisation.cut.retain(|link| !failure.mend.contains(link));
    set_up(organisation, &named(organisation, &failure.setup));
    swap_mirrors(organisation);
    dead
}

/// Setup brings a living server to what the topology says of its pool.
fn set_up(organisation: &mut Organisation, machines: &BTreeSet<MachineFqdn>) {
    let down = organisation.down.clone();
    for pool in organisation.pools.values_mut().filter(|pool| pool.store.is_some()) {
        let own =
            pool.machines.iter().filter(|machine| machines.contains(*machine) && !down.contains(*machine));
        pool.store_services.extend(own.cloned().collect::<Vec<_>>());
    }
}

/// The witness makes the surviving side of a mirrored instance the principal.
fn swap_mirrors(organisation: &mut Organisation) {
    let down = organisation.down.clone();
    for pool in organisation.pools.values_mut() {
        let back_end = &mut pool.back_end;
        let Some(mirror) = &back_end.mirror else { continue };
        let (primary, mirror) = (!down.contains(&back_end.primary.server), !down.contains(&mirror.server));
        if primary != mirror {
            back_end.mirror_is_principal = mirror;
        }
    }
}

/// Makes a replica slow or deaf, if the fault says so.
pub(super) fn afflict(organisation: &mut Organisation, fault: &Fault) -> bool {
    let intake = match fault.kind {
        FaultKind::ReplicaStuck => Intake::Stuck,
        FaultKind::ReplicaNever => Intake::Never,
        _ => return false,
    };
    let machine = fault.replica.as_deref().and_then(|name| name.parse::<MachineFqdn>().ok());
    if let Some(replica) = machine.and_then(|machine| organisation.replicas.get_mut(&machine)) {
        replica.intake = intake;
        replica.due = None;
    }
    true
}

/// Lets every replica take changes again.
pub(super) fn recover(organisation: &mut Organisation) {
    for replica in organisation.replicas.values_mut() {
        replica.intake = Intake::Normal;
    }
}

/// What an administrator types, as an invocation. The prompt is answered.
pub(super) fn typed(by_hand: &ByHand) -> Invocation {
    let mut call = Invocation::new(&by_hand.command);
    for (name, value) in &by_hand.parameters {
        call = call.text(name, value);
    }
    for name in &by_hand.switches {
        call = call.switch(name);
    }
    call
}

/// The invocation with the answer to its prompt.
pub(super) fn answered(call: &Invocation) -> Invocation {
    let knows = !call.command.eq_ignore_ascii_case("Invoke-CsManagementStoreReplication");
    if knows && call.get("Confirm").is_none() {
        call.clone().with("Confirm", Argument::Switch(false))
    } else {
        call.clone()
    }
}

/// A failure in words.
pub(super) fn in_words(failure: &Failure) -> String {
    let links = |verb: &str, links: &[Link]| {
        links.iter().map(|link| format!("{verb} {}-{}", link.from, link.to)).collect::<Vec<_>>()
    };
    let names =
        |verb: &str, names: &[String]| names.iter().map(|n| format!("{verb} {n}")).collect::<Vec<_>>();
    let mut words = names("kill", &failure.kill);
    words.extend(names("revive", &failure.revive));
    words.extend(names("stop registrars of", &failure.stop_registrars));
    words.extend(names("start registrars of", &failure.start_registrars));
    words.extend(names("setup on", &failure.setup));
    words.extend(links("cut", &failure.cut));
    words.extend(links("mend", &failure.mend));
    words.extend(failure.clear_faults.then(|| "clear faults".to_owned()));
    words.extend(failure.faults.iter().map(|fault| format!("arm {:?}", fault.kind)));
    words.join(", ")
}
