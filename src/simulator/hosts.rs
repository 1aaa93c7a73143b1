//! What a Front End has, and whether it can be called.

use super::{
    cmdlets::{Bound, Cmdlet, bind, cmdlets, functions, unknown},
    engine::Simulator,
    order::actions,
};
use crate::{
    bridge::{CallError, Refusal},
    lync::{Invocation, MachineFqdn},
};

impl Simulator {
    /// Binds a call of a cmdlet, if the host has it.
    pub(super) fn bind(&self, host: &MachineFqdn, call: &Invocation) -> Result<Bound, Refusal> {
        if self.strikes.lacks(host, &call.command, true) {
            return Err(unknown(&call.command));
        }
        bind(call, self.version(host))
    }

    /// The version of Lync on a host.
    pub(super) fn version(&self, host: &MachineFqdn) -> i32 {
        let pool = self.organisation.pool_of(host).and_then(|name| self.organisation.pools.get(name));
        pool.map_or(0, |pool| pool.version)
    }

    /// Whether the operator reaches a host that takes remote sessions.
    pub(super) fn reach(&self, host: &MachineFqdn) -> Result<(), CallError> {
        if self.organisation.pool_of(host).is_none() {
            return Err(CallError::NotSent(format!("{host} is no Front End of this organisation")));
        }
        if self.organisation.operator_reaches(host) {
            Ok(())
        } else {
            Err(CallError::Unreachable(format!("no connection to {host}: timed out")))
        }
    }
    /// Those of the five cmdlets that the host does not have.
    pub(super) fn missing(&self, host: &MachineFqdn) -> Vec<String> {
        let there = |name: &str| self.commands(host).any(|cmdlet| cmdlet.name == name);
        actions().filter(|name| !there(name)).map(str::to_owned).collect()
    }

    /// Lync's cmdlets on a host.
    pub(super) fn commands(&self, host: &MachineFqdn) -> impl Iterator<Item = &'static Cmdlet> {
        let version = self.version(host);
        cmdlets()
            .filter(move |cmdlet| cmdlet.since <= version && !self.strikes.lacks(host, cmdlet.name, true))
    }

    /// The functions of the module on a host.
    pub(super) fn functions(&self, host: &MachineFqdn) -> impl Iterator<Item = &'static Cmdlet> {
        functions().filter(|function| !self.strikes.lacks(host, function.name, false))
    }
}
