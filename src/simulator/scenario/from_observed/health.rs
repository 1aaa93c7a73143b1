//! What of an observed organisation lives, and what does not.

use std::collections::BTreeSet;

use super::Maker;
use crate::{
    lync::{EndpointState, Fact, MachineFqdn, PeerSight, Pool, PoolFqdn, PoolKind},
    simulator::scenario::{Fault, FaultKind, Link},
};

/// What is broken at the start.
#[derive(Default)]
pub(super) struct Health {
    /// Machines that are off.
    pub(super) dead: Vec<String>,
    /// Machines whose Front End service does not run.
    pub(super) stopped: Vec<String>,
    /// Hosts that take no session.
    pub(super) faults: Vec<Fault>,
    /// Links between the operator and machines that others see at work.
    pub(super) cut: Vec<Link>,
    /// Pools whose databases cannot be opened although their server lives.
    pub(super) closed_stores: BTreeSet<PoolFqdn>,
    gone: BTreeSet<PoolFqdn>,
}

/// What one server looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looks {
    Alive,
    Stopped,
    Dead,
}

impl Health {
    pub(super) fn of(maker: &mut Maker<'_>, cms: Option<&PoolFqdn>) -> Self {
        let mut health = Self::default();
        for (name, pool) in &maker.topology.pools {
            health.take_pool(maker, name, pool, cms == Some(name));
        }
        for (name, edge) in &maker.topology.edges {
            for machine in &edge.machines {
                match maker.observed.sip.get(machine).and_then(Fact::value) {
                    Some(true) => {}
                    Some(false) => health.dead.push(machine.to_string()),
                    None => maker.assume(format!("{machine} of {name} lives; its port was not tried")),
                }
            }
        }
        health
    }

    /// Whether no server of a pool lives.
    pub(super) fn is_gone(&self, pool: &PoolFqdn) -> bool {
        self.gone.contains(pool)
    }

    fn take_pool(&mut self, maker: &mut Maker<'_>, name: &PoolFqdn, pool: &Pool, has_store: bool) {
        let mut dead = Vec::new();
        for machine in &pool.machines {
            match self.look_twice(maker, pool, machine) {
                Looks::Alive => {}
                Looks::Stopped => self.stopped.push(machine.to_string()),
                Looks::Dead => dead.push(machine.to_string()),
            }
        }
        let is_gone = !pool.machines.is_empty() && dead.len() == pool.machines.len();
        let store_is_dead = has_store && !maker.store_answered();
        if is_gone {
            self.gone.insert(name.clone());
            maker.assume(format!(
                "{name} is off, since nothing of it answers; a cut link would look the same"
            ));
        }
        if is_gone && !(has_store && maker.store_answered()) {
            if !pool.is_standard_edition(name) {
                maker.assume(format!("the SQL Server of {name} is off, as its Front Ends are"));
            }
            // The name of a pool means its SQL servers as well.
            self.dead.push(name.to_string());
            return;
        }
        self.dead.extend(dead);
        if !store_is_dead {
            return;
        }
        let sql = [&pool.central_management_store, &pool.central_management_mirror];
        let servers: Vec<String> = sql.into_iter().flatten().map(|sql| sql.server.to_string()).collect();
        let is_apart =
            !servers.iter().any(|server| pool.machines.iter().any(|m| m.as_str() == server.as_str()));
        if is_apart && !servers.is_empty() {
            maker.assume(format!("the SQL Server of {name} is off, since the store on it does not answer"));
            self.dead.extend(servers);
        } else {
            maker.assume(format!(
                "the store's databases on {name} cannot be opened, since it does not answer"
            ));
            self.closed_stores.insert(name.clone());
        }
    }

    /// What nobody reaches from the operator's place, and a Front End of another pool does, is cut off.
    fn look_twice(&mut self, maker: &mut Maker<'_>, pool: &Pool, machine: &MachineFqdn) -> Looks {
        let looks = self.look(maker, pool, machine);
        let sights = maker.observed.peers.values().filter_map(|facts| facts.get(machine)?.value());
        let alive = match sights.min() {
            Some(PeerSight::Runs) => Looks::Alive,
            Some(PeerSight::Stopped) => Looks::Stopped,
            Some(PeerSight::Unreachable(_)) | None => return looks,
        };
        match (looks, alive) {
            (Looks::Dead, alive) => {
                maker.assume(format!("{machine} lives behind a cut link, since another pool reaches it"));
                self.cut.push(Link { from: "operator".to_owned(), to: machine.to_string() });
                alive
            }
            (Looks::Alive, Looks::Stopped) => Looks::Stopped,
            (looks, _) => looks,
        }
    }

    fn look(&mut self, maker: &mut Maker<'_>, pool: &Pool, machine: &MachineFqdn) -> Looks {
        let sip = maker.observed.sip.get(machine).and_then(Fact::value).copied();
        let runs = maker.observed.registrars.get(machine).and_then(Fact::value).copied();
        let endpoint = maker.observed.endpoints.get(machine);
        let by_port = |maker: &mut Maker<'_>| match sip {
            Some(true) => Looks::Alive,
            Some(false) => Looks::Dead,
            None => {
                maker.assume(format!("{machine} lives; nobody could look"));
                Looks::Alive
            }
        };
        match endpoint.and_then(Fact::value) {
            Some(EndpointState::Connected | EndpointState::Unfit(_)) => match (runs, sip) {
                (Some(false), _) => Looks::Stopped,
                (Some(true), Some(false)) => {
                    maker.assume(format!(
                        "port 5061 of {machine} answers, since its service runs; it did not"
                    ));
                    Looks::Alive
                }
                (None, Some(false)) => Looks::Stopped,
                (_, _) => Looks::Alive,
            },
            Some(EndpointState::Unreachable(_)) if sip == Some(true) => {
                self.faults.push(always(FaultKind::NotSent, machine));
                Looks::Alive
            }
            Some(EndpointState::Unreachable(_)) => Looks::Dead,
            Some(EndpointState::Denied(_)) => {
                self.faults.push(always(FaultKind::Denied, machine));
                if sip == Some(false) { Looks::Stopped } else { Looks::Alive }
            }
            None if endpoint.is_some() && runs.is_none() => {
                maker.assume(format!("{machine} takes no session, since it could not be asked"));
                self.faults.push(always(FaultKind::NotSent, machine));
                by_port(maker)
            }
            None => {
                let takes_cmdlets = pool.kind == PoolKind::FrontEnd && !maker.observed.endpoints.is_empty();
                if endpoint.is_none() && takes_cmdlets {
                    maker.assume(format!(
                        "{machine} takes no session, since it is no endpoint of the deployment"
                    ));
                    self.faults.push(always(FaultKind::Denied, machine));
                }
                by_port(maker)
            }
        }
    }
}

fn always(kind: FaultKind, host: &MachineFqdn) -> Fault {
    Fault { host: Some(host.to_string()), times: 0, ..Fault::always(kind) }
}
