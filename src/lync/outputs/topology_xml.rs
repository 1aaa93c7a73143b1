//! The elements of the topology document, and the ids that tie them together.
//!
//! Elements are found by their local names: the document mixes several namespaces with years in them.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use roxmltree::{Document, Node, ParsingOptions};

use super::{
    DecodeError,
    read::{flag_text, quoted},
};
use crate::lync::{FqdnError, Version};

const CMDLET: &str = "Get-CsTopology -AsXml";

/// A topology of hundreds of servers has a few hundred kilobytes.
const LONGEST_DOCUMENT: usize = 8 * 1024 * 1024;

/// Keeps a small text of very many elements from taking much memory.
const MOST_NODES: u32 = 500_000;

/// The parser compares each attribute of an element with all others. `<` cannot be part of a tag, so that
/// the distance between two of them bounds the length of every tag, and with it that work.
const LONGEST_PIECE: usize = 4096;

/// The parser copies the prefixes in scope for every element that declares a namespace.
const MOST_PREFIXES: usize = 64;

pub(super) fn fault(problem: impl Into<String>) -> DecodeError {
    DecodeError::new(CMDLET, problem)
}

/// Parses the text, within bounds and without a DTD.
pub(super) fn parse(text: &str) -> Result<Document<'_>, DecodeError> {
    within_bounds(text)?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options)
        .map_err(|error| fault(format!("not a readable XML document: {}", quoted(&error.to_string()))))
}

fn within_bounds(text: &str) -> Result<(), DecodeError> {
    if text.len() > LONGEST_DOCUMENT {
        return Err(fault(format!("the document has {} bytes, more than {LONGEST_DOCUMENT}", text.len())));
    }
    if text.split('<').any(|piece| piece.len() > LONGEST_PIECE) {
        return Err(fault(format!("a tag or text of the document has more than {LONGEST_PIECE} bytes")));
    }
    let declared = text.split("xmlns:").skip(1).filter_map(|rest| rest.split('=').next());
    if declared.map(str::trim).collect::<BTreeSet<_>>().len() > MOST_PREFIXES {
        return Err(fault(format!("the document declares more than {MOST_PREFIXES} namespace prefixes")));
    }
    Ok(())
}

/// Where an element is, for error texts.
fn place(node: Node<'_, '_>) -> String {
    let at = node.document().text_pos_at(node.range().start);
    format!("{} in line {}", quoted(node.tag_name().name()), at.row)
}

pub(super) fn children<'a, 'i: 'a>(
    node: Node<'a, 'i>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

pub(super) fn optional_child<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

/// The child of which there has to be exactly one.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> Result<Node<'a, 'i>, DecodeError> {
    let mut found = children(node, name);
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(fault(format!("{} has no {name}", place(node)))),
        (Some(_), Some(_)) => Err(fault(format!("{} has more than one {name}", place(node)))),
    }
}

pub(super) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Result<&'a str, DecodeError> {
    // Attributes of the document have no namespace.
    node.attribute(name)
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| fault(format!("{} has no {name}", place(node))))
}

pub(super) fn name<T: FromStr<Err = FqdnError>>(node: Node<'_, '_>) -> Result<T, DecodeError> {
    let text = attribute(node, "Fqdn")?;
    text.parse().map_err(|error: FqdnError| {
        fault(format!("Fqdn of {} is not a name: {}: {}", place(node), quoted(text), error.reason))
    })
}

pub(super) fn number<T: FromStr>(node: Node<'_, '_>, name: &str) -> Result<T, DecodeError> {
    let text = attribute(node, name)?;
    text.parse()
        .map_err(|_| fault(format!("{name} of {} is not a number in range: {}", place(node), quoted(text))))
}

pub(super) fn flag(node: Node<'_, '_>, name: &str) -> Result<bool, DecodeError> {
    let text = attribute(node, name)?;
    flag_text(text).ok_or_else(|| {
        fault(format!("{name} of {} is neither true nor false: {}", place(node), quoted(text)))
    })
}

