//! Looks at one Lync organisation: a bounded number of round trips, whatever its state.
//!
//! Every endpoint is asked for its own services, which shows where cmdlets can run; the best of them is then
//! asked about the organisation, and, with the names that this gives, about its pools. Who was the best the
//! last time is asked all of that at once: as long as nothing changes, one round trip does. Only where that
//! leaves a pool in doubt are the Front Ends of other pools asked about it. What cannot be read becomes
//! Unknown with the reason; nothing is guessed.

mod answer;
mod early;
mod endpoints;
mod organisation;
mod peers;
mod pools;
mod probes;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_peers;

use super::Organisation;
use crate::lync::{Fact, Observed};

pub(crate) use answer::Asked;
pub(crate) use organisation::topology_document;

use early::{Early, Expected, expected};

/// How many hosts are asked about the organisation, one after the other, when they say nothing.
const HOSTS: usize = 2;

/// What a look is for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look<'a> {
    /// What was seen before; it says whom to ask what at once, and none of it is taken over.
    pub before: Option<&'a Observed>,
    /// Whether the folder of exports is left out. It may be on a share that went down with a datacentre, and nothing
    /// that is decided while a failover is under way is worth that wait.
    pub without_exports: bool,
}

/// Looks once. Never fails: what could not be seen is part of the result.
pub async fn observe(org: &Organisation, look: Look<'_>) -> Observed {
    let mut observed = Observed::default();
    let expected: Option<Expected> = look.before.and_then(|before| expected(org, before, look));
    let early = endpoints::ask_each(org, expected.as_ref(), &mut observed).await;
    ask_the_best(org, look, early, &mut observed).await;
    probes::knock(org, &mut observed).await;
    peers::ask(org, look.before, &mut observed).await;
    observed
}

/// Asks about the organisation. A host that has answered and says nothing any more is passed over.
async fn ask_the_best(org: &Organisation, look: Look<'_>, mut early: Option<Early>, observed: &mut Observed) {
    for _ in 0..HOSTS {
        let Some(host) = endpoints::best(org, observed) else { break };
        let (live, of_pools) = match early.take().filter(|early| early.host == host) {
            Some(early) => (Some(early.live), Some(early.of_pools)),
            None => (None, None),
        };
        match organisation::ask(org, &host, live, observed).await {
            Ok(answering) => {
                let of_pools = of_pools.filter(|_| answering == host);
                return pools::ask(org, look, &answering, of_pools, observed).await;
            }
            Err(why) => drop(observed.endpoints.insert(host, Fact::Unknown(why))),
        }
    }
    organisation::nobody_to_ask(observed);
}
