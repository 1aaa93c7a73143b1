//! What the controller is given from outside, so that the same controller runs in a cluster, on a laptop
//! and in a test.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;

use crate::{
    clock::{Clock, SystemClock},
    controller::{Listener, Silent},
    simulator::{Scenario, Simulator},
};

/// The time, who wants to know, and the simulated organisations of this process.
#[derive(Clone)]
pub struct Environment {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Hears what happens.
    pub listener: Arc<dyn Listener>,
    /// Simulated organisations, which live as long as this.
    pub simulators: Arc<Simulators>,
}

impl Default for Environment {
    /// The wall clock, and nobody who listens.
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), listener: Arc::new(Silent), simulators: Arc::default() }
    }
}

/// Simulated organisations by the uid of their `LyncDeployment`. An edit of anything but the scenario
/// leaves what happened in them as it is.
#[derive(Default)]
pub struct Simulators(Mutex<BTreeMap<String, Simulated>>);

struct Simulated {
    scenario: serde_json::Value,
    simulator: Arc<Mutex<Simulator>>,
}

impl Simulators {
    /// The organisation of a deployment; a new one if there is none yet, or its scenario has changed.
    ///
    /// # Errors
    ///
    /// Says what in the scenario makes no sense.
    pub fn open(
        &self,
        uid: &str,
        scenario: &serde_json::Value,
        now: Timestamp,
    ) -> Result<Arc<Mutex<Simulator>>, String> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(uid).filter(|known| known.scenario == *scenario) {
            return Ok(Arc::clone(&known.simulator));
        }
        let parsed: Scenario = serde_json::from_value(scenario.clone()).map_err(|err| err.to_string())?;
        let simulator = Simulator::new(&parsed, now).map_err(|err| err.to_string())?;
        let simulator = Arc::new(Mutex::new(simulator));
        let new = Simulated { scenario: scenario.clone(), simulator: Arc::clone(&simulator) };
        all.insert(uid.to_owned(), new);
        Ok(simulator)
    }

    /// Gives a deployment an organisation that is there already.
    pub fn put(&self, uid: &str, scenario: &serde_json::Value, simulator: Arc<Mutex<Simulator>>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(uid.to_owned(), Simulated { scenario: scenario.clone(), simulator });
    }

    /// Drops the organisation of a deployment that is gone.
    pub(super) fn close(&self, uid: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(uid);
    }
}

impl fmt::Debug for Simulators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_set().entries(all.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_organisation_stays_until_its_scenario_changes() {
        let all = Simulators::default();
        let open = |scenario| all.open("uid", &scenario, Timestamp::UNIX_EPOCH).expect("it makes sense");
        let first = open(json!({}));
        assert!(Arc::ptr_eq(&first, &open(json!({}))));
        assert!(!Arc::ptr_eq(&first, &open(json!({"failures": [{"kill": ["pool1.contoso.com"]}]}))));
        assert!(all.open("uid", &json!({"nonsense": 1}), Timestamp::UNIX_EPOCH).is_err());
    }
}
