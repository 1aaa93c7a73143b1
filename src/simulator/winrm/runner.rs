//! Runs the cmdlets of a pipeline, whether anybody reads its output or not.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{configuration::Configuration, host::Host, objects, records};
use crate::{
    bridge::{CallError, Ended, OperationId, Record, Stream},
    lync::Invocation,
    psrp::{
        clixml::{ProgressRecord, from_ps_object},
        messages::{ErrorRecord, ReceivedCommand},
        server::{ServerPipeline, invocation},
    },
    simulator::{
        cmdlets::{function_named, unknown},
        exports::MAKE,
        module::Said,
        remote::Called,
    },
    wsman::Target,
};

/// The longest pause between two looks at a running cmdlet.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(1);

/// How a pipeline goes on after a cmdlet.
enum Next {
    Continue,
    /// A terminating error.
    Fail(Box<ErrorRecord>),
    /// The process that ran it is gone, or nobody wants its end any more.
    Gone,
}

/// Runs statement after statement. A terminating error ends them all.
pub(super) async fn run(
    host: Arc<Host>,
    target: Target,
    configuration: Configuration,
    statements: Vec<Vec<ReceivedCommand>>,
) {
    host.command(target, |command| command.write(ServerPipeline::start));
    for statement in statements {
        if host.command(target, |command| command.stopping) != Some(false) {
            return;
        }
        let call = match statement.as_slice() {
            [command] => invocation(command).map_err(|fault| records::not_bound(&command.name, &fault)),
            _ => Err(records::no_pipes()),
        };
        let next = match call {
            Ok(call) if !configuration.shows(&call.command) => {
                Next::Fail(Box::new(records::of(&call, &unknown(&call.command))))
            }
            Ok(call) if call.command.eq_ignore_ascii_case(MAKE) => export(&host, target, &call).await,
            Ok(call) if function_named(&call.command).is_some() => function(&host, target, &call),
            Ok(call) => invoke(&host, target, &call).await,
            Err(record) => Next::Fail(Box::new(record)),
        };
        match next {
            Next::Continue => {}
            Next::Fail(record) => {
                host.command(target, |command| command.write(|pipeline| pipeline.fail(&record)));
                return;
            }
            Next::Gone => return,
        }
    }
    host.command(target, |command| command.write(ServerPipeline::complete));
}

/// Calls a function of the module. What it starts goes on whatever becomes of the session.
fn function(host: &Host, target: Target, call: &Invocation) -> Next {
    match host.simulated(|simulator, now| simulator.call_function(&host.name, call, now)) {
        Ok(Said { objects, link_breaks }) => {
            host.command(target, |command| {
                command.breaks |= link_breaks;
                for told in &objects {
                    command.write(|pipeline| pipeline.output(&objects::value(told)));
                }
            });
            Next::Continue
        }
        Err(CallError::Refused(refusal)) => Next::Fail(Box::new(records::of(call, &refusal))),
        Err(error) => no_answer(host, target, call, &error),
    }
}

/// Makes an export, which takes its time.
async fn export(host: &Host, target: Target, call: &Invocation) -> Next {
    match host.simulated(|simulator, now| simulator.begin_export(&host.name, call, now)) {
        Ok(takes) => host.clock.sleep(takes).await,
        Err(CallError::Refused(refusal)) => return Next::Fail(Box::new(records::of(call, &refusal))),
        Err(error) => return no_answer(host, target, call, &error),
    }
    function(host, target, call)
}

async fn invoke(host: &Arc<Host>, target: Target, call: &Invocation) -> Next {
    match host.simulated(|simulator, now| simulator.invoke(&host.name, call, now)) {
        Ok(Called::Rows(rows)) => {
            for row in rows {
                let value = from_ps_object(&row);
                host.command(target, |command| command.write(|pipeline| pipeline.output(&value)));
            }
            Next::Continue
        }
        Ok(Called::Runs { id, link_breaks }) => {
            let stopping = host.command(target, |command| {
                command.runs = Some(id);
                command.breaks |= link_breaks;
                command.stopping
            });
            if stopping != Some(false) {
                // It was stopped, or its shell went away, at this very moment.
                host.kill(vec![id]);
                return Next::Gone;
            }
            follow(host, target, call, id).await
        }
        Err(CallError::Refused(refusal)) => failed(host, target, call, records::of(call, &refusal)),
        Err(error) => no_answer(host, target, call, &error),
    }
}

fn no_answer(host: &Host, target: Target, call: &Invocation, error: &CallError) -> Next {
    if matches!(error, CallError::Denied(_)) {
        return Next::Fail(Box::new(records::denied(call, &host.name)));
    }
    // It never answers, and the next request finds the link broken.
    host.command(target, |command| command.breaks = true);
    Next::Gone
}

/// Tells what a changing cmdlet writes, until it ends.
async fn follow(host: &Arc<Host>, target: Target, call: &Invocation, id: OperationId) -> Next {
    let (mut after, verbose) = (0, call.has_switch("Verbose"));
    loop {
        let (now, news, next) = host.simulated(|simulator, now| {
            let news = simulator.news(id, after, now);
            (now, news, simulator.next_event_at())
        });
        after = news.next;
        for record in &news.records {
            tell(host, target, call, record, verbose);
        }
        match news.ended {
            None => {}
            Some(Ended::Completed) => return Next::Continue,
            Some(Ended::Failed(refusal)) => return failed(host, target, call, records::of(call, &refusal)),
            Some(Ended::Lost(_)) => return lost(host, target),
        }
        let until_next = next.map_or(LOOK_AGAIN, |at| at.duration_since(now));
        host.clock.sleep(until_next.clamp(SignedDuration::from_millis(1), LOOK_AGAIN)).await;
    }
}

/// What people see only when they ask for it (`-Verbose`) is not sent otherwise.
fn tell(host: &Host, target: Target, call: &Invocation, record: &Record, verbose: bool) {
    let text = record.text.as_str();
    host.command(target, |command| {
        command.write(|pipeline| match record.stream {
            Stream::Verbose if verbose => pipeline.verbose(text),
            Stream::Verbose => {}
            Stream::Warning => pipeline.warning(text),
            Stream::Error => pipeline.error(&records::text(call, text)),
            Stream::Progress => pipeline.progress(&ProgressRecord::new(&call.command, text)),
        });
    });
}

/// What PowerShell's binder finds wrong ends the pipeline; what a cmdlet finds wrong does not, unless
/// `-ErrorAction Stop` says so.
fn failed(host: &Host, target: Target, call: &Invocation, record: ErrorRecord) -> Next {
    let own = record.error_id.starts_with("ProcessRecord");
    let stops = call.get_text("ErrorAction").is_some_and(|action| action.eq_ignore_ascii_case("Stop"));
    if stops || !own {
        return Next::Fail(Box::new(record));
    }
    host.command(target, |command| command.write(|pipeline| pipeline.error(&record)));
    Next::Continue
}

/// The process is gone: because somebody stopped the pipeline, or with its whole shell.
fn lost(host: &Host, target: Target) -> Next {
    let stopped = host.command(target, |command| {
        let stopping = command.stopping;
        if stopping {
            command.write(ServerPipeline::stop);
        }
        stopping
    });
    if stopped == Some(false) {
        host.end(target.shell);
    }
    Next::Gone
}
