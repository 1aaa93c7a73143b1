//! Durations as people write them: `90s`, `2m`, `1h30m`.

use jiff::SignedDuration;

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a duration: write hours, minutes and seconds in this order, such as 90s, 2m or 1h30m")]
pub struct DurationError(pub String);

/// Reads a duration: whole hours, minutes and seconds in this order, each at most once, at least one.
///
/// It is the part of Go's duration syntax that Kubernetes users know and that nobody can misread: no
/// signs, no fractions, nothing below a second.
///
/// # Errors
///
/// When the text is anything else, or too long a time to count in seconds.
pub fn parse_duration(text: &str) -> Result<SignedDuration, DurationError> {
    let refuse = || DurationError(text.to_owned());
    let mut seconds: i64 = 0;
    let mut rest = text;
    for (unit, length) in [('h', 3600), ('m', 60), ('s', 1)] {
        let Some((number, after)) = rest.split_once(unit) else { continue };
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refuse());
        }
        let count: i64 = number.parse().map_err(|_| refuse())?;
        seconds = count.checked_mul(length).and_then(|part| seconds.checked_add(part)).ok_or_else(refuse)?;
        rest = after;
    }
    if text.is_empty() || !rest.is_empty() {
        return Err(refuse());
    }
    Ok(SignedDuration::from_secs(seconds))
}

/// Writes a duration so that [`parse_duration`] reads it back. Parts of a second are cut off, and a
/// negative duration is written as `0s`.
pub fn format_duration(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    let parts = [(seconds / 3600, 'h'), (seconds / 60 % 60, 'm'), (seconds % 60, 's')];
    let text: String =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_spellings_are_read() {
        for (text, seconds) in [("90s", 90), ("2m", 120), ("1h30m", 5400), ("1h0m5s", 3605), ("0s", 0)] {
            assert_eq!(parse_duration(text), Ok(SignedDuration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn what_could_be_misread_is_refused() {
        for text in [
            "",
            "5",
            "m",
            "-5s",
            "+5s",
            "1.5h",
            "5ms",
            "30m1h",
            "1m1m",
            "1h 30m",
            "5S",
            "9223372036854775807h",
        ] {
            assert_eq!(parse_duration(text), Err(DurationError(text.to_owned())));
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for seconds in [0, 1, 59, 60, 61, 3600, 5400, 86_399, 360_000] {
            let duration = SignedDuration::from_secs(seconds);
            assert_eq!(parse_duration(&format_duration(duration)), Ok(duration));
        }
        assert_eq!(format_duration(SignedDuration::from_secs(5400)), "1h30m");
        assert_eq!(format_duration(SignedDuration::from_secs(-5)), "0s");
    }
}
