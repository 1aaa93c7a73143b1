//! What a cmdlet is given arrives as data, of its type.

use jiff::SignedDuration;
use lync_failover::{
    lync::{Argument, Invocation},
    psrp::{
        client::{PipelineEnd, PipelineEvent},
        clixml::{TimeSpan, Value},
    },
};
use serde_json::{Value as Json, json};

use crate::{
    client::{Client, text},
    peer::{Peer, ntlm, session},
};

/// Each argument as the service saw it, and as it came back.
async fn echoed(peer: &Peer, client: &mut Client, call: Invocation) -> (Json, Vec<Value>) {
    let heard = client.run(call).await;
    assert_eq!(heard.end, Some(PipelineEnd::Completed), "{heard:?}");
    let back = heard.events.into_iter().map(|event| match event {
        PipelineEvent::Output(value) => value.plain().clone(),
        other => panic!("{other:?}"),
    });
    (peer.commands().pop().expect("a command")["arguments"].clone(), back.collect())
}

#[tokio::test]
async fn each_type_arrives_as_itself() {
    let peer = Peer::power_shell();
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    let span = |nanoseconds| Argument::Span(SignedDuration::from_nanos(nanoseconds));
    let call = Invocation::new("Get-Echo")
        .switch("DisasterMode")
        .unprompted()
        .text("PoolFqdn", "true")
        .text("Empty", "")
        .text("Number", "12")
        .with("WaitTime", span(90_500_000_000))
        .with("Tick", span(100))
        .with("Back", span(-86_400_000_000_000))
        .with("Small", Argument::Int(-7))
        .with("Large", Argument::Int(i64::MAX));
    let (seen, back) = echoed(&peer, &mut client, call).await;
    let expected = json!([
        ["DisasterMode", "bool", true],
        ["Confirm", "bool", false],
        ["PoolFqdn", "PSString", "true", 4],
        ["Empty", "PSString", "", 0],
        ["Number", "PSString", "12", 2],
        ["WaitTime", "PSDuration", 90_500_000_000_u64],
        ["Tick", "PSDuration", 100],
        ["Back", "PSDuration", -86_400_000_000_000_i64],
        ["Small", "PSInt", -7],
        ["Large", "PSInt64", i64::MAX],
    ]);
    assert_eq!(seen, expected);
    let expected = [
        Value::Bool(true),
        Value::Bool(false),
        "true".into(),
        "".into(),
        "12".into(),
        Value::TimeSpan(TimeSpan(905_000_000)),
        Value::TimeSpan(TimeSpan(1)),
        Value::TimeSpan(TimeSpan(-864_000_000_000)),
        Value::I32(-7),
        Value::I64(i64::MAX),
    ];
    assert_eq!(back, expected);
}

#[tokio::test]
async fn hostile_text_arrives_unchanged() {
    let control: String = (1..=0x1f_u8).chain([0x7f]).map(char::from).collect();
    let corpus = [
        "';",
        "$()",
        "$(Remove-Item C:\\ -Recurse)",
        "`",
        "`n`0`\"",
        "one\ntwo\r\nthree\rfour\ttab",
        "\u{2018}single\u{2019}\u{201a}low\u{201b}reversed",
        "\u{201c}double\u{201d}\u{201e}",
        "_x0027_",
        "_x005F_x0027_ _X0027_ _x_ _x00 x0027_",
        "pool1'; Remove-Item C:\\ -Recurse #",
        "\"; Stop-Computer; \"",
        "-Confirm:$true",
        "@{a=1}; @('b'); {c}",
        "& | > < ; , %",
        "<S>]]></S><!-- &amp; &#x27; <![CDATA[",
        "{0} %s \\u0027 \\",
        control.as_str(),
        "\u{80}\u{85}\u{9f}\u{a0}\u{2028}\u{2029}\u{feff}\u{fffe}\u{ffff}",
        "\u{1F600} \u{1F468}\u{200D}\u{1F469} \u{10FFFF}",
        "a\u{308} \u{202E}reversed",
        "  blanks at both ends  ",
        "\n",
    ];
    let peer = Peer::power_shell();
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    let names: Vec<_> = (0..corpus.len()).map(|number| format!("P{number}")).collect();
    let call =
        names.iter().zip(corpus).fold(Invocation::new("Get-Echo"), |call, (name, it)| call.text(name, it));
    let (seen, back) = echoed(&peer, &mut client, call).await;
    let expected: Vec<_> = names
        .iter()
        .zip(corpus)
        .map(|(name, text)| json!([name, "PSString", text, text.chars().count()]))
        .collect();
    assert_eq!(seen, Json::Array(expected));
    assert_eq!(back, corpus.map(Value::from));
}

