//! Takes out of what kubectl prints what differs from one run to the next.

/// What the page shows instead of measured seconds: a failover of the usual length.
const SECONDS: [(&str, &str); 5] =
    [("Decide", "0"), ("Detect", "60"), ("Execute", "603"), ("Rto", "780"), ("Verify", "117")];

/// The text with fixed times, ages and identities, and no blanks at the ends of lines.
pub fn tidy(text: &str) -> String {
    let mut tidied: Vec<String> = Vec::new();
    let mut lines = text.lines().peekable();
    let mut ages = false;
    while let Some(line) = lines.next() {
        if line == "Events:" {
            tidied.push(line.to_owned());
            tidied.extend(events(&mut lines));
            continue;
        }
        let is_table = line.starts_with("NAME ");
        ages |= is_table && line.ends_with(" AGE");
        let line = tidy_line(line);
        let line = match line.rsplit_once(' ') {
            Some((rest, _)) if ages && !is_table => format!("{rest} 5m"),
            _ => line,
        };
        tidied.push(line.trim_end().to_owned());
    }
    tidied.join("\n").trim_end().to_owned() + "\n"
}

/// A line with fixed times and identities. What follows them on the line stays where it is.
fn tidy_line(line: &str) -> String {
    if let Some((field, _)) = line.split_once("Resource Version:") {
        return format!("{field}Resource Version:    1000");
    }
    for (name, seconds) in SECONDS {
        if let Some(value) = line.trim_start().strip_prefix(&format!("{name} Seconds:")) {
            return line.strip_suffix(value.trim_start()).unwrap().to_owned() + seconds;
        }
    }
    // The identity of a run; the hash of a plan, which looks like it, is the same every time.
    if let Some((field, id)) = line.split_once("Id:")
        && field.trim().is_empty()
        && is_like(id.trim(), "xxxxxxxxxxxxxxxx")
    {
        return line.replace(id.trim(), "0000000000000000");
    }
    let words = line.split(' ').map(|word| match word {
        _ if is_like(word, "0000-00-00T00:00:00Z") => "2026-11-22T03:00:00Z",
        _ if is_like(word, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") => "00000000-0000-0000-0000-000000000000",
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether a word has digits where the pattern has `0`, hexadecimal digits where it has `x`, and the rest as it
/// is.
fn is_like(word: &str, pattern: &str) -> bool {
    word.len() == pattern.len()
        && word.bytes().zip(pattern.bytes()).all(|(byte, like)| match like {
            b'0' => byte.is_ascii_digit(),
            b'x' => byte.is_ascii_hexdigit(),
            _ => byte == like,
        })
}

/// The table of Events, with one age for all: its columns are as wide as the ages were long.
fn events<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Vec<String> {
    let rows = lines.map(|line| {
        let columns: Vec<&str> = line.split("  ").map(str::trim).filter(|text| !text.is_empty()).collect();
        match columns[..] {
            [kind, reason, age, from, message] => {
                let age = if age.starts_with(|c: char| c.is_ascii_digit()) { "5m" } else { age };
                [kind, reason, age, from, message]
            }
            _ => panic!("not an Event: {line:?}"),
        }
    });
    let rows: Vec<[&str; 5]> = rows.collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let [kinds, reasons, ages, froms] = [0, 1, 2, 3].map(width);
    let row = |[kind, reason, age, from, message]: &[&str; 5]| {
        format!("  {kind:kinds$}  {reason:reasons$}  {age:ages$}  {from:froms$}  {message}")
    };
    rows.iter().map(row).collect()
}

#[test]
fn what_differs_from_run_to_run_is_taken_out() {
    let table = "NAME   STATUS   AGE\na      Ready    17s\n";
    assert_eq!(tidy(table), "NAME   STATUS   AGE\na      Ready    5m\n");
    assert_eq!(
        tidy("    Id:  0123456789abcdef\n  Hash:  0123456789abcdef\n"),
        "    Id:  0000000000000000\n  Hash:  0123456789abcdef\n"
    );
    let described =
        "  UID:  64a3fc79-f755-4d34-8989-2bdd574d0b06\n  At:   2026-11-23T04:48:33Z\n  Rto Seconds:   24\n";
    assert_eq!(
        tidy(described),
        "  UID:  00000000-0000-0000-0000-000000000000\n  At:   2026-11-22T03:00:00Z\n  Rto Seconds:   780\n"
    );
    let events = "Events:\n  Type    Reason  Age                From  Message\n  ----    ------  ----               ----  \
                  -------\n  Normal  A       3s (x2 over 10s)   me    b c\n";
    assert_eq!(
        tidy(events),
        "Events:\n  Type    Reason  Age   From  Message\n  ----    ------  ----  ----  -------\n  Normal  A       5m    me    b c\n"
    );
}
