//! What is behind the session of one endpoint: module, cmdlets, clock, shells, store.

use jiff::SignedDuration;

use super::{
    Buffering, ClockReading, EndpointFacts, HostSurvey, Keeping, MODULE_VERSION, Module, Presence, Severity,
    Subject, TopologyRead, finding::Findings,
};
use crate::lync::{Fact, Why};

/// Kerberos refuses a clock that is further off (RFC 4120, 10.1 suggests five minutes; Windows has them as
/// its default).
const SKEW_REFUSED: SignedDuration = SignedDuration::from_mins(5);
/// Heartbeats and the order of events are compared across clocks.
const SKEW_NOTED: SignedDuration = SignedDuration::from_secs(5);
/// `MaxShellsPerUser` is 25 or 30 by default. From here on there is little room left.
const SHELLS_MANY: u32 = 20;
/// The operator needs one or two at a time.
const SHELLS_NOTED: u32 = 5;

/// For how long, in seconds, the shell of a change is opened where there is no module.
const CHANGE_IDLE: u64 = 2 * 3600;

/// What brings the cmdlets.
const INSTALL: &str =
    "Install the Lync Server 2013 administrative tools and the current cumulative update on the host";

pub(super) fn look(one: &HostSurvey, findings: &mut Findings) {
    match &one.module {
        None => keeping(one, findings),
        Some(Module::Answers(facts)) => module(facts, findings),
        Some(Module::Missing) => findings.error(
            Subject::Module,
            "the session does not know Get-LfEndpoint: it is not the configuration of the module LyncFailover",
            "Install the module there and register its session configuration again",
        ),
        Some(Module::Failed(why)) => findings.error(
            Subject::Module,
            format!("Get-LfEndpoint failed: {why}"),
            "See that the account of the session configuration can read and write the home of the journal",
        ),
    }
    commands(one, findings);
    if let Some(clock) = &one.clock {
        skew(clock, findings);
    }
    if let Some(shells) = one.shells {
        leaked(shells, findings);
    }
    if let Some(read) = &one.topology {
        topology(read, findings);
    }
}

/// Without the module a cmdlet lives in its shell, and its end is known from what the shell keeps.
fn keeping(one: &HostSurvey, findings: &mut Findings) {
    let Some(Keeping { longest_idle, buffering }) = one.keeping else { return };
    if let Some(longest) = longest_idle.filter(|longest| *longest < CHANGE_IDLE) {
        findings.error(
            Subject::Shells,
            format!(
                "a shell may be idle for {longest} s at most; the one of a cmdlet that changes Lync is opened for \
                 {CHANGE_IDLE} s, and is refused"
            ),
            "Raise MaxIdleTimeoutMs (winrm get winrm/config/winrs), and MaxIdleTimeoutSec of the session configuration",
        );
    }
    if buffering == Some(Buffering::Drop) {
        findings.warning(
            Subject::Shells,
            "output is dropped while nobody is connected: how a cmdlet ended may never be known",
            "Set OutputBufferingMode of the session configuration to Block",
        );
    }
}

fn module(facts: &EndpointFacts, findings: &mut Findings) {
    let EndpointFacts { module_version, missing, home_id: _, home_kind: _, epoch: _ } = facts;
    if let Some(severity) = misfit(module_version, MODULE_VERSION) {
        let text = match severity {
            Severity::Error => "which this operator does not understand",
            Severity::Warning => "an older one",
        };
        findings.add(
            severity,
            Subject::Module,
            format!("the module has version {module_version}, {text}"),
            format!("Install version {MODULE_VERSION} of the module, which belongs to this operator"),
        );
    }
    if !missing.is_empty() {
        findings.error(Subject::Commands, format!("the host lacks {}", missing.join(", ")), INSTALL);
    }
}

/// How badly a version does where another is expected. A new first number means other functions; within
/// the same, later versions do what earlier ones did.
fn misfit(theirs: &str, expected: &str) -> Option<Severity> {
    match (numbers(theirs), numbers(expected)) {
        (Some(theirs), Some(expected)) if theirs.0 != expected.0 => Some(Severity::Error),
        (Some(theirs), Some(expected)) => (theirs < expected).then_some(Severity::Warning),
        _ => Some(Severity::Error),
    }
}

