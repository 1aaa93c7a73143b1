//! What each state looks like in the tools: a table in their pages, made from what `tests/gitops` has had judged.

use std::{fmt::Write as _, fs};

use crate::{
    files::{golden, path},
    states::STATES,
};

const BEGIN: &str = "<!-- states: made by tests/pages -->\n";
const END: &str = "<!-- end of states -->\n";

/// The table for one tool, whose word is the `tool`th of the three.
fn table(name: &str, tool: usize) -> String {
    let mut out = format!("| Kind | State | `Ready` | {name} |\n|---|---|---|---|\n");
    for state in STATES {
        let ready = if state.ready.is_empty() { "not there yet" } else { state.ready };
        let what = state.name.replace('-', " ");
        writeln!(out, "| {} | {what} | {ready} | {} |", state.kind, state.words[tool]).unwrap();
    }
    out
}

fn check(page: &str, name: &str, tool: usize) {
    let file = format!("docs/{page}");
    let text = fs::read_to_string(path(&file)).unwrap();
    let (before, rest) =
        text.split_once(BEGIN).unwrap_or_else(|| panic!("{file} has no place for the table"));
    let (_, after) = rest.split_once(END).unwrap_or_else(|| panic!("{file}: the table has no end"));
    golden(&file, &format!("{before}{BEGIN}\n{}\n{END}{after}", table(name, tool)));
}

#[test]
fn the_page_about_argo_cd_shows_each_state() {
    check("gitops-argocd.md", "Argo CD", 1);
}

#[test]
fn the_page_about_flux_shows_each_state() {
    check("gitops-flux.md", "Flux", 2);
}
