//! What people read.

use super::{
    asked::Asked,
    stage::{AWAY, Stage},
};

pub const LOST: &str = "failures: [{stopRegistrars: [pool1.contoso.com]}]";

/// One place in the lines for each of these, in this order.
#[track_caller]
pub fn assert_in_order(lines: &[String], parts: &[&str]) {
    let mut rest = lines.iter();
    for part in parts {
        assert!(rest.any(|line| line.contains(part)), "{part} is missing, or not in its place: {lines:#?}");
    }
}

#[test]
fn a_dry_run_shows_what_would_happen_and_changes_nothing() {
    let stage = Stage::new("warns", LOST);
    let asked = Asked::new(&stage);
    let authority = asked.certify();
    let operator = asked.operator();
    asked.register(&operator, &authority);

    // Nobody has agreed to lose something.
    let careful = AWAY.replace("policy: {disasterMode: WhenSourceDown}", "policy: {}");
    let consent = "consent is missing: spec.policy.disasterMode: WhenSourceDown";
    let lines = asked.until(&careful, consent);
    let steps = ["1. SetEdgeNextHop", "2. FailOverCentralManagement", "3. FailOverPool pool1.contoso.com"];
    assert_in_order(
        &lines,
        &[&["steps, mode Disaster"], &steps[..], &[consent, "next, Administrator"]].concat(),
    );

    // With consent the first step would be taken at once.
    let lines = asked.until(AWAY, ": next");
    assert_in_order(
        &lines,
        &[&["3 steps, mode Disaster"], &steps[..], &["next, Operator: Starts SetEdgeNextHop"]].concat(),
    );
    assert!(lines[1].ends_with(": next") && !lines.concat().contains("missing"), "{lines:#?}");
    assert!(lines.iter().all(|line| line.chars().count() <= 120), "{lines:#?}");

    // What Lync cannot have.
    let illegal = AWAY.replace("servedBy: pool2", "servedBy: pool9");
    let lines = asked.try_out(&illegal).warnings;
    assert_in_order(&lines, &["plan: none", "refused: users of pool1.contoso.com can be served by"]);

    // What is so already.
    let same = AWAY.replace("homePool: pool1", "homePool: pool2");
    let lines = asked.try_out(&same).warnings;
    assert!(lines.len() == 1 && lines[0].starts_with("plan: nothing to do"), "{lines:#?}");

    // The API server has stored nothing, and the operator has neither changed nor remembered anything.
    assert_eq!(stage.kubectl(&["get", "lfo", "-o", "name"]), "");
    assert!(stage.cmdlets().is_empty(), "{:?}", stage.cmdlets());
    let is_ours = |write: &&String| write.contains("lyncfailovers") || write.contains("configmaps");
    let writes = stage.writes();
    assert_eq!(writes.iter().find(is_ours), None, "a status or a record was written");
}

/// The plan is that of the new spec, with what is remembered of the resource.
#[test]
fn an_edit_is_planned_as_the_next_generation_of_what_is_there() {
    let stage = Stage::new("edits", "");
    let asked = Asked::new(&stage);
    let authority = asked.certify();
    let operator = asked.operator();
    asked.register(&operator, &authority);
    // A new object does not move a pool that is well.
    let approval = "approval is missing: spec.approval.planHash: ";
    let lines = asked.until(AWAY, approval);
    assert_in_order(&lines, &["mode Planned", approval, "next, Approver"]);
    let home = AWAY.replace("servedBy: pool2", "servedBy: pool1");
    let said = asked.apply(&home, &[]);
    assert_eq!(said.warnings.len(), 1, "what is applied is warned of as well: {:?}", said.warnings);
    stage.wait_for_ready();

    // One that has been as its spec says is moved by an edit.
    let version = || stage.field("{.metadata.resourceVersion} {.metadata.generation}");
    let before = version();
    let lines = asked.until(AWAY, ": next");
    assert_in_order(&lines, &["mode Planned", ": next", "next, Operator"]);
    assert!(!lines.concat().contains("missing"), "{lines:#?}");
    let other = AWAY.replace("name: contoso\nspec", "name: another\nspec");
    let lines = asked.try_out(&other).warnings.join("").replace("  ", " ");
    assert!(lines.contains("contoso wants otherwise"), "{lines}");
    assert_eq!(version(), before, "the resource was changed");
    assert!(stage.cmdlets().is_empty(), "{:?}", stage.cmdlets());
}
