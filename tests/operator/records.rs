//! A record that the operator cannot use.

use crate::stage::{AWAY, ONE_STEP, Stage, USERS};

/// Nothing is looked at or changed without the record, and everybody is told so: also that an edit was seen.
#[test]
fn a_record_of_a_newer_operator_is_left_alone_and_people_are_told() {
    let stage = Stage::new("too-new", ONE_STEP);
    let _operator = stage.operator();
    stage.apply(AWAY);
    stage.wait_for_ready();
    let name = stage.kubectl(&["get", "configmaps", "-o", "name"]);
    let name = name.split_whitespace().find(|name| name.contains("lync-organisation")).unwrap();
    let record = stage.kubectl(&["get", name, "-o", "jsonpath={.data.record\\.json}"]);
    let put = |text: &str| {
        let patch = serde_json::json!({"data": {"record.json": text}}).to_string();
        stage.kubectl(&["patch", name, "--type=merge", "-p", &patch]);
    };
    let newer = record.replacen("\"formatVersion\":1", "\"formatVersion\":99", 1);
    assert_ne!(newer, record);
    put(&newer);
    stage.until("it is told", || stage.condition("Ready") == "False RecordUnusable");
    let said = stage.field("{.status.nextAction.message}");
    assert!(said.contains("Run that newer operator again") && said.contains(&name[10..]), "{said}");
    assert_eq!(stage.field("{.status.nextAction.actor}"), "Administrator");
    let ready = "{.status.conditions[?(@.type==\"Ready\")].reason}";
    let of_deployment = stage.kubectl(&["get", "ldep", "contoso", "-o", &format!("jsonpath={ready}")]);
    assert_eq!(of_deployment, "RecordUnusable");
    stage.edit(r#"{"suspend": true}"#);
    stage.until("the edit is seen", || stage.field("{.status.observedGeneration}") == "2");
    assert_eq!(
        stage.kubectl(&["get", name, "-o", "jsonpath={.data.record\\.json}"]),
        newer,
        "it was written"
    );

    put(&record);
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), [USERS]);
}
