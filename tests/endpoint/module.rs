//! The functions of the module: the fence, operations, the journal.

use lync_failover::{
    bridge::OperationId,
    lync::{
        Argument, Invocation,
        cmdlet::{CmsFailoverMode, Mutation},
        ps::{PsObject, PsValue},
    },
    psrp::{client::PipelineEnd, messages::ErrorRecord},
    simulator::EntryKind,
    winrm::SessionError,
};
use uuid::Uuid;

use crate::{
    client::{Client, Heard, number, text},
    failover::{fail_over, set_edge},
    lab::{HOST, Lab},
};

const FIRST: Uuid = Uuid::from_u128(0xA1);
const SECOND: Uuid = Uuid::from_u128(0xA2);
const OTHER_HOST: &str = "fe02.pool2.contoso.com";

/// What the bridge sends for a cmdlet: its parameters, without what the module adds.
fn start(lab: &Lab, id: Uuid, fence: i64, call: &Invocation) -> Invocation {
    let start = Invocation::new("Start-LfOperation")
        .text("OperationId", id)
        .with("Fence", Argument::Int(fence))
        .text("HomeId", lab.home())
        .text("Action", &call.command);
    let own = call.parameters.iter().filter(|it| !matches!(it.name.as_str(), "Confirm" | "Verbose"));
    own.fold(start, |start, parameter| start.with(&parameter.name, parameter.value.clone()))
}

/// The command line that runs for an operation.
fn runs(mutation: &Mutation, id: Uuid) -> String {
    let call = mutation.invocation();
    match mutation.keeps_report() {
        true => {
            call.text("Report", format_args!(r"\\files.contoso.com\lyncdr$\reports\{id}.html")).to_string()
        }
        false => call.to_string(),
    }
}

fn get(id: Uuid, after: i64) -> Invocation {
    Invocation::new("Get-LfOperation").text("OperationId", id).with("After", Argument::Int(after))
}

async fn one(client: &mut Client, call: Invocation) -> PsObject {
    let text = call.to_string();
    let mut rows = client.rows(call).await;
    assert_eq!(rows.len(), 1, "{text}: {rows:?}");
    rows.remove(0)
}

async fn raise(client: &mut Client) -> i64 {
    number(&one(client, Invocation::new("Step-LfFence")).await, "Epoch")
}

async fn refused(client: &mut Client, call: Invocation) -> ErrorRecord {
    match client.run(call).await {
        Heard { end: Some(PipelineEnd::Failed(record)), rows, .. } if rows.is_empty() => *record,
        other => panic!("{other:?}"),
    }
}

