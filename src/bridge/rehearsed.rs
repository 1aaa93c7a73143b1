//! What came of trying a cmdlet without doing it.

/// How far a cmdlet was tried, where nothing spoke against it.
///
/// What it would do is not known: that text goes to the window of a host, and a remote session has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rehearsed {
    /// It ran with its arguments and `-WhatIf`, and reported no error.
    WhatIf,
    /// It ran with `-WhatIf` alone, because `-Force` is among its arguments (see
    /// [`crate::lync::cmdlet::WhatIf`]), and reported no error. The host knows all its parameters.
    WithoutForce,
    /// It does not know `-WhatIf` and was not run. The host knows it, with all its parameters.
    Found,
    /// Nothing was tried, for a reason that says nothing about the cmdlet; in words.
    NotTried(String),
    /// Nothing was tried, because no change can be made from the host as it is; in words.
    Unfit(String),
}

impl Rehearsed {
    /// What says that a cmdlet ran without an error.
    pub(super) fn of(tried: Option<&crate::lync::cmdlet::WhatIf>) -> Self {
        match tried {
            Some(tried) if tried.is_reduced() => Self::WithoutForce,
            Some(_) => Self::WhatIf,
            None => Self::Found,
        }
    }
}
