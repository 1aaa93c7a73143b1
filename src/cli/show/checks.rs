//! How the service does after a failover.

use super::{Style, indent, paint, table};
use crate::api::{ServiceCheck, ServiceCheckResult};

/// Each check with its result.
pub(crate) fn checks(all: &[ServiceCheck]) -> String {
    let rows = all.iter().map(|check| {
        let style = match check.result {
            ServiceCheckResult::Pass => Style::Good,
            ServiceCheckResult::Fail => Style::Bad,
            ServiceCheckResult::Unknown => Style::Notice,
        };
        let result = paint(style, &format!("{:?}", check.result));
        vec![format!("{:?}", check.name), check.subject.clone(), result, check.message.clone()]
    });
    indent(&table(&["check", "subject", "result", "seen"], rows), 2)
}
