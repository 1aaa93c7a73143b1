//! Conditions as `kubectl get` and `kubectl describe` would print them.

use super::{indent, table};
use crate::api::{ConditionType, LyncFailoverStatus, condition::find_condition};

/// The conditions of a status, one a line.
pub(crate) fn conditions(status: &LyncFailoverStatus) -> String {
    let rows = status
        .conditions
        .iter()
        .map(|c| vec![c.type_.clone(), c.status.clone(), c.reason.clone(), one_line(&c.message, 88)]);
    indent(&table(&["type", "status", "reason", "message"], rows), 2)
}

fn one_line(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width - 1).chain(['…']).collect()
}

/// A resource as `kubectl get` prints it.
pub(crate) fn row(name: &str, deployment: &str, status: &LyncFailoverStatus) -> String {
    let ready = find_condition(&status.conditions, ConditionType::Ready);
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let row = vec![
        name.to_owned(),
        deployment.to_owned(),
        text(status.desired.as_deref()),
        text(status.actual.as_deref()),
        text(ready.map(|c| c.status.as_str())),
        text(ready.map(|c| c.reason.as_str())),
        text(status.operation.as_ref().map(|operation| operation.summary.as_str())),
        status.next_action.as_ref().map(|next| format!("{:?}", next.actor)).unwrap_or_default(),
    ];
    indent(&table(&["name", "deployment", "desired", "actual", "ready", "status", "step", "next"], [row]), 2)
}
