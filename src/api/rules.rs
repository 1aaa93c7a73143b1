//! Validation rules that several fields share.
//!
//! They run in the API server when an object is written, and in [`super::load`] when a file is read.

use kube::core::{Message, Rule};

use crate::lync::{FILE_PATH_PATTERN, FQDN_PATTERN};

/// What a text has to look like before it is worth asking how long the duration is.
const DURATION_PATTERN: &str = "^([0-9]{1,5}h)?([0-9]{1,5}m)?([0-9]{1,5}s)?$";

/// The value is the name of a pool or a machine.
pub(super) fn fqdn(field: &str) -> Rule {
    Rule::new(format!("self.matches('{FQDN_PATTERN}')")).message(Message::Message(format!(
        "{field} must be a fully qualified domain name in lower case, such as pool1.contoso.com"
    )))
}

/// The value is the full name of a file on a Windows host.
pub(super) fn file_path(field: &str) -> Rule {
    // A backslash of the pattern is written as two in a text of CEL.
    let pattern = FILE_PATH_PATTERN.replace('\\', "\\\\");
    Rule::new(format!("self.matches('{pattern}')")).message(Message::Message(format!(
        "{field} must be the full name of a file on a drive or a share, such as C:\\backup\\config.zip"
    )))
}

/// The value is a duration between two others.
pub(super) fn duration(field: &str, least: &str, most: &str) -> Rule {
    Rule::new(format!(
        "self.matches('{DURATION_PATTERN}') && self != '' && \
         duration(self) >= duration('{least}') && duration(self) <= duration('{most}')"
    ))
    .message(Message::Message(format!(
        "{field} must be a duration from {least} to {most}, written in h, m and s, such as 90s, 2m or 1h30m"
    )))
}
