//! Golden files: the input stays as it is written, the rest is compared or, on request, rewritten.

use std::{fs, path::Path};

use super::sketch::Sketch;

/// Splits a golden file at its first line `---`.
pub fn split(text: &str) -> (&str, &str) {
    text.split_once("\n---\n").map_or((text, ""), |(input, output)| (input, output))
}

/// Compares what came out with what the file holds; `UPDATE_GOLDEN=1` writes it instead.
pub fn check(path: &Path, input: &str, expected: &str, actual: &str) -> Result<(), String> {
    if expected.trim_end() == actual.trim_end() {
        return Ok(());
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let text = format!("{}\n---\n{}\n", input.trim_end(), actual.trim_end());
        return fs::write(path, text).map_err(|err| err.to_string());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Err(format!(
        "{name} differs; if the new text is right, run the test again with UPDATE_GOLDEN=1\n\
         --- expected\n{expected}\n--- actual\n{actual}"
    ))
}

/// Compares what comes of every sketch in a folder of `tests` with the rest of its file.
pub fn every(folder: &str, at_least: usize, outcome: impl Fn(&Sketch) -> String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= at_least, "only {} sketches", paths.len());
    let mut problems = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let (input, expected) = split(&text);
        let sketch: Sketch = match serde_yaml::from_str(input) {
            Ok(sketch) => sketch,
            Err(err) => panic!("{}: {err}", path.display()),
        };
        problems.extend(check(&path, input, expected, &outcome(&sketch)).err());
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}
