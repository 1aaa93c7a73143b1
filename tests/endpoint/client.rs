//! Our client: a session, a pool, pipelines.

use std::time::Duration;

use lync_failover::{
    lync::{Invocation, ps::PsObject},
    psrp::{
        client::{ClientPipeline, ClientPool, PipelineEnd, PipelineEvent, PoolState, Start},
        clixml::{Value, to_ps_objects},
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
    pub(crate) rows: Vec<PsObject>,
    /// The same as they came.
    pub(crate) output: Vec<Value>,
    pub(crate) errors: Vec<ErrorRecord>,
    pub(crate) verbose: Vec<String>,
    pub(crate) end: Option<PipelineEnd>,
}

impl Client {
    pub(crate) async fn open(mut session: Session) -> Self {
        let shell = Uuid::new_v4();
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
        self.send(self.pool.create(Uuid::new_v4(), pipeline).expect("the pool is open")).await
    }

    /// Asks what commands there are.
    pub(crate) async fn commands(&mut self, names: &[&str]) -> (Vec<CommandMetadata>, Vec<ErrorRecord>) {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let asked = self.pool.metadata(Uuid::new_v4(), &names).expect("the pool is open");
        let pipeline = self.send(asked).await.expect("started");
        let heard = self.finish(pipeline, Heard::default()).await;
        assert_eq!(heard.end, Some(PipelineEnd::Completed));
        (CommandMetadata::read_all(&heard.output).expect("whole"), heard.errors)
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
            for event in pipeline.receive(&chunk.data).expect("it reads") {
                match event {
                    PipelineEvent::Output(value) => {
                        heard.rows.extend(to_ps_objects(&value));
                        heard.output.push(value);
                    }
                    PipelineEvent::Error(record) => heard.errors.push(*record),
                    PipelineEvent::Verbose(text) => heard.verbose.push(text),
                    PipelineEvent::Ended(end) => heard.end = Some(end),
                    PipelineEvent::State(_) => {}
                    other => panic!("{other:?}"),
                }
            }
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
