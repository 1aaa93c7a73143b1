//! A drill as tables, one a pool.

use super::{Style, indent, paint, table};
use crate::api::{DrillOutcome, DrillResult, DrillStatus, DrilledPool};

/// What was tried of each pool, and what it came to.
pub(crate) fn drill(drill: &DrillStatus) -> String {
    if let Some(why) = &drill.waits_for {
        let text = format!("nothing was tried: {why}");
        return format!("{}\n", paint(Style::Notice, &text));
    }
    let mut text: String = drill.pools.iter().map(pool).collect();
    if drill.more_pools > 0 {
        text += &format!("and {} pools more\n", drill.more_pools);
    }
    let word = drill.outcome.map_or("incomplete".to_owned(), |outcome| outcome.to_string().to_lowercase());
    let message = drill.message.as_deref().unwrap_or_default();
    let style = drill.outcome.map_or(Style::Notice, style);
    text + &format!("{}: {message}. Nothing was changed.\n", paint(style, &format!("drill {word}")))
}

fn pool(pool: &DrilledPool) -> String {
    let head = format!("if {} were lost (users served by {})", pool.pool, pool.pair);
    let rows = pool.steps.iter().map(|step| {
        let host = step.host.clone().unwrap_or_else(|| "-".to_owned());
        let message = step.message.clone().unwrap_or_default();
        vec![step.step.clone(), step.target.clone(), host, word(step.result).to_owned(), message]
    });
    let mut text = format!("{}\n", paint(Style::Heading, &head));
    text += &indent(&table(&["step", "target", "host", "result", "message"], rows), 2);
    if pool.more_steps > 0 {
        text += &format!("  and {} steps more\n", pool.more_steps);
    }
    text + "\n"
}

fn word(result: DrillResult) -> &'static str {
    match result {
        DrillResult::Passed => "passed",
        DrillResult::Expected => "expected",
        DrillResult::Failed => "FAILED",
        DrillResult::Skipped => "skipped",
    }
}

fn style(outcome: DrillOutcome) -> Style {
    match outcome {
        DrillOutcome::Passed => Style::Good,
        DrillOutcome::Failed => Style::Bad,
        DrillOutcome::Incomplete => Style::Notice,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::DrilledStep;

    fn plain(status: &DrillStatus) -> String {
        anstream::adapter::strip_str(&drill(status)).to_string()
    }

    #[test]
    fn each_pool_has_a_table_and_what_could_not_be_tried_says_why() {
        let step = |step: &str, host: Option<&str>, result, message: Option<&str>| DrilledStep {
            step: step.to_owned(),
            target: "a -> b".to_owned(),
            host: host.map(str::to_owned),
            result,
            message: message.map(str::to_owned),
        };
        let pool = DrilledPool {
            pool: "pool1".to_owned(),
            pair: "pool2".to_owned(),
            outcome: DrillOutcome::Failed,
            steps: vec![
                step("SetEdgeNextHop", Some("fe1"), DrillResult::Passed, None),
                step("FailOverPool", None, DrillResult::Failed, Some("no host")),
            ],
            more_steps: 1,
        };
        let status = DrillStatus {
            outcome: Some(DrillOutcome::Failed),
            message: Some("pools: 1 failed".to_owned()),
            pools: vec![pool],
            more_pools: 2,
            ..DrillStatus::default()
        };
        assert_eq!(
            plain(&status),
            "if pool1 were lost (users served by pool2)\n  \
             STEP             TARGET   HOST   RESULT   MESSAGE\n  \
             SetEdgeNextHop   a -> b   fe1    passed\n  \
             FailOverPool     a -> b   -      FAILED   no host\n  \
             and 1 steps more\n\nand 2 pools more\n\
             drill failed: pools: 1 failed. Nothing was changed.\n"
        );
        let waits = DrillStatus { waits_for: Some("pool1 is Down".to_owned()), ..DrillStatus::default() };
        assert_eq!(plain(&waits), "nothing was tried: pool1 is Down\n");
    }
}
