//! Would a failover work tonight? Pure: what was seen in, checks and a score out.
//!
//! Every check says what was seen and what to do about it. Unknown is a result of its own and never counts
//! as a pass. Nothing here reads a clock or asks anybody; what the operator does not look at yet comes in as
//! [`Evidence`], which says so.

mod backup;
mod central;
mod check;
mod edges;
mod evidence;
mod exports;
mod hosts;
mod pools;
mod replicas;
mod rights;
mod score;

use jiff::{SignedDuration, Timestamp};

use crate::{
    api::{CheckName, CheckResult, LyncDeploymentSpec, ObjectivesSpec},
    lync::{Fact, Observed, Topology},
    plan::{Assessment, Limits, Progress, Watch, assess},
};

pub use check::{Check, Fix, Subject};
pub use evidence::{DRILL_EVERY, Drill, Evidence};
pub use score::{fixes, weight};

/// How often exports are taken to be made where `spec.exports` does not say so: once a night.
pub const EXPORT_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// What a failover may cost (`spec.objectives`), and how often exports are made (`spec.exports`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objectives {
    /// Recovery point objective.
    pub rpo: SignedDuration,
    /// How often exports are made. One may be twice as old.
    pub export_every: SignedDuration,
    /// Whether the operator makes them.
    pub makes_exports: bool,
}

impl From<&ObjectivesSpec> for Objectives {
    /// An objective that cannot be read, which the API server does not let in, tolerates nothing.
    fn from(spec: &ObjectivesSpec) -> Self {
        Self {
            rpo: spec.rpo_duration().unwrap_or(SignedDuration::ZERO),
            export_every: EXPORT_EVERY,
            makes_exports: false,
        }
    }
}

impl From<&LyncDeploymentSpec> for Objectives {
    /// As with the objectives, an interval that cannot be read tolerates nothing.
    fn from(spec: &LyncDeploymentSpec) -> Self {
        let own = Self::from(&spec.objectives);
        match &spec.exports {
            Some(exports) => Self {
                export_every: exports.every_duration().unwrap_or(SignedDuration::ZERO),
                makes_exports: true,
                ..own
            },
            None => own,
        }
    }
}

/// What is judged.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// What was seen.
    pub observed: &'a Observed,
    /// What that says about the organisation.
    pub assessment: &'a Assessment,
    /// Since when things have been so.
    pub watch: &'a Watch,
    /// What others know: drills.
    pub evidence: &'a Evidence,
    /// The planner's numbers.
    pub limits: &'a Limits,
    /// What a failover may cost.
    pub objectives: Objectives,
    /// The time.
    pub now: Timestamp,
}

/// What came of all checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// 0 to 100: the weights of the checks that lack nothing.
    pub score: i32,
    /// The checks in the order of [`CheckName`], and of their subjects.
    pub checks: Vec<Check>,
}

/// Judges the readiness of an organisation. Total and deterministic.
pub fn readiness(inputs: Inputs<'_>) -> Readiness {
    let mut checks = vec![central::healthy(inputs), evidence::drill(inputs)];
    checks.extend(hosts::fit(inputs));
    checks.extend(match inputs.topology() {
        Ok(topology) => of_topology(inputs, topology),
        Err(why) => blind(&why, &checks),
    });
    checks.sort_by_key(|check| check.name);
    Readiness { score: score::score(&checks), checks }
}

/// Judges a single look, as an operator would that has just started.
pub fn at_first_sight(
    observed: &Observed,
    limits: &Limits,
    objectives: Objectives,
    now: Timestamp,
) -> Readiness {
    let watch = Watch::default().with_observation(observed, limits, now);
    let progress = Progress { watch, ..Progress::default() };
    let assessment = assess(observed, &progress, limits, now);
    let (watch, evidence) = (&progress.watch, &Evidence::default());
    readiness(Inputs { observed, assessment: &assessment, watch, evidence, limits, objectives, now })
}

fn of_topology(inputs: Inputs<'_>, topology: &Topology) -> Vec<Check> {
    let mut checks = pools::look(inputs, topology);
    checks.extend(central::standby(inputs, topology));
    checks.extend(edges::look(inputs, topology));
    checks.push(replicas::current(inputs, topology));
    checks.extend(exports::fresh(inputs));
    checks.push(rights::held(inputs));
    checks
}

/// Without the topology nobody knows whom to ask about: what is left to judge is unknown.
fn blind(why: &str, judged: &[Check]) -> Vec<Check> {
    let is_left = |name: &CheckName| judged.iter().all(|check| check.name != *name);
    let unknown = |name| {
        let message = format!("the topology is not known: {why}");
        Check::unknown(name, Subject::Organisation, message, Fix::see_the_bridge())
    };
    CheckName::ALL.iter().copied().filter(is_left).map(unknown).collect()
}

impl Readiness {
    /// The checks that have a weight and came to this for some subject, each once, in order.
    pub fn weighty(&self, result: CheckResult) -> Vec<CheckName> {
        let found = self.checks.iter().filter(|check| check.result == result && weight(check.name) > 0);
        let mut names: Vec<_> = found.map(|check| check.name).collect();
        names.dedup();
        names
    }
}

impl<'a> Inputs<'a> {
    /// A fact that was read from the running system lately.
    fn live<T>(&self, fact: Option<&'a Fact<T>>) -> Result<&'a T, String> {
        fact.ok_or("not observed yet")?.live(self.now, self.limits.stale_after)
    }

    /// The topology, which does not change during an outage: a replica's will do, as long as somebody looks.
    fn topology(&self) -> Result<&'a Topology, String> {
        match &self.observed.topology {
            Fact::Known { value, at, .. } if self.now.duration_since(*at) <= self.limits.stale_after => {
                Ok(value)
            }
            Fact::Known { at, .. } => Err(format!("last seen at {at}, too long ago")),
            Fact::Unknown(why) => Err(why.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
