mod coverage;
mod host;
mod reach;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::lync::{Fact, Pool, PoolKind, Site, Source, Topology, Version, Why};

fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().expect("valid")
}

fn name<T: std::str::FromStr<Err = crate::lync::FqdnError>>(short: &str) -> T {
    format!("{short}.contoso.com").parse().expect("valid")
}

fn topology() -> Topology {
    let pool = |site: &str, machines: &[&str], pair: Option<&str>| Pool {
        site: site.to_owned(),
        kind: PoolKind::FrontEnd,
        version: Version::LYNC_2013,
        machines: machines.iter().map(|machine| name(machine)).collect(),
        backup: pair.map(name),
        central_management_store: None,
        central_management_mirror: None,
        user_store: None,
    };
    let director = Pool { kind: PoolKind::Director, ..pool("DC1", &["dir01"], None) };
    let old = Pool { version: Version::LYNC_2010, ..pool("DC1", &["old01"], None) };
    Topology {
        sites: vec![Site { name: "DC1".to_owned() }, Site { name: "DC2".to_owned() }],
        pools: [
            (name("pool1"), pool("DC1", &["fe01.pool1", "fe02.pool1"], Some("pool2"))),
            (name("pool2"), pool("DC2", &["fe01.pool2"], Some("pool1"))),
            (name("dir"), director),
            (name("old"), old),
        ]
        .into(),
        edges: Default::default(),
    }
}

fn known<T>(value: T) -> Fact<T> {
    Fact::known(value, now(), Source::CentralManagement(name("fe01.pool1")))
}

fn healthy(host: &str, pool: &str) -> HostSurvey {
    let facts = EndpointFacts {
        module_version: MODULE_VERSION.to_owned(),
        home_id: "home-1".to_owned(),
        home_kind: HomeKind::Shared,
        epoch: 7,
        missing: Vec::new(),
    };
    let whole = |one: Requirement| one.compare(Some(&one.parameters.iter().cloned().collect::<Vec<_>>()));
    let certificate = Certificate {
        names: vec![format!("{host}.contoso.com")],
        issuer: "CN=Contoso CA".to_owned(),
        not_after: now() + SignedDuration::from_hours(24 * 365),
    };
    HostSurvey {
        host: name(host),
        pool: name(pool),
        address: Some("10.0.0.1:5986".to_owned()),
        connection: Connection::Connected,
        tls: Some(TlsSurvey { certificate: Some(certificate), trust: Trust::Good }),
        login: Some(Login::Accepted),
        session: Some(SessionState::Opened),
        module: Some(Module::Answers(facts)),
        commands: requirements().into_iter().filter(|one| !one.changes).map(whole).collect(),
        clock: Some(ClockReading { theirs: now() + SignedDuration::from_secs(2), ours: now() }),
        shells: Some(1),
        commands_unread: None,
        version: Some("OS: 6.3.9600 SP: 0.0 Stack: 3.0".to_owned()),
        keeping: Some(Keeping { longest_idle: Some(43_200), buffering: Some(Buffering::Block) }),
        topology: Some(TopologyRead { store: known(topology()), replica: Fact::default() }),
    }
}

fn survey() -> Survey {
    Survey {
        at: now(),
        configuration: "LyncFailover".to_owned(),
        hosts: vec![healthy("fe01.pool1", "pool1"), healthy("fe01.pool2", "pool2")],
    }
}

/// What is found once the first endpoint is changed: exactly one thing.
fn one(edit: impl FnOnce(&mut HostSurvey)) -> Finding {
    let mut survey = survey();
    edit(&mut survey.hosts[0]);
    only(findings(&survey))
}

fn only(mut found: Vec<Finding>) -> Finding {
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

fn says(finding: &Finding, severity: Severity, subject: Subject, texts: &[&str]) {
    assert_eq!((finding.severity, finding.subject), (severity, subject), "{finding:#?}");
    let whole = format!("{} | {}", finding.text, finding.what_to_do);
    for text in texts {
        assert!(whole.contains(text), "{text}: {whole}");
    }
}

fn text() -> String {
    "the system's words".to_owned()
}

/// Nothing after a step that failed is there.
fn stops_at(one: &mut HostSurvey) {
    let HostSurvey {
        tls, login, version, session, keeping, module, commands, clock, shells, topology, ..
    } = one;
    (*version, *keeping) = (None, None);
    (*tls, *login, *session, *module, *clock, *shells, *topology) =
        (None, None, None, None, None, None, None);
    commands.clear();
}

use Severity::{Error, Warning};

#[test]
fn where_all_is_well_nothing_is_found() {
    assert_eq!(findings(&survey()), []);
    let report = Report::new(survey());
    assert_eq!(report.exit_code(), 0);
    assert!(report.to_string().contains("Nothing found"), "{report}");
}

fn module(edit: impl FnOnce(&mut EndpointFacts)) -> Vec<Finding> {
    let mut survey = survey();
    if let Some(Module::Answers(facts)) = &mut survey.hosts[0].module {
        edit(facts);
    }
    findings(&survey)
}

#[test]
fn the_report_reads_well_and_goes_to_machines() {
    let mut survey = survey();
    stops_at(&mut survey.hosts[0]);
    survey.hosts[0].connection = Connection::TimedOut(text());
    survey.hosts[1].clock = Some(ClockReading { theirs: now() - SignedDuration::from_secs(8), ours: now() });
    let report = Report::new(survey);
    let expected = "\
HOST                     POOL                CONNECTION   TLS   ACCOUNT   SESSION   MODULE               CLOCK   SHELLS   TOPOLOGY
fe01.pool1.contoso.com   pool1.contoso.com   timed out    -     -         -         -                    -       -        -
fe01.pool2.contoso.com   pool2.contoso.com   ok           ok    ok        ok        1.1.0, shared home   -8 s    1        store

error: fe01.pool1.contoso.com: Connection: 10.0.0.1:5986 does not answer: the system's words
  do: See that the host is up and that no firewall between the operator and it drops the port

warning: fe01.pool2.contoso.com: Clock: its clock is 8 s behind the operator's
  do: Let both take their time from the domain (w32tm /resync; w32tm /query /status)

1 error, 1 warning
";
    assert_eq!(report.to_string(), expected);
    assert_eq!(report.exit_code(), 1);
    let json = serde_json::to_value(&report).expect("it serialises");
    assert_eq!(json["findings"][0]["severity"], "error");
    assert_eq!(json["findings"][0]["host"], "fe01.pool1.contoso.com");
    assert_eq!(json["findings"][0]["subject"], "connection");
    let survey: Survey = serde_json::from_value(json["survey"].clone()).expect("it reads back");
    assert_eq!(survey, report.survey);
}
