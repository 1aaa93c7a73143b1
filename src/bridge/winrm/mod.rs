//! The bridge to a real Lync: PowerShell remoting to Front End servers.
//!
//! A host is read through one shell, which is kept open. Where it offers the operator's module, changes are
//! operations that run apart from every connection and are known by their id; elsewhere (a plain endpoint)
//! a change runs in a shell of its own, whose ids were written down before, so that a new process can take
//! it up again.

mod access;
mod apart;
mod export;
mod host;
mod module;
mod plain;
mod query;
mod rehearse;
mod shell;
mod visit;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio::time::Instant;
use uuid::Uuid;

use super::{Adoption, Answer, Bridge, CallError, Fence, Followed, NO_EXPORTS, Operation, Rehearsed, Sight};
use crate::{
    clock::Clock,
    lync::{
        ExportMade, ExportOrder, Guard, MachineFqdn,
        cmdlet::{Mutation, Query},
    },
    psrp::messages::CreatePipeline,
    winrm::Gate,
};

pub use access::{Access, Listener};
pub use visit::Visit;

use self::{
    host::{Home, Host},
    plain::Sessions,
};

/// Time from the start of this process in which it changes nothing through plain endpoints: no guard on the
/// server would stop a former leader that still believes in its lease (15 s by default).
const HOLD_OFF: Duration = Duration::from_secs(20);

/// A bridge to Front End servers by WinRM.
pub struct WinRmBridge(Inner);

/// What every verb works with.
struct Inner {
    hosts: BTreeMap<MachineFqdn, Host>,
    access: RwLock<Arc<Access>>,
    gate: Gate,
    /// What shell ids are made of, so that each process finds the shells of the last one.
    family: Uuid,
    sessions: Sessions,
    clock: Arc<dyn Clock>,
    /// Whether the organisation behind the hosts is known to be the one whose record is used.
    is_identified: AtomicBool,
    born: Instant,
}

impl WinRmBridge {
    /// A bridge that has not connected. `family` is what tells its shells from those of others, such as the
    /// uid of the deployment.
    pub fn new(listeners: Vec<Listener>, access: Access, family: Uuid, clock: Arc<dyn Clock>) -> Self {
        let hosts = listeners.into_iter().map(|listener| (listener.host.clone(), Host::new(listener)));
        Self(Inner {
            hosts: hosts.collect(),
            access: RwLock::new(Arc::new(access)),
            gate: Gate::new(Arc::clone(&clock)),
            family,
            sessions: Sessions::default(),
            clock,
            is_identified: AtomicBool::new(false),
            born: Instant::now(),
        })
    }

    /// Enters by other means from now on. What runs goes on.
    pub fn replace_access(&self, access: Access) {
        *self.0.access.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(access);
    }

    /// The version of the Secrets that it enters with.
    pub fn revision(&self) -> String {
        self.0.access().revision.clone()
    }

    /// Takes in that the organisation is known. Before that nothing is changed: the lock would be another
    /// one.
    pub fn identified(&self) {
        self.0.is_identified.store(true, Ordering::Relaxed);
    }

    /// Ends the shells that hosts are read through.
    pub async fn close(&self) {
        futures::future::join_all(self.0.hosts.values().map(Host::close)).await;
    }
}

