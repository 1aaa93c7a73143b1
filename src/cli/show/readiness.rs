//! Readiness as a table, with what to do below it.

use super::{Style, indent, paint, table};
use crate::api::{CheckResult, ReadinessCheck, ReadinessView};

/// The score, the checks, and what to mend first.
pub(crate) fn readiness(view: &ReadinessView) -> String {
    let rows = view.checks.iter().map(|check| {
        let points = if check.weight > 0 { check.weight.to_string() } else { "-".to_owned() };
        vec![
            check.check.to_string(),
            check.subject.clone(),
            word(check.result).to_owned(),
            points,
            one_line(&check.message),
        ]
    });
    let table = table(&["check", "subject", "result", "points", "seen"], rows);
    let mut lines = table.lines();
    let mut text = format!("  {}\n", lines.next().unwrap_or_default());
    for (line, check) in lines.zip(&view.checks) {
        let painted = style(check).map_or_else(|| line.to_owned(), |style| paint(style, line));
        text += &format!("  {painted}\n");
    }
    let score = format!("readiness {} of 100", view.score);
    let good = view.score == 100;
    text += &format!("\n{}\n", paint(if good { Style::Good } else { Style::Bad }, &score));
    if !view.fixes.is_empty() {
        let fixes: Vec<String> = (1..).zip(&view.fixes).map(|(n, fix)| format!("{n}. {fix}")).collect();
        text += &format!("to mend first:\n{}", indent(&fixes.join("\n"), 2));
    }
    text
}

fn word(result: CheckResult) -> &'static str {
    match result {
        CheckResult::Pass => "pass",
        CheckResult::Fail => "FAIL",
        CheckResult::Unknown => "unknown",
        CheckResult::NotApplicable => "-",
    }
}

fn style(check: &ReadinessCheck) -> Option<Style> {
    match check.result {
        CheckResult::Fail => Some(Style::Bad),
        CheckResult::Unknown if check.weight > 0 => Some(Style::Notice),
        CheckResult::Unknown | CheckResult::NotApplicable => Some(Style::Faint),
        CheckResult::Pass => None,
    }
}

/// A message of Lync may have several lines.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::CheckName;

    #[test]
    fn a_message_of_several_lines_stays_in_its_row_and_what_weighs_nothing_says_so() {
        let check = |check, result, weight, message: &str| ReadinessCheck {
            check,
            subject: "organisation".to_owned(),
            result,
            weight,
            message: message.to_owned(),
            fix: None,
            effort: None,
        };
        let view = ReadinessView {
            score: 85,
            checks: vec![
                check(CheckName::Paired, CheckResult::Fail, 15, "one\r\n  two"),
                check(CheckName::LastDrill, CheckResult::Unknown, 0, "three"),
            ],
            fixes: vec!["Paired: mend it".to_owned()],
        };
        let plain = anstream::adapter::strip_str(&readiness(&view)).to_string();
        assert_eq!(
            plain,
            "  CHECK       SUBJECT        RESULT    POINTS   SEEN\n  \
             Paired      organisation   FAIL      15       one two\n  \
             LastDrill   organisation   unknown   -        three\n\n\
             readiness 85 of 100\nto mend first:\n  1. Paired: mend it\n"
        );
    }
}