/// Identifies a cluster: `SiteId` and `Number` of its `ClusterId`.
pub(super) type ClusterId<'a> = (&'a str, &'a str);

pub(super) fn cluster_id<'a>(parent: Node<'a, '_>) -> Result<ClusterId<'a>, DecodeError> {
    let id = child(parent, "ClusterId")?;
    Ok((attribute(id, "SiteId")?, attribute(id, "Number")?))
}

/// Identifies a service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ServiceId<'a> {
    pub(super) site: &'a str,
    pub(super) role: &'a str,
    pub(super) instance: &'a str,
}

fn service_id<'a>(parent: Node<'a, '_>) -> Result<ServiceId<'a>, DecodeError> {
    let id = child(parent, "ServiceId")?;
    Ok(ServiceId {
        site: attribute(id, "SiteId")?,
        role: attribute(id, "RoleName")?,
        instance: attribute(id, "Instance")?,
    })
}

/// A service of the document.
#[derive(Clone, Copy)]
pub(super) struct Service<'a, 'i> {
    pub(super) node: Node<'a, 'i>,
}

impl<'a, 'i> Service<'a, 'i> {
    pub(super) fn version(&self) -> Result<Version, DecodeError> {
        number(self.node, "ServiceVersion").map(Version)
    }

    pub(super) fn installed_on(&self) -> Result<Node<'a, 'i>, DecodeError> {
        child(self.node, "InstalledOn")
    }

    pub(super) fn place(&self) -> String {
        place(self.node)
    }

    /// What it depends on of one role, each with its `Usage`.
    pub(super) fn dependencies(&self, role: &str) -> Result<Vec<(&'a str, ServiceId<'a>)>, DecodeError> {
        let Some(list) = optional_child(self.node, "DependsOn") else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for dependency in children(list, "Dependency") {
            let id = service_id(dependency)?;
            if id.role == role {
                found.push((dependency.attribute("Usage").unwrap_or_default(), id));
            }
        }
        Ok(found)
    }
}

/// All clusters by id.
pub(super) fn clusters<'a, 'i>(
    root: Node<'a, 'i>,
) -> Result<BTreeMap<ClusterId<'a>, Node<'a, 'i>>, DecodeError> {
    let mut clusters = BTreeMap::new();
    for cluster in children(child(root, "Clusters")?, "Cluster") {
        if clusters.insert(cluster_id(cluster)?, cluster).is_some() {
            return Err(fault(format!("{} has the ClusterId of another cluster", place(cluster))));
        }
    }
    Ok(clusters)
}

/// All services by id.
pub(super) fn services<'a, 'i>(
    root: Node<'a, 'i>,
) -> Result<BTreeMap<ServiceId<'a>, Service<'a, 'i>>, DecodeError> {
    let mut services = BTreeMap::new();
    for node in children(child(root, "Services")?, "Service") {
        if services.insert(service_id(node)?, Service { node }).is_some() {
            return Err(fault(format!("{} has the ServiceId of another service", place(node))));
        }
    }
    Ok(services)
}

/// The names of the sites by id, in the order of the document.
pub(super) fn sites<'a>(root: Node<'a, '_>) -> Result<Vec<(&'a str, &'a str)>, DecodeError> {
    let mut sites = Vec::new();
    let (mut ids, mut names) = (BTreeSet::new(), BTreeSet::new());
    // A branch site is an element of another name than CentralSite; pools may be in either.
    for site in child(root, "Sites")?.children().filter(|node| node.has_attribute("SiteId")) {
        let id = attribute(site, "SiteId")?;
        let name = child(site, "Name")?.text().map(str::trim).unwrap_or_default();
        if name.is_empty() || name.contains(char::is_control) {
            return Err(fault(format!("the Name of {} is empty or malformed", place(site))));
        }
        if !ids.insert(id) || !names.insert(name.to_lowercase()) {
            return Err(fault(format!("{} has the id or the name of another site", place(site))));
        }
        sites.push((id, name));
    }
    Ok(sites)
}
