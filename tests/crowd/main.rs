//! Many resources that say the same about one organisation. A test program of its own, since it keeps a machine
//! busy.
#![cfg(unix)]
#![allow(clippy::print_stdout, clippy::unwrap_used, unreachable_pub, reason = "a test may panic and tell")]

#[path = "../controlplane/mod.rs"]
mod controlplane;
#[path = "../stage/mod.rs"]
mod stage;

use std::{
    thread,
    time::{Duration, Instant},
};

use stage::{AWAY, ONE_STEP, Stage, USERS};

/// Makes a number of resources like one, fast.
fn apply_many(stage: &Stage<'_>, like: &str, number: usize) {
    let numbers: Vec<usize> = (0..number).collect();
    thread::scope(|scope| {
        for part in numbers.chunks(number.div_ceil(4)) {
            scope.spawn(move || {
                let one =
                    |number: &usize| like.replace("name: contoso\nspec", &format!("name: n{number}\nspec"));
                let all: Vec<String> = part.iter().map(one).collect();
                stage.try_kubectl(&["create", "-f", "-"], &all.join("---\n")).ok();
            });
        }
    });
}

/// How many are `Ready`.
fn ready(stage: &Stage<'_>) -> usize {
    let statuses = "jsonpath={.items[*].status.conditions[?(@.type==\"Ready\")].status}";
    stage.kubectl(&["get", "lfo", "-o", statuses]).split(' ').filter(|status| *status == "True").count()
}

#[test]
fn a_hundred_at_rest_cost_no_more_than_one() {
    let stage = Stage::new("hundred", "");
    apply_many(&stage, &AWAY.replace("servedBy: pool2", "servedBy: pool1"), 100);
    let _operator = stage.operator();
    stage.until("all are ready", || ready(&stage) == 100);
    stage.until_looked(1);

    let (writes, reads, begun) = (stage.writes(), stage.observations(), Instant::now());
    stage.until_looked(3);
    let (looked, intervals) = (stage.observations() - reads, begun.elapsed().as_secs() / 5 + 1);
    assert!(looked <= intervals, "{looked} observations in {intervals} intervals");
    assert_eq!(stage.writes().len(), writes.len(), "writes at rest");
    assert!(stage.cmdlets().is_empty());
}

/// In a debug build on two cores all are ready after 50 s with 47 MiB: a status takes 8 ms to write, and each
/// resource gets four of them.
#[test]
fn a_thousand_are_failed_over_by_one_cmdlet_and_then_there_is_silence() {
    let stage = Stage::new("thousand", ONE_STEP);
    // On a busy machine a thousand statuses take longer to write than the other tests let a fact last.
    let patient = r#"{"spec": {"observation": {"staleAfter": "3m"}}}"#;
    stage.kubectl(&["patch", "ldep", "contoso", "--type=merge", "-p", patient]);
    apply_many(&stage, AWAY, 1000);
    let begun = Instant::now();
    let operator = stage.operator();
    stage.until("the cmdlet", || !stage.cmdlets().is_empty());
    let started = begun.elapsed();
    stage.until("the end of it", || stage.has_ended(USERS));
    stage.until("all are ready", || ready(&stage) == 1000);
    let (took, memory) = (begun.elapsed(), operator.memory());
    eprintln!("first cmdlet after {started:.1?}, all ready after {took:.1?}, {memory} MiB");
    assert!(took < Duration::from_secs(200) && memory < 200);

    stage.until_looked(1);
    let writes = stage.writes().len();
    stage.until_looked(2);
    assert_eq!(stage.writes().split_off(writes), [""; 0], "writes at rest");
    assert_eq!(stage.cmdlets(), [USERS]);
    assert!(writes < 6 * 1000, "{writes} writes");
}
