//! What a client of the simulator's endpoint and the endpoint say to each other: one JSON object a line.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Failure, Order, OrganisationView, Transcript};
use crate::{
    bridge::{Adoption, Answer, CallError, Followed, OperationId},
    lync::{Invocation, MachineFqdn, ps::PsObject},
};

/// The longest line that either side accepts, in bytes.
pub const MAX_LINE: usize = 1 << 20;

/// The number of entries in a full page of the transcript, which keeps it below [`MAX_LINE`].
pub const PAGE: usize = 200;

/// A request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Chosen by the client; the response carries it.
    pub id: u64,
    /// What is asked for.
    pub call: Call,
}

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Call {
    /// Reads.
    Query {
        /// Where the cmdlets run.
        host: MachineFqdn,
        /// The cmdlets.
        invocations: Vec<Invocation>,
    },
    /// Raises the fence epoch.
    RaiseEpoch {
        /// The host that is asked.
        host: MachineFqdn,
    },
    /// Starts an operation.
    Start(Order),
    /// Waits for news of an operation.
    Follow {
        /// Where it runs.
        host: MachineFqdn,
        /// Its identity.
        id: OperationId,
        /// The number of records that are known.
        after: u64,
    },
    /// Asks what became of an operation.
    Adopt {
        /// Where it should run.
        host: MachineFqdn,
        /// Its identity.
        id: OperationId,
    },
    /// Makes an export.
    Export {
        /// Where.
        host: MachineFqdn,
        /// The call of the module's function.
        invocation: Invocation,
    },
    /// Tries a changing cmdlet without doing it.
    Rehearse {
        /// Where.
        host: MachineFqdn,
        /// The cmdlet as an operation would run it: the host has to know it so.
        whole: Invocation,
        /// The same with `-WhatIf`; none if it does not know that.
        tried: Option<Invocation>,
    },
    /// Tests TCP 5061 of a machine.
    Sip {
        /// The machine.
        machine: MachineFqdn,
    },
    /// Asks for a page of the transcript.
    Transcript {
        /// The number of entries that are known.
        after: u64,
    },
    /// Asks for the view of the organisation.
    Describe {},
    /// Makes something happen.
    Inject(Box<Failure>),
    /// Asks for the time.
    Now {},
}

/// A response.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// The id of the request; 0 when the request could not be read.
    pub id: u64,
    /// What came of it.
    pub reply: Reply,
}

/// What the endpoint answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reply {
    /// To a query.
    Answers(Vec<Answer>),
    /// To a raise.
    Epoch(u64),
    /// It is done; there is nothing to say.
    Done {},
    /// To a follow.
    Followed(Followed),
    /// To an adoption.
    Adoption(Adoption),
    /// To an export.
    Rows(Vec<PsObject>),
    /// To a test.
    Sip(bool),
    /// A page of the transcript: at most [`PAGE`] entries.
    Transcript(Transcript),
    /// The view.
    View(OrganisationView),
    /// The time of the simulation.
    Now(Timestamp),
    /// The bridge's own error.
    Failed(CallError),
    /// The request makes no sense.
    Bad(String),
}
