//! Texts of others, where people read them.

/// Whether a character can make a text look like another one: control characters (which end a line, or move the
/// cursor), line separators, marks that turn the direction of what follows (Unicode TR 36), and marks without width.
pub(crate) fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

/// The text with a blank for each such character.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if is_deceptive(c) { ' ' } else { c }).collect()
}
