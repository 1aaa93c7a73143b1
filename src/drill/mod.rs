//! Would the failover of each pool work, step by step? The pure part of a drill.
//!
//! [`scripts`] supposes each paired pool lost, and asks the planner what it would do then, until nothing is
//! left; [`judge()`] says what it means when a step of that is tried in the world as it is, where nothing is
//! lost; [`status`] sums up; [`due()`] and [`obstacle()`] say when. Nothing here tries anything.

mod due;
mod judge;
mod obstacle;
mod script;
mod sum;
mod suppose;

#[cfg(test)]
mod tests;

pub use due::{Due, due, newer};
pub use judge::judge;
pub use obstacle::{Standing, obstacle};
pub use script::{Act, Rest, Script, scripts};
pub use sum::{Drilled, status};
