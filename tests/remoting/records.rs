//! Which record an operator opens, and what a status can make it open: nothing of anybody else's.

use lync_failover::{
    bridge::{Operation, OperationId},
    controller::{OrganisationRecord, OwnedIntent, Owner, Sender},
    plan::{Intent, LastWord, Step},
};
use uuid::Uuid;

use crate::{
    bridges::MODULE,
    lab::PASSWORD,
    stage::{AWAY, ONE_STEP, USERS},
    theatre::Theatre,
};

/// The record of another organisation, in which something is in flight.
const STRANGER: &str = "lync-organisation-feedfeedfeedfeed";

fn in_flight() -> String {
    let step = Step::SetEdgeNextHop {
        edge: "edge1.fabrikam.com".parse().unwrap(),
        from: "pool1.fabrikam.com".parse().unwrap(),
        to: "pool2.fabrikam.com".parse().unwrap(),
    };
    let id = Uuid::from_u128(7);
    let operation = Operation {
        id: OperationId(id),
        host: "fe01.pool2.fabrikam.com".parse().unwrap(),
        mutation: step.mutation(),
        epoch: 7,
        keeper: None,
        session_id: id,
        shell_id: id,
        command_id: id,
    };
    let intent = Intent {
        step,
        operation,
        generation: 1,
        plan_hash: String::new(),
        written_at: jiff::Timestamp::now(),
        attempt: 1,
        position: (1, 1),
        undecided: None,
        last_word: LastWord::Runs,
    };
    let sender = Some(Sender { id: "stranger".to_owned(), name: "elsewhere/fabrikam".to_owned() });
    let owned =
        OwnedIntent { owner: Owner("stranger".to_owned()), name: "fabrikam".to_owned(), sender, intent };
    let record = OrganisationRecord { intent: Some(owned), ..OrganisationRecord::default() };
    serde_json::to_string(&record).unwrap()
}

#[test]
fn a_status_that_names_another_organisation_opens_and_changes_nothing_of_it() {
    let theatre = Theatre::new("remote-forged", ONE_STEP);
    let stage = &theatre.stage;
    let record = format!("--from-literal=record.json={}", in_flight());
    stage.kubectl(&["create", "configmap", STRANGER, &record]);
    let stored =
        |path: &str| stage.kubectl(&["get", "configmap", STRANGER, "-o", &format!("jsonpath={path}")]);
    let version = stored("{.metadata.resourceVersion}");
    theatre.password("not the password");
    theatre.deploy(MODULE, 5986);
    let forged = format!(r#"{{"status":{{"organisation":"{}"}}}}"#, &STRANGER["lync-organisation-".len()..]);
    stage.kubectl(&["patch", "ldep", "contoso", "--subresource=status", "--type=merge", "-p", &forged]);

    // Nobody has said who it is.
    let _operator = stage.operator();
    stage.apply(AWAY);
    stage.until("the refusal shows", || theatre.executor("fe01.pool2.contoso.com") == "Denied");
    stage.until("the failover is told", || !stage.field("{.status.nextAction.message}").is_empty());
    // They have, and it is another one: what is said to have been begun under the old name is left alone.
    theatre.password(PASSWORD);
    stage.until("it says what it waits for", || {
        stage.field("{.status.nextAction.message}").contains("ends first (docs/security.md")
    });
    let said = stage.kubectl(&["get", "ldep,lfo,events", "-o", "yaml"]);
    assert!(!said.contains("fabrikam"), "what is in flight elsewhere is nobody's business here: {said}");
    assert_eq!((stored("{.metadata.resourceVersion}"), theatre.started()), (version, Vec::new()));

    stage.kubectl(&[
        "patch",
        "configmap",
        STRANGER,
        "--type=merge",
        "-p",
        r#"{"data":{"record.json":"{}"}}"#,
    ]);
    stage.wait_for_ready();
    assert_eq!(theatre.started(), [USERS]);
    assert_eq!(stored("{.data.record\\.json}"), "{}");
    stage.until("the status says who it is", || {
        !theatre.deployment("{.status.organisation}").starts_with("feed")
    });
}
