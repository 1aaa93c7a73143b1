use super::*;

#[test]
fn an_endpoint_that_is_not_reached() {
    let lost = |connection| {
        one(|host| {
            stops_at(host);
            host.connection = connection;
        })
    };
    let found = lost(Connection::NameNotFound(text()));
    says(
        &found,
        Error,
        Subject::Connection,
        &["DNS gives no address: the system's words", "endpoints[].address"],
    );
    assert_eq!(found.host, Some(name("fe01.pool1")));
    says(
        &lost(Connection::Refused(text())),
        Error,
        Subject::Connection,
        &["10.0.0.1:5986 refuses", "winrm quickconfig"],
    );
    says(&lost(Connection::TimedOut(text())), Error, Subject::Connection, &["does not answer", "firewall"]);
    says(
        &lost(Connection::Mute(text())),
        Error,
        Subject::Connection,
        &["takes the connection, but WinRM does not answer", "port"],
    );
    says(
        &lost(Connection::Failed(text())),
        Error,
        Subject::Connection,
        &["no connection to 10.0.0.1:5986", "route"],
    );
}

#[test]
fn a_certificate_that_is_not_believed_or_not_for_long() {
    let tls = |trust: Trust| {
        one(|host| {
            let before = host.tls.take();
            stops_at(host);
            host.tls = before.map(|tls| TlsSurvey { trust, ..tls });
        })
    };
    says(
        &tls(Trust::UnknownAuthority(text())),
        Error,
        Subject::Tls,
        &["CN=Contoso CA", "ca.crt", "tls.caSecretRef"],
    );
    says(
        &tls(Trust::WrongName(text())),
        Error,
        Subject::Tls,
        &["for fe01.pool1.contoso.com, not for", "endpoints[].host"],
    );
    says(&tls(Trust::Expired(text())), Error, Subject::Tls, &["ended at 2027-", "Renew"]);
    says(&tls(Trust::Failed(text())), Error, Subject::Tls, &["no TLS", "TLS 1.2"]);
    let ends_in = |days: i64| {
        let mut survey = survey();
        if let Some(TlsSurvey { certificate: Some(certificate), .. }) = &mut survey.hosts[0].tls {
            certificate.not_after = now() + SignedDuration::from_hours(24 * days);
        }
        findings(&survey)
    };
    says(&only(ends_in(29)), Warning, Subject::Tls, &["2026-12-21T03:00:00Z, in 29 days", "Renew"]);
    assert_eq!(ends_in(30), []);
}

#[test]
fn an_account_or_a_configuration_that_does_not_do() {
    let login = |login| {
        one(|host| {
            stops_at(host);
            host.login = Some(login);
        })
    };
    says(&login(Login::Denied(text())), Error, Subject::Account, &["is refused", "Secret"]);
    says(
        &login(Login::Failed(text())),
        Error,
        Subject::Account,
        &["could not be presented", "key distribution centre"],
    );
    let session = |session| {
        one(|host| {
            stops_at(host);
            host.session = Some(session);
        })
    };
    let missing = session(SessionState::NoSuchConfiguration(text()));
    says(
        &missing,
        Error,
        Subject::Configuration,
        &["no session configuration LyncFailover", "Install the module"],
    );
    says(
        &session(SessionState::Denied(text())),
        Error,
        Subject::Account,
        &["may not use", "Set-PSSessionConfiguration"],
    );
    says(
        &session(SessionState::QuotaExceeded(text())),
        Error,
        Subject::Shells,
        &["no more shells", "MaxShellsPerUser"],
    );
    says(
        &session(SessionState::Failed(text())),
        Error,
        Subject::Configuration,
        &["does not start", "Test-ADServiceAccount"],
    );
}
