//! Looks at one Lync organisation: a bounded number of round trips, whatever its state.
//!
//! First every endpoint is asked for its own services, which shows where cmdlets can run. The best of
//! them is then asked about the organisation, and, with the names that this gives, about its pools. What
//! cannot be read becomes Unknown with the reason; nothing is guessed.

mod answer;
mod endpoints;
mod organisation;
mod pools;
mod probes;

use super::Organisation;
use crate::lync::Observed;

/// Looks once. Never fails: what could not be seen is part of the result.
pub async fn observe(org: &Organisation) -> Observed {
    let mut observed = Observed::default();
    endpoints::ask_each(org, &mut observed).await;
    match endpoints::best(org, &observed) {
        Some(host) => {
            let host = organisation::ask(org, &host, &mut observed).await;
            pools::ask(org, &host, &mut observed).await;
        }
        None => organisation::nobody_to_ask(&mut observed),
    }
    probes::knock(org, &mut observed).await;
    observed
}
