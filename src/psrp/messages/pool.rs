//! The contents of messages about a runspace pool.

use super::fields::Fields;
use crate::psrp::{
    PsrpError,
    clixml::{Object, Value},
};

/// `INIT_RUNSPACEPOOL` (MS-PSRP 2.2.2.2), as far as it says something: no host, no arguments, default
/// threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InitRunspacePool {
    /// How many runspaces.
    pub counts: RunspaceCounts,
}

/// How many runspaces a pool has; `RUNSPACEPOOL_INIT_DATA` (2.2.2.30).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunspaceCounts {
    /// At least.
    pub min: i32,
    /// At most: pipelines that can run at a time.
    pub max: i32,
}

/// `SET_MAX_RUNSPACES`, `SET_MIN_RUNSPACES`, `GET_AVAILABLE_RUNSPACES`, `RESET_RUNSPACE_STATE`: what is
/// answered by `RUNSPACE_AVAILABILITY` (2.2.2.6 to 2.2.2.8, 2.2.2.11, 2.2.2.31).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunspaceRequest {
    /// The number that the answer repeats.
    pub call: i64,
    /// The number of runspaces that is asked for, where one is.
    pub count: Option<i32>,
}

/// A host that is not there: no prompt has anywhere to go (2.2.3.14).
pub(super) fn no_host() -> Value {
    let flags = ["_isHostNull", "_isHostUINull", "_isHostRawUINull", "_useRunspaceHost"];
    flags.into_iter().fold(Object::default(), |host, flag| host.note(flag, true)).into()
}

/// The apartment of a thread: whichever (2.2.3.7).
pub(super) fn any_apartment() -> Value {
    Object::of_enum("System.Threading.ApartmentState", 2, "Unknown").into()
}

impl InitRunspacePool {
    /// The contents of the message.
    pub fn to_value(&self) -> Value {
        let threads = "System.Management.Automation.Runspaces.PSThreadOptions";
        Object::default()
            .note("MinRunspaces", self.counts.min)
            .note("MaxRunspaces", self.counts.max)
            .note("PSThreadOptions", Object::of_enum(threads, 0, "Default"))
            .note("ApartmentState", any_apartment())
            .note("HostInfo", no_host())
            .note("ApplicationArguments", Object::of_dictionary(Vec::new()))
            .into()
    }

    pub(super) fn read(fields: Fields<'_>) -> Result<Self, PsrpError> {
        Ok(Self { counts: RunspaceCounts::read(fields)? })
    }
}

impl RunspaceCounts {
    /// The contents of `RUNSPACEPOOL_INIT_DATA`.
    pub fn to_value(&self) -> Value {
        Object::default().note("MinRunspaces", self.min).note("MaxRunspaces", self.max).into()
    }

    pub(super) fn read(fields: Fields<'_>) -> Result<Self, PsrpError> {
        let counts = Self { min: fields.int("MinRunspaces")?, max: fields.int("MaxRunspaces")? };
        match counts.min >= 1 && counts.max >= counts.min {
            true => Ok(counts),
            false => Err(fields.fault("MinRunspaces and MaxRunspaces contradict each other")),
        }
    }

    /// `CONNECT_RUNSPACEPOOL` (2.2.2.29) may leave the numbers out; then it is an empty text.
    pub(super) fn read_optional(fields: Fields<'_>) -> Result<Option<Self>, PsrpError> {
        let given = |name| fields.optional(name).is_some();
        match given("MinRunspaces") || given("MaxRunspaces") {
            true => Self::read(fields).map(Some),
            false => Ok(None),
        }
    }
}

impl RunspaceRequest {
    pub(super) fn read(fields: Fields<'_>, count: Option<&str>) -> Result<Self, PsrpError> {
        let count = count.map(|name| fields.int(name)).transpose()?;
        Ok(Self { call: fields.long("ci")?, count })
    }

    /// The contents of `RUNSPACE_AVAILABILITY`: whether it was done, or how many there are.
    pub fn answer(&self, answer: impl Into<Value>) -> Value {
        Object::default().note("SetMinMaxRunspacesResponse", answer).note("ci", self.call).into()
    }
}
