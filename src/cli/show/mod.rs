//! How things look on a terminal: tables that align, colours only where there is a terminal.

mod advice;
mod checks;
mod conditions;
mod drill;
mod observed;
mod plan;
mod readiness;
mod style;
mod topology;

pub(super) use advice::advice;
pub(super) use checks::checks;
pub(super) use conditions::{conditions, row};
pub(super) use drill::drill;
pub(super) use observed::observed;
pub(super) use plan::plan;
pub(super) use readiness::readiness;
pub(crate) use style::{Style, paint};
pub(super) use style::{clock_time, indent, table};
pub(super) use topology::topology;
