//! `bridge check` finds what is wrong, and nothing else; it changes nothing and leaves nothing behind.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

use serde_json::Value;

use crate::{
    certificates::Authority,
    desk::{Desk, all, at, entry},
    lab::{HOST, Lab, PASSWORD},
};

const FE1: &str = "fe01.pool1.contoso.com";
const POOL1: &str = "pool1.contoso.com";
const POOL2: &str = "pool2.contoso.com";

/// Findings in brief: severity, host, subject; and the text with what to do.
fn findings(report: &Value) -> Vec<(String, String)> {
    let word = |finding: &Value, name: &str| finding[name].as_str().unwrap_or("all").to_owned();
    let brief = |finding: &Value| {
        let head = ["severity", "host", "subject"].map(|name| word(finding, name)).join(" ");
        (head, format!("{} | {}", word(finding, "text"), word(finding, "whatToDo")))
    };
    report["findings"].as_array().unwrap().iter().map(brief).collect()
}

#[track_caller]
fn only(report: &Value, head: &str, parts: &[&str]) {
    let found = findings(report);
    let [(own, text)] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(own, head, "{text}");
    for part in parts {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// Nothing has begun, and no shell is left.
async fn nothing_has_happened(lab: &Lab) {
    assert_eq!(lab.transcript().starts().count(), 0);
    for place in &lab.places {
        assert_eq!(lab.session(place.host.as_str()).shells().await.unwrap(), [], "{}", place.host);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_all_is_well_nothing_is_found_and_nothing_is_changed() {
    let lab = Lab::http("", 1.0).await;
    let desk = Desk::new("well", PASSWORD);
    desk.deployment("", &all(&lab));
    let (code, report) = desk.check();
    assert_eq!((code, findings(&report)), (0, vec![]));
    let host = &report["survey"]["hosts"][0];
    assert_eq!(host["module"]["answers"]["moduleVersion"], "1.1.0");
    assert_eq!(host["keeping"]["longestIdle"], 43_200);
    assert_eq!(
        host["commands"].as_array().unwrap().len(),
        20,
        "twelve cmdlets that read, and eight functions"
    );
    assert!(
        host["topology"]["store"]["known"].is_object() && host["topology"]["replica"]["known"].is_object()
    );
    nothing_has_happened(&lab).await;
    assert_eq!(lab.refused_logins(), 0);

    let said = desk.good(&["bridge", "check", "deployment.yaml", "--secret-dir", "secrets"]);
    assert!(said.contains("Nothing found") && said.contains("1.1.0, shared home"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_shown_to_one_host_only() {
    let lab = Lab::http("", 1.0).await;
    let desk = Desk::new("password", "nobody-chose-this");
    desk.deployment("", &all(&lab));
    let (code, report) = desk.check();
    assert_eq!(code, 1);
    let found = findings(&report);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].0.starts_with("error fe0") && found[0].0.ends_with(" account"), "{found:#?}");
    for part in
        ["the account is refused", "CONTOSO\\svc-lync", "See that the Secret has the right name and password"]
    {
        assert!(found[0].1.contains(part), "{found:#?}");
    }
    assert_eq!(lab.refused_logins(), 1, "each one counts towards a lockout");
    let logins: Vec<_> =
        report["survey"]["hosts"].as_array().unwrap().iter().map(|host| &host["login"]).collect();
    assert_eq!(logins.iter().filter(|login| **login == "notTried").count(), 5, "{logins:?}");
    assert!(!report.to_string().contains("nobody-chose-this"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_is_not_reached_does_not_keep_the_others_from_being_looked_at() {
    let lab = Lab::http("", 1.0).await;
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let desk = Desk::new("unreached", PASSWORD);
    let nobody = format!("{{host: fe02.{POOL1}.invalid, pool: {POOL1}}}");
    let endpoints =
        [at(FE1, POOL1, closed), entry(&lab, "fe02.pool1.contoso.com", POOL1), entry(&lab, HOST, POOL2)];
    desk.deployment("", &endpoints);
    let (code, report) = desk.check();
    assert_eq!(code, 1);
    only(&report, &format!("error {FE1} connection"), &["refuses the connection", "winrm quickconfig"]);
    assert_eq!(report["survey"]["hosts"][2]["session"], "opened");

    desk.deployment("", &[&endpoints[1..], &[nobody]].concat());
    let (_, report) = desk.check();
    let found = findings(&report);
    assert!(
        found[0].1.contains("DNS gives no address") && found[0].1.contains("endpoints[].address"),
        "{found:#?}"
    );
    nothing_has_happened(&lab).await;
}

/// What takes connections for a dead host, such as a balancer, is not an account that is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_port_that_takes_connections_and_does_not_speak_winrm() {
    for (says, words) in [
        ("", "the handshake broke"),
        ("SSH-2.0-OpenSSH_9.9\r\n", "the handshake broke"),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "which has no /wsman"),
    ] {
        let lab = Lab::http("", 1.0).await;
        let other = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = other.local_addr().unwrap().port();
        thread::spawn(move || {
            for client in other.incoming() {
                let mut client = client.unwrap();
                let _ = client.read(&mut [0; 4096]);
                let _ = client.write_all(says.as_bytes());
            }
        });
        let desk = Desk::new("mute", PASSWORD);
        desk.deployment("", &[at(FE1, POOL1, port), entry(&lab, HOST, POOL2)]);
        let (code, report) = desk.check();
        assert_eq!(code, 1);
        only(&report, &format!("error {FE1} connection"), &["WinRM does not answer", words]);
        assert!(report["survey"]["hosts"][0].get("login").is_none_or(Value::is_null), "no account is shown");
        assert_eq!(report["survey"]["hosts"][1]["session"], "opened");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificates_are_for_the_host_and_from_an_authority_that_is_trusted() {
    let lab = Lab::https("", 1.0).await;
    let desk = Desk::new("certificates", PASSWORD);
    let authority = lab.authority.as_ref().unwrap();
    desk.write("secrets/lync-ca/ca.crt", &authority.certificate);
    let tls = "      tls: {caSecretRef: {name: lync-ca}}\n";
    desk.deployment(tls, &[entry(&lab, HOST, POOL2), entry(&lab, FE1, POOL1)]);
    let (code, report) = desk.check();
    assert_eq!(code, 1);
    let found = findings(&report);
    assert_eq!(found[0].0, format!("error {FE1} tls"), "{found:#?}");
    assert!(found[0].1.contains(&format!("the certificate is for {HOST}, not for {FE1}")), "{found:#?}");
    assert_eq!(found[1].0, format!("warning {HOST} tls"), "it ends in two days");
    assert_eq!(found.len(), 2, "{found:#?}");
    assert_eq!(report["survey"]["hosts"][0]["session"], "opened");
    assert!(
        report["survey"]["hosts"][1].get("login").is_none_or(Value::is_null),
        "no account is shown to it"
    );

    desk.write("secrets/lync-ca/ca.crt", Authority::new().certificate);
    let (code, report) = desk.check();
    assert_eq!(code, 1);
    let found = findings(&report);
    assert!(found.iter().all(|(head, _)| head.starts_with("error ") && head.ends_with(" tls")), "{found:#?}");
    assert!(found[0].1.contains("issued by An authority, is not trusted"), "{found:#?}");
    assert!(found[0].1.contains("ca.crt of the Secret that tls.caSecretRef names"), "{found:#?}");
    assert_eq!(lab.refused_logins(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_configuration_that_is_not_there() {
    let lab = Lab::http("", 1.0).await;
    let desk = Desk::new("configuration", PASSWORD);
    desk.deployment("      configurationName: Nobody\n", &all(&lab)[..2]);
    let (code, report) = desk.check();
    assert_eq!(code, 1);
    let found = findings(&report);
    assert_eq!(found.len(), 2, "{found:#?}");
    for (head, text) in found {
        assert!(head.ends_with(" configuration"), "{head}");
        assert!(
            text.contains("there is no session configuration Nobody") && text.contains("register it"),
            "{text}"
        );
    }
    nothing_has_happened(&lab).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_plain_endpoint_works_and_is_warned_about() {
    let lab = Lab::http("", 1.0).await;
    let desk = Desk::new("plain", PASSWORD);
    desk.deployment("      configurationName: Microsoft.PowerShell\n", &all(&lab));
    let (code, report) = desk.check();
    assert_eq!(code, 0);
    only(&report, "warning all configuration", &["no fence", "configurationName: LyncFailover"]);
    assert_eq!(
        report["survey"]["hosts"][0]["commands"].as_array().unwrap().len(),
        17,
        "those that change too"
    );
    nothing_has_happened(&lab).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cmdlet_that_a_host_lacks() {
    let lacks = |cmdlet: &str| format!("faults:\n- {{kind: Missing, cmdlet: {cmdlet}, host: {FE1}}}\n");
    for (configuration, cmdlet, words) in [
        ("LyncFailover", "Invoke-CsPoolFailOver", "the host lacks Invoke-CsPoolFailOver"),
        ("LyncFailover", "Get-CsRegistrarConfiguration", "the session lacks Get-CsRegistrarConfiguration"),
        ("LyncFailover", "Step-LfFence", "the session lacks Step-LfFence"),
        ("Microsoft.PowerShell", "Invoke-CsPoolFailOver", "the session lacks Invoke-CsPoolFailOver"),
    ] {
        let lab = Lab::http(&lacks(cmdlet), 1.0).await;
        let desk = Desk::new("cmdlet", PASSWORD);
        desk.deployment(&format!("      configurationName: {configuration}\n"), &all(&lab));
        let (code, report) = desk.check();
        assert_eq!(code, 1, "{cmdlet}");
        let found = findings(&report);
        assert_eq!(found[0].0, format!("error {FE1} commands"), "{found:#?}");
        assert!(found[0].1.contains(words), "{found:#?}");
        assert!(found.iter().skip(1).all(|(head, _)| head == "warning all configuration"), "{found:#?}");
        nothing_has_happened(&lab).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_that_a_host_cannot_use() {
    let lab = Lab::http(&format!("faults:\n- {{kind: HomeAway, host: {FE1}}}\n"), 1.0).await;
    let desk = Desk::new("homeless", PASSWORD);
    desk.deployment("", &all(&lab));
    let (code, report) = desk.check();
    assert_eq!(code, 1);
    only(
        &report,
        &format!("error {FE1} module"),
        &["journal of the module cannot be used: The journal is not in"],
    );
    nothing_has_happened(&lab).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endpoints_are_what_the_topology_says() {
    let lab = Lab::http("", 1.0).await;
    let desk = Desk::new("strangers", PASSWORD);
    let stranger = at("fe09.pool1.contoso.com", POOL1, lab.place(FE1).address.port());
    desk.deployment("", &[stranger, entry(&lab, FE1, POOL2)]);
    let (code, report) = desk.check();
    assert_eq!(code, 1);
    let found = findings(&report);
    let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
    assert!(
        texts.iter().any(|text| text.contains("fe09.pool1.contoso.com is listed as a Front End")),
        "{found:#?}"
    );
    assert!(texts.iter().any(|text| text.contains("Write pool: pool1.contoso.com")), "{found:#?}");
    assert!(texts.iter().any(|text| text.contains("pool2.contoso.com has no endpoint")), "{found:#?}");
    assert_eq!(found.len(), 3, "{found:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_store_is_no_fault_of_the_bridge() {
    let lab = Lab::http("failures:\n- kill: [pool1.contoso.com]\n", 1.0).await;
    let desk = Desk::new("dead", PASSWORD);
    desk.deployment("", &all(&lab));
    let (_, report) = desk.check();
    let found = findings(&report);
    for host in ["fe01", "fe02", "fe03"] {
        let of = |pool: &str| format!(" {host}.{pool} ");
        let dead = found.iter().filter(|(head, _)| head.contains(&of(POOL1))).collect::<Vec<_>>();
        assert!(dead.len() == 1 && dead[0].0.starts_with("error"), "{dead:#?}");
        let alive = found.iter().filter(|(head, _)| head.contains(&of(POOL2))).collect::<Vec<_>>();
        assert!(alive.len() == 1 && alive[0].0.starts_with("warning"), "{alive:#?}");
        assert!(alive[0].1.contains("comes from the replica"), "{alive:#?}");
    }
    assert_eq!(lab.refused_logins(), 0);
}

/// Whenever Ctrl-C comes.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_interrupts_it_leaves_no_shell_behind() {
    let lab = Lab::http("", 1.0).await;
    let desk = Desk::new("interrupted", PASSWORD);
    desk.deployment("", &all(&lab));
    let mut interrupted = 0;
    for pause in [100, 200, 300, 400, 600, 800, 1000] {
        let said = desk.interrupt(&["bridge", "check", "deployment.yaml", "--secret-dir", "secrets"], pause);
        interrupted += u32::from(said.contains("error: interrupted"));
        nothing_has_happened(&lab).await;
    }
    assert!(interrupted > 0, "it is never slow enough to be interrupted");
}
