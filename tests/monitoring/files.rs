//! Files of the repository, and those that are made from others.

use std::path::{Path, PathBuf};

use serde_json::Value;

pub fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

pub fn read(relative: &str) -> String {
    let path = path(relative);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn yaml(relative: &str) -> Value {
    serde_yaml::from_str(&read(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// A file that is made from another one: it has to be so, or is made so with `UPDATE_GOLDEN=1`.
#[track_caller]
pub fn made(relative: &str, expected: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path(relative).parent().unwrap()).unwrap();
        return std::fs::write(path(relative), expected).unwrap();
    }
    let is_so = std::fs::read_to_string(path(relative)).is_ok_and(|text| text == expected);
    assert!(is_so, "{relative} is not what its source gives: UPDATE_GOLDEN=1 cargo test --test monitoring");
}

/// A file for a test, outside the repository.
pub fn scratch(name: &str, text: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("monitoring");
    std::fs::create_dir_all(&dir).unwrap();
    let file = dir.join(name);
    std::fs::write(&file, text).unwrap();
    file
}
