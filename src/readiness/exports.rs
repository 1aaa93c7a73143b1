//! What a failover does not carry over, and what a lost store is made anew from: whether there are files of it,
//! young enough, off the pools.

use super::{Check, Fix, Inputs, Subject};
use crate::{
    api::{CheckName, format_duration},
    exports::{AHEAD, needed},
    lync::{ExportOf, Exports, Fact, Why},
};

const CHECK: CheckName = CheckName::ExportsFresh;

/// One check of what is of the organisation, and one of the Response Groups of each pool.
pub(super) fn fresh(inputs: Inputs<'_>) -> Vec<Check> {
    let seen = match inputs.live(Some(&inputs.observed.exports)) {
        Ok(seen) => seen,
        Err(why) if !inputs.evidence.without_exports => return vec![unseen(inputs, why)],
        // What there was has not changed since, but for what people do.
        Err(_) => match inputs.observed.exports.value() {
            Some(seen) => seen,
            None => return vec![not_now()],
        },
    };
    if !seen.is_shared {
        let message = format!(
            "exports are in {}, on a disk of a Front End: what is kept there can be lost with the pool",
            seen.folder
        );
        let fix = "install the endpoint anew with -ExportDirectory on a share that outlives the pools \
                   (docs/windows.md, Exports)";
        return vec![Check::fail(CHECK, Subject::Organisation, message, Fix::hours(fix))];
    }
    let (of_pools, of_all): (Vec<_>, Vec<_>) =
        needed(inputs.observed, inputs.evidence.store_moved_at, inputs.now)
            .into_iter()
            .partition(|of| of.pool().is_some());
    let mut checks = vec![judge(inputs, seen, Subject::Organisation, &of_all)];
    for of in of_pools {
        let subject = of.pool().map_or(Subject::Organisation, |pool| Subject::Pool(pool.clone()));
        checks.push(judge(inputs, seen, subject, &[of]));
    }
    checks
}

fn judge(inputs: Inputs<'_>, seen: &Exports, subject: Subject, wanted: &[ExportOf]) -> Check {
    let limit = inputs.objectives.export_every * 2;
    let mut told = Vec::new();
    let mut lacking = Vec::new();
    for of in wanted {
        let Some(file) = seen.newest(of) else {
            let why = seen.of(of).and_then(|found| found.problem.as_ref());
            let why = why.map(|why| format!(" that is whole ({why})")).unwrap_or_default();
            told.push(format!("there is no export of {of}{why} in {}", seen.folder));
            lacking.push(of);
            continue;
        };
        let age = inputs.now.duration_since(file.made_at);
        let verdict = match (age <= -AHEAD, age > limit) {
            (true, _) => ", which is not over yet: the clock of the host that made it is wrong".to_owned(),
            (_, true) => format!(", more than {} ago", format_duration(limit)),
            (false, false) => String::new(),
        };
        if !verdict.is_empty() {
            lacking.push(of);
        }
        told.push(format!("the newest export of {of} is of {:.0}{verdict}", file.made_at));
    }
    let message = told.join("; ");
    match lacking.first() {
        None => Check::pass(CHECK, subject, message),
        Some(of) => Check::fail(CHECK, subject, message, mend(inputs, seen, of)),
    }
}

/// The cheapest way: let the operator do it; where it tries to, see why it does not get there.
fn mend(inputs: Inputs<'_>, seen: &Exports, of: &ExportOf) -> Fix {
    if inputs.objectives.makes_exports {
        Fix::minutes(format!(
            "status.exports.lastAttempt of the LyncDeployment says what went wrong; by hand, into {} or any place that \
             outlives the pool: {}",
            seen.folder,
            of.cmdlet("FILE.zip")
        ))
    } else {
        Fix::minutes(
            "spec.exports: {} in the LyncDeployment lets the operator make exports every day; a failover carries over \
             no locations and no Response Groups",
        )
    }
}

fn not_now() -> Check {
    let message = "nobody looks for exports while a failover is under way or may begin";
    Check::unknown(CHECK, Subject::Organisation, message, Fix::minutes("wait until it is over"))
}

/// Whether the host was asked at all: one without the module, or with an old one, says so.
fn has_module(said: &str) -> bool {
    !said.contains("install it") && !said.contains("not recognized")
}

/// Nobody can see what there is.
fn unseen(inputs: Inputs<'_>, why: String) -> Check {
    let fix = match &inputs.observed.exports {
        // The module is there, and its folder is not.
        Fact::Unknown(Why::CmdletFailed(said)) if has_module(said) => Fix::hours(
            "make the folder that the endpoints were installed with (-ExportDirectory) reachable from the Front Ends \
             again; if its server is gone, install them anew with another share (docs/windows.md, Exports)",
        ),
        Fact::Unknown(Why::CmdletFailed(_) | Why::NotObserved) => Fix::hours(
            "install the module of this version on the Front Ends (docs/windows.md), with -ExportDirectory on a share \
             that outlives the pools; until then export by hand: Export-CsConfiguration, Export-CsLisConfiguration, \
             and Export-CsRgsConfiguration of each pool",
        ),
        _ => Fix::see_the_bridge(),
    };
    Check::unknown(CHECK, Subject::Organisation, format!("what there is of exports is not known: {why}"), fix)
}
