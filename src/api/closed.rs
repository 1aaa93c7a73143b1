//! Closed vocabularies: enums whose variants are written as they are named.

/// A text that is not a word of a closed vocabulary.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not a {vocabulary}")]
pub struct UnknownWord {
    /// The vocabulary.
    pub vocabulary: &'static str,
    /// The text.
    pub word: String,
}

/// Declares an enum together with the list of its variants and their names.
macro_rules! closed_enum {
    ($(#[$doc:meta])* pub enum $name:ident {
        // `$none` is empty: a repetition has to carry something.
        $($(#[doc = $variant_doc:literal])* $(#[default] $none:vis)? $variant:ident,)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[doc = $variant_doc])* $(#[default] $none)? $variant,)+
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word that a status shows.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($variant),)+
                }
            }

            /// What the word means, in a sentence: its doc comment, for the pages that people look it up in.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($variant_doc),+).trim_ascii_start(),)+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::api::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|known| known.as_str() == word).ok_or_else(|| {
                    $crate::api::UnknownWord { vocabulary: stringify!($name), word: word.to_owned() }
                })
            }
        }
    };
}

pub(super) use closed_enum;
