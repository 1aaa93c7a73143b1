//! WS-Management as PowerShell remoting uses it (MS-WSMV, DSP0226), without a socket.
//!
//! Both directions: a client writes a [`Request`] and reads an [`Answer`]; a server reads the request and
//! writes the answer. Fragments of PowerShell's own protocol (MS-PSRP) travel as bytes. Everything that
//! identifies a session is chosen by the caller, so that another process can take it up again.

mod answer;
mod answer_read;
mod answer_write;
mod duration;
mod envelope;
mod fault;
mod identify;
mod names;
mod operation;
mod request;
mod request_read;
mod request_write;
pub mod seal;
mod xml;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod roundtrip;

pub use answer::{Answer, AnswerError, Chunk, CommandInfo, CommandState, Finished, Received, ShellInfo};
pub use fault::{Fault, FaultKind, ProviderFault};
pub use identify::Identity;
pub use operation::{Buffering, Operation, Signal, Target};
pub use request::{Incoming, MAX_ENVELOPE, Request, fragment_room};

/// Why an envelope could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a WS-Management message: {0}")]
pub struct Unreadable(pub String);

/// The resource of a session configuration of PowerShell (MS-PSRP 3.1.5.3.1).
pub fn configuration_uri(name: &str) -> String {
    format!("{}{name}", names::CONFIGURATION)
}
