//! Resources from the files that a command line names.

use std::{fs, io::Read, path::PathBuf};

use super::CliError;
use crate::api::load::{Loaded, Source, load};

/// Reads the resources of several files, in the order given; `-` is standard input.
///
/// # Errors
///
/// [`CliError::BadInput`], with one text for each thing that is wrong: a file that cannot be read, or a
/// resource that the API server would refuse.
pub fn load_files(paths: &[PathBuf]) -> Result<Loaded, CliError> {
    let mut sources = Vec::new();
    let mut unread = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        let (name, text) = if name == "-" {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            ("standard input".to_owned(), read.map(|_| text))
        } else {
            (name, fs::read_to_string(path))
        };
        match text {
            Ok(text) => sources.push(Source { name, text }),
            Err(error) => unread.push(format!("{name}: {error}")),
        }
    }
    if !unread.is_empty() {
        return Err(CliError::BadInput(unread));
    }
    load(&sources).map_err(|errors| CliError::BadInput(errors.0.iter().map(ToString::to_string).collect()))
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
}
