//! Conditions as `kubectl get` and `kubectl describe` would print them.

use super::{indent, table};
use crate::api::LyncFailoverStatus;

/// The conditions of a status, one a line.
pub(crate) fn conditions(status: &LyncFailoverStatus) -> String {
    let rows = status.conditions.iter().map(|c| {
        vec![c.type_.clone(), c.status.clone(), c.reason.clone(), one_line(&c.message, 88)]
    });
    indent(&table(&["type", "status", "reason", "message"], rows), 2)
}

fn one_line(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width - 1).chain(['…']).collect()
}
