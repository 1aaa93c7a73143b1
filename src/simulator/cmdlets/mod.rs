//! The cmdlets that the simulated hosts have, and how their parameters are bound.

mod binder;
mod functions;
mod syntax;
mod table;

pub(super) use binder::{Bound, bind, bind_function, unknown};
pub(super) use functions::{function_named, functions, observes};
pub(super) use table::{Cmdlet, class_of, cmdlets};

/// Whether there is a cmdlet, or a function, with this name.
pub(super) fn exists(name: &str) -> bool {
    table::lookup(name).or_else(|| function_named(name)).is_some()
}
