//! `examples/gitops`: everything parses, and the pipelines for pull requests give nothing away.

use std::fs;

use serde_json::Value;

use crate::files::path;

fn read(name: &str) -> String {
    fs::read_to_string(path(&format!("examples/gitops/{name}"))).unwrap()
}

fn yaml(name: &str) -> Value {
    serde_yaml::from_str(&read(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_file_parses() {
    let mut open = vec![path("examples/gitops")];
    let mut count = 0;
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let file = entry.unwrap().path();
            if file.is_dir() {
                open.push(file);
            } else if file.extension().is_some_and(|extension| extension == "yaml") {
                let text = fs::read_to_string(&file).unwrap();
                let documents: Result<Vec<Value>, _> = serde_yaml::from_multiple(&text);
                let documents = documents.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
                assert!(documents.iter().all(Value::is_object), "{}", file.display());
                count += 1;
            }
        }
    }
    assert!(count > 15, "only {count} files");
}

/// The workflow of GitHub: no secret for forks, no more rights than a comment needs, and the kubeconfig only ever in a file.
#[test]
fn the_workflow_of_github_gives_nothing_away() {
    let workflow = yaml("pull-request/github.yaml");
    let events: Vec<&String> = workflow["on"].as_object().unwrap().keys().collect();
    assert_eq!(events, ["pull_request"], "pull_request_target would give secrets to strangers");
    let rights = serde_json::json!({"contents": "read", "pull-requests": "write"});
    assert_eq!(workflow["permissions"], rights);
    let job = &workflow["jobs"]["plan"];
    assert!(job["timeout-minutes"].is_u64());
    let steps = job["steps"].as_array().unwrap();
    let secrets = |step: &Value| step.to_string().matches("secrets.").count();
    assert_eq!(steps.iter().map(secrets).sum::<usize>(), 1);
    let plan = steps.iter().find(|step| step["id"] == "plan").unwrap();
    assert_eq!(plan["env"]["PLANNER_KUBECONFIG"], "${{ secrets.PLANNER_KUBECONFIG }}");
    let script = plan["run"].as_str().unwrap();
    assert!(script.starts_with("umask 077\n") && script.contains("rm -f \"${KUBECONFIG:-}\""), "{script}");
    for step in steps {
        // What somebody writes into a title or a branch is no part of a script.
        let script = format!("{}{}", step["run"], step["with"]["script"]);
        assert!(!script.contains("${{ github.") && !script.contains("set -x"), "{script}");
        let Some(action) = step["uses"].as_str() else { continue };
        let version = action.split_once('@').unwrap().1;
        let is_commit = version.len() == 40;
        assert!(is_commit || version[1..].parse::<u32>().is_ok(), "{action} is not pinned");
    }
}

#[test]
fn the_pipeline_of_gitlab_gives_nothing_away() {
    let plan = yaml("pull-request/gitlab.yaml")["plan"].take();
    assert_eq!(plan["rules"][0]["if"], "$CI_PIPELINE_SOURCE == \"merge_request_event\"");
    let script = plan["script"][0].as_str().unwrap();
    assert!(
        !script.contains("set -x") && !script.contains("--header"),
        "a token on a command line: {script}"
    );
    // A variable of type File is the name of a file; only that is handed on.
    assert_eq!(script.matches("PLANNER_KUBECONFIG").count(), 1);
    assert!(script.contains("KUBECONFIG=\"${PLANNER_KUBECONFIG:-}\" examples/gitops/pull-request/plan"));
    assert_eq!(plan["artifacts"]["paths"], serde_json::json!(["plan.md"]));
}

/// Both run the script with what is in the repository, in the order that it takes.
#[test]
fn both_run_the_script_as_it_is_to_be_run() {
    assert!(read("pull-request/plan").contains("usage: plan DEPLOYMENT-DIR FAILOVER-DIR [SNAPSHOT]"));
    for name in ["github.yaml", "gitlab.yaml"] {
        let text = read(&format!("pull-request/{name}")).replace("\\\n", "");
        let words: Vec<&str> = text.split_whitespace().collect();
        let at = words.iter().position(|word| *word == "examples/gitops/pull-request/plan");
        let at =
            at.unwrap_or_else(|| words.iter().position(|word| word.ends_with("pull-request/plan")).unwrap());
        for (word, part) in words[at + 1..].iter().zip(["deployment", "failover"]) {
            assert_eq!(*word, format!("examples/gitops/repository/{part}"), "{name}");
            assert!(path(word).join("kustomization.yaml").is_file());
        }
    }
}
