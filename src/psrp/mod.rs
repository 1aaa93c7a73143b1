//! PowerShell Remoting (MS-PSRP): the protocol without its transport.
//!
//! Everything here is a function of the bytes that it is given. What goes out and what comes in are
//! *fragments* ([`fragment`]), which WS-Management carries in its streams; a fragment carries a part of a
//! *message* ([`message`]), whose data is *CLIXML* ([`clixml`]). [`client`] and [`server`] are the state
//! machines of the two sides. Nothing waits, and nothing reads a clock.
//!
//! There is no way in for script text. A client makes a pipeline of [`crate::lync::Invocation`]s and of
//! nothing else; a server reads a script only to refuse it.

pub mod client;
pub mod clixml;
mod defragment;
mod error;
pub mod fragment;
mod link;
pub mod message;
pub mod messages;
pub mod server;

pub use defragment::Defragmenter;
pub use error::PsrpError;
pub use fragment::{FragmentError, Fragmenter};
pub use message::{Destination, Message, MessageError, MessageType};
