//! Escapes within texts: `_xHHHH_` for a UTF-16 code unit that XML cannot carry (MS-PSRP 2.2.5.3.2).

use std::{borrow::Cow, fmt::Write};

/// Replaces the escapes. Half of a surrogate pair becomes U+FFFD: Rust has no text with one.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") && !text.contains("_X") {
        return Cow::Borrowed(text);
    }
    let mut units = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('_') {
        units.extend(rest[..at].encode_utf16());
        rest = &rest[at..];
        match escaped_unit(rest) {
            Some(unit) => {
                units.push(unit);
                rest = &rest[7..];
            }
            None => {
                units.push(u16::from(b'_'));
                rest = &rest[1..];
            }
        }
    }
    units.extend(rest.encode_utf16());
    Cow::Owned(String::from_utf16_lossy(&units))
}

/// The two characters that no XML has, as escapes: .NET writes them as they are, because PowerShell lets its
/// writer check none.
pub(super) fn readable(clixml: &str) -> Cow<'_, str> {
    if !clixml.contains(['\u{FFFE}', '\u{FFFF}']) {
        return Cow::Borrowed(clixml);
    }
    Cow::Owned(clixml.replace('\u{FFFE}', "_xFFFE_").replace('\u{FFFF}', "_xFFFF_"))
}

/// The code unit, if the text begins with an escape.
fn escaped_unit(text: &str) -> Option<u16> {
    match text.as_bytes() {
        [b'_', b'x' | b'X', digits @ ..] if digits.len() >= 5 && digits[4] == b'_' => {
            let digits = std::str::from_utf8(&digits[..4]).ok()?;
            let hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            hexadecimal.then(|| u16::from_str_radix(digits, 16).ok())?
        }
        _ => None,
    }
}

/// Appends a text as the content of an element or of an attribute.
pub(super) fn push_escaped(out: &mut String, text: &str) {
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '_' if matches!(characters.peek(), Some('x' | 'X')) => push_unit(out, 0x5F),
            '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}' | '\u{10000}'.. => {
                character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| push_unit(out, *unit));
            }
            plain => out.push(plain),
        }
    }
}

fn push_unit(out: &mut String, unit: u16) {
    // Writing into a String cannot fail.
    let _ = write!(out, "_x{unit:04X}_");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        push_escaped(&mut out, text);
        out
    }

    #[test]
    fn texts_are_escaped_as_powershell_does() {
        let cases = [
            ("a\nb\tc\r", "a_x000A_b_x0009_c_x000D_"),
            ("_x0027_", "_x005F_x0027_"),
            ("_X0027_", "_x005F_X0027_"),
            ("a_b__", "a_b__"),
            ("_\n", "__x000A_"),
            ("\u{1F600}", "_xD83D__xDE00_"),
            ("\u{85}\u{7f}", "_x0085__x007F_"),
            ("<a b=\"c\">&'", "&lt;a b=&quot;c&quot;&gt;&amp;'"),
        ];
        for (plain, expected) in cases {
            assert_eq!(escaped(plain), expected);
        }
        for (plain, wire) in cases.iter().filter(|(plain, _)| !plain.contains('<')) {
            assert_eq!(unescape(wire), *plain);
        }
    }

    #[test]
    fn what_only_looks_like_an_escape_stays() {
        for text in ["_x", "_x12_", "_x00G0_", "_x0041", "_x+041_", "x0041_", "_x004é", "_x00411_"] {
            assert_eq!(unescape(text), text);
        }
        assert_eq!(unescape("_x0041_x0042_"), "Ax0042_");
        assert_eq!(unescape("__x0041__"), "_A_");
    }

    #[test]
    fn what_no_xml_has_is_read_as_dot_net_writes_it() {
        let raw = "<S>a\u{FFFE}b\u{FFFF}</S>";
        assert_eq!(super::super::decode(raw), Ok("a\u{FFFE}b\u{FFFF}".into()));
        assert!(matches!(readable("<S>a</S>"), Cow::Borrowed(_)));
    }

    #[test]
    fn half_a_surrogate_pair_is_replaced() {
        assert_eq!(unescape("a_xD83D_b"), "a\u{FFFD}b");
    }
}
