//! `Get-LfExport` and `New-LfExport` of the module on a host (`deploy/windows`).

use super::{
    DecodeError,
    read::{Row, rows},
};
use crate::lync::{
    ExportFile, ExportMade, ExportOf, Exports, ExportsOfKind, FilePath,
    ps::{PsObject, PsValue},
};

const LIST: &str = "Get-LfExport";
const MAKE: &str = "New-LfExport";
/// The type of the first object of a list.
const FOLDER: &str = "LyncFailover.ExportFolder";

#[derive(Clone, Copy)]
enum Kind {
    Configuration,
    Locations,
    ResponseGroups,
}

const KINDS: [(&str, Kind); 3] = [
    ("Configuration", Kind::Configuration),
    ("Locations", Kind::Locations),
    ("ResponseGroups", Kind::ResponseGroups),
];

/// What is in the folder for exports: first the folder, then a row for each kind and pool of which there is a
/// file.
///
/// # Errors
///
/// An answer that does not begin with the folder, a row without `Kind`, `Pool`, `File`, `Size`, `At`, `Problem` or
/// `Count`, a kind that is not known or is listed twice, a name that is none of a file.
pub fn exports(objects: &[PsObject]) -> Result<Exports, DecodeError> {
    let all = rows(LIST, objects)?;
    let Some((folder, rest)) = all.split_first().filter(|(first, _)| first.object().type_name == FOLDER)
    else {
        return Err(DecodeError::new(LIST, "the answer does not begin with the folder"));
    };
    let mut found: Vec<ExportsOfKind> = Vec::new();
    for row in rest {
        let row = of_kind(row)?;
        if found.iter().any(|other| other.of == row.of) {
            return Err(DecodeError::new(LIST, format!("{} is listed twice", row.of)));
        }
        found.push(row);
    }
    found.sort_by(|a, b| a.of.cmp(&b.of));
    Ok(Exports {
        folder: folder.text(&["Path"])?.to_owned(),
        is_shared: folder.choice("Kind", &[("Shared", true), ("Local", false)])?,
        found,
    })
}

/// What came of some exports, a row for each.
///
/// # Errors
///
/// An empty answer, a row without `Kind`, `Pool`, `File` or `Message`, a name that is none of a file, a row that has
/// neither file nor message.
pub fn exports_made(objects: &[PsObject]) -> Result<Vec<ExportMade>, DecodeError> {
    rows(MAKE, objects)?.iter().map(made).collect()
}

fn of_kind(row: &Row<'_>) -> Result<ExportsOfKind, DecodeError> {
    let newest = match path(row)? {
        Some(path) => Some(ExportFile {
            path,
            made_at: row.time_or_empty("At")?.ok_or_else(|| row.fault("At is empty"))?,
            size: number(row, "Size")?,
        }),
        None => None,
    };
    let problem = row.text_or_empty(&["Problem"])?.map(str::to_owned);
    Ok(ExportsOfKind { of: of(row)?, newest, problem, count: number(row, "Count")? })
}

fn made(row: &Row<'_>) -> Result<ExportMade, DecodeError> {
    let made = ExportMade { of: of(row)?, file: path(row)?, problem: words(row, "Message")? };
    match (&made.file, &made.problem) {
        (None, None) => Err(row.fault("neither a file nor what went wrong")),
        _ => Ok(made),
    }
}

fn of(row: &Row<'_>) -> Result<ExportOf, DecodeError> {
    Ok(match row.choice("Kind", &KINDS)? {
        Kind::Configuration => ExportOf::Configuration,
        Kind::Locations => ExportOf::Locations,
        Kind::ResponseGroups => ExportOf::ResponseGroups(row.parsed("Pool", row.text(&["Pool"])?)?),
    })
}

fn path(row: &Row<'_>) -> Result<Option<FilePath>, DecodeError> {
    let Some(text) = row.text_or_empty(&["File"])? else { return Ok(None) };
    text.parse().map(Some).map_err(|error| row.fault(format!("File: {error}")))
}

/// A text of Windows, which may have lines.
fn words(row: &Row<'_>, name: &str) -> Result<Option<String>, DecodeError> {
    match row.object().get(name) {
        Some(PsValue::Text(text)) => {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            Ok((!text.is_empty()).then_some(text))
        }
        Some(PsValue::Null) => Ok(None),
        _ => Err(row.fault(format!("{name} is missing, or not a text"))),
    }
}

