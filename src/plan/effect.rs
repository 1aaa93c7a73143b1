//! Whether the post-condition of a step is observed.

use super::{CmsState, Step, world::World};
use crate::lync::PoolState;

impl World<'_> {
    /// Whether what a step is for can be seen. What cannot be looked at is not seen.
    pub(super) fn effect_is_seen(&self, step: &Step) -> bool {
        match step {
            Step::SetEdgeNextHop { edge, to, .. } => self.next_hop(edge) == Ok(to),
            Step::KickReplication { replica } => {
                let replicas = self.live(&self.observed.replicas).ok();
                replicas.and_then(|all| all.get(replica)).is_some_and(|replica| replica.up_to_date)
            }
            Step::FailOverCentralManagement { to, .. } => {
                matches!(&self.cms, CmsState::Healthy { pool } if pool == to)
            }
            Step::FailOverPool { home, .. } => self.pool_state(home) == Ok(PoolState::FailedOver),
            Step::FailBackPool { home, .. } => self.pool_state(home) == Ok(PoolState::Active),
        }
    }
}
