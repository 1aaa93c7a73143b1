//! Exports: made by the module in a shell of their own, on a schedule, and never in the way of a failover.

use std::time::{Duration, Instant};

use lync_failover::{
    bridge::{Bridge as _, CallError, RemoteSimulator},
    lync::{ExportOf, ExportOrder, Exports, MachineFqdn, cmdlet::Query, outputs},
};

use crate::{
    bridges::{MODULE, PLAIN, bridge},
    lab::{HOST, Lab},
    stage::{AWAY, ONE_STEP, USERS},
    theatre::Theatre,
};

fn host() -> MachineFqdn {
    HOST.parse().expect("a name")
}

fn groups(pool: &str) -> ExportOf {
    ExportOf::ResponseGroups(format!("{pool}.contoso.com").parse().expect("a name"))
}

fn order() -> ExportOrder {
    let exports = vec![ExportOf::Configuration, ExportOf::Locations, groups("pool1"), groups("pool2")];
    ExportOrder { exports, keep: 2 }
}

#[tokio::test]
async fn an_order_is_made_and_what_fails_of_it_is_said() {
    let lab = Lab::http("durations: {export: 1s}\nfailures: [{kill: [sql1.contoso.com]}]", 10.0).await;
    let bridge = bridge(&lab, MODULE);
    let made = bridge.export(&host(), &order()).await.expect("the host answers");
    let files: Vec<_> = made.iter().filter(|made| made.file.is_some()).map(|made| &made.of).collect();
    assert_eq!((files, made.len()), (vec![&groups("pool2")], 4));
    let why = made[0].problem.as_deref().expect("the store is dead");
    assert!(why.contains("network-related"), "{why}");
    let answers = bridge.query(&host(), &[Query::Exports]).await.expect("the host answers");
    let seen = outputs::exports(answers[0].as_ref().expect("a list")).expect("it reads");
    assert_eq!(seen.newest(&groups("pool2")).map(|file| &file.path), made[3].file.as_ref());
}

/// Whoever looks at Lync through the same host has his answer at once.
#[tokio::test]
async fn nobody_waits_for_an_export() {
    let lab = Lab::http("durations: {export: 3s}", 1.0).await;
    let bridge = bridge(&lab, MODULE);
    bridge.query(&host(), &[]).await.expect("the shell is open");
    let (host, order) = (host(), order());
    let export = bridge.export(&host, &order);
    let look = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let begun = Instant::now();
        bridge.query(&host, &[Query::ConfigurationStoreLocation]).await.expect("it answers");
        begun.elapsed()
    };
    let (made, took) = tokio::join!(export, look);
    assert_eq!(made.expect("it is made").len(), 4);
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[tokio::test]
async fn a_plain_endpoint_makes_none_and_says_what_to_do() {
    let lab = Lab::http("", 1.0).await;
    let bridge = bridge(&lab, PLAIN);
    let answer = bridge.export(&host(), &order()).await;
    assert!(matches!(&answer, Err(CallError::NotSent(why)) if why.contains("install it")), "{answer:?}");
    let answers = bridge.query(&host(), &[Query::Exports]).await.expect("it answers");
    let Err(CallError::Refused(refusal)) = &answers[0] else { panic!("{answers:?}") };
    assert!(refusal.message.contains("install it"), "{refusal}");
    assert_eq!(lab.transcript().queries.get("Get-LfExport"), None, "it was not even asked");
}

/// What the simulated host finds in the folder, how many of each kind too.
fn folder(theatre: &Theatre) -> Exports {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let simulator = RemoteSimulator::new(theatre.stage.simulator());
    let answers = runtime.block_on(simulator.query(&host(), &[Query::Exports])).expect("it answers");
    outputs::exports(answers[0].as_ref().expect("a list")).expect("it reads")
}

fn asked(theatre: &Theatre) -> u64 {
    theatre.stage.transcript().queries.get("New-LfExport").copied().unwrap_or_default()
}

