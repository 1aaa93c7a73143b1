//! The way to one endpoint: network, TLS, account, session configuration.

use jiff::SignedDuration;

use super::{
    Connection, HostSurvey, Login, PLAIN_CONFIGURATION, SessionState, Subject, Survey, TlsSurvey, Trust,
    finding::Findings,
};

/// A certificate that ends within this time is worth a word.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) fn look(one: &HostSurvey, survey: &Survey, findings: &mut Findings) {
    connection(one, findings);
    if let Some(tls) = &one.tls {
        certificate(one, tls, survey, findings);
    }
    match &one.login {
        None | Some(Login::Accepted | Login::NotTried) => {}
        Some(Login::Denied(why)) => findings.error(
            Subject::Account,
            format!("the account is refused: {why}"),
            "See that the Secret has the right name and password, and that the account is not locked or expired",
        ),
        Some(Login::Failed(why)) => findings.error(
            Subject::Account,
            format!("the account could not be presented: {why}"),
            "See that a key distribution centre of the domain is reached, and that WinRM offers the authentication of \
             the deployment (winrm get winrm/config/service/auth)",
        ),
    }
    if let Some(session) = &one.session {
        configuration(session, &survey.configuration, findings);
    }
}

fn connection(one: &HostSurvey, findings: &mut Findings) {
    let at = one.address.as_deref().unwrap_or(one.host.as_str());
    let (text, what_to_do) = match &one.connection {
        Connection::Connected => return,
        Connection::NameNotFound(why) => (
            format!("DNS gives no address: {why}"),
            "Correct the name, or set endpoints[].address, which needs no DNS".to_owned(),
        ),
        Connection::Refused(why) => (
            format!("{at} refuses the connection: {why}"),
            "Enable WinRM there (winrm quickconfig), and see that the port is that of its listener"
                .to_owned(),
        ),
        Connection::TimedOut(why) => (
            format!("{at} does not answer: {why}"),
            "See that the host is up and that no firewall between the operator and it drops the port"
                .to_owned(),
        ),
        Connection::Mute(why) => (
            format!("{at} takes the connection, but WinRM does not answer: {why}"),
            "See that the port is that of the WinRM listener, and that the service is not hung there \
             (Restart-Service WinRM); a firewall or balancer in between may take connections for a dead host"
                .to_owned(),
        ),
        Connection::Failed(why) => {
            (format!("no connection to {at}: {why}"), "See that there is a route to the host".to_owned())
        }
    };
    findings.error(Subject::Connection, text, what_to_do);
}

fn certificate(one: &HostSurvey, tls: &TlsSurvey, survey: &Survey, findings: &mut Findings) {
    let names = tls.certificate.as_ref().map(|certificate| certificate.names.join(", ")).unwrap_or_default();
    match &tls.trust {
        Trust::Good => {
            let Some(certificate) = &tls.certificate else { return };
            let left = certificate.not_after.duration_since(survey.at);
            if left < SOON {
                findings.warning(
                    Subject::Tls,
                    format!("the certificate ends at {:.0}, in {} days", certificate.not_after, left.as_hours().max(0) / 24),
                    "Renew it and give it to the WinRM listener",
                );
            }
        }
        Trust::UnknownAuthority(why) => {
            let issuer = tls.certificate.as_ref().map_or("nobody named", |certificate| &certificate.issuer);
            findings.error(
                Subject::Tls,
                format!("the certificate, issued by {issuer}, is not trusted: {why}"),
                "Put the certificate of that authority into ca.crt of the Secret that tls.caSecretRef names",
            );
        }
        Trust::WrongName(why) => findings.error(
            Subject::Tls,
            format!("the certificate is for {names}, not for {}: {why}", one.host),
            "Give the WinRM listener a certificate for the name in endpoints[].host",
        ),
        Trust::Expired(why) => {
            let ended = tls.certificate.as_ref().map(|certificate| format!(" ended at {:.0}", certificate.not_after));
            findings.error(
                Subject::Tls,
                format!("the certificate{}: {why}", ended.unwrap_or_else(|| " has expired".to_owned())),
                "Renew it and give it to the WinRM listener",
            );
        }
        Trust::Failed(why) => findings.error(
            Subject::Tls,
            format!("no TLS: {why}"),
            "See that an HTTPS listener is on this port and offers TLS 1.2 (winrm enumerate winrm/config/listener)",
        ),
    }
}

fn configuration(session: &SessionState, name: &str, findings: &mut Findings) {
    match session {
        SessionState::Opened => {}
        SessionState::NoSuchConfiguration(why) => findings.error(
            Subject::Configuration,
            format!("there is no session configuration {name}: {why}"),
            "Install the module LyncFailover there and register it (Get-PSSessionConfiguration shows what is there)",
        ),
        SessionState::Denied(why) => findings.error(
            Subject::Account,
            format!("the account may not use the session configuration {name}: {why}"),
            format!("Give it access: Set-PSSessionConfiguration {name} -ShowSecurityDescriptorUI"),
        ),
        SessionState::QuotaExceeded(why) => findings.error(
            Subject::Shells,
            format!("no more shells may be opened: {why}"),
            "Close shells that nobody uses (Get-WSManInstance shell -Enumerate), or raise MaxShellsPerUser",
        ),
        SessionState::Failed(why) => findings.error(
            Subject::Configuration,
            format!("the session configuration {name} does not start: {why}"),
            if name == PLAIN_CONFIGURATION {
                "Look at Microsoft-Windows-WinRM/Operational in the event log of the host"
            } else {
                "Look at Microsoft-Windows-WinRM/Operational in the event log of the host; a group managed service \
                 account has to be installed there (Test-ADServiceAccount)"
            },
        ),
    }
}
