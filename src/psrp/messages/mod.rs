//! The contents of messages, typed (MS-PSRP 2.2.2).
//!
//! Each type has `to_value` for the side that writes it and is read by [`Payload::decode`].

mod capability;
mod command_metadata;
mod command_query;
mod create_pipeline;
mod error_category;
mod error_record;
mod fields;
mod host_call;
mod payload;
mod pool;
mod received_pipeline;
mod records;
mod states;

pub use capability::SessionCapability;
pub(super) use command_metadata::count as command_count;
pub use command_metadata::{CommandMetadata, DescribedCommand};
pub use command_query::{CommandKind, CommandQuery};
pub use create_pipeline::CreatePipeline;
pub(super) use create_pipeline::{CMDLET, PARAMETERS};
pub use error_category::ErrorCategory;
pub use error_record::ErrorRecord;
pub use host_call::{HostCall, HostMethod, HostResponse};
pub use payload::Payload;
pub use pool::{InitRunspacePool, RunspaceCounts, RunspaceRequest};
pub use received_pipeline::{ReceivedArgument, ReceivedCommand, ReceivedPipeline};
pub use records::{InformationRecord, progress_value, text_record};
pub use states::{PipelineState, PipelineStateKind, RunspacePoolState, RunspacePoolStateKind};

#[cfg(test)]
mod tests;
