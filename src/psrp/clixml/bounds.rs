//! What a CLIXML text may cost, seen before it is parsed.

use super::ClixmlError;

/// What a reader takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the text.
    pub bytes: usize,
    /// Elements and texts.
    pub nodes: u32,
    /// Objects in objects.
    pub levels: usize,
    /// Memory of the value, roughly, in bytes. References can make a value much larger than its text.
    pub memory: usize,
}

impl Limits {
    /// A topology of hundreds of servers has a few hundred kilobytes; PowerShell nests about ten levels.
    pub const DEFAULT: Self = Self { bytes: 16 << 20, nodes: 1_000_000, levels: 64, memory: 64 << 20 };

    /// Elements in elements: an entry of a dictionary in an object takes three.
    pub(super) fn depth(&self) -> usize {
        3 * self.levels + 8
    }
}

/// The parser compares each attribute of an element with all others; an element of CLIXML has two.
const MOST_ATTRIBUTES: usize = 8;
/// The parser copies the namespaces in scope for every element that declares one.
const MOST_NAMESPACES: usize = 16;

/// Goes over the tags: constructs that PowerShell never writes, elements in elements, attributes.
pub(super) fn check(text: &str, limits: &Limits) -> Result<(), ClixmlError> {
    if text.len() > limits.bytes {
        return Err(ClixmlError::TooMuch { what: "bytes", most: limits.bytes });
    }
    let (mut depth, mut namespaces) = (0_usize, 0);
    for piece in text.split('<').skip(1) {
        match piece.as_bytes().first() {
            Some(b'!') if piece.starts_with("!--") => return Err(ClixmlError::Forbidden("a comment")),
            Some(b'!') if piece.starts_with("![") => return Err(ClixmlError::Forbidden("CDATA")),
            Some(b'!') => return Err(ClixmlError::Forbidden("a DTD")),
            Some(b'?') if piece.starts_with("?xml ") => continue,
            Some(b'?') => return Err(ClixmlError::Forbidden("a processing instruction")),
            Some(b'/') => {
                depth = depth.saturating_sub(1);
                continue;
            }
            _ => {}
        }
        let tag = tag(piece);
        namespaces += tag.namespaces;
        if tag.attributes > MOST_ATTRIBUTES {
            return Err(ClixmlError::TooMuch { what: "attributes in an element", most: MOST_ATTRIBUTES });
        }
        if namespaces > MOST_NAMESPACES {
            return Err(ClixmlError::TooMuch { what: "namespaces", most: MOST_NAMESPACES });
        }
        if depth + 1 > limits.depth() {
            return Err(ClixmlError::TooMuch { what: "levels", most: limits.levels });
        }
        depth += usize::from(!tag.empty);
    }
    Ok(())
}

struct Tag {
    attributes: usize,
    namespaces: usize,
    empty: bool,
}

/// Reads what follows a `<`, up to the `>` that is not within quotes.
fn tag(piece: &str) -> Tag {
    let mut tag = Tag { attributes: 0, namespaces: 0, empty: false };
    let mut quote = None;
    let mut word = 0;
    for (at, byte) in piece.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'=') => {
                tag.attributes += 1;
                tag.namespaces += usize::from(piece[word..].starts_with("xmlns"));
            }
            (None, b'>') => {
                tag.empty = piece[..at].ends_with('/');
                break;
            }
            (None, b' ' | b'\t' | b'\r' | b'\n') => word = at + 1,
            (None, _) => {}
        }
    }
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> ClixmlError {
        check(text, &Limits::DEFAULT).expect_err("it is refused")
    }

    #[test]
    fn what_powershell_never_writes_is_refused() {
        assert_eq!(refused("<!DOCTYPE a []><S/>"), ClixmlError::Forbidden("a DTD"));
        assert_eq!(refused("<S><!-- --></S>"), ClixmlError::Forbidden("a comment"));
        assert_eq!(refused("<S><![CDATA[x]]></S>"), ClixmlError::Forbidden("CDATA"));
        assert_eq!(refused("<?php x?><S/>"), ClixmlError::Forbidden("a processing instruction"));
        assert_eq!(check("<?xml version=\"1.0\"?><S>a > b = c</S>", &Limits::DEFAULT), Ok(()));
    }

    #[test]
    fn depth_counts_what_is_open() {
        let most = Limits::DEFAULT.depth();
        assert_eq!(check(&"<a>".repeat(most), &Limits::DEFAULT), Ok(()));
        assert!(matches!(refused(&"<a>".repeat(most + 1)), ClixmlError::TooMuch { what: "levels", .. }));
        assert_eq!(check(&"<a N=\"/>\"/>".repeat(10 * most), &Limits::DEFAULT), Ok(()));
    }

    #[test]
    fn attributes_are_counted_behind_quoted_brackets() {
        let tag = format!("<a b='>' {}/>", "c='' ".repeat(9));
        assert!(matches!(refused(&tag), ClixmlError::TooMuch { what: "attributes in an element", .. }));
        let declared = "<a xmlns='u'/>".repeat(17);
        assert!(matches!(refused(&declared), ClixmlError::TooMuch { what: "namespaces", .. }));
    }
}
