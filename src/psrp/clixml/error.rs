//! Why a CLIXML text cannot be read.

/// Why a CLIXML text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClixmlError {
    /// More than this reader takes.
    #[error("the CLIXML text has more than {most} {what}")]
    TooMuch {
        /// Of what: bytes, levels, nodes.
        what: &'static str,
        /// How much is taken.
        most: usize,
    },
    /// A construct of XML that PowerShell never writes: a DTD, a comment, CDATA, an instruction.
    #[error("the CLIXML text has {0}, which PowerShell never writes")]
    Forbidden(&'static str),
    /// Not well-formed XML.
    #[error("not well-formed XML: {0}")]
    NotXml(String),
    /// An element that is no value.
    #[error("the element <{0}> is not a value of CLIXML")]
    UnknownElement(String),
    /// An element whose content is not of its type.
    #[error("<{element}> {problem}")]
    Malformed {
        /// The element.
        element: String,
        /// What is wrong with it; never the content itself.
        problem: &'static str,
    },
    /// A reference to an object or a list of type names that has not come before.
    #[error("the reference {0:?} leads nowhere")]
    UnknownReference(String),
}

impl ClixmlError {
    pub(super) fn malformed(element: &str, problem: &'static str) -> Self {
        Self::Malformed { element: shortened(element), problem }
    }
}

/// What was read may be of any length; an error text may not.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
