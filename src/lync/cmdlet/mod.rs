//! The closed set of cmdlets that this product ever sends: [`Query`] reads, [`Mutation`] changes.
//!
//! Each is a typed value; [`Query::invocation`] and [`Mutation::invocation`] give the command with named
//! arguments. There is no way to send anything else, so no user input can become PowerShell.

mod by_hand;
mod exporting;
mod module;
mod mutation;
mod query;
mod rehearsal;

pub use by_hand::ByHandCmdlet;
pub use module::{ModuleFunction, RECORDS_AT_MOST};
pub use mutation::{CmsFailoverMode, Mutation};
pub use query::{Query, ServiceRole};
pub use rehearsal::WhatIf;