/// `1.2.3` as numbers.
fn numbers(version: &str) -> Option<(u32, u32, u32)> {
    let mut parts = version.split('.').map(str::parse::<u32>);
    let number = |part: Option<Result<u32, _>>| part.and_then(Result::ok);
    let all = (number(parts.next())?, number(parts.next())?, number(parts.next())?);
    parts.next().is_none().then_some(all)
}

fn commands(one: &HostSurvey, findings: &mut Findings) {
    if let Some(why) = &one.commands_unread {
        findings.error(
            Subject::Commands,
            format!("the session does not say which commands it has: {why}"),
            "See that Get-Command is visible in the session configuration, as with RestrictedRemoteServer",
        );
    }
    let mut lacking = Vec::new();
    for survey in &one.commands {
        match &survey.presence {
            Presence::Complete => {}
            Presence::Missing => lacking.push(survey.command.clone()),
            Presence::Lacks(names) => {
                lacking.extend(names.iter().map(|name| format!("{} -{name}", survey.command)));
            }
        }
    }
    if !lacking.is_empty() {
        let text = format!("the session lacks {}", lacking.join(", "));
        let what_to_do = format!("{INSTALL}; in a session configuration of your own, make them visible");
        findings.error(Subject::Commands, text, what_to_do);
    }
}

fn skew(clock: &ClockReading, findings: &mut Findings) {
    let skew = clock.skew();
    let size = skew.abs();
    let side = if skew.is_negative() { "behind" } else { "ahead of" };
    let text = format!("its clock is {} s {side} the operator's", size.as_secs());
    let what_to_do = "Let both take their time from the domain (w32tm /resync; w32tm /query /status)";
    if size > SKEW_REFUSED {
        findings.error(Subject::Clock, format!("{text}; Kerberos refuses more than 5 minutes"), what_to_do);
    } else if size > SKEW_NOTED {
        findings.warning(Subject::Clock, text, what_to_do);
    }
}

fn leaked(shells: u32, findings: &mut Findings) {
    let severity = match shells {
        SHELLS_MANY.. => Severity::Error,
        SHELLS_NOTED.. => Severity::Warning,
        _ => return,
    };
    findings.add(
        severity,
        Subject::Shells,
        format!(
            "the account has {shells} other shells there; with 25 or 30 (MaxShellsPerUser) no more are opened"
        ),
        "See who else uses the account; close what nobody uses: Get-WSManInstance shell -Enumerate, \
         Remove-WSManInstance"
            .to_owned(),
    );
}

/// A store that is dead is Lync's trouble; what matters here is whether the host can still be worked with.
fn topology(read: &TopologyRead, findings: &mut Findings) {
    let Fact::Unknown(why) = &read.store else {
        match &read.replica {
            Fact::Known { .. } | Fact::Unknown(Why::NotObserved) => {}
            Fact::Unknown(why) => findings.error(
                Subject::Topology,
                format!("the replica of the host cannot be read: {why}"),
                "See that its replica (SQL instance RTCLOCAL) runs: it is all that is left when the store is dead",
            ),
        }
        return;
    };
    if let Why::Denied(_) = why {
        findings.error(
            Subject::Account,
            format!("the topology may not be read: {why}"),
            "Make the account that runs the cmdlets a member of RTCUniversalServerAdmins",
        );
        return;
    }
    match &read.replica {
        Fact::Known { .. } => findings.warning(
            Subject::Topology,
            format!("the topology comes from the replica of the host: {why}"),
            "If the store is meant to work, see that the host reaches its SQL Server; if it is dead, the failover of \
             the store comes first, and works from here",
        ),
        Fact::Unknown(replica) => findings.error(
            Subject::Topology,
            format!("the topology cannot be read, neither from the store ({why}) nor from the replica ({replica})"),
            "See that the host is a Front End of this organisation and that its replica (SQL instance RTCLOCAL) runs",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_version_of_the_same_kind_does() {
        assert_eq!(misfit("1.2.3", "1.2.3"), None);
        assert_eq!(misfit("1.10.0", "1.2.3"), None);
        assert_eq!(misfit("1.2.2", "1.2.3"), Some(Severity::Warning));
        for other in ["2.2.3", "0.9.9", "1.2", "1.2.3.4", "one"] {
            assert_eq!(misfit(other, "1.2.3"), Some(Severity::Error), "{other}");
        }
    }
}
