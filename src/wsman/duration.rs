//! `xs:duration`, without years and months, which have no fixed length.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

use super::Unreadable;

/// As Windows writes it: `PT20.000S`.
pub(super) fn write(duration: Duration) -> String {
    format!("PT{}.{:03}S", duration.as_secs(), duration.subsec_millis())
}

/// Reads what Windows and others write: `PT20S`, `P0DT0H2M0S`, `PT2147483.647S`.
pub(super) fn read(text: &str) -> Result<Duration, Unreadable> {
    let bad = || Unreadable(format!("{text:?} is not a duration"));
    let span: Span = text.trim().parse().map_err(|_| bad())?;
    let exact = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| bad())?;
    Duration::try_from(exact).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_windows_are_read() {
        for (text, millis) in [
            ("PT20S", 20_000),
            ("PT7200.000S", 7_200_000),
            ("PT2147483.647S", 2_147_483_647),
            ("P0DT0H2M0S", 120_000),
            ("P1DT1H0M0S", 90_000_000),
        ] {
            assert_eq!(read(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        assert_eq!(write(Duration::from_millis(1_500)), "PT1.500S");
        assert_eq!(read(&write(Duration::from_millis(1_500))), Ok(Duration::from_millis(1_500)));
    }

    #[test]
    fn what_has_no_fixed_length_is_refused() {
        for text in ["", "PT", "20", "-PT1S", "PT-1S", "P1Y", "P1M", "PT1e3S", "PT99999999999999999999S"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
