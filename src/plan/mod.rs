//! The decision: desired + observed + progress + time → plan. Pure, total, deterministic.
//!
//! The plan is the documented procedure, in its order, minus the steps whose post-condition already
//! holds. It is made anew after every step; nothing of it is stored but the one intent in flight.

mod advice;
mod assess;
mod attempts;
mod backup;
mod ballots;
mod central;
mod cms;
mod consent;
mod contest;
mod decide;
mod desired;
mod edges;
mod effect;
mod failback;
mod half_way;
mod hash;
mod hold;
mod legal;
mod mirror;
mod move_after;
mod move_store;
mod progress;
mod refusal;
mod replication;
mod row;
mod step;
mod users;
mod verdict;
mod watch;
mod wish;
mod world;

use jiff::Timestamp;

use crate::lync::{Observed, Topology};

pub use assess::{Assessment, assess};
pub use backup::{Travel, travel};
pub use ballots::{Ballot, Observer, Vote, answers_for_itself, ballots, is_in_doubt};
pub use cms::CmsState;
pub use contest::contests;
pub use desired::{Desired, EdgeGoal, Limits, StoreBackup, UsersGoal};
pub use failback::{Check, Failback};
pub use hash::plan_hash;
pub use legal::{Rule, Violation, violations};
pub use progress::{Intent, LastWord, Progress, Run, StepOutcome, StepRecord};
pub use row::{ConsentField, Decision, Hold, Plan, PlannedStep, Skipped, StepState, Wait, WaitKind};
pub use step::{Mode, Risk, Step};
pub use verdict::{Verdict, looks_down};
pub use watch::{Beat, Hop, Watch};
pub use wish::WishError;
pub use world::World;

use row::Part;
use users::Before;

/// Works out what is left to do, in order, and what of it to do now.
///
/// Never fails, never waits, never reads a clock: every input gives a plan. What stands in the way is
/// part of it.
pub fn plan(
    desired: &Desired,
    observed: &Observed,
    progress: &Progress,
    limits: &Limits,
    now: Timestamp,
) -> Plan {
    let nothing = Topology::default();
    let topology = observed.topology.value();
    let world = World::new(desired, observed, topology.unwrap_or(&nothing), progress, limits, now);
    if topology.is_none() {
        let why = observed.topology.live(now, limits.stale_after).err().unwrap_or_default();
        return empty(&world, Hold::Unknown { what: "topology".to_owned(), why });
    }
    let broken = violations(desired, world.topology);
    if !broken.is_empty() {
        return empty(&world, Hold::Refused { violations: broken });
    }
    decide::decide(&world, rows(&world))
}

fn empty(world: &World<'_>, hold: Hold) -> Plan {
    decide::decide(world, Rows { holds: vec![hold], ..Rows::default() })
}

/// Everything that the parts of the planner have found out.
#[derive(Default)]
struct Rows {
    steps: Vec<PlannedStep>,
    skipped: Vec<Skipped>,
    /// What keeps the plan from being complete or certain.
    holds: Vec<Hold>,
    /// A replication kick that is due.
    kick: Option<Step>,
    warnings: Vec<String>,
}

impl Rows {
    /// Takes in what one part came to; gives its row, if it has one.
    fn take(&mut self, part: Part) -> Option<PlannedStep> {
        match part {
            Part::Skip(skipped) => self.skipped.push(skipped),
            Part::Hold(hold) => self.holds.push(hold),
            Part::Step(needed) => {
                self.kick = self.kick.take().or(needed.kick);
                for warning in needed.warnings {
                    if !self.warnings.contains(&warning) {
                        self.warnings.push(warning);
                    }
                }
                return Some(needed.row);
            }
        }
        None
    }
}

/// The rows in the order of the procedure: Edge, store, users; or store, Edge, users when the store
/// cannot be written, since the Edge change is a write to it. Users that go home go first: their way
/// needs no other step (JJ204945), and other steps may need them at home (JJ721939).
fn rows(world: &World<'_>) -> Rows {
    let mut rows = Rows::default();
    let edges = edges::edge_rows(world);
    let central = rows.take(central::central_row(world, &edges.steps));
    for (edge, why) in &edges.unseen {
        rows.holds.push(Hold::Unknown { what: format!("next hop of {edge}"), why: why.clone() });
    }
    let before = Before { edges: &edges, central: central.as_ref() };
    let (mut going_home, mut going_away) = (Vec::new(), Vec::new());
    for goal in &world.desired.users {
        let row = rows.take(users::users_row(world, goal, &before));
        if goal.is_away() { going_away.extend(row) } else { going_home.extend(row) }
    }
    if world.cms.is_writable() {
        rows.steps.extend(going_home);
        rows.steps.extend(edges.steps);
        rows.steps.extend(central);
    } else {
        rows.steps.extend(central);
        rows.steps.extend(going_home);
        rows.steps.extend(edges.steps);
    }
    rows.steps.extend(going_away);
    rows.skipped.extend(edges.skipped);
    rows.warnings.extend(move_after::left_to_do(world));
    rows
}
