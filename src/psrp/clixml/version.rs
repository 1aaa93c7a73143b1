//! Version numbers.

use std::{fmt, str::FromStr};

/// A `System.Version`: two to four numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number, if there is one.
    pub build: Option<u32>,
    /// The fourth number, if there is one.
    pub revision: Option<u32>,
}

impl Version {
    /// A version of two numbers.
    pub const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor, build: None, revision: None }
    }
}

impl FromStr for Version {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut numbers = text.trim().split('.').map(|part| part.parse::<u32>().map_err(|_| ()));
        let major = numbers.next().ok_or(())??;
        let minor = numbers.next().ok_or(())??;
        let build = numbers.next().transpose()?;
        let revision = numbers.next().transpose()?;
        match numbers.next() {
            None => Ok(Self { major, minor, build, revision }),
            Some(_) => Err(()),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        match (self.build, self.revision) {
            (Some(build), Some(revision)) => write!(f, ".{build}.{revision}"),
            (Some(build), None) => write!(f, ".{build}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_to_four_numbers_are_a_version() {
        for text in ["2.3", "5.1.17763", "1.1.0.1"] {
            assert_eq!(text.parse::<Version>().map(|version| version.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "2", "2.", "1.2.3.4.5", "a.b", "1.-2", "1.99999999999"] {
            assert_eq!(text.parse::<Version>(), Err(()), "{text}");
        }
        assert!(Version::new(2, 3) > Version::new(2, 2));
    }
}
