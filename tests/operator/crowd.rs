//! Many resources that say the same about one organisation.

use std::time::Instant;

use crate::stage::{AWAY, ONE_STEP, Stage, USERS};

/// Makes a number of resources like one, fast.
fn apply_many(stage: &Stage<'_>, like: &str, number: usize) {
    let numbers: Vec<usize> = (0..number).collect();
    std::thread::scope(|scope| {
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

#[test]
fn a_thousand_are_failed_over_by_one_cmdlet_and_then_there_is_silence() {
    let stage = Stage::new("thousand", ONE_STEP);
    let begun = Instant::now();
    apply_many(&stage, AWAY, 1000);
    eprintln!("made after {:.1?}", begun.elapsed());
    let begun = Instant::now();
    let operator = stage.operator();
    stage.until("the cmdlet", || !stage.cmdlets().is_empty());
    eprintln!("first cmdlet after {:.1?}", begun.elapsed());
    stage.until("the end of it", || stage.has_ended(USERS));
    eprintln!("ended after {:.1?}", begun.elapsed());
    stage.until("all are ready", || ready(&stage) == 1000);
    eprintln!("all ready after {:.1?}, with {} MiB", begun.elapsed(), operator.memory());
    stage.until_looked(1);
    let (writes, reads, begun) = (stage.writes(), stage.observations(), Instant::now());
    stage.until_looked(3);
    eprintln!("{} writes, three looks in {:.1?}", writes.len(), begun.elapsed());
    let (looked, intervals) = (stage.observations() - reads, begun.elapsed().as_secs() / 5 + 1);
    assert!(looked <= intervals, "{looked} observations in {intervals} intervals");
    let more = stage.writes().split_off(writes.len());
    assert_eq!(more, [""; 0], "writes at rest");
    assert_eq!(stage.cmdlets(), [USERS]);
}
