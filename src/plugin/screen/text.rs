//! Texts that fit: cleaned, cut, wrapped and aligned by what they take on a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What stands for a character that must not reach a terminal.
const REPLACED: char = '\u{fffd}';

/// The columns that a text takes.
pub(super) fn columns_of(text: &str) -> usize {
    text.width()
}

/// A text in one line that changes nothing on a terminal: runs of white space become one blank, control characters
/// and those that turn the direction of writing or are not seen become U+FFFD.
pub fn clean(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    harmless(&words.join(" "))
}

/// The lines of a command, each as it has to be typed, but for characters that must not reach a terminal.
pub(super) fn clean_lines(text: &str) -> Vec<String> {
    text.lines().map(harmless).collect()
}

fn harmless(text: &str) -> String {
    text.chars().map(|c| if is_harmful(c) { REPLACED } else { c }).collect()
}

/// Control characters (C0, C1), and format characters: bidirectional marks and overrides, zero-width ones, tags.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// The text, or as much of it as fits, with an ellipsis.
pub(super) fn fit(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut taken = 0;
    for c in text.chars() {
        taken += c.width().unwrap_or(0);
        if taken >= width {
            break;
        }
        cut.push(c);
    }
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// The text in at most so many lines; the last one ends with an ellipsis where something is left out.
pub(super) fn wrap(text: &str, width: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        for part in pieces(word, width) {
            let last = lines.last_mut().expect("there is always one");
            let space = usize::from(!last.is_empty());
            if last.width() + space + part.width() <= width {
                if space == 1 {
                    last.push(' ');
                }
                last.push_str(&part);
            } else {
                lines.push(part);
            }
        }
    }
    if lines.len() > most {
        let rest = lines.split_off(most.max(1)).join(" ");
        let last = lines.last_mut().expect("one is left");
        *last = fit(&format!("{last} {rest}"), width);
    }
    lines
}

/// A word in parts that fit into a line.
fn pieces(word: &str, width: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    for c in word.chars() {
        let last = parts.last_mut().expect("there is always one");
        if !last.is_empty() && last.width() + c.width().unwrap_or(0) > width {
            parts.push(c.to_string());
        } else {
            last.push(c);
        }
    }
    parts
}

/// Rows as a table of at most this width: where it is too wide, the widest columns are cut, the first one last, since
/// it says what a row is about.
pub(super) fn columns(rows: &[Vec<String>], width: usize) -> Vec<String> {
    const GAP: usize = 3;
    const NARROWEST: usize = 5;
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width()).max();
    let mut widths: Vec<usize> = (0..count).map(|at| widest(at).unwrap_or(0)).collect();
    let gaps = GAP * count.saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > width {
        let widest = (1..count).max_by_key(|at| widths[*at]);
        match [widest, Some(0)].into_iter().flatten().find(|at| widths[*at] > NARROWEST) {
            Some(at) => widths[at] -= 1,
            None => break,
        }
    }
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| {
            let cell = fit(cell, *width);
            let blank = " ".repeat(width + GAP - cell.width());
            cell + &blank
        });
        fit(cells.collect::<String>().trim_end(), width)
    };
    rows.iter().map(line).collect()
}

/// The names in a text: words with dots in them.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split_whitespace().map(|word| word.trim_end_matches([':', ',']));
    words.filter(|word| word.split('.').count() > 2)
}

/// What all names in some texts end with, from a dot on: `.contoso.com`. At least the first label of each is left.
pub(super) fn common_suffix<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut common: Option<Vec<&str>> = None;
    for name in texts.flat_map(names) {
        let labels: Vec<&str> = name.split('.').skip(1).collect();
        common = Some(match common {
            None => labels,
            Some(before) => {
                let same = before.iter().rev().zip(labels.iter().rev()).take_while(|(a, b)| a == b).count();
                before[before.len() - same..].to_vec()
            }
        });
    }
    common.unwrap_or_default().iter().map(|label| format!(".{label}")).collect()
}

/// A text with its names without what they all end with.
pub(super) fn shorten(text: &str, suffix: &str) -> String {
    let words = text.split(' ').map(|word| {
        let name = word.trim_end_matches([':', ',']);
        match name.strip_suffix(suffix) {
            Some(short) if !suffix.is_empty() && !short.is_empty() => {
                format!("{short}{}", &word[name.len()..])
            }
            _ => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_they_all_end_with_and_keep_what_tells_them_apart() {
        let texts = ["edge1.contoso.com: pool1.contoso.com -> pool2.contoso.com", "fe01.pool2.contoso.com"];
        let suffix = common_suffix(texts.into_iter());
        assert_eq!(suffix, ".contoso.com");
        assert_eq!(shorten(texts[0], &suffix), "edge1: pool1 -> pool2");
        assert_eq!(shorten(texts[1], &suffix), "fe01.pool2");
        assert_eq!(common_suffix(["pool1.contoso.com", "pool1.fabrikam.net"].into_iter()), "");
        assert_eq!(common_suffix(["pool1.contoso.com"].into_iter()), ".contoso.com");
        assert_eq!(shorten("no names", ""), "no names");
    }

    #[test]
    fn nothing_that_steers_a_terminal_gets_through() {
        let hostile = "a\u{1b}[2J\u{1b}]0;title\u{7}b\r\nc\u{9b}31m\u{202e}txet\u{200b}\u{feff}\0";
        let text = clean(hostile);
        assert!(!text.chars().any(|c| c.is_control() || is_harmful(c)), "{text:?}");
        assert!(text.starts_with("a\u{fffd}[2J") && text.contains("b c\u{fffd}31m"), "{text:?}");
        assert_eq!(clean_lines("a  'b'\nc\u{7}"), ["a  'b'", "c\u{fffd}"]);
    }

    #[test]
    fn wide_characters_count_for_what_they_take() {
        assert_eq!(fit("사용자를 찾을 수 없습니다", 10), "사용자를…");
        assert_eq!(fit("short", 5), "short");
        assert_eq!(fit("longer", 5), "long…");
    }

    #[test]
    fn what_is_wrapped_fits_and_says_that_something_is_missing() {
        let text = "one two three four averyveryverylongwordwithoutblanks five";
        for width in [8, 12, 30, 100] {
            for most in [1, 2, 9] {
                let lines = wrap(text, width, most);
                assert!(
                    lines.len() <= most && lines.iter().all(|line| columns_of(line) <= width),
                    "{lines:?}"
                );
                let is_cut = lines.last().is_some_and(|line| line.ends_with('…'));
                let whole: String = lines.concat().replace(' ', "");
                assert_eq!(!is_cut, whole == text.replace(' ', ""), "{lines:?}");
            }
        }
    }

    #[test]
    fn a_table_that_is_too_wide_loses_from_its_widest_column() {
        let rows = vec![
            vec!["a".to_owned(), "x".repeat(40), "end".to_owned()],
            vec!["bb".to_owned(), "y".to_owned(), "e".to_owned()],
        ];
        let lines = columns(&rows, 30);
        assert_eq!(lines[0], format!("a    {}…   end", "x".repeat(18)));
        assert_eq!(lines[1], format!("bb   y{}e", " ".repeat(21)));
    }
}
