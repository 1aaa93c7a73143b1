//! CLIXML: how PowerShell writes objects as XML (MS-PSRP 2.2.5).
//!
//! [`decode()`] reads what may come from anybody: within [`Limits`], without a DTD, and without a panic.
//! [`encode()`] writes what PowerShell reads. [`to_ps_objects`] and [`from_ps_object`] lead to the property bags
//! that the rest of the program knows.

mod bounds;
mod datetime;
mod decode;
mod encode;
mod error;
mod escape;
mod from_ps;
mod number;
mod object;
mod primitive;
mod progress;
mod references;
mod timespan;
mod to_ps;
mod value;
mod version;

pub use bounds::Limits;
pub use datetime::{DateTime, Zone};
pub use decode::{decode, decode_within};
pub use encode::encode;
pub use error::ClixmlError;
pub use from_ps::{from_ps_object, from_ps_value};
pub use number::Decimal;
pub use object::{Base, ListKind, Object};
pub use progress::{ProgressKind, ProgressRecord};
pub use timespan::TimeSpan;
pub use to_ps::{to_ps_objects, to_ps_value};
pub use value::Value;
pub use version::Version;

#[cfg(test)]
mod tests;
