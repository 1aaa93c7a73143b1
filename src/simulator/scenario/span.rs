//! Spans of time as people write them.

use std::{borrow::Cow, fmt, str::FromStr};

use jiff::SignedDuration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A span of time that is not negative, written like `90s`, `2m` or `1h 30m`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(pub SignedDuration);

/// Why a text is not a [`Span`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a span of time such as 90s, 2m or 1h 30m")]
pub struct SpanError(String);

impl Span {
    /// A span of whole seconds.
    pub const fn secs(secs: i64) -> Self {
        Self(SignedDuration::from_secs(secs))
    }
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().parse::<SignedDuration>() {
            Ok(span) if !span.is_negative() => Ok(Self(span)),
            _ => Err(SpanError(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Span {
    type Error = SpanError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^([0-9]+(h|m|s|ms) ?)+$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_and_write_the_same_way() {
        for text in ["90s", "2m", "1h", "1h 30m"] {
            let span: Span = text.parse().expect("valid");
            assert_eq!(span.to_string().parse::<Span>(), Ok(span));
        }
        assert_eq!("2m".parse(), Ok(Span::secs(120)));
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in ["", "2", "two minutes", "-5s"] {
            assert!(text.parse::<Span>().is_err(), "{text:?} was accepted");
        }
    }
}