fn schedule(theatre: &Theatre, keep: u16) {
    let patch = format!(r#"{{"spec":{{"exports":{{"every":"24h","keep":{keep}}}}}}}"#);
    theatre.stage.kubectl(&["patch", "ldep", "contoso", "--type=merge", "-p", &patch]);
}

const FRESH: &str = "{.status.readiness.checks[?(@.check==\"ExportsFresh\")].result}";

#[test]
fn a_schedule_leads_to_files_that_are_shown_and_old_ones_go() {
    let old = "exports: {files: [{kind: Locations, age: 30h}, {kind: Locations, age: 60h}, \
               {kind: Locations, age: 90h}]}";
    let theatre = Theatre::new("remote-exports", old);
    let stage = &theatre.stage;
    theatre.open();
    let _operator = stage.operator();
    stage.until("what is there is shown", || theatre.deployment(FRESH) == "Fail Fail Fail");
    assert_eq!(theatre.deployment("{.status.exports.files[*].kind}"), "Locations");
    assert_eq!(asked(&theatre), 0, "nothing is made without a schedule");

    schedule(&theatre, 2);
    stage.until("all are fresh", || theatre.deployment(FRESH) == "Pass Pass Pass");
    assert_eq!(
        theatre.deployment("{.status.exports.files[*].subject}"),
        "organisation organisation pool1.contoso.com pool2.contoso.com"
    );
    assert_eq!(theatre.deployment("{.status.exports.lastAttempt.result}"), "Made");
    let newest = theatre.deployment("{.status.exports.files[?(@.kind==\"Locations\")].file}");
    let found = folder(&theatre);
    let locations = found.of(&ExportOf::Locations).expect("they are there");
    assert_eq!(locations.newest.as_ref().map(|file| file.path.to_string()), Some(newest));
    assert_eq!(locations.count, 2, "two stay: the new one and the newest of the old ones");

    // Once is enough, and nothing is written while nothing happens.
    let (made, writes) = (asked(&theatre), stage.writes().len());
    stage.until_looked(3);
    assert_eq!((asked(&theatre), made, stage.writes().len()), (4, 4, writes));
}

/// From the moment when a pool is lost, what is about it and the locations stay as they are: people need them then. The
/// configuration is exported again once users are served.
#[test]
fn a_failover_leaves_the_exports_of_before() {
    let slow = format!(
        "{ONE_STEP}, durations: {{poolFailover: 40s, setEdgeServer: 1s, internalReplication: 1s, edgeReplication: 1s, \
         check: 100ms, export: 1s}}, exports: {{files: [{{kind: Locations, age: 30h}}, {{kind: Configuration, age: 30h}}, \
         {{kind: ResponseGroups, pool: pool1.contoso.com, age: 30h}}]}}"
    );
    let theatre = Theatre::new("remote-exports-run", &slow);
    let stage = &theatre.stage;
    let newest = |of: &ExportOf| folder(&theatre).newest(of).map(|file| file.path.to_string());
    let before = [ExportOf::Locations, groups("pool1")].map(|of| newest(&of).expect("it is there"));
    theatre.open();
    schedule(&theatre, 1);
    let _operator = stage.operator();
    stage.until("the loss is seen", || {
        theatre.deployment("{.status.pools[?(@.pool==\"pool1.contoso.com\")].verdict}") == "Down"
    });
    stage.until_looked(2);
    assert_eq!(asked(&theatre), 0, "a failover may begin at any moment");
    stage.apply(AWAY);
    stage.until("the users move", || stage.runs(USERS));
    stage.until_looked(2);
    assert!(stage.runs(USERS), "the run is still open");
    assert_eq!(asked(&theatre), 0);
    stage.wait_for_ready();
    let result = || theatre.deployment("{.status.exports.lastAttempt.result}");
    stage.until("exports are made afterwards", || result() == "Made");
    let exported = theatre.deployment("{.status.exports.files[?(@.kind==\"Configuration\")].madeAt}");
    assert!(!exported.is_empty());
    stage.until_looked(2);
    assert_eq!(asked(&theatre), 2, "the configuration, and the Response Groups of the pool that lives");
    assert_eq!([ExportOf::Locations, groups("pool1")].map(|of| newest(&of).expect("it stays")), before);
    let command = |topic: &str| stage.field(&format!("{{.status.advice[?(@.topic==\"{topic}\")].command}}"));
    assert!(command("LocationInformation").contains(&before[0]), "{}", command("LocationInformation"));
    assert!(command("ResponseGroups").contains(&before[1]), "{}", command("ResponseGroups"));
}

/// An export that takes its time, and a share that does not take it: neither keeps the users waiting.
#[test]
fn neither_a_slow_export_nor_a_bad_share_holds_up_a_failover() {
    let (healthy, _) = ONE_STEP.split_once(", failures").expect("it has a failure");
    let slow = format!(
        "{healthy}, durations: {{poolFailover: 2s, setEdgeServer: 1s, internalReplication: 1s, edgeReplication: 1s, \
         check: 100ms, export: 600s}}"
    );
    let full = format!("{healthy}, faults: [{{kind: ShareFull}}]");
    let away = format!("{healthy}, faults: [{{kind: ShareAway}}]");
    for (name, scenario, told) in [
        ("slow", slow.as_str(), ""),
        ("full", full.as_str(), "not enough space"),
        ("away", away.as_str(), "network path was not found"),
    ] {
        let theatre = Theatre::new(&format!("remote-exports-{name}"), scenario);
        let stage = &theatre.stage;
        theatre.open();
        schedule(&theatre, 14);
        let _operator = stage.operator();
        let said = || {
            theatre
                .deployment("{.status.exports.message} {.status.exports.lastAttempt.message}")
                .trim()
                .to_owned()
        };
        stage.until("the trouble shows", || match told {
            "" => asked(&theatre) == 1,
            told => said().contains(told),
        });
        stage.inject("kill: [pool1.contoso.com]");
        stage.apply(AWAY);
        stage.wait_for_ready();
        assert_eq!(theatre.started(), [USERS], "{name}");
        // The slow one may have been made on a host that is gone.
        stage.until("the trouble shows still", || said().contains(told));
        if name == "full" {
            // Who has made room, and says so by an edit, does not wait for the pause.
            stage.inject("clearFaults: true");
            schedule(&theatre, 7);
            let result = || theatre.deployment("{.status.exports.lastAttempt.result}");
            stage.until("exports are made", || result() == "Made");
        }
    }
}
