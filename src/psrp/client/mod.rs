//! The client's side: a runspace pool and its pipelines.
//!
//! ```text
//! Create   creationXml  <- ClientPool::open                     Receive -> ClientPool::receive
//! Command  Arguments    <- Start::command  (of ClientPool::create)
//! Send     stdin        <- Start::send                          Receive -> ClientPipeline::receive
//! Send     pr           <- ClientPipeline::take_answers
//! CommandState/Done                                                     -> ClientPipeline::finish
//! Connect  connectXml   <- ClientPool::connect     connectResponseXml   -> ClientPool::receive
//! Reconnect             (no message)               ClientPool::resumed, ClientPool::adopt
//! ```

mod pipeline;
mod pool;

pub use pipeline::{ClientPipeline, PipelineEnd, PipelineEvent};
pub use pool::{ClientPool, PoolEvent, PoolState, Start};

#[cfg(test)]
mod tests;
