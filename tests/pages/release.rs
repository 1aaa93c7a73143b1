//! What a release is made of: its changes are written down, and its bill of materials can name every crate.

use std::{collections::BTreeSet, fs, process::Command};

use lync_failover::controller::OrganisationRecord;
use serde_json::Value;

use crate::files::path;

const SECTIONS: [&str; 6] = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

/// The form of keepachangelog.com: newest version first, each with a date or as in preparation, known sections only.
#[test]
fn the_changelog_has_this_version_and_keeps_its_form() {
    let text = fs::read_to_string(path("CHANGELOG.md")).unwrap();
    let heads: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let version = |head: &str| -> Vec<u32> {
        let name = head.trim_start_matches('[').split(']').next().unwrap();
        name.split('.').map(|part| part.parse().unwrap_or_else(|_| panic!("{head} is no version"))).collect()
    };
    let versions: Vec<Vec<u32>> = heads.iter().map(|head| version(head)).collect();
    assert!(versions.is_sorted_by(|newer, older| newer > older), "{heads:?}");
    for head in &heads {
        let when = head.split_once(" - ").unwrap_or_else(|| panic!("{head} has no date")).1;
        let is_date = when.len() == 10 && when.bytes().filter(|byte| *byte == b'-').count() == 2;
        assert!(is_date || when == "in preparation", "{head}");
    }
    assert!(heads[1..].iter().all(|head| !head.ends_with("in preparation")), "{heads:?}");
    let this = format!("[{}]", env!("CARGO_PKG_VERSION"));
    assert!(heads.iter().any(|head| head.starts_with(&this)), "{this} is not in {heads:?}");
    for section in text.lines().filter_map(|line| line.strip_prefix("### ")) {
        assert!(SECTIONS.contains(&section), "{section} is no section of a changelog");
    }
}

/// `.ci/sbom` needs a tool; this sees without it that every locked crate has what the bill of materials says of it.
#[test]
fn every_locked_crate_has_a_name_a_version_a_licence_and_a_checksum() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1"])
        .current_dir(path(""))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let lock = fs::read_to_string(path("Cargo.lock")).unwrap();
    let field = |entry: &str, name: &str| {
        let line = entry.lines().find_map(|line| line.strip_prefix(&format!("{name} = \"")));
        line.map(|value| value.trim_end_matches('"').to_owned())
    };
    let locked: BTreeSet<(String, String)> = lock
        .split("[[package]]")
        .skip(1)
        .filter(|entry| field(entry, "checksum").is_some_and(|sum| sum.len() == 64))
        .map(|entry| (field(entry, "name").unwrap(), field(entry, "version").unwrap()))
        .collect();
    assert!(locked.len() > 200, "{}", locked.len());
    for package in metadata["packages"].as_array().unwrap() {
        let word = |name: &str| package[name].as_str().unwrap_or_default().to_owned();
        let (name, version) = (word("name"), word("version"));
        let has_licence = !word("license").is_empty() || !word("license_file").is_empty();
        assert!(has_licence, "{name} {version} has no licence");
        let is_ours = package["source"].is_null();
        assert!(
            is_ours || locked.contains(&(name.clone(), version.clone())),
            "{name} {version} has no checksum"
        );
    }
}

/// What `docs/upgrade.md` says of a record that another version wrote: members that are missing have defaults, members
/// that are not known are passed over, and a step that is not known stops everything.
#[test]
fn a_record_of_another_version_is_read_or_refused_as_the_page_says() {
    let read = serde_json::from_str::<OrganisationRecord>;
    assert_eq!(read("{}").unwrap(), OrganisationRecord::default());
    assert_eq!(read(r#"{"ofALaterVersion": {"any": 1}}"#).unwrap(), OrganisationRecord::default());
    let refused = read(r#"{"recent": [{"step": {"stepOfALaterVersion": {}}}]}"#).unwrap_err();
    assert!(refused.to_string().contains("unknown variant `stepOfALaterVersion`"), "{refused}");
}
