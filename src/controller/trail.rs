//! What every line of the log about a step says: whose it is, of which run, and where it runs.

use tracing::{Span, info_span};

use super::{OrganisationRecord, Party};

/// The span of the operation in flight; none if nothing is. What is not known is an empty text, so that a line
/// about a step always has all of the fields.
pub(super) fn span(party: &Party, record: &OrganisationRecord) -> Span {
    let Some(owned) = &record.intent else { return Span::none() };
    let run = record.resources.get(&owned.owner).and_then(|memory| memory.run.as_ref());
    info_span!(
        "step",
        organisation = party.organisation.as_deref().unwrap_or_default(),
        failover = owned.name,
        run = run.map(|run| run.id.as_str()).unwrap_or_default(),
        operation = %owned.intent.operation.id,
        step = owned.intent.step.name(),
        target = owned.intent.step.target(),
        host = %owned.intent.operation.host,
    )
}
