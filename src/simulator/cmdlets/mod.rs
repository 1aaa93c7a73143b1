//! The cmdlets that the simulated hosts have, and how their parameters are bound.

mod binder;
mod syntax;
mod table;

pub(super) use binder::{Bound, bind};
pub(super) use table::class_of;
