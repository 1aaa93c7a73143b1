//! `Get-CsRegistrarConfiguration` (Gg398483): who serves the users of each pool.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    DecodeError,
    read::{quoted, rows, without_prefix},
};
use crate::lync::{PoolFqdn, PoolState, ps::PsObject};

const CMDLET: &str = "Get-CsRegistrarConfiguration";

/// The values of Gg398764. Its syntax says `FailingBack` and its text `FailedBack`; both mean that the
/// pool is not yet active.
const STATES: [(&str, PoolState); 5] = [
    ("Active", PoolState::Active),
    ("FailingOver", PoolState::FailingOver),
    ("FailedOver", PoolState::FailedOver),
    ("FailingBack", PoolState::FailingBack),
    ("FailedBack", PoolState::FailingBack),
];

/// The state at each scope at which the Registrar configuration exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolStates {
    /// The global scope, which always exists.
    pub global: PoolState,
    /// The sites with a configuration of their own, by name in lower case.
    pub sites: BTreeMap<String, PoolState>,
    /// The pools with a configuration of their own.
    pub pools: BTreeMap<PoolFqdn, PoolState>,
}

impl PoolStates {
    /// The state that holds for a pool: of its own configuration, else of its site's, else the global
    /// one.
    ///
    /// # Errors
    ///
    /// The pool has no configuration of its own, and the wider one says anything but Active. A failover
    /// is of one pool, so such a value contradicts itself.
    pub fn of(&self, pool: &PoolFqdn, site: &str) -> Result<PoolState, DecodeError> {
        if let Some(state) = self.pools.get(pool) {
            return Ok(*state);
        }
        let site_key = without_prefix(site, "Site").to_lowercase();
        let (scope, state) = match self.sites.get(&site_key) {
            Some(state) => (format!("site {}", quoted(site)), *state),
            None => ("global".to_owned(), self.global),
        };
        match state {
            PoolState::Active => Ok(state),
            _ => Err(DecodeError::new(
                CMDLET,
                format!("contradictory: the {scope} configuration, which holds for {pool}, says {state}"),
            )),
        }
    }
}

/// Reads all instances of the Registrar configuration.
///
/// # Errors
///
/// An empty answer, no global instance, a scope that is listed twice, a row that lacks `Identity` or
/// `PoolState`, or an unknown scope or state.
pub fn pool_states(objects: &[PsObject]) -> Result<PoolStates, DecodeError> {
    let mut global = None;
    let mut sites = BTreeMap::new();
    let mut pools = BTreeMap::new();
    for row in rows(CMDLET, objects)? {
        let identity = row.text(&["Identity"])?;
        let state = row.choice("PoolState", &STATES)?;
        let earlier = match identity.split_once(':') {
            None if identity.eq_ignore_ascii_case("Global") => global.replace(state),
            Some((scope, name)) if scope.eq_ignore_ascii_case("Site") => {
                sites.insert(name.trim().to_lowercase(), state)
            }
            Some((scope, service)) if scope.eq_ignore_ascii_case("Service") => {
                pools.insert(row.parsed("Identity", without_prefix(service, "Registrar"))?, state)
            }
            _ => return Err(row.fault(format!("Identity names an unknown scope: {}", quoted(identity)))),
        };
        if earlier.is_some() {
            return Err(row.fault(format!("{} is listed twice", quoted(identity))));
        }
    }
    let global = global.ok_or_else(|| DecodeError::new(CMDLET, "the global configuration is missing"))?;
    Ok(PoolStates { global, sites, pools })
}
