//! How things look on a terminal: tables that align, colours only where there is a terminal.

mod advice;
mod conditions;
mod drill;
mod observed;
mod plan;
mod readiness;
mod style;
mod topology;

pub(super) use advice::advice;
pub(super) use conditions::{conditions, row};
pub(super) use drill::drill;
pub(super) use observed::observed;
pub(super) use plan::plan;
pub(super) use readiness::readiness;
pub(super) use style::{Style, clock_time, indent, paint, table};
pub(super) use topology::topology;
