//! The bridge to a simulator that runs as a process of its own.

use std::{
    net::SocketAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    io::{AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};

use super::{
    Adoption, Answer, Bridge, CallError, Fence, Followed, Operation, Prober, Rehearsed, simulated::made,
};
use crate::{
    lync::{
        ExportMade, ExportOrder, MachineFqdn,
        cmdlet::{ModuleFunction, Mutation, Query, WhatIf},
    },
    simulator::{
        Failure, OrganisationView, Transcript, read_line,
        wire::{Call, PAGE, Reply, Request, Response},
    },
};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long an answer may take; a follow waits ten seconds by itself.
const ANSWER: Duration = Duration::from_secs(20);
/// How long an export may take.
const EXPORT: Duration = Duration::from_secs(1800);

/// A client of the simulator's endpoint. Connections that broke are replaced at the next call.
#[derive(Debug)]
pub struct RemoteSimulator {
    address: SocketAddr,
    next_id: AtomicU64,
    idle: Mutex<Vec<BufReader<TcpStream>>>,
}

impl RemoteSimulator {
    /// A client; it connects at the first call.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, next_id: AtomicU64::new(1), idle: Mutex::new(Vec::new()) }
    }

    /// What the target saw so far.
    ///
    /// # Errors
    ///
    /// A [`CallError`] when the endpoint does not answer.
    pub async fn transcript(&self) -> Result<Transcript, CallError> {
        let mut whole = Transcript::default();
        loop {
            let after = whole.entries.len() as u64;
            let page = match self.call(Call::Transcript { after }).await? {
                Reply::Transcript(page) => page,
                other => return Err(unexpected(other)),
            };
            let last = page.entries.len() < PAGE;
            whole.entries.extend(page.entries);
            whole.queries = page.queries;
            if last {
                return Ok(whole);
            }
        }
    }

    /// The organisation as people see it.
    ///
    /// # Errors
    ///
    /// A [`CallError`] when the endpoint does not answer.
    pub async fn describe(&self) -> Result<OrganisationView, CallError> {
        match self.call(Call::Describe {}).await? {
            Reply::View(view) => Ok(view),
            other => Err(unexpected(other)),
        }
    }

    /// Makes something happen.
    ///
    /// # Errors
    ///
    /// [`CallError::Unreadable`] when the failure names what does not exist; others when the endpoint does
    /// not answer.
    pub async fn inject(&self, failure: Failure) -> Result<(), CallError> {
        self.done(Call::Inject(Box::new(failure))).await
    }

    /// The time of the simulation.
    ///
    /// # Errors
    ///
    /// A [`CallError`] when the endpoint does not answer.
    pub async fn now(&self) -> Result<jiff::Timestamp, CallError> {
        match self.call(Call::Now {}).await? {
            Reply::Now(now) => Ok(now),
            other => Err(unexpected(other)),
        }
    }

    async fn done(&self, call: Call) -> Result<(), CallError> {
        match self.call(call).await? {
            Reply::Done {} => Ok(()),
            other => Err(unexpected(other)),
        }
    }

    async fn call(&self, call: Call) -> Result<Reply, CallError> {
        self.call_for(call, ANSWER).await
    }

    async fn call_for(&self, call: Call, limit: Duration) -> Result<Reply, CallError> {
        let request = Request { id: self.next_id.fetch_add(1, Ordering::Relaxed), call };
        let mut line =
            serde_json::to_string(&request).map_err(|error| CallError::NotSent(error.to_string()))?;
        line.push('\n');
        let mut connection = self.connection().await?;
        let unknown =
            |error: &dyn std::fmt::Display| CallError::Unknown(format!("the endpoint went away: {error}"));
        let exchange = async {
            connection.get_mut().write_all(line.as_bytes()).await.map_err(|error| unknown(&error))?;
            let line = read_line(&mut connection).await.map_err(|error| unknown(&error))?;
            line.ok_or_else(|| unknown(&"connection closed"))
        };
        let answer = timeout(limit, exchange).await.map_err(|error| unknown(&error))??;
        let response: Response =
            serde_json::from_str(&answer).map_err(|error| CallError::Unreadable(error.to_string()))?;
        if response.id != request.id {
            let text = format!("an answer to request {} instead of {}", response.id, request.id);
            return Err(CallError::Unreadable(text));
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        match response.reply {
            Reply::Failed(error) => Err(error),
            reply => Ok(reply),
        }
    }

    /// An idle connection that is still open, or a new one.
    async fn connection(&self) -> Result<BufReader<TcpStream>, CallError> {
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(connection) = idle else { break };
            // Between calls the endpoint says nothing: only `WouldBlock` means open and in step.
            let quiet = connection.get_ref().try_read(&mut [0]);
            if quiet.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock) {
                return Ok(connection);
            }
        }
        let refuse = |error: &dyn std::fmt::Display| {
            CallError::NotSent(format!("no connection to the simulator at {}: {error}", self.address))
        };
        let stream = timeout(CONNECT, TcpStream::connect(self.address))
            .await
            .map_err(|error| refuse(&error))?
            .map_err(|error| refuse(&error))?;
        Ok(BufReader::new(stream))
    }
}

