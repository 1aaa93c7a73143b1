//! A changing cmdlet with `-WhatIf`: it looks at everything that can refuse, and does nothing.
//!
//! It is no operation: neither journal nor transcript, lock nor fence know of it. Whether Lync's own cmdlets look
//! that far before they ask `ShouldProcess` is an item of the field test.

use jiff::Timestamp;

use super::{
    effects::{Place, Work},
    engine::Simulator,
    refusals, strikes,
};
use crate::{
    bridge::{CallError, Refusal},
    lync::{Invocation, MachineFqdn},
};

impl Simulator {
    /// Tries a cmdlet on a host. `whole` is how an operation would run it, which the host has to know; `tried` has
    /// `-WhatIf`, and is none for a cmdlet that does not know that.
    ///
    /// # Errors
    ///
    /// [`CallError::Refused`] by the parameter binder or by the cmdlet; others when the host does not take the
    /// call.
    pub fn rehearse(
        &mut self,
        host: &MachineFqdn,
        whole: &Invocation,
        tried: Option<&Invocation>,
        now: Timestamp,
    ) -> Result<(), CallError> {
        self.advance(now);
        self.reach(host)?;
        let struck = self.strikes.strike(host, &whole.command);
        strikes::transport(&struck, host)?;
        let answer = self.bind(host, whole).and_then(|_| match tried {
            Some(call) => self.would(host, call),
            None => Ok(()),
        });
        strikes::spoil(&struck, &whole.command, answer.map(|()| Vec::new())).map(drop)
    }

    /// What a cmdlet says that is only asked what it would do.
    fn would(&self, host: &MachineFqdn, call: &Invocation) -> Result<(), Refusal> {
        let bound = self.bind(host, call)?;
        if !bound.what_if {
            let text = format!("{} would be done, not tried: there is no -WhatIf.", bound.name);
            return Err(refusals::guard("NotARehearsal", text));
        }
        let work = Work::read(bound.name, bound.set, call)?;
        let place = Place { cmdlet: bound.name, host, now: self.now, split: None, local: false };
        work.check(&self.organisation, &place)
    }
}
