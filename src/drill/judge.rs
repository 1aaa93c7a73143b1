//! What it means when a step of a lost world is tried in one where nothing is lost.

use super::Act;
use crate::{
    api::DrillResult,
    bridge::{CallError, KnownRefusal, Refusal, Rehearsed},
    plan::Step,
};

/// What Lync says while its store is not where the failover of a pool needs it, with white space collapsed.
const STORE_IN_THE_WAY: &str = "Central Management Server is not";

/// What came of trying a step, with what is to be said about it. `before` are the steps that would have been done
/// by then, and were not.
pub fn judge(
    before: &[Act],
    step: &Step,
    answer: &Result<Rehearsed, CallError>,
) -> (DrillResult, Option<String>) {
    match answer {
        Ok(Rehearsed::WhatIf) => (DrillResult::Passed, None),
        Ok(Rehearsed::WithoutForce) => {
            let text = "tried without its arguments, as in JJ204678 step 1: -Force is among them, and is never \
                        tried. The host knows all of them";
            (DrillResult::Passed, Some(text.to_owned()))
        }
        Ok(Rehearsed::Found) => {
            let text = "not run: the cmdlet does not know -WhatIf. The host knows it with its parameters";
            (DrillResult::Passed, Some(text.to_owned()))
        }
        Ok(Rehearsed::NotTried(why)) => (DrillResult::Skipped, Some(why.clone())),
        Err(CallError::Refused(refusal)) => match cure(before, step, refusal) {
            Some(cure) => {
                (DrillResult::Expected, Some(format!("refused for what {cure} would mend: {refusal}")))
            }
            None => (DrillResult::Failed, Some(refusal.to_string())),
        },
        Ok(Rehearsed::Unfit(why)) => (DrillResult::Failed, Some(why.clone())),
        Err(error @ CallError::Denied(_)) => (DrillResult::Failed, Some(error.to_string())),
        // That a host could not be asked just now says nothing about the failover; its endpoint has checks of its own.
        Err(error) => (DrillResult::Skipped, Some(error.to_string())),
    }
}

/// The step before that would have mended what a failover of users was refused for.
fn cure<'a>(before: &'a [Act], step: &Step, refusal: &Refusal) -> Option<&'a Step> {
    let Step::FailOverPool { home, .. } = step else { return None };
    let text = refusal.message.split_whitespace().collect::<Vec<_>>().join(" ");
    let mends = |step: &&Step| match step {
        Step::SetEdgeNextHop { from, .. } => {
            from == home && refusal.known() == Some(KnownRefusal::EdgeNextHop)
        }
        // That a host cannot open the store is another matter: today it has to.
        Step::FailOverCentralManagement { from, .. } => from == home && text.contains(STORE_IN_THE_WAY),
        _ => false,
    };
    before.iter().map(|act| &act.step).find(mends)
}
