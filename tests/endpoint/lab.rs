//! A simulated Lync with its endpoints, in this process.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use jiff::Timestamp;
use lync_failover::{
    bridge::SimulatedBridge,
    clock::{Clock, ScaledClock, SystemClock},
    simulator::{
        Failure, Scenario, Simulator, Transcript,
        winrm::{Access, Account as TestAccount, Listen, Place, WinRm},
    },
    winrm::{Account, Credentials, Endpoint, Gate, Pace, Secret, Session, Tls},
};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::certificates::Authority;

pub(crate) const NAME: &str = "svc-lync";
pub(crate) const PASSWORD: &str = "Sch-n3idig!-7 ä";
/// A Front End of pool2.
pub(crate) const HOST: &str = "fe01.pool2.contoso.com";

pub(crate) struct Lab {
    pub(crate) places: Vec<Place>,
    pub(crate) authority: Option<Authority>,
    simulator: Arc<Mutex<Simulator>>,
    clock: Arc<dyn Clock>,
    refused: Arc<AtomicU64>,
    server: JoinHandle<()>,
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Lab {
    /// HTTP, `speed` times as fast as the wall.
    pub(crate) async fn http(scenario: &str, speed: f64) -> Self {
        Self::new(scenario, speed, None).await
    }

    /// HTTPS; every host has the same certificate, for [`HOST`].
    pub(crate) async fn https(scenario: &str, speed: f64) -> Self {
        Self::new(scenario, speed, Some(Authority::new())).await
    }

    async fn new(scenario: &str, speed: f64, authority: Option<Authority>) -> Self {
        let started = Timestamp::now();
        let scenario = Scenario::from_yaml(scenario).expect("a scenario");
        let simulator = Arc::new(Mutex::new(Simulator::new(&scenario, started).expect("it makes sense")));
        let clock: Arc<dyn Clock> = Arc::new(ScaledClock::new(started, speed));
        let accounts = vec![TestAccount::new(NAME, PASSWORD)];
        let access = match &authority {
            None => Access::http(accounts),
            Some(authority) => {
                let (certificate, key) = authority.issue(HOST);
                Access::https(accounts, &certificate, &key).expect("a certificate")
            }
        };
        let winrm = WinRm::bind(&simulator, &clock, access, Listen::FreePorts).await.expect("loopback");
        let places = winrm.places().to_vec();
        let refused = winrm.refused_logins();
        let server = tokio::spawn(async move { winrm.serve().await.expect("it serves") });
        Self { places, authority, simulator, clock, refused, server }
    }

    pub(crate) fn place(&self, host: &str) -> &Place {
        self.places.iter().find(|place| place.host.as_str() == host).expect("a Front End")
    }

    /// The endpoint with the module.
    pub(crate) fn endpoint(&self, host: &str) -> Endpoint {
        let authorities = self.authority.as_ref().map(|authority| authority.certificate.clone());
        Endpoint {
            host: host.to_owned(),
            address: Some([127, 0, 0, 1].into()),
            port: self.place(host).address.port(),
            tls: authorities.map(|pem| Tls { authorities: Some(pem), identity: None }),
            configuration: "LyncFailover".to_owned(),
            pace: Pace { operation: std::time::Duration::from_secs(2), ..Pace::default() },
        }
    }

    /// The endpoint without the module: Lync's cmdlets as they are.
    pub(crate) fn plain_endpoint(&self, host: &str) -> Endpoint {
        Endpoint { configuration: "Microsoft.PowerShell".to_owned(), ..self.endpoint(host) }
    }

    pub(crate) fn session(&self, host: &str) -> Session {
        session(self.endpoint(host), ntlm(PASSWORD), Uuid::new_v4())
    }

    /// A session with an id of its own, and another session configuration.
    pub(crate) fn session_with(&self, host: &str, id: Uuid, configuration: &str) -> Session {
        let endpoint = Endpoint { configuration: configuration.to_owned(), ..self.endpoint(host) };
        session(endpoint, ntlm(PASSWORD), id)
    }

    /// The same organisation without a wire.
    pub(crate) fn direct(&self) -> SimulatedBridge {
        SimulatedBridge::new(Arc::clone(&self.simulator), Arc::clone(&self.clock))
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// How many logins the endpoints have refused.
    pub(crate) fn refused_logins(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    pub(crate) fn plain(&self, host: &str) -> Session {
        session(self.plain_endpoint(host), ntlm(PASSWORD), Uuid::new_v4())
    }

    pub(crate) fn inject(&self, failure: &str) {
        let mut scenario = Scenario::from_yaml(&format!("failures:\n- {failure}\n")).expect("a failure");
        let failure: Failure = scenario.failures.remove(0);
        let mut simulator = self.simulator.lock().expect("whole");
        simulator.inject(failure, self.clock.now()).expect("it makes sense");
    }

    /// The identity of the journal's home.
    pub(crate) fn home(&self) -> String {
        self.simulator.lock().expect("whole").journal_home().to_string()
    }

    pub(crate) fn transcript(&self) -> Transcript {
        let mut simulator = self.simulator.lock().expect("whole");
        simulator.advance(self.clock.now());
        simulator.transcript().clone()
    }
}

pub(crate) fn ntlm(password: &str) -> Credentials {
    Credentials::Ntlm { account: Account::parse("CONTOSO\\svc-lync"), password: Secret::from(password) }
}

pub(crate) fn basic(password: &str) -> Credentials {
    Credentials::Basic { account: Account::parse(NAME), password: Secret::from(password) }
}

pub(crate) fn session(endpoint: Endpoint, credentials: Credentials, id: Uuid) -> Session {
    Session::new(endpoint, Arc::new(credentials), "1", Gate::new(Arc::new(SystemClock)), id)
}
