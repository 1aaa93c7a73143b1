//! The documented procedure, as data.