/// The record of an operation that has ended.
async fn ended(client: &mut Client, id: Uuid) -> PsObject {
    loop {
        let row = one(client, get(id, 0)).await;
        if text(&row, "State") != "Running" {
            return row;
        }
        assert_eq!(row.get("EndedAt"), Some(&PsValue::Null));
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

fn records(row: &PsObject) -> Vec<PsObject> {
    let Some(PsValue::List(items)) = row.get("Records") else { panic!("{row:?}") };
    let object = |item: &PsValue| match item {
        PsValue::Object(object) => object.clone(),
        other => panic!("{other:?}"),
    };
    items.iter().map(object).collect()
}

#[tokio::test]
async fn a_whole_planned_failover() {
    let lab = Lab::http("", 1000.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    let cms = Mutation::InvokeManagementServerFailover { mode: CmsFailoverMode::Normal };
    let calls = [set_edge(), cms.invocation(), fail_over(false)];
    for (step, call) in (0_u128..).zip(&calls) {
        let (id, fence) = (Uuid::from_u128(0xB0 + step), raise(&mut client).await);
        let begun = one(&mut client, start(&lab, id, fence, call)).await;
        assert_eq!(
            (text(&begun, "OperationId"), text(&begun, "HostName")),
            (id.to_string(), HOST.to_owned())
        );
        assert_eq!(begun.type_name.trim_start_matches("Deserialized."), "LyncFailover.Operation");
        let row = ended(&mut client, id).await;
        assert_eq!((text(&row, "State").as_str(), text(&row, "Action")), ("Completed", call.command.clone()));
        let times = ["StartedAt", "EndedAt"].map(|name| match row.get(name) {
            Some(PsValue::Time(at)) => *at,
            other => panic!("{other:?}"),
        });
        assert!(times[0] <= times[1] && times[0].as_second() > 0, "{times:?}");
        assert_eq!(text(&row, "ErrorId") + &text(&row, "Category") + &text(&row, "Message"), "");
        assert_eq!(text(&begun, "Report"), "", "nothing is there yet");
        assert_eq!(text(&row, "Report").ends_with(&format!("{id}.html")), step == 1, "{row:?}");
    }
    let row = one(&mut client, get(Uuid::from_u128(0xB2), 0)).await;
    let all = records(&row);
    assert!(all.len() >= 3 && number(&row, "Next") == i64::try_from(all.len()).expect("few"), "{row:?}");
    assert!(all.iter().all(|record| text(record, "Stream") == "Verbose" && !text(record, "Text").is_empty()));
    let rest = one(&mut client, get(Uuid::from_u128(0xB2), 2)).await;
    assert_eq!((records(&rest).as_slice(), rest.get("Next")), (&all[2..], row.get("Next")));
    let none = one(&mut client, get(Uuid::from_u128(0xB2), 99)).await;
    assert_eq!((records(&none).len(), number(&none, "Next")), (0, 99), "who asks again misses nothing");
    let transcript = lab.transcript();
    let run: Vec<_> = transcript.starts().map(|start| (start.command.clone(), start.epoch)).collect();
    let report = runs(&cms, Uuid::from_u128(0xB1));
    let expected = [(calls[0].to_string(), Some(1)), (report, Some(2)), (calls[2].to_string(), Some(3))];
    assert_eq!(run, expected, "with what the module adds");
}

/// Whatever the host needs besides is added there, so that the same cmdlet runs as over any other bridge.
#[tokio::test]
async fn each_cmdlet_runs_as_its_type_says() {
    let lab = Lab::http("", 1000.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    let pool = || "pool1.contoso.com".parse().expect("valid");
    let backup = || "sql2.contoso.com\\rtc".parse().expect("valid");
    let cms = |mode| Mutation::InvokeManagementServerFailover { mode };
    let disaster = |mirror| cms(CmsFailoverMode::DisasterRecovery { backup: backup(), mirror });
    let mutations = [
        Mutation::SetEdgeServer { edge: "edge1.contoso.com".parse().expect("valid"), next_hop: pool() },
        cms(CmsFailoverMode::Normal),
        disaster(None),
        disaster(Some("sql3.contoso.com\\rtc".parse().expect("valid"))),
        Mutation::InvokePoolFailOver { pool: pool(), disaster_mode: false },
        Mutation::InvokePoolFailOver { pool: pool(), disaster_mode: true },
        Mutation::InvokePoolFailBack { pool: pool(), disaster_mode: false },
        Mutation::InvokePoolFailBack { pool: pool(), disaster_mode: true },
        Mutation::InvokeManagementStoreReplication { replica: HOST.parse().expect("valid") },
    ];
    for (step, mutation) in (0_u128..).zip(&mutations) {
        let id = Uuid::from_u128(0xC0 + step);
        let mut call = start(&lab, id, 1, &mutation.invocation());
        call.parameters.reverse();
        one(&mut client, call).await;
        ended(&mut client, id).await;
    }
    let run: Vec<_> = lab.transcript().starts().map(|entry| entry.command.clone()).collect();
    let expected = (0_u128..).zip(&mutations).map(|(step, it)| runs(it, Uuid::from_u128(0xC0 + step)));
    assert_eq!(run, expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn an_endpoint_says_what_it_is() {
    let lab = Lab::http("", 1.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    let row = one(&mut client, Invocation::new("get-lfendpoint")).await;
    assert_eq!((text(&row, "ModuleVersion").as_str(), text(&row, "HomeKind").as_str()), ("1.1.0", "Shared"));
    assert!(text(&row, "HomeId").parse::<Uuid>().is_ok_and(|home| !home.is_nil()), "{row:?}");
    assert_eq!(number(&row, "Epoch"), 0);
    assert!(matches!(row.get("Now"), Some(PsValue::Time(at)) if at.as_second() > 0), "{row:?}");
    assert_eq!(
        (row.get("Missing"), text(&row, "Problem")),
        (Some(&PsValue::List(Vec::new())), String::new())
    );
    assert_eq!(raise(&mut client).await, 1);
    let mut other = Client::open(lab.session(OTHER_HOST)).await;
    let there = one(&mut other, Invocation::new("Get-LfEndpoint")).await;
    assert_eq!(there.get("HomeId"), row.get("HomeId"), "one journal for the organisation");
    assert_eq!(number(&there, "Epoch"), 1);
}

#[tokio::test]
async fn an_old_fence_is_refused_and_a_new_one_is_kept() {
    let lab = Lab::http("", 100.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    assert_eq!((raise(&mut client).await, raise(&mut client).await), (1, 2));
    let stale = refused(&mut client, start(&lab, FIRST, 1, &set_edge())).await;
    assert_eq!(stale.error_id, "StaleEpoch,Start-LfOperation");
    assert_eq!(text(&one(&mut client, get(FIRST, 0)).await, "State"), "NotKnown", "it never started");
    let negative = refused(&mut client, start(&lab, FIRST, -1, &set_edge())).await;
    assert_eq!(negative.error_id, "StaleEpoch,Start-LfOperation");
    one(&mut client, start(&lab, FIRST, 9, &set_edge())).await;
    assert_eq!(raise(&mut client).await, 10);
}

#[tokio::test]
async fn a_known_operation_is_not_started_again_and_a_second_one_waits() {
    let lab = Lab::http("cms: {pool: pool2.contoso.com}\ndurations: {setEdgeServer: 60s}\n", 20.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    let begun = one(&mut client, start(&lab, FIRST, 1, &set_edge())).await;
    let again = one(&mut client, start(&lab, FIRST, 1, &fail_over(false))).await;
    assert_eq!(again.get("StartedAt"), begun.get("StartedAt"));
    assert_eq!(
        (text(&again, "Action").as_str(), text(&again, "State").as_str()),
        ("Set-CsEdgeServer", "Running")
    );
    let mut other = Client::open(lab.session(OTHER_HOST)).await;
    let busy = refused(&mut other, start(&lab, SECOND, 1, &fail_over(false))).await;
    assert_eq!(busy.error_id, "OperationRunning,Start-LfOperation");
    let row = one(&mut other, get(SECOND, 0)).await;
    assert_eq!((text(&row, "State").as_str(), text(&row, "HomeId")), ("NotKnown", lab.home()));
    client.session.delete(client.shell).await.expect("deleted");
    let row = ended(&mut other, FIRST).await;
    assert_eq!(text(&row, "State"), "Completed", "it does not hang on the session");
    assert_eq!(text(&row, "HostName"), HOST, "wherever one asks");
    assert_eq!(lab.transcript().starts().count(), 1);
    one(&mut other, start(&lab, SECOND, 1, &fail_over(false))).await;
}

#[tokio::test]
async fn what_lync_refuses_is_in_the_journal() {
    let lab = Lab::http("cms: {pool: pool2.contoso.com}\n", 1000.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    one(&mut client, start(&lab, FIRST, 1, &fail_over(false))).await;
    let row = ended(&mut client, FIRST).await;
    assert_eq!(
        (text(&row, "State").as_str(), text(&row, "Category").as_str()),
        ("Failed", "InvalidOperation")
    );
    assert_eq!(text(&row, "ErrorId"), "ProcessRecord,Microsoft.Rtc.Management.Hadr.InvokePoolFailOverCmdlet");
    assert!(text(&row, "Message").contains("next hop"), "{row:?}");
    let lost = "{faults: [{cmdlet: Set-CsEdgeServer, kind: Lose, after: 1s}]}";
    lab.inject(lost);
    one(&mut client, start(&lab, SECOND, 1, &set_edge())).await;
    let row = ended(&mut client, SECOND).await;
    assert_eq!((text(&row, "State").as_str(), text(&row, "ErrorId").as_str()), ("Lost", ""));
    assert!(!text(&row, "Message").is_empty());
}

#[tokio::test]
async fn parameters_are_checked_before_anything_starts() {
    let lab = Lab::http("", 100.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    let edge = || Invocation::new("Set-CsEdgeServer");
    for (call, id) in [
        (start(&lab, FIRST, 1, &edge().text("ReplicaFqdn", HOST)), "NamedParameterNotFound"),
        (start(&lab, FIRST, 1, &edge().text("MirrorSQLServerFqdn", HOST)), "NamedParameterNotFound"),
        (start(&lab, FIRST, 1, &Invocation::new("Invoke-CsPoolFailOver")), "MissingMandatoryParameter"),
        (start(&lab, FIRST, 1, &Invocation::new("Get-CsTopology")), "ParameterArgumentValidationError"),
        (
            Invocation::new("Start-LfOperation").text("Action", "Set-CsEdgeServer"),
            "MissingMandatoryParameter",
        ),
        (Invocation::new("Get-LfOperation").text("OperationId", "x"), "ParameterArgumentTransformationError"),
        (Invocation::new("Step-LfFence").switch("Force"), "NamedParameterNotFound"),
    ] {
        let record = refused(&mut client, call.clone()).await;
        assert_eq!(record.error_id.split(',').next(), Some(id), "{call}: {record:?}");
    }
    let transcript = lab.transcript();
    assert_eq!(transcript.starts().count(), 0);
    assert!(transcript.entries.iter().all(|entry| matches!(entry.kind, EntryKind::Refused(_))));
}

#[tokio::test]
async fn a_lost_answer_leaves_an_operation_that_runs() {
    let lab = Lab::http("faults:\n- {cmdlet: Set-CsEdgeServer, kind: LoseAnswer}\n", 100.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    let call = lync_failover::psrp::messages::CreatePipeline::of(start(&lab, FIRST, 1, &set_edge()));
    let mut pipeline = client.start(&call).await.expect("taken");
    let broken = client.fetch(&mut pipeline, &mut Heard::default()).await;
    assert!(matches!(broken, Err(SessionError::Unknown(_))), "{broken:?}");
    let mut client = Client::open(lab.session(HOST)).await;
    assert_eq!(text(&ended(&mut client, FIRST).await, "State"), "Completed");
    let transcript = lab.transcript();
    let started: Vec<_> = transcript.starts().map(|entry| entry.operation).collect();
    assert_eq!(started, [Some(OperationId(FIRST))]);
}

#[tokio::test]
async fn a_function_breaks_when_a_fault_names_it() {
    let faults = "faults:\n- {cmdlet: Get-LfEndpoint, kind: LoseAnswer}\n\
                  - {cmdlet: Step-LfFence, kind: FailBefore, errorId: HomeUnreachable}\n- {kind: Hang, cmdlet: x}\n";
    let lab = Lab::http(faults, 1.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    let record = refused(&mut client, Invocation::new("Step-LfFence")).await;
    assert_eq!(record.error_id, "HomeUnreachable");
    assert_eq!(raise(&mut client).await, 1, "the first call raised nothing");
    let call = lync_failover::psrp::messages::CreatePipeline::of(Invocation::new("Get-LfEndpoint"));
    let mut pipeline = client.start(&call).await.expect("taken");
    let broken = client.fetch(&mut pipeline, &mut Heard::default()).await;
    assert!(matches!(broken, Err(SessionError::Unknown(_))), "{broken:?}");
}

#[tokio::test]
async fn an_operation_dies_with_its_host_and_the_journal_does_not() {
    let lab = Lab::http("durations: {setEdgeServer: 1h}\n", 1.0).await;
    let mut client = Client::open(lab.session(OTHER_HOST)).await;
    let mut elsewhere = Client::open(lab.session(HOST)).await;
    one(&mut elsewhere, start(&lab, FIRST, 1, &set_edge())).await;
    lab.inject(&format!("{{kill: [{HOST}]}}"));
    let row = one(&mut client, get(FIRST, 0)).await;
    assert_eq!((text(&row, "State").as_str(), text(&row, "HostName").as_str()), ("Lost", HOST));
}

#[tokio::test]
async fn a_long_operation_is_told_in_pages() {
    let lab = Lab::http("faults:\n- {kind: Talk, cmdlet: Set-CsEdgeServer}\n", 1000.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    one(&mut client, start(&lab, FIRST, 1, &set_edge())).await;
    assert_eq!(text(&ended(&mut client, FIRST).await, "State"), "Completed");
    let (mut after, mut pages, mut all) = (0, Vec::new(), Vec::new());
    loop {
        let row = one(&mut client, get(FIRST, after)).await;
        let page = records(&row);
        after += i64::try_from(page.len()).expect("few");
        assert_eq!(number(&row, "Next"), after, "the number of the last that was given");
        if page.is_empty() {
            break;
        }
        pages.push(page.len());
        all.extend(page.iter().map(|record| text(record, "Text")));
    }
    assert_eq!(pages[..2], [1000, 1000]);
    assert!(pages.len() == 3 && all.len() >= 2500, "{pages:?}");
    assert_eq!((all[0].as_str(), all[2499].as_str()), ("Line 1 of 2500.", "Line 2500 of 2500."));
}

/// Lync can be read while the journal is away; nothing else can be done.
#[tokio::test]
async fn an_endpoint_whose_home_is_away_says_so_and_does_not_fail() {
    let lab = Lab::http(&format!("faults:\n- {{kind: HomeAway, host: {HOST}}}\n"), 1.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    let row = one(&mut client, Invocation::new("Get-LfEndpoint")).await;
    let problem = text(&row, "Problem");
    assert!(problem.contains("is not in") && problem.ends_with("(HomeMissing)"), "{problem}");
    assert_eq!((text(&row, "HomeId"), text(&row, "HomeKind"), number(&row, "Epoch")), Default::default());
    let step = Invocation::new("Step-LfFence");
    for call in [step, start(&lab, FIRST, 1, &set_edge()), get(FIRST, 0)] {
        let expected = format!("HomeMissing,{}", call.command);
        assert_eq!(refused(&mut client, call).await.error_id, expected);
    }
    assert_eq!(lab.transcript().starts().count(), 0);
    let mut other = Client::open(lab.session(OTHER_HOST)).await;
    assert_eq!(raise(&mut other).await, 1, "it is away for one host only");
    lab.inject("{clearFaults: true}");
    assert_eq!(number(&one(&mut client, Invocation::new("Get-LfEndpoint")).await, "Epoch"), 1);
}
