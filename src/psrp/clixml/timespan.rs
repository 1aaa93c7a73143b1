//! Spans of time (`TS`, MS-PSRP 2.2.5.1.9).

use std::fmt;

use jiff::SignedDuration;

const TICKS_A_SECOND: i64 = 10_000_000;

/// A `System.TimeSpan`, in ticks of 100 nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeSpan(pub i64);

impl From<SignedDuration> for TimeSpan {
    /// What is longer than 29 000 years becomes the longest that .NET has.
    fn from(span: SignedDuration) -> Self {
        let ticks = span.as_nanos() / 100;
        Self(i64::try_from(ticks).unwrap_or(if ticks < 0 { i64::MIN } else { i64::MAX }))
    }
}

impl From<TimeSpan> for SignedDuration {
    fn from(TimeSpan(ticks): TimeSpan) -> Self {
        let nanoseconds = i32::try_from(ticks % TICKS_A_SECOND * 100).expect("less than a second");
        Self::new(ticks / TICKS_A_SECOND, nanoseconds)
    }
}

impl TimeSpan {
    /// Reads `P1DT2H3M4.5S`, with a minus in front for what is negative. Years and months are refused:
    /// .NET writes none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let rest = rest.strip_prefix('P')?;
        let (date, time) = rest.split_once('T').unwrap_or((rest, ""));
        if rest.is_empty() || rest.ends_with('T') {
            return None;
        }
        let mut ticks: i128 = 0;
        if !date.is_empty() {
            ticks += whole(date.strip_suffix('D')?)? * 86_400;
        }
        let mut left = time;
        for (unit, seconds) in [('H', 3_600), ('M', 60)] {
            if let Some((number, after)) = left.split_once(unit) {
                ticks += whole(number)? * seconds;
                left = after;
            }
        }
        ticks *= i128::from(TICKS_A_SECOND);
        if !left.is_empty() {
            let (number, fraction) = match left.strip_suffix('S')?.split_once('.') {
                Some((number, fraction)) => (number, fraction),
                None => (left.strip_suffix('S')?, "0"),
            };
            ticks += whole(number)? * i128::from(TICKS_A_SECOND) + fraction_ticks(fraction)?;
        }
        i64::try_from(if negative { -ticks } else { ticks }).ok().map(Self)
    }
}

fn whole(digits: &str) -> Option<i128> {
    let numeric = !digits.is_empty() && digits.len() <= 20 && digits.bytes().all(|b| b.is_ascii_digit());
    numeric.then(|| digits.parse().ok())?
}

/// The part after the point, cut off after ticks.
fn fraction_ticks(digits: &str) -> Option<i128> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{:0<7}", &digits[..digits.len().min(7)]).parse().ok()
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ticks = self.0.unsigned_abs();
        let (seconds, fraction) = (ticks / 10_000_000, ticks % 10_000_000);
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
        f.write_str(if self.0 < 0 { "-P" } else { "P" })?;
        if days > 0 {
            write!(f, "{days}D")?;
        }
        let clock = [(hours, 'H'), (minutes, 'M')];
        if ticks == 0 || seconds % 86_400 > 0 || fraction > 0 {
            f.write_str("T")?;
        }
        for (number, unit) in clock.into_iter().filter(|(number, _)| *number > 0) {
            write!(f, "{number}{unit}")?;
        }
        match (seconds % 60, fraction) {
            (0, 0) if ticks > 0 => Ok(()),
            (seconds, 0) => write!(f, "{seconds}S"),
            (seconds, fraction) => {
                let fraction = format!("{fraction:07}");
                write!(f, "{seconds}.{}S", fraction.trim_end_matches('0'))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_as_net_writes_them() {
        let cases = [
            (0, "PT0S"),
            (50_000_000, "PT5S"),
            (-1, "-PT0.0000001S"),
            (18_000_000_000, "PT30M"),
            (864_000_000_000, "P1D"),
            (937_845_000_000, "P1DT2H3M4.5S"),
            (i64::MIN, "-P10675199DT2H48M5.4775808S"),
            (i64::MAX, "P10675199DT2H48M5.4775807S"),
        ];
        for (ticks, text) in cases {
            assert_eq!(TimeSpan(ticks).to_string(), text);
            assert_eq!(TimeSpan::parse(text), Some(TimeSpan(ticks)), "{text}");
        }
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in [
            "",
            "P",
            "PT",
            "P1DT",
            "5S",
            "P1Y",
            "P1M",
            "PT1S2H",
            "PT1.S",
            "PT.5S",
            "P99999999999999D",
            "PT1é",
        ] {
            assert_eq!(TimeSpan::parse(text), None, "{text}");
        }
    }

    #[test]
    fn spans_of_jiff_come_back() {
        for span in [SignedDuration::from_mins(30), SignedDuration::from_millis(-1_500)] {
            assert_eq!(SignedDuration::from(TimeSpan::from(span)), span);
        }
        assert_eq!(TimeSpan::from(SignedDuration::MIN), TimeSpan(i64::MIN));
    }
}
