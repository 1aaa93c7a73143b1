//! Looks at one Lync organisation: a bounded number of round trips, whatever its state.
//!
//! Every endpoint is asked for its own services, which shows where cmdlets can run; the best of them is then
//! asked about the organisation, and, with the names that this gives, about its pools. Who was the best the
//! last time is asked all of that at once: as long as nothing changes, one round trip does. What cannot be
//! read becomes Unknown with the reason; nothing is guessed.

mod answer;
mod early;
mod endpoints;
mod organisation;
mod pools;
mod probes;

use super::Organisation;
use crate::lync::Observed;

pub(crate) use answer::Asked;
pub(crate) use organisation::topology_document;

use early::{Expected, expected};

/// Looks once. What was seen before says whom to ask what at once; none of it is taken over. Never fails:
/// what could not be seen is part of the result.
pub async fn observe(org: &Organisation, before: Option<&Observed>) -> Observed {
    let mut observed = Observed::default();
    let expected: Option<Expected> = before.and_then(|before| expected(org, before));
    let early = endpoints::ask_each(org, expected.as_ref(), &mut observed).await;
    match endpoints::best(org, &observed) {
        Some(host) => {
            let (live, of_pools) = match early.filter(|early| early.host == host) {
                Some(early) => (Some(early.live), Some(early.of_pools)),
                None => (None, None),
            };
            let answering = organisation::ask(org, &host, live, &mut observed).await;
            pools::ask(org, &answering, of_pools.filter(|_| answering == host), &mut observed).await;
        }
        None => organisation::nobody_to_ask(&mut observed),
    }
    probes::knock(org, &mut observed).await;
    observed
}
