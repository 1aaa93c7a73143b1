//! One endpoint, looked at step by step. A step that fails says why, and is the last.

use jiff::Timestamp;
use tokio::sync::{Mutex, watch};

use super::tls;
use crate::{
    bridge::{CallError, winrm::Visit},
    check::{
        self, ClockReading, CommandSurvey, Connection, EndpointFacts, HomeKind, HostSurvey, Keeping, Login,
        Module, Requirement, SessionState, TopologyRead, Trust,
    },
    clock::Clock,
    controller::{Asked, Endpoint, topology_document},
    lync::{
        Fact, Source, Topology,
        cmdlet::Query,
        ps::{PsObject, PsValue},
    },
    winrm::{ProbeError, SessionError, probe},
    wsman::{Buffering, Fault, FaultKind, ShellInfo},
};

/// `ERROR_WSMAN_INVALID_RESOURCE_URI`.
const NO_CONFIGURATION: u32 = 0x8033_803B;

/// Looks at a host until that is done, or nobody wants to know any more. Its shell is ended in every case.
pub(super) async fn host(
    endpoint: Endpoint,
    mut visit: Visit,
    turn: &Mutex<()>,
    clock: &dyn Clock,
    mut stopped: watch::Receiver<bool>,
) -> HostSurvey {
    let mut survey = HostSurvey {
        host: endpoint.host,
        pool: endpoint.pool,
        address: None,
        connection: Connection::Failed("it was not tried".to_owned()),
        tls: None,
        login: None,
        version: None,
        session: None,
        keeping: None,
        module: None,
        commands: Vec::new(),
        commands_unread: None,
        clock: None,
        shells: None,
        topology: None,
    };
    tokio::select! {
        _ = steps(&mut survey, &mut visit, turn, clock) => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    visit.close().await;
    survey
}

/// `None` after the step that was the last.
async fn steps(
    survey: &mut HostSurvey,
    visit: &mut Visit,
    turn: &Mutex<()>,
    clock: &dyn Clock,
) -> Option<()> {
    way(survey, visit).await?;
    enter(survey, visit, turn).await?;
    survey.shells = visit.shells().await.ok().map(|shells| u32::try_from(shells.len()).unwrap_or(u32::MAX));
    session(survey, visit).await?;
    let mut wanted = check::requirements();
    if !visit.is_plain() {
        module(survey, visit, clock).await;
        wanted.retain(|one| !one.changes);
        if matches!(survey.module, Some(Module::Answers(_))) {
            wanted.extend(check::functions());
        }
    }
    match commands(visit, &wanted).await {
        Ok(commands) => survey.commands = commands,
        Err(error) => survey.commands_unread = Some(error.to_string()),
    }
    survey.topology = Some(topology(survey, visit, clock).await);
    Some(())
}

async fn way(survey: &mut HostSurvey, visit: &Visit) -> Option<()> {
    let found = probe(&visit.endpoint()).await;
    survey.address = found.address.map(|address| address.to_string());
    survey.connection = match found.connection {
        Ok(()) => Connection::Connected,
        Err(ProbeError::Name(error)) => Connection::NameNotFound(error.to_string()),
        Err(ProbeError::Connect(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            Connection::Refused(error.to_string())
        }
        Err(ProbeError::Connect(error)) if error.kind() == std::io::ErrorKind::TimedOut => {
            Connection::TimedOut(error.to_string())
        }
        Err(error @ ProbeError::Late(_)) => Connection::TimedOut(error.to_string()),
        Err(error @ ProbeError::Connect(_)) => Connection::Failed(error.to_string()),
    };
    survey.tls = found.tls.as_ref().map(tls::survey);
    if let Some(Err(why)) = found.answer {
        survey.connection = Connection::Mute(why);
    }
    let is_safe = survey.tls.as_ref().is_none_or(|tls| tls.trust == Trust::Good);
    (survey.connection == Connection::Connected && is_safe).then_some(())
}

/// One endpoint at a time: once one of them has refused the account it is shown to no other.
async fn enter(survey: &mut HostSurvey, visit: &mut Visit, turn: &Mutex<()>) -> Option<()> {
    let _turn = turn.lock().await;
    if visit.was_refused() {
        survey.login = Some(Login::NotTried);
        return None;
    }
    let answer = visit.identify().await;
    let login = match &answer {
        Ok(_) => Login::Accepted,
        Err(SessionError::Denied(why)) => Login::Denied(why.clone()),
        // Whoever answers at all has let the account in.
        Err(SessionError::Fault(_)) => Login::Accepted,
        Err(error) => Login::Failed(error.to_string()),
    };
    survey.version = answer.ok().map(|identity| identity.version);
    let is_in = login == Login::Accepted;
    survey.login = Some(login);
    is_in.then_some(())
}

async fn session(survey: &mut HostSurvey, visit: &mut Visit) -> Option<()> {
    let opened = visit.open().await;
    let (state, info) = match opened {
        Ok(info) => (SessionState::Opened, info),
        Err(SessionError::Fault(fault)) => (refused(&fault), None),
        Err(SessionError::Denied(why)) => (SessionState::Denied(why), None),
        Err(error) => (SessionState::Failed(error.to_string()), None),
    };
    survey.keeping = info.as_ref().map(keeping);
    let is_open = state == SessionState::Opened;
    survey.session = Some(state);
    is_open.then_some(())
}

fn refused(fault: &Fault) -> SessionState {
    let text = fault.to_string();
    match fault.kind() {
        FaultKind::Unsupported if fault.number == Some(NO_CONFIGURATION) => {
            SessionState::NoSuchConfiguration(text)
        }
        FaultKind::AccessDenied => SessionState::Denied(text),
        FaultKind::QuotaExceeded => SessionState::QuotaExceeded(text),
        _ => SessionState::Failed(text),
    }
}

fn keeping(info: &ShellInfo) -> Keeping {
    Keeping {
        longest_idle: info.longest_idle.map(|longest| longest.as_secs()),
        buffering: info.buffering.map(|mode| match mode {
            Buffering::Block => check::Buffering::Block,
            Buffering::Drop => check::Buffering::Drop,
        }),
    }
}

async fn module(survey: &mut HostSurvey, visit: &mut Visit, clock: &dyn Clock) {
    let before = clock.now();
    let answer = visit.module().await;
    let after = clock.now();
    survey.module = Some(match answer {
        Ok(None) => Module::Missing,
        Err(error) => Module::Failed(error.to_string()),
        Ok(Some(row)) => match facts(&row) {
            Ok((facts, theirs)) => {
                let ours = before + after.duration_since(before) / 2;
                survey.clock = Some(ClockReading { theirs, ours });
                Module::Answers(facts)
            }
            Err(why) => Module::Failed(why),
        },
    });
}

/// Reads `LyncFailover.Endpoint`.
fn facts(row: &PsObject) -> Result<(EndpointFacts, Timestamp), String> {
    let need = |name: &str| row.get(name).ok_or_else(|| format!("its answer has no {name}"));
    let other = |name: &str, value: &PsValue| format!("{name} is {value:?}");
    let text = |name: &str| match need(name)? {
        PsValue::Text(text) => Ok(text.clone()),
        value => Err(other(name, value)),
    };
    if let Some(PsValue::Text(problem)) = row.get("Problem")
        && !problem.is_empty()
    {
        return Err(format!("the journal of the module cannot be used: {problem}"));
    }
    let home_kind = match text("HomeKind")?.as_str() {
        "Local" => HomeKind::Local,
        "Shared" => HomeKind::Shared,
        kind => return Err(format!("HomeKind is {kind:?}")),
    };
    let missing = match need("Missing")? {
        PsValue::Null => Vec::new(),
        PsValue::Text(one) => vec![one.clone()],
        PsValue::List(items) => {
            let names = items.iter().map(|item| match item {
                PsValue::Text(name) => Ok(name.clone()),
                value => Err(other("Missing", value)),
            });
            names.collect::<Result<_, _>>()?
        }
        value => return Err(other("Missing", value)),
    };
    let epoch = match need("Epoch")? {
        PsValue::Int(epoch) => *epoch,
        value => return Err(other("Epoch", value)),
    };
    let now = match need("Now")? {
        PsValue::Time(now) => *now,
        value => return Err(other("Now", value)),
    };
    let (module_version, home_id) = (text("ModuleVersion")?, text("HomeId")?);
    Ok((EndpointFacts { module_version, home_id, home_kind, epoch, missing }, now))
}

async fn commands(visit: &mut Visit, wanted: &[Requirement]) -> Result<Vec<CommandSurvey>, CallError> {
    let names: Vec<String> = wanted.iter().map(|one| one.command.clone()).collect();
    let there = visit.commands(&names).await?;
    let known = |one: &Requirement| {
        let command = there.iter().find(|command| command.name.eq_ignore_ascii_case(&one.command));
        one.compare(command.map(|command| command.parameters.as_slice()))
    };
    Ok(wanted.iter().map(known).collect())
}

async fn topology(survey: &HostSurvey, visit: &mut Visit, clock: &dyn Clock) -> TopologyRead {
    let host = || survey.host.clone();
    let store = read(visit, false, Source::CentralManagement(host()), clock).await;
    let replica = read(visit, true, Source::LocalReplica(host()), clock).await;
    TopologyRead { store, replica }
}

async fn read(visit: &mut Visit, local_store: bool, source: Source, clock: &dyn Clock) -> Fact<Topology> {
    let asked = Asked { at: clock.now(), source };
    let answer = visit.query(&Query::Topology { local_store }).await;
    asked.read(&answer, topology_document).map(|document| document.topology)
}
