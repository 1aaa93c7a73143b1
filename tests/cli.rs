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

/// The page is the code's, and every test that it names is there.
#[test]
fn the_page_about_the_procedure_is_true() {
    let printed = String::from_utf8(run(&["procedure"]).stdout).expect("UTF-8");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write("docs/procedure.md", &printed).expect("written");
    }
    let page = std::fs::read_to_string("docs/procedure.md").expect("the page");
    assert_eq!(page, printed, "UPDATE_GOLDEN=1 writes it anew");
    for paragraph in lync_failover::procedure::coverage::COVERAGE {
        let lyncs = paragraph.source;
        assert!(!paragraph.golden.is_empty() && !paragraph.scenarios.is_empty(), "{lyncs}");
        for golden in paragraph.golden {
            assert!(
                std::path::Path::new(&format!("tests/plans/{golden}.yaml")).is_file(),
                "{lyncs}: {golden}"
            );
        }
        for scenario in paragraph.scenarios {
            let is_there = match scenario.split_once(": ") {
                Some((file, test)) => {
                    ["tests", "src/simulator/tests", "tests/endpoint", "tests/operator", "tests/remoting"]
                        .iter()
                        .filter_map(|folder| std::fs::read_to_string(format!("{folder}/{file}.rs")).ok())
                        .any(|text| text.contains(&format!("fn {test}(")))
                }
                None => std::path::Path::new(scenario).exists(),
            };
            assert!(is_there, "{lyncs}: {scenario}");
        }
    }
}
