//! The actions that Argo CD offers on a `LyncFailover`.

use std::fs;

use serde_json::{Value, json};

use crate::{
    config_map::ACTIONS,
    git::Git,
    judge::{ask, lua},
    path,
    picture::kept,
    stage::{AWAY, ONE_STEP, STORE, Stage, USERS},
    states::state,
};

const FOLDER: &str = "deploy/argocd/lyncfailover.dev/LyncFailover/actions";

fn yaml(name: &str) -> Value {
    serde_yaml::from_str(&fs::read_to_string(path(&format!("{FOLDER}/{name}"))).unwrap()).unwrap()
}

/// What an action makes of an object.
fn after(action: &str, object: &Value) -> Value {
    let script = lua("LyncFailover", &format!("actions/{action}/action.lua"));
    ask(&[json!({"object": object, "actionLua": script})]).remove(0)["action"].take()
}

/// `action_test.yaml` is in the form of Argo CD's own tests.
#[test]
fn the_actions_do_what_their_tests_say() {
    let tests = yaml("action_test.yaml");
    for test in tests["discoveryTests"].as_array().unwrap() {
        let object = yaml(test["inputPath"].as_str().unwrap());
        let request = json!({"object": object, "discoveryLua": lua("LyncFailover", "actions/discovery.lua")});
        let offered = ask(&[request]).remove(0)["discovery"].take();
        assert_eq!(offered.as_object().unwrap().len(), ACTIONS.len());
        for expected in test["result"].as_array().unwrap() {
            let action = &offered[expected["name"].as_str().unwrap()];
            assert_eq!(action["disabled"], expected["disabled"]);
            assert_eq!(action["displayName"], expected["displayName"]);
        }
    }
    let tests = tests["actionTests"].as_array().unwrap();
    assert_eq!(tests.len(), ACTIONS.len());
    for test in tests {
        let before = yaml(test["inputPath"].as_str().unwrap());
        let expected = yaml(test["expectedOutputPath"].as_str().unwrap());
        assert_eq!(after(test["action"].as_str().unwrap(), &before), expected);
    }
}

/// An action changes nothing but `suspend`, in whatever state.
#[test]
fn an_action_changes_nothing_but_suspend() {
    for name in ["executing", "awaiting-consent", "suspended"] {
        let before = kept(&state("LyncFailover", name));
        for (action, suspend) in [("suspend", true), ("resume", false)] {
            let mut expected = before.clone();
            expected["spec"]["suspend"] = json!(suspend);
            assert_eq!(after(action, &before), expected, "{action} in {name}");
        }
    }
}

/// Suspended by the action, with Git that says nothing of `suspend`: the tools see no difference, and what they
/// apply next does not resume it.
#[test]
fn what_an_action_suspended_stays_so_until_it_is_resumed() {
    let slow = "durations: {cmsDisaster: 4s, poolFailover: 2s, internalReplication: 1s, check: 100ms}";
    let scenario = ONE_STEP.replace("cms: {pool: pool2.contoso.com}, ", "");
    let git = Git::new(Stage::new("gitops-action", &format!("{slow}, {scenario}")), AWAY);
    let _operator = git.stage.operator();
    git.stage.until("the store moves", || git.stage.runs(STORE));
    act(&git, "suspend");
    git.stage.until("Suspended", || git.stage.condition("Ready") == "False Suspended");
    git.shows_no_difference("suspended by an action");
    git.sync();
    git.stage.until_looked(2);
    assert_eq!(git.stage.cmdlets(), [STORE]);
    act(&git, "resume");
    git.stage.wait_for_ready();
    assert_eq!(git.stage.cmdlets(), [STORE, USERS]);
    git.shows_no_difference("resumed");
}

/// Does what Argo CD does: a merge patch of what the script changed.
fn act(git: &Git, action: &str) {
    let before: Value =
        serde_json::from_str(&git.stage.kubectl(&["get", "lfo", "contoso", "-o", "json"])).unwrap();
    let suspend = &after(action, &before)["spec"]["suspend"];
    let patch = json!({"spec": {"suspend": suspend}}).to_string();
    let manager = "--field-manager=argocd-server";
    git.stage.kubectl(&["patch", "lfo", "contoso", "--type=merge", manager, "-p", &patch]);
}
