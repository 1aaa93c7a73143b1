//! The runbook, followed by somebody who types what it says, where it says, and nothing else.

use std::{fs, process::Command};

use lync_failover::{
    controller::{Endpoint, MemoryStore, Organisation, Resource, Silent},
    lync::{Argument, Invocation},
    plan::{Decision, Desired, Limits, UsersGoal},
    psrp::client::PipelineEnd,
};

use crate::{client::Client, lab::Lab};

const DEPLOYMENT: &str = "apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncDeployment\nmetadata: {name: contoso}\n\
    spec: {bridge: {simulated: {scenario: SCENARIO}}}\n---\n\
    apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncFailover\nmetadata: {name: contoso}\n\
    spec: {deploymentRef: {name: contoso}, users: [{homePool: pool1.contoso.com, servedBy: pool2.contoso.com}], \
    policy: {disasterMode: Always}}\n";

/// What the runbook says is to be typed: where, and what.
fn orders(runbook: &str) -> Vec<(String, Invocation)> {
    let mut orders = Vec::new();
    let (mut host, mut does) = (String::new(), false);
    for line in runbook.lines() {
        if let Some(rest) = line.strip_prefix("On: `") {
            host = rest.split_once('`').expect("a host").0.to_owned();
        }
        match line {
            "Do:" => does = true,
            "Look:" => does = false,
            _ if does && line.contains("-Cs") => orders.push((host.clone(), typed(line))),
            _ => {}
        }
    }
    orders
}

/// A line as PowerShell would take it apart. The names of the tests need no quotes.
fn typed(line: &str) -> Invocation {
    let mut words = line.split(' ').peekable();
    let mut call = Invocation::new(words.next().expect("a cmdlet"));
    while let Some(word) = words.next() {
        let name = word.strip_prefix('-').expect("a parameter");
        call = match (name.strip_suffix(":$false"), words.peek()) {
            (Some(name), _) => call.with(name, Argument::Switch(false)),
            (None, Some(value)) if !value.starts_with('-') => call.text(name, words.next().expect("there")),
            _ => call.switch(name),
        };
    }
    call
}

#[tokio::test]
async fn who_types_what_the_runbook_says_gets_there() {
    for (name, scenario, steps) in [
        ("gone", "{failures: [{kill: [pool1.contoso.com]}]}", 3),
        ("elsewhere", "{cms: {pool: pool2.contoso.com}, failures: [{kill: [DC1]}]}", 2),
        ("registrars", "{failures: [{stopRegistrars: [pool1.contoso.com]}]}", 3),
        ("planned", "{}", 3),
    ] {
        let path = format!("{}/runbook-{name}.yaml", env!("CARGO_TARGET_TMPDIR"));
        fs::write(&path, DEPLOYMENT.replace("SCENARIO", scenario)).expect("written");
        let output = Command::new(env!("CARGO_BIN_EXE_lync-failover")).args(["runbook", &path]).output();
        let output = output.expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let runbook = String::from_utf8(output.stdout).expect("text");
        let orders = orders(&runbook);
        assert_eq!(orders.len(), steps, "{runbook}");
        let lab = Lab::http(scenario, 1000.0).await;
        for (host, call) in orders {
            let mut client = Client::open(lab.plain(&host)).await;
            let text = call.to_string();
            let heard = client.run(call).await;
            assert_eq!(
                (heard.errors.as_slice(), &heard.end),
                ([].as_slice(), &Some(PipelineEnd::Completed)),
                "{text}"
            );
        }
        assert_eq!(decision(&lab).await, Decision::Converged, "{name}");
    }
}

/// What the operator thinks of it afterwards.
async fn decision(lab: &Lab) -> Decision {
    let bridge = std::sync::Arc::new(lab.direct());
    let endpoint = |place: &lync_failover::simulator::winrm::Place| Endpoint {
        host: place.host.clone(),
        pool: place.pool.clone(),
    };
    let org = Organisation {
        prober: bridge.clone(),
        bridge,
        clock: lab.clock(),
        endpoints: lab.places.iter().map(endpoint).collect(),
        limits: Limits::default(),
        interval: jiff::SignedDuration::from_secs(60),
    };
    let pool = |name: &str| name.parse().expect("valid");
    let goal = UsersGoal { home: pool("pool1.contoso.com"), served_by: pool("pool2.contoso.com") };
    let desired = Desired { users: vec![goal], ..Desired::default() };
    let mut resource =
        Resource::new("lync-dr", "contoso", desired, std::sync::Arc::new(MemoryStore::default()));
    resource.reconcile(&org, &Silent).await.expect("memory").1.plan.decision
}