fn number(row: &Row<'_>, name: &str) -> Result<i64, DecodeError> {
    match row.object().get(name) {
        Some(PsValue::Int(number)) if *number >= 0 => Ok(*number),
        _ => Err(row.fault(format!("{name} is missing, or not a number"))),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn folder() -> PsObject {
        PsObject::new(FOLDER).with("Path", "\\\\files.contoso.com\\lyncdr$\\exports").with("Kind", "Shared")
    }

    fn row(kind: &str, pool: &str) -> PsObject {
        PsObject::new("LyncFailover.Export")
            .with("Kind", kind)
            .with("Pool", pool)
            .with("File", "\\\\files.contoso.com\\lyncdr$\\exports\\lf-lis-20261122T030000Z.zip")
            .with("Size", 2048_i64)
            .with("At", "2026-11-22T03:00:00Z".parse::<Timestamp>().expect("valid"))
            .with("Problem", "")
            .with("Count", 3_i64)
    }

    fn without(mut row: PsObject, name: &str) -> PsObject {
        row.properties.retain(|(own, _)| own != name);
        row
    }

    fn with(row: PsObject, name: &str, value: impl Into<PsValue>) -> PsObject {
        without(row, name).with(name, value)
    }

    #[test]
    fn a_list_is_the_folder_and_what_is_in_it() {
        let nothing = exports(&[folder()]).expect("an empty folder is an answer");
        assert!(nothing.found.is_empty() && nothing.is_shared);
        let read = exports(&[folder(), row("ResponseGroups", "pool1.contoso.com"), row("Locations", "")]);
        let read = read.expect("it reads");
        let kinds: Vec<String> = read.found.iter().map(|found| found.of.to_string()).collect();
        assert_eq!(kinds, ["Locations", "ResponseGroups of pool1.contoso.com"]);
        let file = read.newest(&ExportOf::Locations).expect("there is one");
        assert_eq!((file.size, file.made_at.to_string().as_str()), (2048, "2026-11-22T03:00:00Z"));
        assert_eq!(read.newest(&ExportOf::Configuration), None);
    }

    #[test]
    fn files_none_of_which_is_whole_are_no_export() {
        let bad = with(with(row("Configuration", ""), "File", ""), "Problem", "it is empty");
        let read = exports(&[folder(), bad]).expect("it reads");
        let found = read.of(&ExportOf::Configuration).expect("listed");
        assert_eq!((found.newest.as_ref(), found.problem.as_deref()), (None, Some("it is empty")));
    }

    #[test]
    fn what_lacks_something_or_is_there_twice_is_no_list() {
        assert!(exports(&[]).is_err() && exports(&[row("Locations", "")]).is_err());
        for name in ["Kind", "Pool", "File", "Size", "At", "Problem", "Count"] {
            let cut = without(row("ResponseGroups", "pool1.contoso.com"), name);
            assert!(exports(&[folder(), cut]).is_err(), "{name}");
        }
        for name in ["Path", "Kind"] {
            assert!(exports(&[without(folder(), name)]).is_err(), "{name}");
        }
        assert!(exports(&[folder(), row("Locations", ""), row("Locations", "")]).is_err());
        for (name, value) in [("Kind", "Users"), ("File", "a'; b"), ("At", "soon"), ("Pool", "p'")] {
            let bad = with(row("ResponseGroups", "pool1.contoso.com"), name, value);
            assert!(exports(&[folder(), bad]).is_err(), "{name}");
        }
    }

    #[test]
    fn what_came_of_an_export_is_a_file_or_a_reason() {
        let said = with(row("Locations", ""), "Message", "");
        let read = exports_made(std::slice::from_ref(&said)).expect("it reads");
        assert!(read[0].file.is_some() && read[0].problem.is_none());
        let failed = with(with(said.clone(), "File", ""), "Message", "There is not enough\r\n space.");
        let read = exports_made(std::slice::from_ref(&failed)).expect("it reads");
        assert_eq!(read[0].problem.as_deref(), Some("There is not enough space."));
        assert!(exports_made(&[with(failed, "Message", "")]).is_err());
        assert!(exports_made(&[without(said, "Message")]).is_err() && exports_made(&[]).is_err());
    }
}
