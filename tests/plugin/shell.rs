//! What the shell completes, by way of kubectl itself.

use crate::{
    plugin::{kubectl, kubectl_with, stage},
    stage::AWAY,
};

#[test]
fn kubectl_completes_subcommands_options_names_and_namespaces() {
    let stage = stage("lync-shell", "");
    stage.apply(AWAY);
    let complete = |words: &[&str]| {
        let args = [&["__complete", "lync"], words].concat();
        let answer = kubectl(stage.plane, &stage.plane.admin(), &args);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        let lines: Vec<String> = answer.stdout.lines().map(str::to_owned).collect();
        assert!(lines.contains(&":4".to_owned()), "{lines:?}");
        lines
    };
    let has = |words: &[&str], wanted: &str| complete(words).contains(&wanted.to_owned());
    assert!(has(&[""], "plan") && has(&[""], "status"));
    assert!(!has(&["st"], "plan") && !has(&[""], "__complete"));
    assert!(has(&["plan", "-n", "lync-shell", ""], "contoso"));
    assert!(!has(&["plan", "-n", "kube-public", ""], "contoso"));
    assert!(has(&["status", "--all"], "--all-namespaces") && has(&["plan", "--out"], "--output"));
    assert!(has(&["status", "-n", "lync-sh"], "lync-shell"));
    assert!(has(&["status", "-o", ""], "yaml"));
}

/// Colours are for terminals; whoever forces them can still be overruled.
#[test]
fn colours_are_left_out_where_they_are_not_wanted() {
    let stage = stage("lync-colours", "");
    stage.apply(AWAY);
    let place = "lync-colours";
    let status = ["lync", "status", "-n", place, "--operator-namespace", place];
    let coloured = |args: &[&str], variables: &[(&str, &str)]| {
        let answer = kubectl_with(stage.plane, &stage.plane.admin(), args, variables);
        assert!(answer.stdout.contains("NEEDS A PERSON"), "{}", answer.stderr);
        answer.stdout.contains('\u{1b}')
    };
    let forced = ("CLICOLOR_FORCE", "1");
    assert!(!coloured(&status, &[]), "there is no terminal");
    assert!(coloured(&status, &[forced]));
    assert!(!coloured(&[&status[..], &["--no-color"]].concat(), &[forced]));
    assert!(!coloured(&status, &[forced, ("NO_COLOR", "1")]), "NO_COLOR");
}
