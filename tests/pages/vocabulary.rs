//! Enums that are not vocabularies of the API, read off their source: the code has no list of them.

use std::fs;

use crate::files::path;

/// The names of an enum's variants.
pub fn variants(file: &str, name: &str) -> Vec<String> {
    let text = fs::read_to_string(path(file)).unwrap();
    let head = format!("pub enum {name} {{\n");
    let body = text.split_once(&head).unwrap_or_else(|| panic!("{file} has no {name}")).1;
    let body = body.split_once("\n}\n").unwrap().0;
    let at_the_margin = body.lines().filter_map(|line| line.strip_prefix("    "));
    let names = at_the_margin.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
    let names: Vec<String> =
        names.map(|line| line.chars().take_while(char::is_ascii_alphanumeric).collect()).collect();
    assert!(names.len() > 2, "{file}: {name} has only {names:?}");
    names
}

#[test]
fn variants_are_read_with_their_fields_left_out() {
    assert_eq!(variants("src/plan/row.rs", "Decision"), ["Converged", "Execute", "Follow", "Wait", "Hold"]);
}
