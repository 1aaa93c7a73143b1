//! Resources from the files that a command line names.

use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use super::CliError;
use crate::{
    api::load::{Loaded, Source, foreign, load},
    reach::SecretDocument,
    snapshot::Snapshot,
};

/// Reads the resources of several files, in the order given; `-` is standard input.
///
/// # Errors
///
/// [`CliError::BadInput`], with one text for each thing that is wrong: a file that cannot be read, or a
/// resource that the API server would refuse.
pub fn load_files(paths: &[PathBuf]) -> Result<Loaded, CliError> {
    resources(&sources(paths)?)
}

/// The same, and the Secrets among the documents.
pub(super) fn load_with_secrets(paths: &[PathBuf]) -> Result<(Loaded, Vec<SecretDocument>), CliError> {
    let sources = sources(paths)?;
    let loaded = resources(&sources)?;
    let documents = foreign(&sources, "v1", "Secret");
    let read = documents
        .into_iter()
        .map(|(place, value)| SecretDocument::read(value).map_err(|why| format!("{place}: {why}")));
    let secrets = read.collect::<Result<_, _>>().map_err(|text| CliError::BadInput(vec![text]))?;
    Ok((loaded, secrets))
}

fn resources(sources: &[Source]) -> Result<Loaded, CliError> {
    load(sources).map_err(|errors| CliError::BadInput(errors.0.iter().map(ToString::to_string).collect()))
}

fn sources(paths: &[PathBuf]) -> Result<Vec<Source>, CliError> {
    let mut sources = Vec::new();
    let mut unread = Vec::new();
    for path in paths {
        match read(path) {
            Ok(source) => sources.push(source),
            Err(problem) => unread.push(problem),
        }
    }
    if unread.is_empty() { Ok(sources) } else { Err(CliError::BadInput(unread)) }
}

/// Reads a snapshot; `-` is standard input.
pub(super) fn load_snapshot(path: &Path) -> Result<Snapshot, CliError> {
    let bad = |text: String| CliError::BadInput(vec![text]);
    let Source { name, text } = read(path).map_err(bad)?;
    Snapshot::from_text(&text).map_err(|error| bad(format!("{name}: {error}")))
}

fn read(path: &Path) -> Result<Source, String> {
    let (name, text) = if path == Path::new("-") {
        let mut text = String::new();
        let read = std::io::stdin().read_to_string(&mut text);
        ("standard input".to_owned(), read.map(|_| text))
    } else {
        (path.display().to_string(), fs::read_to_string(path))
    };
    text.map(|text| Source { name: name.clone(), text }).map_err(|error| format!("{name}: {error}"))
}

/// Writes a text to a new file, or to standard output. A file that is there stays as it is: it may have
/// been edited, or be the only record of a night.
pub(super) fn write_new(path: Option<&Path>, text: &str) -> Result<(), CliError> {
    let Some(path) = path else {
        super::print(text);
        return Ok(());
    };
    let name = path.display();
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            CliError::BadInput(vec![format!(
                "{name} is there already; name another file, or remove it first"
            )])
        } else {
            CliError::Failed(format!("{name}: {error}"))
        }
    })?;
    file.write_all(text.as_bytes()).map_err(|error| CliError::Failed(format!("{name}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_cannot_be_read_is_named() {
        let missing = [PathBuf::from("no/such/a.yaml"), PathBuf::from("no/such/b.yaml")];
        let Err(CliError::BadInput(texts)) = load_files(&missing) else { panic!("read what is not there") };
        assert_eq!(texts.len(), 2);
        assert!(texts[0].starts_with("no/such/a.yaml: "), "{}", texts[0]);
    }

    #[test]
    fn a_file_that_is_there_is_not_overwritten() {
        let path = std::env::temp_dir().join(format!("lync-failover-new-{}", std::process::id()));
        write_new(Some(&path), "first").expect("it is new");
        let Err(CliError::BadInput(texts)) = write_new(Some(&path), "second") else { panic!("overwritten") };
        assert!(texts[0].contains("is there already"), "{}", texts[0]);
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "first");
        fs::remove_file(&path).expect("removed");
    }
}
