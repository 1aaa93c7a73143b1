//! Points in time, in the forms in which PowerShell hands them over.

use jiff::{Timestamp, civil::DateTime, tz::Offset};

/// Reads ISO 8601, `11/22/2026 9:14:02 AM` (the form of en-US, which the sessions use) or `/Date(0)/`
/// (`ConvertTo-Json`). A time without an offset is taken as UTC.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix("/Date(").and_then(|text| text.strip_suffix(")/")) {
        return json_date(inner);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let civil: DateTime = match DateTime::strptime("%m/%d/%Y %I:%M:%S %p", text) {
        Ok(civil) => civil,
        Err(_) => text.parse().ok()?,
    };
    Offset::UTC.to_timestamp(civil).ok()
}

/// Milliseconds since 1970 in UTC; an offset after them only says how to show the time.
fn json_date(inner: &str) -> Option<Timestamp> {
    let sign = usize::from(inner.starts_with('-'));
    let digits = inner.get(sign..)?.find(['+', '-']).map_or(inner.len(), |at| at + sign);
    Timestamp::from_millisecond(inner.get(..digits)?.parse().ok()?).ok()
}

/// `None` for the first year: .NET's `DateTime.MinValue` stands for a time that was never set.
pub(super) fn unless_unset(at: Timestamp) -> Option<Timestamp> {
    (Offset::UTC.to_datetime(at).year() > 1).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_one_time_is_read_alike() {
        let expected: Timestamp = "2026-11-22T09:14:02Z".parse().expect("valid");
        for text in [
            "11/22/2026 9:14:02 AM",
            "2026-11-22T09:14:02.0000000Z",
            "2026-11-22T10:14:02+01:00",
            "2026-11-22T09:14:02",
            "/Date(1795338842000)/",
            "/Date(1795338842000+0100)/",
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        assert_eq!(parse("11/22/2026 12:00:00 AM"), "2026-11-22T00:00:00Z".parse().ok());
        assert_eq!(parse("11/22/2026 1:00:00 PM"), "2026-11-22T13:00:00Z".parse().ok());
    }

    #[test]
    fn what_is_not_a_time_is_refused() {
        for bad in
            ["", "yesterday", "22.11.2026 09:14:02", "/Date()/", "/Date(-)/", "/Date(99999999999999999)/"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_first_year_is_no_time() {
        for text in ["1/1/0001 12:00:00 AM", "/Date(-62135596800000)/", "0001-01-01T00:00:00Z"] {
            assert_eq!(parse(text).map(unless_unset), Some(None), "{text}");
        }
    }
}