fn unexpected(reply: Reply) -> CallError {
    match reply {
        Reply::Bad(why) => CallError::Unreadable(format!("the endpoint did not understand: {why}")),
        other => CallError::Unreadable(format!("an answer to another question: {other:?}")),
    }
}

#[async_trait]
impl Bridge for RemoteSimulator {
    async fn query(&self, host: &MachineFqdn, queries: &[Query]) -> Result<Vec<Answer>, CallError> {
        let invocations = queries.iter().map(Query::invocation).collect();
        match self.call(Call::Query { host: host.clone(), invocations }).await? {
            Reply::Answers(answers) if answers.len() == queries.len() => Ok(answers),
            other => Err(unexpected(other)),
        }
    }

    async fn raise_epoch(&self, host: &MachineFqdn) -> Result<Fence, CallError> {
        match self.call(Call::RaiseEpoch { host: host.clone() }).await? {
            Reply::Epoch(epoch) => Ok(Fence { epoch, keeper: None }),
            other => Err(unexpected(other)),
        }
    }

    async fn start(&self, operation: &Operation) -> Result<(), CallError> {
        self.done(Call::Start(operation.into())).await
    }

    async fn follow(&self, operation: &Operation, after: u64) -> Result<Followed, CallError> {
        let call = Call::Follow { host: operation.host.clone(), id: operation.id, after };
        match self.call(call).await? {
            Reply::Followed(news) => Ok(news),
            other => Err(unexpected(other)),
        }
    }

    async fn adopt(&self, via: &MachineFqdn, operation: &Operation) -> Result<Adoption, CallError> {
        match self.call(Call::Adopt { host: via.clone(), id: operation.id }).await? {
            Reply::Adoption(adoption) => Ok(adoption),
            other => Err(unexpected(other)),
        }
    }

    async fn export(&self, host: &MachineFqdn, order: &ExportOrder) -> Result<Vec<ExportMade>, CallError> {
        let mut rows = Vec::new();
        for invocation in ModuleFunction::exports(order) {
            match self.call_for(Call::Export { host: host.clone(), invocation }, EXPORT).await? {
                Reply::Rows(more) => rows.extend(more),
                other => return Err(unexpected(other)),
            }
        }
        made(&rows)
    }

    async fn rehearse(&self, host: &MachineFqdn, mutation: &Mutation) -> Result<Rehearsed, CallError> {
        let tried = mutation.what_if();
        let call = tried.as_ref().map(WhatIf::invocation);
        let whole = mutation.invocation();
        self.done(Call::Rehearse { host: host.clone(), whole, tried: call }).await?;
        Ok(Rehearsed::of(tried.as_ref()))
    }
}