impl Inner {
    fn access(&self) -> Arc<Access> {
        Arc::clone(&self.access.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn host(&self, name: &MachineFqdn) -> Result<&Host, CallError> {
        let unknown = || CallError::NotSent(format!("{name} is not among the endpoints of the deployment"));
        self.hosts.get(name).ok_or_else(unknown)
    }

    /// The shell through which a host is read: always the same one.
    fn reading_shell(&self, host: &MachineFqdn) -> Uuid {
        self.shell_for(host, "")
    }

    /// The shell for what is done beside reading (`apart.rs`).
    fn second_shell(&self, host: &MachineFqdn) -> Uuid {
        self.shell_for(host, " apart")
    }

    /// The one shell on a host that serves a purpose.
    fn shell_for(&self, host: &MachineFqdn, purpose: &str) -> Uuid {
        let name = [self.family.as_bytes(), host.as_str().as_bytes(), purpose.as_bytes()].concat();
        let digest = <sha2::Sha256 as sha2::Digest>::digest(name);
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(digest).for_each(|(byte, from)| *byte = from);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// Where the first host that shares its journal keeps it.
    fn shared_home(&self) -> Option<String> {
        let homes = self.hosts.values().filter_map(|host| host.known()?.home);
        homes.filter(|home| home.is_shared).map(|home| home.id).next()
    }

    /// What guards a host. Asks it, if it has not said so yet.
    async fn guard(&self, name: &MachineFqdn) -> Result<Guard, CallError> {
        let host = self.host(name)?;
        if host.known().is_none() {
            query::query(self, host, &[]).await?;
        }
        let unknown = || CallError::Unreadable(format!("{name} does not say what guards it"));
        host.known().map(|known| known.guard).ok_or_else(unknown)
    }

    /// Why nothing can be changed from a host.
    fn unfit(&self, host: &Host) -> Option<String> {
        let known = host.known()?;
        if !known.missing.is_empty() {
            return Some(format!(
                "it lacks {}; install the Lync Server management tools of the newest update there, and for the \
                 session configuration the module LyncFailover (docs/windows.md)",
                known.missing.join(", ")
            ));
        }
        if let Some(problem) = known.problem {
            return Some(format!("the journal of its module cannot be used: {problem} (docs/windows.md)"));
        }
        let shared = self.shared_home()?;
        match known.home {
            Some(Home { id, .. }) if id == shared => None,
            Some(_) => Some(format!(
                "its journal has a home of its own, and that of other endpoints is shared ({shared}); give all of \
                 them the same -Home (docs/windows.md)"
            )),
            None => Some("it has no guard, and other endpoints have one".to_owned()),
        }
    }

    /// Before the organisation is known its lock is not either.
    fn is_identified(&self) -> Result<(), CallError> {
        let unknown = || CallError::NotSent("the Lync organisation behind it is not known yet".to_owned());
        self.is_identified.load(Ordering::Relaxed).then_some(()).ok_or_else(unknown)
    }

    /// Checks what has to hold before anything is changed.
    async fn may_change(&self, name: &MachineFqdn) -> Result<Guard, CallError> {
        self.is_identified()?;
        let guard = self.guard(name).await?;
        match self.unfit(self.host(name)?) {
            Some(why) => Err(CallError::NotSent(format!("{name}: {why}"))),
            None => Ok(guard),
        }
    }
}

/// What guarded an operation when it was sent. The endpoint may be another one by now: a journal that was not
/// there knows nothing, and says nothing by not knowing.
fn begun_under(operation: &Operation) -> Guard {
    if operation.epoch == 0 { Guard::Plain } else { Guard::Module }
}

#[async_trait]
impl Bridge for WinRmBridge {
    async fn query(&self, host: &MachineFqdn, queries: &[Query]) -> Result<Vec<Answer>, CallError> {
        query::query(&self.0, self.0.host(host)?, queries).await
    }

    async fn query_apart(&self, host: &MachineFqdn, query: &Query) -> Answer {
        let pipeline = CreatePipeline::of(query.invocation());
        let limit = self.0.access().pace.read;
        query::answer_of(&apart::run(&self.0, self.0.host(host)?, &pipeline, limit).await?)
    }

    async fn raise_epoch(&self, host: &MachineFqdn) -> Result<Fence, CallError> {
        self.0.is_identified()?;
        match self.0.guard(host).await? {
            Guard::Module => module::raise_epoch(&self.0, self.0.host(host)?).await,
            Guard::Plain => {
                tokio::time::sleep_until(self.0.born + HOLD_OFF).await;
                Ok(Fence { epoch: 0, keeper: Some(plain::keeper(&self.0)) })
            }
        }
    }

    async fn start(&self, operation: &Operation) -> Result<(), CallError> {
        let guard = self.0.may_change(&operation.host).await?;
        if guard != begun_under(operation) {
            let why = format!("the endpoint of {} has just become another one", operation.host);
            return Err(CallError::NotSent(why));
        }
        let mine = plain::keeper(&self.0);
        if guard == Guard::Plain && operation.keeper.as_ref().is_some_and(|keeper| *keeper != mine) {
            return Err(CallError::NotSent("the credentials have just become another account's".to_owned()));
        }
        match guard {
            Guard::Module => module::start(&self.0, self.0.host(&operation.host)?, operation).await,
            Guard::Plain => plain::start(&self.0, self.0.host(&operation.host)?, operation).await,
        }
    }

    async fn follow(&self, operation: &Operation, after: u64) -> Result<Followed, CallError> {
        match begun_under(operation) {
            Guard::Module => module::follow(&self.0, self.0.host(&operation.host)?, operation, after).await,
            Guard::Plain => plain::follow(&self.0, operation, after).await,
        }
    }

    async fn adopt(&self, via: &MachineFqdn, operation: &Operation) -> Result<Adoption, CallError> {
        match begun_under(operation) {
            Guard::Module => module::adopt(&self.0, self.0.host(via)?, operation).await,
            Guard::Plain => plain::adopt(&self.0, self.0.host(via)?, operation).await,
        }
    }

    async fn report(&self, via: &MachineFqdn, operation: &Operation) -> Result<Option<String>, CallError> {
        match begun_under(operation) {
            Guard::Module => module::report(&self.0, self.0.host(via)?, operation).await,
            // Nobody knows a folder on such a host that outlives it.
            Guard::Plain => Ok(None),
        }
    }

    async fn export(&self, host: &MachineFqdn, order: &ExportOrder) -> Result<Vec<ExportMade>, CallError> {
        self.0.is_identified()?;
        match self.0.guard(host).await? {
            Guard::Module => export::make(&self.0, self.0.host(host)?, order).await,
            Guard::Plain => Err(CallError::NotSent(NO_EXPORTS.to_owned())),
        }
    }

    async fn rehearse(&self, host: &MachineFqdn, mutation: &Mutation) -> Result<Rehearsed, CallError> {
        rehearse::rehearse(&self.0, self.0.host(host)?, mutation).await
    }

    fn sight(&self, host: &MachineFqdn) -> Option<Sight> {
        let host = self.0.hosts.get(host)?;
        Some(Sight { guard: host.known()?.guard, unfit: self.0.unfit(host) })
    }
}

impl fmt::Debug for WinRmBridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WinRmBridge").field("hosts", &self.0.hosts.keys()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::SystemClock,
        winrm::{Account, Credentials, Pace, Secret},
    };

    const HOSTS: [&str; 3] = ["fe01.pool1.contoso.com", "fe01.pool2.contoso.com", "fe02.pool2.contoso.com"];

    fn bridge(homes: [Option<Home>; 3], missing: &[&str]) -> WinRmBridge {
        let listener =
            |host: &&str| Listener { host: host.parse().expect("valid"), address: None, port: 5985 };
        let account = Account::parse("CONTOSO\\svc");
        let access = Access {
            configuration: "LyncFailover".to_owned(),
            tls: None,
            credentials: Arc::new(Credentials::Ntlm { account, password: Secret::from("p") }),
            revision: "1".to_owned(),
            pace: Pace::default(),
        };
        let listeners = HOSTS.iter().map(listener).collect();
        let bridge = WinRmBridge::new(listeners, access, Uuid::nil(), Arc::new(SystemClock));
        for (host, home) in bridge.0.hosts.values().zip(homes) {
            let guard = if home.is_some() { Guard::Module } else { Guard::Plain };
            let missing = missing.iter().map(|name| (*name).to_owned()).collect();
            host.learn(host::Known { guard, missing, home, problem: None });
        }
        bridge
    }

    fn home(id: &str, is_shared: bool) -> Option<Home> {
        Some(Home { id: id.to_owned(), is_shared })
    }

    fn fit(bridge: &WinRmBridge) -> [bool; 3] {
        HOSTS.map(|host| {
            let sight = bridge.sight(&host.parse().expect("valid")).expect("it has answered");
            sight.unfit.is_none()
        })
    }

    /// Two journals mean two locks.
    #[test]
    fn a_host_whose_journal_is_not_the_shared_one_is_not_used() {
        assert_eq!(fit(&bridge([home("a", true), home("a", true), home("a", true)], &[])), [true; 3]);
        let all = [home("a", true), home("b", true), home("c", false)];
        assert_eq!(fit(&bridge(all, &[])), [true, false, false]);
        assert_eq!(fit(&bridge([home("a", true), None, home("a", true)], &[])), [true, false, true]);
        assert_eq!(fit(&bridge([home("a", false), home("b", false), home("c", false)], &[])), [true; 3]);
        assert_eq!(fit(&bridge([None, None, None], &[])), [true; 3]);
    }

    #[test]
    fn a_host_that_lacks_something_says_what() {
        let bridge = bridge([home("a", true), home("a", true), home("a", true)], &["Set-CsEdgeServer"]);
        let sight = bridge.sight(&HOSTS[1].parse().expect("valid")).expect("it has answered");
        assert!(sight.unfit.is_some_and(|why| why.contains("it lacks Set-CsEdgeServer; install")));
    }

    #[test]
    fn a_shell_has_the_same_id_in_every_process_and_another_on_every_host() {
        let ids = |family| {
            let mut bridge = bridge([None, None, None], &[]);
            bridge.0.family = family;
            let host = |host: &str| host.parse().expect("valid");
            HOSTS.map(|name| [bridge.0.reading_shell(&host(name)), bridge.0.second_shell(&host(name))])
        };
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(ids(one), ids(one));
        assert!(
            ids(one).iter().chain(&ids(other)).flatten().collect::<std::collections::BTreeSet<_>>().len()
                == 12
        );
    }
}
