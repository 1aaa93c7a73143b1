//! Points in time (`DT`, MS-PSRP 2.2.5.1.8).

use std::fmt;

use jiff::{Timestamp, civil, tz::Offset};

/// A `System.DateTime`: a wall clock's reading, and what is known about the clock. Years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    local: civil::DateTime,
    zone: Zone,
}

/// Which clock a [`DateTime`] was read from (`DateTimeKind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// Nobody said; Lync's services mean UTC.
    Unspecified,
    /// UTC.
    Utc,
    /// A local clock, in minutes east of UTC.
    Offset(i16),
}

impl DateTime {
    /// The reading of a clock; `None` outside the years 1 to 9999 or with an offset of more than 14 hours.
    /// What is finer than 100 nanoseconds is cut off.
    pub fn new(local: civil::DateTime, zone: Zone) -> Option<Self> {
        let legal = (1..=9999).contains(&local.year())
            && !matches!(zone, Zone::Offset(minutes) if minutes.unsigned_abs() > 14 * 60);
        let nanosecond = local.subsec_nanosecond() / 100 * 100;
        let local = local.with().subsec_nanosecond(nanosecond).build().ok()?;
        legal.then_some(Self { local, zone })
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        if !text.is_ascii() || text.as_bytes().get(10) != Some(&b'T') {
            return None;
        }
        if let Some(local) = text.strip_suffix('Z') {
            return Self::new(local.parse().ok()?, Zone::Utc);
        }
        let Some(at) = text.rfind(['+', '-']).filter(|at| *at > 10) else {
            return Self::new(text.parse().ok()?, Zone::Unspecified);
        };
        let (hours, minutes) = text[at + 1..].split_once(':')?;
        let (hours, minutes): (i16, i16) = (two_digits(hours)?, two_digits(minutes)?);
        let east = hours * 60 + minutes;
        let sign = if text.as_bytes()[at] == b'-' { -1 } else { 1 };
        Self::new(text[..at].parse().ok()?, Zone::Offset(sign * east))
    }

    /// The point in time; what is beyond jiff's last moment (`DateTime.MaxValue`) becomes that moment.
    pub fn timestamp(self) -> Timestamp {
        let minutes = match self.zone {
            Zone::Unspecified | Zone::Utc => 0,
            Zone::Offset(minutes) => i32::from(minutes),
        };
        let offset = Offset::from_seconds(minutes * 60).unwrap_or(Offset::UTC);
        offset.to_timestamp(self.local).unwrap_or(Timestamp::MAX)
    }
}

impl From<Timestamp> for DateTime {
    /// In UTC; before the year 1 there is only its beginning.
    fn from(at: Timestamp) -> Self {
        let first = civil::DateTime::constant(1, 1, 1, 0, 0, 0, 0);
        Self::new(Offset::UTC.to_datetime(at), Zone::Utc).unwrap_or(Self { local: first, zone: Zone::Utc })
    }
}

fn two_digits(text: &str) -> Option<i16> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { local, zone } = self;
        let (year, month, day) = (local.year(), local.month(), local.day());
        write!(f, "{year:04}-{month:02}-{day:02}T")?;
        write!(f, "{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second())?;
        let ticks = local.subsec_nanosecond() / 100;
        if ticks > 0 {
            write!(f, ".{}", format!("{ticks:07}").trim_end_matches('0'))?;
        }
        match zone {
            Zone::Unspecified => Ok(()),
            Zone::Utc => f.write_str("Z"),
            Zone::Offset(minutes) => {
                let sign = if *minutes < 0 { '-' } else { '+' };
                let minutes = minutes.unsigned_abs();
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_time_comes_back() {
        for text in [
            "2026-11-22T09:14:02Z",
            "2026-11-22T09:14:02.1234567Z",
            "2026-11-22T10:14:02.5+01:00",
            "2026-11-22T10:14:02-08:30",
            "2026-11-22T09:14:02",
            "0001-01-01T00:00:00",
            "9999-12-31T23:59:59.9999999",
        ] {
            assert_eq!(DateTime::parse(text).map(|at| at.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn the_point_in_time_knows_the_clock() {
        let at = |text| DateTime::parse(text).expect("a time").timestamp().to_string();
        assert_eq!(at("2026-11-22T10:14:02+01:00"), "2026-11-22T09:14:02Z");
        assert_eq!(at("2026-11-22T09:14:02"), "2026-11-22T09:14:02Z");
        assert_eq!(at("9999-12-31T23:59:59.9999999"), Timestamp::MAX.to_string());
        assert_eq!(DateTime::from(Timestamp::MIN).to_string(), "0001-01-01T00:00:00Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "Z",
            "2026-11-22",
            "2026-11-22T",
            "2026-13-22T09:14:02Z",
            "-2026-11-22T09:14:02",
            "2026-11-22T09:14:02+1:00",
            "2026-11-22T09:14:02+99:00",
            "2026-11-22T09:14:02é",
            "0000-01-01T00:00:00Z",
        ] {
            assert_eq!(DateTime::parse(text), None, "{text}");
        }
    }
}
