//! Numbers that have no type in Rust, and those that .NET writes in its own way.

use std::{fmt, str::FromStr};

/// A `System.Decimal`, as its text: digits with a sign and a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal(String);

impl Decimal {
    /// The nearest floating point number.
    pub fn to_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }
}

impl FromStr for Decimal {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        // The longest decimal has 29 digits, a point and a sign.
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let numeric = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        match text.len() <= 31 && numeric(whole) && numeric(fraction) {
            true => Ok(Self(text.to_owned())),
            false => Err(()),
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads a floating point number as .NET's `XmlConvert` writes it.
pub(super) fn float<T: FromStr>(text: &str) -> Option<T> {
    let plain = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    match text {
        "INF" | "-INF" | "NaN" | "NAN" => text.parse().ok(),
        _ if text.bytes().all(plain) => text.parse().ok(),
        _ => None,
    }
}

/// Writes a floating point number as .NET's `XmlConvert` reads it.
pub(super) fn float_text(number: f64, text: String) -> String {
    match (number.is_nan(), number.is_infinite()) {
        (true, _) => "NaN".to_owned(),
        (_, true) if number < 0.0 => "-INF".to_owned(),
        (_, true) => "INF".to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_keeps_its_digits() {
        for text in ["0", "-1.50", "79228162514264337593543950335", "0.0000000000000000000000000001"] {
            assert_eq!(text.parse::<Decimal>().map(|number| number.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "-", ".", "1.", ".5", "1e5", "1,5", "+1", "99999999999999999999999999999999"] {
            assert_eq!(text.parse::<Decimal>(), Err(()), "{text}");
        }
    }

    #[test]
    fn the_words_of_net_are_read_and_those_of_others_are_not() {
        assert_eq!(float::<f64>("-INF"), Some(f64::NEG_INFINITY));
        assert!(float::<f32>("NaN").is_some_and(f32::is_nan));
        assert_eq!(float::<f64>("1E+20"), Some(1e20));
        for text in ["", "infinity", "nan", "0x10", " 1"] {
            assert_eq!(float::<f64>(text), None, "{text}");
        }
        assert_eq!(float_text(f64::NEG_INFINITY, String::new()), "-INF");
    }
}
