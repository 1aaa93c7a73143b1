//! What the plugin printed in each state, kept in `golden/`; `UPDATE_GOLDEN=1` writes it anew, and the page that
//! shows some of it.

use std::{fs, path::PathBuf};

use crate::{plugin::lync, stage::Stage};

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn is_update() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

/// Gives the commands, and compares what they print, and how they end, with what is kept under this name.
#[track_caller]
pub fn shows(stage: &Stage<'_>, name: &str, commands: &[(&[&str], i32)]) -> String {
    let mut text = String::new();
    for (args, code) in commands {
        let answer = lync(stage, args);
        let command = format!("$ kubectl lync {} -n {}", args.join(" "), stage.namespace);
        assert_eq!(answer.code, *code, "{command}\n{}{}", answer.stdout, answer.stderr);
        assert_eq!(answer.stderr, "", "{command}");
        assert!(!answer.stdout.contains('\u{1b}'), "colours without a terminal: {:?}", answer.stdout);
        if args[0] == "status" {
            assert!(answer.stdout.lines().count() <= 40, "{command}\n{}", answer.stdout);
        }
        text += &format!("{command}\n{}", tidy(&answer.stdout));
    }
    let file = path(&format!("tests/plugin/golden/{name}.txt"));
    if is_update() {
        fs::write(&file, &text).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == text, "{name} differs; see UPDATE_GOLDEN=1\n--- kept\n{kept}\n--- now\n{text}");
    text
}

/// The text with fixed times and ages. An objective stays: it is not measured.
fn tidy(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let mut before = "";
        let words = line.split(' ').map(|word| {
            let bare = word.trim_end_matches(['.', ',', ':', ')']);
            let end = &word[bare.len()..];
            let is_measured = is_age(bare) && !["objective", "of"].contains(&before);
            before = word;
            match bare {
                _ if is_measured => format!("42s{end}"),
                _ if is_time(bare) => format!("2026-11-22T03:00:00Z{end}"),
                _ => word.to_owned(),
            }
        });
        words.collect::<Vec<_>>().join(" ") + "\n"
    });
    lines.collect()
}

fn is_time(word: &str) -> bool {
    let digits: String = word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    digits == "0000-00-00T00:00:00Z"
}

/// `1h2m3s` or a part of it.
fn is_age(word: &str) -> bool {
    let units: String = word.chars().filter(|c| !c.is_ascii_digit()).collect();
    word.starts_with(|c: char| c.is_ascii_digit())
        && ["h", "hm", "hms", "hs", "m", "ms", "s"].contains(&&*units)
}

#[test]
fn what_differs_from_run_to_run_is_taken_out() {
    let text = "a for 1m3s, in 12s of 30m (for 1h)\nobjective 30m at 2026-11-28T21:00:00Z: 3 of 3\n";
    let tidied = "a for 42s, in 42s of 30m (for 42s)\nobjective 30m at 2026-11-22T03:00:00Z: 3 of 3\n";
    assert_eq!(tidy(text), tidied);
}

/// The blocks of the page are what was printed: each stands behind the name of what is kept.
#[test]
fn the_page_shows_what_the_plugin_prints() {
    let file = path("docs/kubectl-lync.md");
    let page = fs::read_to_string(&file).unwrap();
    let mut now = String::new();
    let mut lines = page.lines();
    let mut blocks = 0;
    while let Some(line) = lines.next() {
        now += &format!("{line}\n");
        let Some(name) = line.strip_prefix("<!-- golden: ").and_then(|rest| rest.strip_suffix(" -->")) else {
            continue;
        };
        let (name, wanted) = name.split_once(' ').unwrap();
        let kept = fs::read_to_string(path(&format!("tests/plugin/golden/{name}.txt"))).unwrap();
        let (_, printed) = kept.split_once(&format!("$ kubectl lync {wanted} ")).unwrap();
        let printed = printed.split("\n$ kubectl lync").next().unwrap();
        let _old =
            lines.by_ref().skip_while(|line| *line != "```console").skip(1).find(|line| *line == "```");
        now += &format!("\n```console\n$ kubectl lync {wanted} {}\n```\n", printed.trim_end());
        blocks += 1;
    }
    assert!(blocks > 2, "the page shows nothing");
    if is_update() {
        fs::write(&file, now).unwrap();
    } else {
        assert!(page == now, "docs/kubectl-lync.md is out of date; see UPDATE_GOLDEN=1");
    }
}
