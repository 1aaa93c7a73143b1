//! Resources from files, checked and completed as the API server would.
//!
//! Pure: texts in, resources or errors out. What is loaded here is what `kubectl apply --validate=strict`
//! of a new object would store. Rules about changes need the old object too: `validate_cel_update`.

use std::fmt;

use kube::core::cel::{Validator, apply_defaults};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use super::load_error::{LoadError, LoadErrors};
pub use super::yaml::Position;
use super::{
    GROUP, LyncDeployment, LyncFailover, VERSION, crd::schema_of, metadata, schema, yaml, yaml::Located,
};

/// A text with resources, and the name under which errors speak of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file, or `standard input`.
    pub name: String,
    /// YAML or JSON.
    pub text: String,
}

/// A resource that was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Resource {
    /// A Lync organisation.
    Deployment(Box<LyncDeployment>),
    /// A desired state.
    Failover(Box<LyncFailover>),
}

/// A resource and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The name of the source.
    pub source: String,
    /// Which document of the source it is; the first is 1. Empty documents do not count, items of a `List`
    /// do.
    pub index: usize,
    /// Its first line; the first line of the source is 1.
    pub line: u64,
    /// The resource.
    pub resource: Resource,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// The resources, in the order in which they were written.
    pub documents: Vec<Document>,
    /// What was passed over, one sentence each.
    pub notes: Vec<String>,
}

impl Loaded {
    /// The deployments, in order.
    pub fn deployments(&self) -> impl Iterator<Item = &LyncDeployment> {
        self.documents.iter().filter_map(|document| match &document.resource {
            Resource::Deployment(deployment) => Some(&**deployment),
            Resource::Failover(_) => None,
        })
    }

    /// The failovers, in order.
    pub fn failovers(&self) -> impl Iterator<Item = &LyncFailover> {
        self.documents.iter().filter_map(|document| match &document.resource {
            Resource::Failover(failover) => Some(&**failover),
            Resource::Deployment(_) => None,
        })
    }
}

/// Reads the resources of several texts.
///
/// Defaults are filled in. A status is left out, as the API server does with a status that comes with an
/// apply. Kinds of other API groups are passed over with a note.
///
/// # Errors
///
/// Everything that is wrong, in the order in which it was written. A text that is no YAML at all yields
/// one error; the other texts are still checked.
pub fn load(sources: &[Source]) -> Result<Loaded, LoadErrors> {
    let mut loaded = Loaded::default();
    let mut errors = Vec::new();
    for source in sources {
        match yaml::read(&source.text) {
            Ok(documents) => {
                for (index, document) in documents.iter().enumerate() {
                    read_document(source, index + 1, document, &mut loaded, &mut errors);
                }
            }
            Err(error) => errors.push(LoadError::syntax(source, &error)),
        }
    }
    if errors.is_empty() { Ok(loaded) } else { Err(LoadErrors(errors)) }
}

/// The documents of a kind that is not of this API, as they are, each with its place. Texts that are no YAML
/// have none; [`load`] says so.
pub fn foreign(sources: &[Source], api_version: &str, kind: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for source in sources {
        for document in yaml::read(&source.text).into_iter().flatten() {
            let is =
                |field: &str, word: &str| document.value.get(field).and_then(Value::as_str) == Some(word);
            if is("apiVersion", api_version) && is("kind", kind) {
                found.push((format!("{}:{}", source.name, document.start.line), document.value));
            }
        }
    }
    found
}

fn read_document(
    source: &Source,
    index: usize,
    document: &Located,
    loaded: &mut Loaded,
    errors: &mut Vec<LoadError>,
) {
    let text = |field: &str| document.value.get(field).and_then(Value::as_str).unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    let resource = match check_kind(api_version, kind) {
        Ok(Kind::Deployment) => parse(kind, document).map(|one| Resource::Deployment(Box::new(one))),
        Ok(Kind::Failover) => parse(kind, document).map(|one| Resource::Failover(Box::new(one))),
        Ok(Kind::Foreign) => {
            let line = document.start.line;
            loaded.notes.push(format!("{}:{line}: {kind} ({api_version}) is passed over", source.name));
            return;
        }
        Err((field, message)) => Err(vec![(field.to_owned(), message)]),
    };
    match resource {
        Ok(resource) => loaded.documents.push(Document {
            source: source.name.clone(),
            index,
            line: document.start.line,
            resource,
        }),
        Err(findings) => {
            let mut found: Vec<_> = findings
                .into_iter()
                .map(|(path, message)| LoadError::at(source, document.position(&path), &path, message))
                .collect();
            found.sort_by_key(|error| error.position);
            errors.extend(found);
        }
    }
}

enum Kind {
    Deployment,
    Failover,
    Foreign,
}

/// Says which kind a document is, or which field keeps it from being any.
fn check_kind(api_version: &str, kind: &str) -> Result<Kind, (&'static str, String)> {
    if api_version.is_empty() {
        return Err(("apiVersion", "must be given".to_owned()));
    }
    if kind.is_empty() {
        return Err(("kind", "must be given".to_owned()));
    }
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    if group != GROUP {
        return Ok(Kind::Foreign);
    }
    if version != VERSION {
        return Err((
            "apiVersion",
            format!("there is no version {version:?} of {GROUP}; use {GROUP}/{VERSION}"),
        ));
    }
    match kind {
        "LyncDeployment" => Ok(Kind::Deployment),
        "LyncFailover" => Ok(Kind::Failover),
        _ => Err((
            "kind",
            format!("there is no kind {kind:?} to read from files; use LyncDeployment or LyncFailover"),
        )),
    }
}

/// Checks and completes one object of ours.
fn parse<T: DeserializeOwned>(kind: &str, document: &Located) -> Result<T, Vec<(String, String)>> {
    let whole = |message: String| vec![(String::new(), message)];
    let schema = schema_of(kind).ok_or_else(|| whole(format!("no schema for {kind}")))?;
    let as_json = serde_json::to_value(&schema).map_err(|error| whole(error.to_string()))?;

    let mut object = document.value.clone();
    let mut findings = metadata::check(&object);
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
        // The definition leaves these to the API server, which knows them for every kind.
        let known = ["apiVersion", "kind", "metadata"];
        let own = Value::Object(
            fields
                .iter()
                .filter(|(name, _)| !known.contains(&name.as_str()))
                .map(|(n, v)| (n.clone(), v.clone()))
                .collect(),
        );
        findings.extend(schema::check(&schema, "", &own));
    }
    let mut findings: Vec<_> = findings.into_iter().map(|found| (found.path, found.message)).collect();
    // Rules assume the types of the schema, so the API server asks them only of what has these types.
    if findings.is_empty() {
        object = apply_defaults(&as_json, &object);
        if let Err(broken) = Validator::new().validate(&as_json, &object, None) {
            findings = broken.into_iter().map(|rule| (rule.field_path, rule.message)).collect();
        }
    }
    if findings.is_empty() {
        return serde_json::from_value(object).map_err(|error| whole(error.to_string()));
    }
    Err(findings)
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source, self.line)
    }
}

#[cfg(test)]
mod tests;
