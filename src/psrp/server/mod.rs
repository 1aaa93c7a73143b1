//! The server's side: what the simulator offers as an endpoint.
//!
//! ```text
//! Create   creationXml  -> ServerPool::receive                  Receive <- ServerPool::take_outgoing
//! Connect  connectXml   -> ServerPool::connect -> connectResponseXml
//! Command  Arguments    -> ServerPipeline::receive              Receive <- ServerPipeline::take_outgoing
//! Send     stdin, pr    -> ServerPipeline::receive
//! ```

mod commands;
mod pipeline;
mod pool;

pub use commands::{CommandFault, invocation};
pub use pipeline::{ServerPipeline, ServerPipelineEvent};
pub use pool::{ServerPool, ServerPoolEvent};

#[cfg(test)]
mod tests;
