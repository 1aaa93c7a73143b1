//! Exports, as a status shows them.

use jiff::{SignedDuration, Timestamp};

use super::views::time;
use crate::{
    api::{ExportAttempt, ExportKindName, ExportResult, ExportView, ExportsView},
    exports::{Attempt, Due},
    lync::{ExportOf, Exports, ExportsOfKind, Fact, PoolFqdn, Why},
};

/// What is told of exports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportsTold {
    /// What is to be done about them.
    pub due: Option<Due>,
    /// The last attempt of this process.
    pub last: Option<Attempt>,
    /// Whether nobody looked for them this time.
    pub without_look: bool,
}

/// The view; `None` where there is nothing to tell. An attempt before the last start of the operator is told on.
pub(super) fn exports_view(
    old: Option<&ExportsView>,
    seen: &Fact<Exports>,
    told: &ExportsTold,
    stale_after: SignedDuration,
    now: Timestamp,
) -> Option<ExportsView> {
    let live = seen.live(now, stale_after);
    let last_attempt = match &told.last {
        Some(last) => Some(attempt(last)),
        None => old.and_then(|old| old.last_attempt.clone()),
    };
    if let (true, Err(_), Some(old)) = (told.without_look, &live, old) {
        // Nobody looks while a failover is under way, and that is when people need to know what there was.
        let message = Some("not looked at while a failover is under way or may begin".to_owned());
        return Some(ExportsView { message, last_attempt, ..old.clone() });
    }
    let message = match (&told.due, &live) {
        (Some(Due::Blind(why)), _) => Some(format!("none are made: {why}")),
        (_, Err(why)) if !is_nothing(seen) => Some(format!("what there is cannot be seen: {why}")),
        _ => None,
    };
    let view = ExportsView {
        folder: live.as_ref().ok().map(|exports| exports.folder.clone()),
        message,
        files: live.map(|exports| exports.found.iter().map(file).collect()).unwrap_or_default(),
        last_attempt,
    };
    (view != ExportsView::default()).then_some(view)
}

/// Whether nobody was ever asked, or a plain endpoint was.
fn is_nothing(seen: &Fact<Exports>) -> bool {
    matches!(seen, Fact::Unknown(Why::NotObserved | Why::CmdletFailed(_)))
}

fn file(found: &ExportsOfKind) -> ExportView {
    ExportView {
        kind: match found.of {
            ExportOf::Configuration => ExportKindName::Configuration,
            ExportOf::Locations => ExportKindName::Locations,
            ExportOf::ResponseGroups(_) => ExportKindName::ResponseGroups,
        },
        subject: found.of.pool().map_or_else(|| "organisation".to_owned(), PoolFqdn::to_string),
        file: found.newest.as_ref().map(|file| file.path.to_string()),
        made_at: found.newest.as_ref().map(|file| time(file.made_at)),
        size_bytes: found.newest.as_ref().map(|file| file.size),
        problem: found.problem.clone(),
    }
}

fn attempt(last: &Attempt) -> ExportAttempt {
    ExportAttempt {
        ended_at: time(last.ended_at),
        host: last.host.to_string(),
        result: match (last.made.is_empty(), last.failed.is_empty()) {
            (_, true) => ExportResult::Made,
            (false, false) => ExportResult::MadeInPart,
            (true, false) => ExportResult::Failed,
        },
        message: last.problem(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lync::{ExportFile, Source};

    const STALE_AFTER: SignedDuration = SignedDuration::from_mins(3);

    fn now() -> Timestamp {
        "2026-11-22T03:00:00Z".parse().expect("valid")
    }

    fn seen() -> Fact<Exports> {
        let path = "C:\\exports\\lf-lis-20261122T020000Z.zip".parse().expect("valid");
        let newest = Some(ExportFile { path, made_at: now() - SignedDuration::from_hours(1), size: 7 });
        let found = vec![ExportsOfKind { of: ExportOf::Locations, newest, problem: None, count: 2 }];
        let exports = Exports { folder: "C:\\exports".to_owned(), is_shared: false, found };
        Fact::known(exports, now(), Source::Service("fe01.pool2.contoso.com".parse().expect("valid")))
    }

    fn view(seen: &Fact<Exports>, told: &ExportsTold, at: Timestamp) -> Option<ExportsView> {
        exports_view(None, seen, told, STALE_AFTER, at)
    }

    #[test]
    fn nothing_moves_while_nothing_happens_and_old_news_are_none() {
        let told = ExportsTold::default();
        let first = view(&seen(), &told, now()).expect("there is something");
        assert_eq!(view(&seen(), &told, now() + SignedDuration::from_mins(2)), Some(first.clone()));
        assert_eq!(first.files[0].subject, "organisation");
        let old = view(&seen(), &told, now() + SignedDuration::from_mins(4)).expect("it is told");
        assert!(old.files.is_empty() && old.folder.is_none());
        assert!(old.message.is_some_and(|message| message.contains("too long ago")));
    }

    #[test]
    fn what_there_was_stays_while_nobody_looks() {
        let due = Some(Due::Held("a run is open".to_owned()));
        let told = ExportsTold { due, last: None, without_look: true };
        let first = view(&seen(), &told, now()).expect("there is something");
        let later = now() + SignedDuration::from_mins(40);
        let held = exports_view(Some(&first), &seen(), &told, STALE_AFTER, later).expect("it stays");
        assert_eq!((&held.files, &held.folder), (&first.files, &first.folder));
        assert!(held.message.is_some_and(|message| message.contains("not looked at")));
        let told = ExportsTold { without_look: false, ..told };
        let looked = exports_view(Some(&first), &seen(), &told, STALE_AFTER, later).expect("it is told");
        assert!(looked.files.is_empty(), "somebody looked, and saw nothing");
    }

    #[test]
    fn where_nothing_is_asked_for_and_nothing_can_be_seen_nothing_is_told() {
        let no_module: Fact<Exports> = Fact::Unknown(Why::CmdletFailed("a plain endpoint".to_owned()));
        assert_eq!(view(&no_module, &ExportsTold::default(), now()), None);
        let asked =
            ExportsTold { due: Some(Due::Blind("a plain endpoint".to_owned())), ..ExportsTold::default() };
        let told = view(&no_module, &asked, now()).expect("it is told");
        assert!(told.message.is_some_and(|message| message.contains("a plain endpoint")));
    }

    #[test]
    fn an_attempt_says_what_it_came_to_and_outlives_the_process() {
        let attempt = |made: &[ExportOf], failed: &[ExportOf]| Attempt {
            ended_at: now(),
            host: "fe01.pool2.contoso.com".parse().expect("valid"),
            made: made.to_vec(),
            failed: failed.iter().map(|of| (of.clone(), "no room".to_owned())).collect(),
            notes: Vec::new(),
            failures: 1,
        };
        let (one, other) = ([ExportOf::Configuration], [ExportOf::Locations]);
        let of = |attempt| {
            let told = ExportsTold { last: Some(attempt), ..ExportsTold::default() };
            view(&seen(), &told, now()).expect("it is told")
        };
        let result = |view: ExportsView| view.last_attempt.map(|last| last.result);
        assert_eq!(result(of(attempt(&one, &[]))), Some(ExportResult::Made));
        assert_eq!(result(of(attempt(&one, &other))), Some(ExportResult::MadeInPart));
        let failed = of(attempt(&[], &one));
        assert_eq!(result(failed.clone()), Some(ExportResult::Failed));
        let later = exports_view(Some(&failed), &seen(), &ExportsTold::default(), STALE_AFTER, now());
        assert_eq!(later.and_then(|view| view.last_attempt), failed.last_attempt);
    }
}
