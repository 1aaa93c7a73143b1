//! A plan as lines of warning: short, few, and in the words of the status.

use jiff::Timestamp;

use crate::{
    api::{Management, NextAction},
    plan::{Decision, Hold, Mode, Plan, PlannedStep, StepState},
    text::printable,
};

/// What clients show without cutting it: 120 characters a warning (Kubernetes, *Admission webhooks: warnings*).
const WIDTH: usize = 120;
/// The API server cuts what has more than 4096 bytes in all (k8s.io/apiserver, `endpoints/filters/warning.go`).
const MOST: usize = 30;

/// What a plan comes to. `at` is when Lync was looked at.
pub(super) fn lines(
    plan: &Plan,
    management: Management,
    next: Option<&NextAction>,
    at: Timestamp,
) -> Vec<String> {
    if management == Management::Observe {
        return vec!["plan: none, since spec.policy.management is Observe".to_owned()];
    }
    let mut all = vec![format!("{} (Lync as seen at {at:.0})", head(plan))];
    all.extend(plan.steps.iter().enumerate().map(|(at, row)| format!("{}. {}", at + 1, step(row))));
    let refusals = refusals(plan);
    all.extend(missing(plan));
    if let Some(next) = next.filter(|_| refusals.is_empty() && plan.decision != Decision::Converged) {
        all.push(format!("next, {:?}: {}", next.actor, next.message));
    }
    all.extend(refusals);
    all.extend(plan.warnings.iter().map(|warning| format!("note: {warning}")));
    bounded(all)
}

/// Texts as warnings: each on as many lines as it needs, all together on as many as there may be.
pub(super) fn bounded(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = texts.into_iter().flat_map(|text| wrap(&printable(&text))).collect();
    if all.len() > MOST {
        let left = all.len() - (MOST - 1);
        all.truncate(MOST - 1);
        all.push(format!("and {left} lines more; once it is applied, status.plan has all of it"));
    }
    all
}

fn head(plan: &Plan) -> String {
    if plan.steps.is_empty() {
        return match plan.decision {
            Decision::Converged => "plan: nothing to do, Lync is as the spec says".to_owned(),
            Decision::Hold(Hold::Refused { .. }) => {
                "plan: none, the spec asks for what Lync cannot have".to_owned()
            }
            _ => "plan: no step is certain yet".to_owned(),
        };
    }
    let modes = || plan.steps.iter().filter_map(|row| row.step.mode());
    let mode = match (modes().any(|mode| mode == Mode::Disaster), modes().next()) {
        (true, _) => ", mode Disaster: what was not replicated is lost",
        (false, Some(_)) => ", mode Planned",
        (false, None) => "",
    };
    let count = plan.steps.len();
    format!("plan {}: {count} step{}{mode}", plan.hash, if count == 1 { "" } else { "s" })
}

fn step(row: &PlannedStep) -> String {
    let mode = match row.step.mode_name() {
        "" => String::new(),
        mode => format!(" ({mode})"),
    };
    let state = match &row.state {
        StepState::Ready => "next".to_owned(),
        StepState::Running => "runs".to_owned(),
        StepState::Later { after } => format!("after {after}"),
        StepState::Waiting(wait) => format!("waits until {}", wait.what),
        StepState::Held(_) => "held".to_owned(),
    };
    format!("{}{mode}: {state}", row.step)
}

/// What people have not agreed to, each once.
fn missing(plan: &Plan) -> Vec<String> {
    let mut all = Vec::new();
    for row in &plan.steps {
        let line = match &row.state {
            StepState::Held(Hold::NeedsConsent { field, .. }) => {
                format!("consent is missing: {}", field.line())
            }
            StepState::Held(Hold::AwaitingApproval { hash, .. }) => {
                format!("approval is missing: spec.approval.planHash: {hash}")
            }
            _ => continue,
        };
        if !all.contains(&line) {
            all.push(line);
        }
    }
    all
}

fn refusals(plan: &Plan) -> Vec<String> {
    let Decision::Hold(Hold::Refused { violations }) = &plan.decision else { return Vec::new() };
    violations.iter().map(|violation| format!("refused: {}", violation.message)).collect()
}

/// Breaks between words; a word that is too long for a line is cut.
fn wrap(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word: String = word.chars().take(WIDTH - 2).collect();
        match all.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(&word);
            }
            Some(_) => all.push(format!("  {word}")),
            None => all.push(word),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_comes_the_warnings_are_short_and_few() {
        let texts = (0..500).map(|at| format!("{at} {}\n{}\u{202e}", "word ".repeat(40), "x".repeat(300)));
        let all = bounded(texts);
        assert_eq!(all.len(), MOST);
        assert!(all.iter().all(|line| line.chars().count() <= WIDTH), "{all:#?}");
        assert!(all.concat().len() < 4096, "the API server would cut them");
        assert!(!all.concat().contains(['\n', '\u{202e}']), "{all:#?}");
        assert!(all[MOST - 1].starts_with("and 1471 lines more") && all[0].starts_with("0 word"), "{all:#?}");
    }

    #[test]
    fn a_long_text_goes_on_in_the_next_line_and_loses_nothing() {
        let text = "one two three ".repeat(30);
        let all = bounded([text.clone()]);
        assert!(all.len() > 3 && all[1].starts_with("  "), "{all:#?}");
        let joined = all.join(" ");
        assert!(joined.split_whitespace().eq(text.split_whitespace()), "{joined}");
    }
}
