//! The binary as a shell sees it.

use std::process::{Command, Output};

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lync-failover")).args(args).output().expect("the binary starts")
}

#[test]
fn the_definitions_go_to_standard_output() {
    let output = run(&["crds"]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(text.matches("\nkind: CustomResourceDefinition\n").count(), 2);
    assert!(text.starts_with("---\n"));
}

#[test]
fn a_wrong_command_ends_with_2() {
    for args in [&["crd"][..], &["crds", "--nonsense"], &[]] {
        assert_eq!(run(args).status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn work_that_fails_ends_with_1_and_says_why() {
    let output = run(&["crds", "--output-dir", "no/such/directory"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(text.starts_with("error: no/such/directory/"), "{text}");
}
