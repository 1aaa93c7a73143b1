//! Our client: a session, a pool, pipelines.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::time::Duration;

use lync_failover::{
    lync::{Invocation, ps::PsObject},
    psrp::{
        client::{ClientPipeline, ClientPool, PipelineEnd, PipelineEvent, PoolState, Start},
        clixml::to_ps_objects,
        messages::{CommandMetadata, CreatePipeline, ErrorRecord},
    },
    winrm::{Session, SessionError},
    wsman::{CommandState, Target},
};
use uuid::Uuid;

const FRAGMENT: usize = 32 << 10;

pub(crate) struct Client {
    pub(crate) session: Session,
    pub(crate) pool: ClientPool,
    pub(crate) shell: Uuid,
}

/// What a pipeline gave.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// All of it, in order, without the state that it runs and without its end.
    pub(crate) events: Vec<PipelineEvent>,
    pub(crate) rows: Vec<PsObject>,
    pub(crate) errors: Vec<ErrorRecord>,
    pub(crate) verbose: Vec<String>,
    pub(crate) end: Option<PipelineEnd>,
}

impl Heard {
    fn take(&mut self, event: PipelineEvent) {
        match &event {
            PipelineEvent::Output(value) => self.rows.extend(to_ps_objects(value)),
            PipelineEvent::Error(record) => self.errors.push((**record).clone()),
            PipelineEvent::Verbose(text) => self.verbose.push(text.clone()),
            PipelineEvent::Unreadable(error) => panic!("{error:?}"),
            PipelineEvent::Ended(end) => return self.end = Some(end.clone()),
            PipelineEvent::State(_) => return,
            _ => {}
        }
        self.events.push(event);
    }
}

impl Client {
    pub(crate) async fn open(session: Session) -> Self {
        Self::open_as(session, Uuid::new_v4()).await
    }

    /// Opens a pool in a shell with this id.
    pub(crate) async fn open_as(mut session: Session, shell: Uuid) -> Self {
        let mut pool = ClientPool::new(shell, FRAGMENT);
        let greeting = pool.open();
        session.create(shell, Some(Duration::from_secs(600)), greeting).await.expect("created");
        while *pool.state() != PoolState::Opened {
            let received = session.receive(Target::shell(shell)).await.expect("it answers");
            for chunk in received.into_iter().flat_map(|received| received.chunks) {
                pool.receive(&chunk.data).expect("it reads");
            }
        }
        Self { session, pool, shell }
    }

    /// Starts a pipeline.
    pub(crate) async fn start(&mut self, pipeline: &CreatePipeline) -> Result<ClientPipeline, SessionError> {
        self.start_as(Uuid::new_v4(), pipeline).await
    }

    /// Starts a pipeline with this id.
    pub(crate) async fn start_as(
        &mut self,
        id: Uuid,
        pipeline: &CreatePipeline,
    ) -> Result<ClientPipeline, SessionError> {
        self.send(self.pool.create(id, pipeline).expect("the pool is open")).await
    }

    /// Asks what commands there are.
    pub(crate) async fn commands(&mut self, names: &[&str]) -> (Vec<CommandMetadata>, Vec<ErrorRecord>) {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let asked = self.pool.metadata(Uuid::new_v4(), &names).expect("the pool is open");
        let pipeline = self.send(asked).await.expect("started");
        let heard = self.finish(pipeline, Heard::default()).await;
        assert_eq!(heard.end, Some(PipelineEnd::Completed));
        let output: Vec<_> = heard
            .events
            .iter()
            .filter_map(|event| match event {
                PipelineEvent::Output(value) => Some(value.clone()),
                _ => None,
            })
            .collect();
        (CommandMetadata::read_all(&output).expect("whole"), heard.errors)
    }

    async fn send(
        &mut self,
        (client, start): (ClientPipeline, Start),
    ) -> Result<ClientPipeline, SessionError> {
        let id = client.id();
        self.session.command(self.shell, id, start.command).await?;
        for fragment in start.send {
            self.session.send(Target::command(self.shell, id), fragment).await?;
        }
        Ok(client)
    }

    /// Fetches output once.
    pub(crate) async fn fetch(
        &mut self,
        pipeline: &mut ClientPipeline,
        heard: &mut Heard,
    ) -> Result<(), SessionError> {
        let target = Target::command(self.shell, pipeline.id());
        let Some(received) = self.session.receive(target).await? else { return Ok(()) };
        for chunk in received.chunks {
            assert_eq!(chunk.command, Some(pipeline.id()));
            pipeline.receive(&chunk.data).expect("it reads").into_iter().for_each(|event| heard.take(event));
        }
        for answer in pipeline.take_answers() {
            self.session.answer(target, answer).await?;
        }
        if received.state.is_some_and(|state| state.state == CommandState::Done) {
            heard.end.get_or_insert(pipeline.finish());
        }
        Ok(())
    }

    pub(crate) async fn finish(&mut self, mut pipeline: ClientPipeline, mut heard: Heard) -> Heard {
        while heard.end.is_none() {
            self.fetch(&mut pipeline, &mut heard).await.expect("it answers");
        }
        heard
    }

    pub(crate) async fn run(&mut self, call: Invocation) -> Heard {
        let pipeline = self.start(&CreatePipeline::of(call)).await.expect("started");
        self.finish(pipeline, Heard::default()).await
    }

    /// Runs what has to go well.
    pub(crate) async fn rows(&mut self, call: Invocation) -> Vec<PsObject> {
        let text = call.to_string();
        let heard = self.run(call).await;
        assert!(heard.errors.is_empty() && heard.end == Some(PipelineEnd::Completed), "{text}: {heard:?}");
        heard.rows
    }
}

/// The text of a property.
pub(crate) fn text(row: &PsObject, name: &str) -> String {
    match row.get(name) {
        Some(lync_failover::lync::ps::PsValue::Text(text)) => text.clone(),
        other => panic!("{name} is {other:?}"),
    }
}

/// The number of a property.
pub(crate) fn number(row: &PsObject, name: &str) -> i64 {
    match row.get(name) {
        Some(lync_failover::lync::ps::PsValue::Int(number)) => *number,
        other => panic!("{name} is {other:?}"),
    }
}
