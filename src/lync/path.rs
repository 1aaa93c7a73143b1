//! Names of files on Windows hosts.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The pattern of a [`FilePath`], for an OpenAPI schema: RE2 syntax.
///
/// A drive or a share, then folders and a file, with letters and digits of any script. What has a meaning for
/// PowerShell inside a word (quotes, wildcards, control characters) is left out.
pub const FILE_PATH_PATTERN: &str =
    r"^([A-Za-z]:|\\\\[\p{L}\p{N}._-]+)(\\[\p{L}\p{N} ._()$-]*[\p{L}\p{N}_()$-])+$";

/// The full name of a file on a Windows host: on a drive, or on a share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FilePath(String);

/// A text that is no full name of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the full name of a file, such as C:\\backup\\config.zip")]
pub struct FilePathError(String);

impl FromStr for FilePath {
    type Err = FilePathError;

    /// Reads a full name: at most 260 characters.
    fn from_str(text: &str) -> Result<Self, FilePathError> {
        let no = || FilePathError(text.chars().take(300).collect());
        let (rest, is_share) = match text.strip_prefix("\\\\") {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let mut parts = rest.split('\\');
        let root = parts.next().unwrap_or_default();
        let is_drive = matches!(root.as_bytes(), [letter, b':'] if letter.is_ascii_alphabetic());
        let is_server =
            !root.is_empty() && root.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
        let starts = if is_share { is_server } else { is_drive };
        let mut folders = parts.peekable();
        let is_path = folders.peek().is_some() && folders.all(is_name);
        if starts && is_path && text.chars().count() <= 260 { Ok(Self(text.to_owned())) } else { Err(no()) }
    }
}

/// Windows drops dots and spaces at the end of a name.
fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '.' | '_' | '(' | ')' | '$' | '-');
    name.chars().all(fits) && name.chars().last().is_some_and(|last| !matches!(last, ' ' | '.'))
}

impl TryFrom<String> for FilePath {
    type Error = FilePathError;

    fn try_from(text: String) -> Result<Self, FilePathError> {
        text.parse()
    }
}

impl From<FilePath> for String {
    fn from(path: FilePath) -> Self {
        path.0
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names that are taken.
#[cfg(test)]
pub(crate) const GOOD_PATHS: [&str; 5] = [
    r"C:\config.zip",
    r"d:\Lync Backup (weekly)\2026-11-22\config.zip",
    r"\\dfs.contoso.com\lync$\config.zip",
    r"C:\.hidden\config",
    r"C:\백업\구성.zip",
];

/// Texts that are not.
#[cfg(test)]
pub(crate) const BAD_PATHS: [&str; 15] = [
    "",
    "config.zip",
    r"C:config.zip",
    r"C:\",
    r"C:\\config.zip",
    r"\\server",
    r"\config.zip",
    r"C:\a'; Remove-Item D:\b",
    "C:\\a\nb",
    r"C:\a*.zip",
    r"C:\a`b",
    r#"C:\a"b"#,
    r"C:\.. ",
    r"C:\a.",
    "/tmp/config.zip",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_name_is_a_drive_or_a_share_and_a_file() {
        for text in GOOD_PATHS {
            assert_eq!(text.parse::<FilePath>().map(|path| path.to_string()), Ok(text.to_owned()));
        }
        for text in BAD_PATHS {
            assert!(text.parse::<FilePath>().is_err(), "{text}");
        }
        assert!(format!(r"C:\{}", "a".repeat(300)).parse::<FilePath>().is_err());
    }
}
