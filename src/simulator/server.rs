//! The simulator as a process of its own: it goes on living when its clients die.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use super::{
    Simulator, Transcript,
    wire::{Call, MAX_LINE, PAGE, Reply, Request, Response},
};
use crate::{
    bridge::{await_export, await_news},
    clock::Clock,
};

/// Serves the simulator on a listener until it fails. One task a connection; one request at a time on each.
///
/// # Errors
///
/// [`io::ErrorKind::PermissionDenied`] when the listener is not on a loopback address: the endpoint asks
/// nobody who they are. Otherwise what `accept` reports.
pub async fn serve(
    listener: TcpListener,
    simulator: Arc<Mutex<Simulator>>,
    clock: Arc<dyn Clock>,
) -> io::Result<()> {
    if !listener.local_addr()?.ip().is_loopback() {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "the simulator listens on loopback only",
        ));
    }
    loop {
        let (stream, _) = listener.accept().await?;
        let (simulator, clock) = (Arc::clone(&simulator), Arc::clone(&clock));
        tokio::spawn(async move {
            if let Err(error) = converse(stream, &simulator, &*clock).await {
                tracing::debug!(%error, "a client of the simulator went away");
            }
        });
    }
}

async fn converse(stream: TcpStream, simulator: &Mutex<Simulator>, clock: &dyn Clock) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    while let Some(line) = read_line(&mut reader).await? {
        let response = match serde_json::from_str::<Request>(&line) {
            Ok(Request { id, call }) => Response { id, reply: answer(call, simulator, clock).await },
            Err(error) => Response { id: 0, reply: Reply::Bad(error.to_string()) },
        };
        let mut text = serde_json::to_string(&response)?;
        text.push('\n');
        writer.write_all(text.as_bytes()).await?;
    }
    Ok(())
}

/// The next line, at most [`MAX_LINE`] long; `None` at the end.
pub(crate) async fn read_line<R: AsyncBufReadExt + Unpin>(reader: &mut R) -> io::Result<Option<String>> {
    let mut line = String::new();
    let read = reader.take(MAX_LINE as u64 + 1).read_line(&mut line).await?;
    if read > MAX_LINE {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is longer than 1 MiB"));
    }
    Ok((line.ends_with('\n')).then_some(line))
}

async fn answer(call: Call, simulator: &Mutex<Simulator>, clock: &dyn Clock) -> Reply {
    if let Call::Follow { host, id, after } = call {
        let news = await_news(simulator, clock, &host, id, after).await;
        return news.map_or_else(Reply::Failed, Reply::Followed);
    }
    if let Call::Export { host, invocation } = call {
        let made = await_export(simulator, clock, &host, &invocation).await;
        return made.map_or_else(Reply::Failed, Reply::Rows);
    }
    let now = clock.now();
    let mut simulator = lock(simulator);
    match call {
        Call::Query { host, invocations } => {
            simulator.query(&host, &invocations, now).map_or_else(Reply::Failed, Reply::Answers)
        }
        Call::RaiseEpoch { host } => {
            simulator.raise_epoch(&host, now).map_or_else(Reply::Failed, Reply::Epoch)
        }
        Call::Start(order) => simulator.start(&order, now).map_or_else(Reply::Failed, |()| Reply::Done {}),
        Call::Adopt { host, id } => {
            simulator.adopt(&host, id, now).map_or_else(Reply::Failed, Reply::Adoption)
        }
        Call::Rehearse { host, whole, tried } => {
            let answer = simulator.rehearse(&host, &whole, tried.as_ref(), now);
            answer.map_or_else(Reply::Failed, |()| Reply::Done {})
        }
        Call::Sip { machine } => Reply::Sip(simulator.sip(&machine, now)),
        Call::Transcript { after } => {
            simulator.advance(now);
            let Transcript { entries, queries } = simulator.transcript();
            let known = usize::try_from(after).unwrap_or(usize::MAX).min(entries.len());
            let entries = entries[known..].iter().take(PAGE).cloned().collect();
            Reply::Transcript(Transcript { entries, queries: queries.clone() })
        }
        Call::Describe {} => Reply::View(simulator.describe(now)),
        Call::Inject(failure) => simulator
            .inject(*failure, now)
            .map_or_else(|error| Reply::Bad(error.to_string()), |()| Reply::Done {}),
        Call::Now {} => Reply::Now(now),
        Call::Follow { .. } | Call::Export { .. } => Reply::Bad("it is answered elsewhere".to_owned()),
    }
}

/// The simulator; a panic of another holder leaves it usable.
pub(crate) fn lock(simulator: &Mutex<Simulator>) -> MutexGuard<'_, Simulator> {
    simulator.lock().unwrap_or_else(PoisonError::into_inner)
}
