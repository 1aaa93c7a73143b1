//! Reads what PowerShell printed (lists and tables) back into objects.

use std::{fs, path::Path};

use lync_failover::lync::ps::{PsObject, PsValue};

/// The text of a fixture.
pub(crate) fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/lync").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The objects of `Format-List`: a blank line or a name that comes again starts a new object, and a line
/// without a name goes on with the value before it. Ends at the second `---` section.
pub(crate) fn list(text: &str) -> Vec<PsObject> {
    let mut objects: Vec<PsObject> = Vec::new();
    let mut values: Vec<(String, String)> = Vec::new();
    let mut sections = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with("--- ") {
            sections += 1;
            if sections > 1 {
                break;
            }
            continue;
        }
        let entry = line.split_once(" :").filter(|(key, _)| key.trim().chars().all(char::is_alphanumeric));
        match (entry, values.last_mut()) {
            (Some((key, value)), _) => {
                let key = key.trim().to_owned();
                if values.iter().any(|(name, _)| *name == key) {
                    objects.push(object(&mut values));
                }
                values.push((key, value.trim().to_owned()));
            }
            (None, _) if line.trim().is_empty() => objects.push(object(&mut values)),
            (None, Some((_, value))) => value.push_str(line.trim()),
            (None, None) => panic!("a value without a name: {line}"),
        }
    }
    objects.push(object(&mut values));
    objects.retain(|object| !object.properties.is_empty());
    objects
}

/// The objects of `Format-Table`: the dashes under the titles say where the columns start.
pub(crate) fn table(text: &str) -> Vec<PsObject> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let [titles, dashes, rows @ ..] = lines.as_slice() else { panic!("no table") };
    let starts: Vec<usize> = dashes
        .char_indices()
        .filter(|(at, c)| *c == '-' && (*at == 0 || dashes.as_bytes()[at - 1] == b' '))
        .map(|(at, _)| at)
        .collect();
    let cells = |line: &str| -> Vec<String> {
        let ends = starts.iter().skip(1).copied().chain([line.len()]);
        starts.iter().zip(ends).map(|(start, end)| line[*start..end].trim().to_owned()).collect()
    };
    rows.iter().map(|row| object(&mut cells(titles).into_iter().zip(cells(row)).collect())).collect()
}

/// The objects of one section of the mocks file: `Name = Value ; Name = Value`, over several lines for
/// `Get-CsService`.
pub(crate) fn mock(text: &str, title: &str) -> Vec<PsObject> {
    let section: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.starts_with(title))
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        .collect();
    let mut objects = Vec::new();
    let mut values: Vec<(String, String)> = Vec::new();
    for (key, value) in section.iter().flat_map(|line| line.split(" ; ")).filter_map(|p| p.split_once('=')) {
        let key = key.trim().to_owned();
        if values.iter().any(|(name, _)| *name == key) {
            objects.push(object(&mut values));
        }
        values.push((key, value.trim().to_owned()));
    }
    objects.push(object(&mut values));
    objects
}

fn object(values: &mut Vec<(String, String)>) -> PsObject {
    values
        .drain(..)
        .fold(PsObject::default(), |object, (name, text)| object.with(&name, printed_value(&text)))
}

fn printed_value(text: &str) -> PsValue {
    match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
        Some("") => PsValue::List(Vec::new()),
        Some(members) => PsValue::List(members.split(',').map(|member| member.trim().into()).collect()),
        None => text.into(),
    }
}

/// The object with one property replaced.
pub(crate) fn replaced(object: &PsObject, name: &str, value: impl Into<PsValue>) -> PsObject {
    let mut changed = without(object, name);
    changed.properties.push((name.to_owned(), value.into()));
    changed
}

/// The object without one property.
pub(crate) fn without(object: &PsObject, name: &str) -> PsObject {
    let mut changed = object.clone();
    changed.properties.retain(|(key, _)| key != name);
    changed
}

#[test]
fn printed_lists_are_read_back() {
    let objects = list("# comment\nA : 1\nB :\nA : 2\nB : {x, y}\n");
    let expected = [
        PsObject::default().with("A", "1").with("B", ""),
        PsObject::default().with("A", "2").with("B", vec!["x".into(), "y".into()]),
    ];
    assert_eq!(objects, expected);
}
