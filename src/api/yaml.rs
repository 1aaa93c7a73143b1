//! YAML documents as values that remember where they were written.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::{Number, Value};
use serde_yaml::Spanned;

use super::schema::field_path;

/// A line and a column of a text; both count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: u64,
    /// The column, in characters.
    pub column: u64,
}

/// A document, or an item of a list document: its value, and where each field was written.
#[derive(Clone, Debug)]
pub(super) struct Located {
    pub(super) value: Value,
    pub(super) start: Position,
    positions: BTreeMap<String, Position>,
}

impl Located {
    /// Where a field was written, or else the nearest thing around it that was.
    pub(super) fn position(&self, path: &str) -> Position {
        let mut path = path;
        loop {
            if let Some(found) = self.positions.get(path) {
                return *found;
            }
            match path.rfind(['.', '[']) {
                Some(at) => path = &path[..at],
                None => return self.start,
            }
        }
    }
}

/// Reads the documents of a text, JSON included. Empty documents are left out, as kubectl does. A `List`
/// counts as its items.
pub(super) fn read(text: &str) -> Result<Vec<Located>, serde_yaml::Error> {
    let documents: Vec<Spanned<Tree>> = serde_yaml::from_multiple(text)?;
    Ok(documents.into_iter().flat_map(items).map(locate).collect())
}

fn items(document: Spanned<Tree>) -> Vec<Spanned<Tree>> {
    let Tree::Map(fields) = document.value else { return vec![document] };
    let is_list = fields.iter().any(|(key, value)| {
        key.value == "kind" && matches!(&value.value, Tree::Scalar(Value::String(kind)) if kind == "List")
    });
    let items = fields.iter().find_map(|(key, value)| match &value.value {
        Tree::Seq(items) if key.value == "items" => Some(items.clone()),
        _ => None,
    });
    match items {
        Some(items) if is_list => items,
        _ => vec![Spanned::new(Tree::Map(fields), document.referenced, document.defined)],
    }
}

fn locate(tree: Spanned<Tree>) -> Located {
    let mut positions = BTreeMap::new();
    let start = position(&tree);
    let value = flatten("", tree.value, &mut positions);
    Located { value, start, positions }
}

fn position<T>(spanned: &Spanned<T>) -> Position {
    Position { line: spanned.referenced.line(), column: spanned.referenced.column() }
}

fn flatten(path: &str, tree: Tree, positions: &mut BTreeMap<String, Position>) -> Value {
    match tree {
        Tree::Scalar(value) => value,
        Tree::Seq(items) => {
            let items = items.into_iter().enumerate().map(|(index, item)| {
                let path = format!("{path}[{index}]");
                positions.insert(path.clone(), position(&item));
                flatten(&path, item.value, positions)
            });
            Value::Array(items.collect())
        }
        Tree::Map(fields) => {
            let fields = fields.into_iter().map(|(key, value)| {
                let path = field_path(path, &key.value);
                // A collection is found at its key: the first entry of a block says little.
                let at =
                    if matches!(value.value, Tree::Scalar(_)) { position(&value) } else { position(&key) };
                positions.insert(path.clone(), at);
                (key.value, flatten(&path, value.value, positions))
            });
            Value::Object(fields.collect())
        }
    }
}

/// A YAML value whose parts know their places.
#[derive(Clone, Debug)]
enum Tree {
    Scalar(Value),
    Seq(Vec<Spanned<Tree>>),
    Map(Vec<(Spanned<String>, Spanned<Tree>)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Scalar(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Scalar(Number::from_f64(value).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::Seq(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Tree::Map(fields))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_know_their_places() {
        let text = "a: 1\nb:\n- c: x\n  d: {e: true}\n";
        let document = read(text).expect("valid").remove(0);
        assert_eq!(document.value, json!({"a": 1, "b": [{"c": "x", "d": {"e": true}}]}));
        let at = |path: &str| (document.position(path).line, document.position(path).column);
        assert_eq!(at("a"), (1, 4));
        assert_eq!(at("b"), (2, 1));
        assert_eq!(at("b[0].c"), (3, 6));
        assert_eq!(at("b[0].d.e"), (4, 10));
        assert_eq!(at("b[0].missing"), (3, 3), "the entry that lacks it");
        assert_eq!(at("missing"), (1, 1));
    }

    #[test]
    fn a_list_is_its_items_and_empty_documents_do_not_count() {
        let text = "---\n---\nkind: List\nitems:\n- {kind: A}\n- {kind: B}\n---\n{\"kind\": \"C\"}\n";
        let kinds: Vec<_> = read(text).expect("valid").into_iter().map(|d| (d.value, d.start.line)).collect();
        assert_eq!(kinds, [(json!({"kind": "A"}), 5), (json!({"kind": "B"}), 6), (json!({"kind": "C"}), 8)]);
    }
}
