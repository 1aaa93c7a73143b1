//! What a check is worth, what all come to, and what to mend first.

use super::Check;
use crate::api::{CheckName, Effort};

/// How many points a check is worth; together they are 100.
///
/// The most for what no cmdlet can mend in the night: a pair, a host to work from, a living target, data that
/// travels, a standby of the store. Less for what a person can work around with a cmdlet, or only needs afterwards.
pub fn weight(name: CheckName) -> i32 {
    match name {
        CheckName::Paired => 14,
        CheckName::TargetExecutor => 11,
        CheckName::TargetAlive | CheckName::StandbyCentralManagementStore => 10,
        CheckName::BackupServiceSteady | CheckName::BackupAge => 9,
        CheckName::EdgeNextHopChangeable | CheckName::CentralManagementHealthy => 6,
        CheckName::PoolStatesActive => 5,
        CheckName::PairIsMutual | CheckName::ExportsFresh => 4,
        CheckName::ExecutorFit | CheckName::LastDrill => 3,
        CheckName::StandbyMirror | CheckName::Rights | CheckName::ReplicasCurrent => 2,
    }
}

/// 100 less the weight of each check that lacks something for any subject: a failover is as ready as its
/// weakest part, and an average would hide it. Unknown costs as much as a failure: what nobody can see may be
/// broken.
pub(super) fn score(checks: &[Check]) -> i32 {
    let lacks = |name: &CheckName| checks.iter().any(|c| c.name == *name && c.result.is_lacking());
    100 - CheckName::ALL.iter().copied().filter(lacks).map(weight).sum::<i32>()
}

/// The three cheapest ways to a better score, in words: by effort, then by what they bring. The points of a
/// check come back when all its subjects are mended, so its effort is that of the longest fix.
pub fn fixes(checks: &[Check]) -> Vec<String> {
    let mut found: Vec<(Effort, i32, String)> = Vec::new();
    for name in CheckName::ALL.iter().copied().filter(|name| weight(*name) > 0) {
        let lacking = || checks.iter().filter(move |check| check.name == name);
        let all: Vec<_> = lacking().filter_map(|check| Some((check, check.fix.as_ref()?))).collect();
        let Some((first, fix)) = all.iter().rev().max_by_key(|(_, fix)| fix.effort) else { continue };
        let more = match all.len() - 1 {
            0 => String::new(),
            n => format!("; and {n} more like it"),
        };
        let effort = format!("{:?}", fix.effort).to_lowercase();
        let text = format!(
            "{name} (+{}, a matter of {effort}): {}: {}{more}",
            weight(name),
            first.subject,
            fix.text
        );
        found.push((fix.effort, -weight(name), text));
    }
    found.sort_by_key(|(effort, points, _)| (*effort, *points));
    found.into_iter().take(3).map(|(.., text)| text).collect()
}
