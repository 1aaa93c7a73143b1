//! It never matters that the webhook is away.

use std::fs;

use super::{
    asked::Asked,
    certificates::Authority,
    stage::{AWAY, ONE_STEP, Stage, USERS},
};

#[test]
fn while_nobody_answers_everything_is_applied_and_nobody_is_warned() {
    let stage = Stage::new("away", ONE_STEP);
    let asked = Asked::new(&stage);
    let authority = asked.certify();
    let operator = asked.operator();
    asked.register(&operator, &authority);
    asked.until(AWAY, "1 step,");
    operator.kill();
    let said = asked.try_out(AWAY);
    assert!(said.warnings.is_empty() && said.done.contains("server dry run"), "{}", said.done);
    let said = asked.apply(AWAY, &[]);
    assert!(said.warnings.is_empty() && said.done.contains("serverside-applied"), "{}", said.done);
}

/// The operator starts without a certificate and does its work; one that comes is shown, and so is a new one.
#[test]
fn the_certificate_may_come_late_and_is_renewed_without_a_restart() {
    let stage = Stage::new("renewed", ONE_STEP);
    let asked = Asked::new(&stage);
    let operator = asked.operator();
    asked.register(&operator, &Authority::new());
    let said = asked.apply(AWAY, &[]);
    assert!(said.warnings.is_empty(), "{:?}", said.warnings);
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), [USERS]);

    let first = asked.certify();
    asked.register(&operator, &first);
    asked.until(AWAY, "nothing to do");
    // The key has come and its certificate has not: the pair before is shown.
    let (_, foreign) = Authority::new().issue("localhost");
    fs::write(asked.dir.join("tls.key"), foreign).unwrap();
    assert!(!asked.try_out(AWAY).warnings.is_empty(), "half a pair was taken");
    let second = asked.certify();
    asked.register(&operator, &second);
    asked.until(AWAY, "nothing to do");
    // The API server believes the second authority alone by now.
    asked.register(&operator, &first);
    stage.until("the first one is believed no more", || asked.try_out(AWAY).warnings.is_empty());
}