/// Cmdlets as an argument: names and values in dictionaries, and nothing that could be run by itself.
#[tokio::test]
async fn cmdlets_as_an_argument_arrive_as_dictionaries() {
    let peer = Peer::power_shell();
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    let hostile = "pool1'; Remove-Item C:\\ -Recurse #";
    let calls = vec![
        Invocation::new("Get-CsTopology").switch("AsXml").unprompted(),
        Invocation::new(hostile).text(hostile, hostile).with("N", Argument::Int(3)),
        Invocation::new("Get-CsSite"),
    ];
    client.rows(Invocation::new("Invoke-LfQuery").with("Query", Argument::Calls(calls))).await;
    let commands = peer.commands();
    assert_eq!(commands[0]["script"], false);
    let call = |name: &str, arguments: Json| {
        let name = json!(["Cmdlet", "PSString", name, name.chars().count()]);
        json!(["PSDict", [name, ["Parameters", "PSDict", arguments]]])
    };
    let length = hostile.chars().count();
    let expected = json!([[
        "Query",
        "PSList",
        [
            call("Get-CsTopology", json!([["AsXml", "bool", true], ["Confirm", "bool", false]])),
            call(hostile, json!([[hostile, "PSString", hostile, length], ["N", "PSInt", 3]])),
            call("Get-CsSite", json!([])),
        ]
    ]]);
    assert_eq!(commands[0]["arguments"], expected);
}

/// More than an envelope holds: it comes in several pieces, in both directions.
#[tokio::test]
async fn long_text_arrives_whole() {
    let peer = Peer::power_shell();
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    let long: String = "'; \u{2018}$(x)`\u{1F600}\u{e4}_x0027_\n".chars().cycle().take(100_000).collect();
    assert!(long.len() > 100_000);
    let (seen, back) =
        echoed(&peer, &mut client, Invocation::new("Get-Echo").text("Long", &long).text("After", "it")).await;
    assert_eq!(seen, json!([["Long", "PSString", long, 100_000], ["After", "PSString", "it", 2]]));
    assert_eq!(back, [Value::from(long.as_str()), "it".into()]);
    let sends = peer.journal("send");
    assert!(sends.len() >= 3 && sends.iter().all(|send| send["stream"] == "stdin"), "{sends:?}");
}

#[tokio::test]
async fn long_output_arrives_whole() {
    let peer = Peer::power_shell();
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    let rows = client.rows(Invocation::new("Get-Large").with("Length", Argument::Int(50_000))).await;
    let texts: Vec<_> = rows.into_iter().map(|row| row.text.expect("a text")).collect();
    assert_eq!(texts, ["\u{e4}\u{1F600}".repeat(50_000), "after it".to_owned()]);
}

#[tokio::test]
async fn an_object_is_read_by_its_properties() {
    let peer = Peer::power_shell();
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    (0..10).for_each(|_| peer.turn());
    let heard = client.run(Invocation::new("Write-Streams")).await;
    assert_eq!(text(&heard.rows[0], "Identity"), "EdgeServer:edge1.contoso.com");
    assert_eq!(heard.rows[0].get("users"), Some(&3_i64.into()));
}
