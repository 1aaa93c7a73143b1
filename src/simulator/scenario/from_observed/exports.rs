//! The exports that were seen: the newest whole file of each kind and pool.

use jiff::{SignedDuration, Timestamp};

use super::super::{ExportKind, ExportSpec, ExportsSpec, Span};
use crate::lync::{ExportOf, Exports, ExportsOfKind, Fact, PoolFqdn};

/// Those of an observation; none where nobody could look.
pub(super) fn exports(seen: &Fact<Exports>) -> ExportsSpec {
    let Fact::Known { value, at, .. } = seen else { return ExportsSpec::default() };
    let files = value.found.iter().filter_map(|found| file(found, *at)).collect();
    ExportsSpec { local: !value.is_shared, all: None, files }
}

fn file(found: &ExportsOfKind, seen_at: Timestamp) -> Option<ExportSpec> {
    let age = seen_at.duration_since(found.newest.as_ref()?.made_at);
    Some(ExportSpec {
        kind: match found.of {
            ExportOf::Configuration => ExportKind::Configuration,
            ExportOf::Locations => ExportKind::Locations,
            ExportOf::ResponseGroups(_) => ExportKind::ResponseGroups,
        },
        pool: found.of.pool().map(PoolFqdn::to_string),
        age: Span(age.max(SignedDuration::ZERO)),
        broken: false,
    })
}
