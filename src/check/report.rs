//! A survey and its findings, for people and for machines.

use std::fmt;

use serde::Serialize;

use super::{
    Connection, Finding, HomeKind, HostSurvey, Login, Module, SessionState, Severity, Survey, Trust, findings,
};

/// What a check came to. Its `Display` is for people; serialised, it is for machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// What was gathered.
    pub survey: Survey,
    /// What is wrong with it, the worst first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Looks at a survey.
    pub fn new(survey: Survey) -> Self {
        Self { findings: findings(&survey), survey }
    }

    /// How many findings there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// The exit code of the process: 1 with errors, else 0.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.count(Severity::Error) > 0)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = [
            "HOST",
            "POOL",
            "CONNECTION",
            "TLS",
            "ACCOUNT",
            "SESSION",
            "MODULE",
            "CLOCK",
            "SHELLS",
            "TOPOLOGY",
        ];
        let mut rows = vec![heads.map(str::to_owned)];
        rows.extend(self.survey.hosts.iter().map(row));
        for line in aligned(&rows) {
            writeln!(f, "{line}")?;
        }
        for Finding { severity, host, subject, text, what_to_do } in &self.findings {
            let severity = match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            let place = host.as_ref().map_or("all endpoints", |host| host.as_str());
            writeln!(f, "\n{severity}: {place}: {subject:?}: {text}")?;
            writeln!(f, "  do: {what_to_do}")?;
        }
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        match (errors, warnings) {
            (0, 0) => writeln!(f, "\nNothing found: every endpoint is fit for a failover."),
            _ => writeln!(f, "\n{}, {}", counted(errors, "error"), counted(warnings, "warning")),
        }
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn row(one: &HostSurvey) -> [String; 10] {
    let connection = match one.connection {
        Connection::Connected => "ok",
        Connection::NameNotFound(_) => "no name",
        Connection::Refused(_) => "refused",
        Connection::TimedOut(_) => "timed out",
        Connection::Mute(_) => "mute",
        Connection::Failed(_) => "failed",
    };
    let tls = one.tls.as_ref().map_or("-", |tls| match tls.trust {
        Trust::Good => "ok",
        Trust::UnknownAuthority(_) => "not trusted",
        Trust::WrongName(_) => "wrong name",
        Trust::Expired(_) => "expired",
        Trust::Failed(_) => "failed",
    });
    let login = one.login.as_ref().map_or("-", |login| match login {
        Login::Accepted => "ok",
        Login::Denied(_) => "denied",
        Login::Failed(_) => "failed",
        Login::NotTried => "not tried",
    });
    let session = one.session.as_ref().map_or("-", |session| match session {
        SessionState::Opened => "ok",
        SessionState::NoSuchConfiguration(_) => "not there",
        SessionState::Denied(_) => "denied",
        SessionState::QuotaExceeded(_) => "full",
        SessionState::Failed(_) => "failed",
    });
    let module = one.module.as_ref().map_or("-".to_owned(), |module| match module {
        Module::Answers(facts) => {
            let home = match facts.home_kind {
                HomeKind::Local => "local home",
                HomeKind::Shared => "shared home",
            };
            format!("{}, {home}", facts.module_version)
        }
        Module::Missing => "missing".to_owned(),
        Module::Failed(_) => "failed".to_owned(),
    });
    let topology =
        one.topology.as_ref().map_or("-", |read| match (read.store.value(), read.replica.value()) {
            (Some(_), _) => "store",
            (None, Some(_)) => "replica",
            (None, None) => "unreadable",
        });
    [
        one.host.to_string(),
        one.pool.to_string(),
        connection.to_owned(),
        tls.to_owned(),
        login.to_owned(),
        session.to_owned(),
        module,
        one.clock.map_or("-".to_owned(), |clock| format!("{:+} s", clock.skew().as_secs())),
        one.shells.map_or("-".to_owned(), |shells| shells.to_string()),
        topology.to_owned(),
    ]
}

/// Columns that align, three blanks apart; nothing trails.
fn aligned<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let widths: [usize; N] =
        std::array::from_fn(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0));
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("   ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}
