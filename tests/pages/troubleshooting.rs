//! `docs/troubleshooting.md` has a section for everything that `nextAction` can say, and quotes it as the code says it.

use std::{collections::BTreeSet, fs};

use lync_failover::{api::Reason, plan::ConsentField};

use crate::{files::path, vocabulary::variants, words::words};

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap()
}

/// The page's sections: heading, text.
fn sections(page: &str) -> Vec<(String, String)> {
    let parts = page.split("\n## ").skip(1);
    parts
        .map(|part| part.split_once('\n').unwrap())
        .map(|(head, text)| (head.to_owned(), text.to_owned()))
        .collect()
}

#[test]
fn each_reason_of_ready_has_its_section_with_what_to_look_at_and_what_to_do() {
    let sections = sections(&read("docs/troubleshooting.md"));
    for reason in Reason::ALL.iter().filter(|reason| words(**reason).is_some()) {
        let section = sections.iter().find(|(head, _)| head == reason.as_str());
        let (_, text) = section.unwrap_or_else(|| panic!("{reason} has no section"));
        for part in ["**Means**", "**Look at**", "**Do**"] {
            assert_eq!(text.matches(part).count(), 1, "{reason} has no {part}");
        }
    }
    let known = |head: &str| head.parse::<Reason>().is_ok_and(|reason| words(reason).is_some());
    let first: Vec<_> = sections.iter().map(|(head, _)| head.as_str()).filter(|head| !known(head)).collect();
    assert_eq!(first, ["Where to begin", "When kubectl shows nothing of use"]);
}

/// Each kind of decision, of waiting and of holding is named, once, in the section of the reason that it is shown with.
#[test]
fn nothing_that_the_planner_decides_is_missing() {
    let sections = sections(&read("docs/troubleshooting.md"));
    let wanted = ["Decision", "WaitKind", "Hold"].map(|name| {
        variants("src/plan/row.rs", name).into_iter().map(move |variant| format!("{name}::{variant}"))
    });
    // What they hold is listed one by one.
    let lists = ["Decision::Wait", "Decision::Hold"];
    for kind in wanted.into_iter().flatten().filter(|kind| !lists.contains(&kind.as_str())) {
        let named = format!("`{kind}`");
        let of: Vec<&str> = sections
            .iter()
            .filter(|(_, text)| text.contains(&named))
            .map(|(head, _)| head.as_str())
            .collect();
        // One hold is shown in two ways, by how far the operator may go.
        let wanted = if kind == "Hold::PlanOnly" { 2 } else { 1 };
        assert_eq!(of.len(), wanted, "{kind} is in {of:?}");
    }
}

/// `summary.rs` decides which reason a hold is shown with; the page has it in that section.
#[test]
fn each_hold_stands_where_it_is_shown() {
    let summary = read("src/status/summary.rs");
    let sections = sections(&read("docs/troubleshooting.md"));
    let mut seen = BTreeSet::new();
    for line in summary.lines().filter(|line| line.contains("=> Reason::") && line.contains("Hold::")) {
        let after = |from: &str| {
            let rest = line.split_once(from).unwrap().1;
            rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>()
        };
        let (hold, reason) = (after("Hold::"), after("=> Reason::"));
        let (_, text) = sections.iter().find(|(head, _)| *head == reason).unwrap();
        assert!(text.contains(&format!("`Hold::{hold}`")), "{hold} is shown with {reason}");
        seen.insert(hold);
    }
    assert_eq!(seen, variants("src/plan/row.rs", "Hold").into_iter().collect());
}

/// What the page says that `nextAction` says is what the code says.
#[test]
fn what_is_quoted_is_in_the_code() {
    let page = read("docs/troubleshooting.md");
    let code: String = ["src/status/next_action.rs", "src/plan/row.rs"].map(read).concat();
    // A text that goes on in the next line of the source.
    let code = code.split("\\\n").map(str::trim_start).collect::<String>();
    let quotes: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("> ")).flat_map(|line| line.split(" … ")).collect();
    assert!(quotes.len() > 15, "{quotes:?}");
    for quote in quotes {
        assert!(code.contains(quote.trim_end_matches(" …")), "nothing says {quote:?}");
    }
}

#[test]
fn every_field_of_consent_is_named() {
    let page = read("docs/troubleshooting.md");
    for field in [
        ConsentField::DisasterModeWhenSourceDown,
        ConsentField::DisasterModeAlways,
        ConsentField::FailbackDisasterMode,
        ConsentField::InstallDatabaseClean,
    ] {
        assert!(page.contains(field.line()), "{}", field.line());
    }
    assert_eq!(variants("src/plan/row.rs", "ConsentField").len(), 4);
}