#[async_trait]
impl Prober for RemoteSimulator {
    async fn sip(&self, machine: &MachineFqdn) -> Option<bool> {
        match self.call(Call::Sip { machine: machine.clone() }).await {
            Ok(Reply::Sip(answers)) => Some(answers),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;
    use tokio::{io::AsyncReadExt, net::TcpListener, task::JoinHandle};

    use super::*;
    use crate::{
        bridge::{Ended, simulated_fixtures::*},
        clock::{Clock, ScaledClock},
        lync::cmdlet::ServiceRole,
        simulator::{Scenario, Simulator, serve, wire::MAX_LINE},
    };

    type Shared = Arc<Mutex<Simulator>>;

    fn simulator(clock: &ScaledClock) -> Shared {
        let simulator = Simulator::new(&Scenario::default(), clock.now()).expect("it makes sense");
        Arc::new(Mutex::new(simulator))
    }

    /// A minute passes in half a second.
    fn clock() -> ScaledClock {
        ScaledClock::new(Timestamp::UNIX_EPOCH, 120.0)
    }

    async fn endpoint(
        at: &str,
        simulator: &Shared,
        clock: ScaledClock,
    ) -> (SocketAddr, JoinHandle<std::io::Result<()>>) {
        let listener = TcpListener::bind(at).await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        (address, tokio::spawn(serve(listener, Arc::clone(simulator), Arc::new(clock))))
    }

    #[tokio::test]
    async fn every_call_makes_the_round_trip() {
        let clock = clock();
        let (address, _server) = endpoint("127.0.0.1:0", &simulator(&clock), clock).await;
        let client = RemoteSimulator::new(address);
        let operation = operation(set_edge());
        assert_eq!(client.adopt(&operation.host, &operation).await, Ok(Adoption::NeverStarted));
        assert_eq!(client.raise_epoch(&host()).await, Ok(Fence { epoch: 1, keeper: None }));
        client.start(&operation).await.expect("it starts");
        let ended = loop {
            if let Some(ended) = client.follow(&operation, 0).await.expect("known").ended {
                break ended;
            }
        };
        assert_eq!(ended, Ended::Completed);
        let query = Query::Service { role: ServiceRole::EdgeServer };
        let answers = client.query(&host(), &[query]).await.expect("the host answers");
        assert_eq!(answers[0].as_ref().expect("rows").len(), 1);
        assert_eq!(client.sip(&host()).await, Some(true));
        let failure: Failure = serde_yaml::from_str("cut: [{from: operator, to: DC2}]").expect("it reads");
        client.inject(failure).await.expect("it makes sense");
        assert_eq!(client.sip(&host()).await, Some(false));
        assert!(matches!(client.query(&host(), &[]).await, Err(CallError::Unreachable(_))));
        let nonsense: Failure = serde_yaml::from_str("kill: [pool9.contoso.com]").expect("it reads");
        assert!(matches!(client.inject(nonsense).await, Err(CallError::Unreadable(_))));
        assert_eq!(client.describe().await.expect("a view").sites.len(), 2);
        let transcript = client.transcript().await.expect("a transcript");
        assert_eq!(transcript.starts().count(), 1);
        assert!(client.now().await.expect("a time") > Timestamp::UNIX_EPOCH);
    }

    #[tokio::test]
    async fn an_operation_outlives_the_client_and_the_endpoint() {
        let clock = clock();
        let shared = simulator(&clock);
        let (address, server) = endpoint("127.0.0.1:0", &shared, clock).await;
        let first = RemoteSimulator::new(address);
        let operation = operation(set_edge());
        first.start(&operation).await.expect("it starts");
        server.abort();
        assert!(server.await.is_err(), "it was aborted");
        let nobody = RemoteSimulator::new(address);
        assert!(matches!(nobody.adopt(&operation.host, &operation).await, Err(CallError::NotSent(_))));
        let (_, _server) = endpoint(&address.to_string(), &shared, clock).await;
        clock.sleep(jiff::SignedDuration::from_secs(5)).await;
        assert_eq!(nobody.adopt(&operation.host, &operation).await, Ok(Adoption::Ended(Ended::Completed)));
        assert_eq!(
            first.adopt(&operation.host, &operation).await,
            Ok(Adoption::Ended(Ended::Completed)),
            "it reconnects"
        );
    }

    #[tokio::test]
    async fn an_endpoint_that_dies_after_the_call_was_sent_leaves_the_outcome_unknown() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let deaf = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let read = stream.read(&mut [0; 1024]).await;
            assert!(read.is_ok());
        });
        let answer = RemoteSimulator::new(address).start(&operation(set_edge())).await;
        assert!(matches!(answer, Err(CallError::Unknown(_))), "{answer:?}");
        deaf.await.expect("no panic");
    }

    #[tokio::test]
    async fn nonsense_is_answered_and_a_flood_is_cut_off() {
        let clock = clock();
        let (address, _server) = endpoint("127.0.0.1:0", &simulator(&clock), clock).await;
        let mut stream = BufReader::new(TcpStream::connect(address).await.expect("it listens"));
        stream.get_mut().write_all(b"{\"id\": 1, \"call\": \"rm\"}\n").await.expect("sent");
        let line = read_line(&mut stream).await.expect("an answer").expect("an answer");
        assert!(line.contains("\"bad\""), "{line}");
        let flood = vec![b'x'; MAX_LINE + 2];
        let sent = stream.get_mut().write_all(&flood).await;
        let closed = read_line(&mut stream).await;
        assert!(sent.is_err() || !matches!(closed, Ok(Some(_))), "{closed:?}");
    }

    #[tokio::test]
    async fn it_listens_on_loopback_only() {
        let clock = clock();
        let listener = TcpListener::bind("0.0.0.0:0").await.expect("a free port");
        let served = serve(listener, simulator(&clock), Arc::new(clock)).await;
        assert!(served.is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied));
    }
}
