use super::*;
use crate::api::{Authentication, DisasterConsent, Management};

const FAILOVER: &str = "\
apiVersion: lyncfailover.dev/v1alpha1
kind: LyncFailover
metadata: {name: contoso, namespace: lync-dr}
spec:
  deploymentRef: {name: contoso}
  users:
  - {homePool: pool1.contoso.com, servedBy: pool2.contoso.com}
  policy:
    disasterMode: WhenSourceDown
";

const DEPLOYMENT: &str = "\
apiVersion: lyncfailover.dev/v1alpha1
kind: LyncDeployment
metadata: {name: contoso, namespace: lync-dr}
spec:
  bridge:
    winrm:
      credentialsSecretRef: {name: lync-bridge}
      endpoints:
      - {host: fe01.pool1.contoso.com, pool: pool1.contoso.com}
";

fn source(name: &str, text: &str) -> Source {
    Source { name: name.to_owned(), text: text.to_owned() }
}

/// What is said about a failover in which one text is replaced by another.
#[track_caller]
fn errors_after(old: &str, new: &str) -> String {
    assert!(FAILOVER.contains(old), "{old:?} is not there to be replaced");
    load(&[source("dr.yaml", &FAILOVER.replace(old, new))]).expect_err("accepted").to_string()
}

#[test]
fn several_files_with_several_documents_are_kept_in_order() {
    let foreign = "apiVersion: v1\nkind: Namespace\nmetadata: {name: lync-dr}\n";
    let first = source("a.yaml", &format!("{foreign}---\n{DEPLOYMENT}"));
    let second = source("standard input", &format!("# why\n---\n---\n{FAILOVER}"));
    let loaded = load(&[first, second]).expect("valid");
    let places: Vec<_> = loaded.documents.iter().map(|d| (d.to_string(), d.index)).collect();
    assert_eq!(places, [("a.yaml:5".to_owned(), 2), ("standard input:4".to_owned(), 1)]);
    assert_eq!(loaded.notes, ["a.yaml:1: Namespace (v1) is passed over"]);
    assert_eq!((loaded.deployments().count(), loaded.failovers().count()), (1, 1));
}

#[test]
fn defaults_are_filled_in_and_what_is_written_stays() {
    let loaded = load(&[source("a", DEPLOYMENT), source("b", FAILOVER)]).expect("valid");
    let deployment = &loaded.deployments().next().expect("loaded").spec;
    let winrm = deployment.bridge.winrm.as_ref().expect("set");
    assert_eq!(winrm.configuration_name, "LyncFailover");
    assert_eq!(winrm.authentication, Authentication::Kerberos);
    assert_eq!((deployment.observation.interval.as_str(), deployment.source_down.votes), ("60s", 2));
    let failover = &loaded.failovers().next().expect("loaded").spec;
    assert_eq!(failover.policy.disaster_mode, DisasterConsent::WhenSourceDown);
    assert_eq!(failover.policy.management, Management::Enforce);
}

#[test]
fn json_is_read_too_and_a_status_is_left_out() {
    let json = r#"{"apiVersion": "lyncfailover.dev/v1alpha1", "kind": "LyncFailover",
        "metadata": {"name": "contoso", "labels": {"a.b/c": "d"}},
        "spec": {"deploymentRef": {"name": "contoso"}, "centralManagement": {"pool": "pool2.contoso.com"}},
        "status": {"desired": "nonsense"}}"#;
    let loaded = load(&[source("dr.json", json)]).expect("valid");
    let status = loaded.failovers().next().expect("loaded").status.clone();
    assert_eq!(status.and_then(|status| status.desired), None);
}

#[test]
fn a_broken_rule_is_shown_where_it_is_broken() {
    assert_eq!(
        errors_after("pool2.contoso.com}", "Pool2}"),
        "\
spec.users[0].servedBy: servedBy must be a fully qualified domain name in lower case, such as pool1.contoso.com
 --> dr.yaml:7:45
  |
6 |   users:
7 |   - {homePool: pool1.contoso.com, servedBy: Pool2}
  |                                             ^"
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    assert_eq!(
        errors_after(
            "disasterMode: WhenSourceDown",
            "disastermode: Always\n    drift: correct\n  suspend: 1"
        ),
        "\
spec.policy.disastermode: there is no field \"disastermode\"; did you mean disasterMode?
 --> dr.yaml:9:19
  |
8 |   policy:
9 |     disastermode: Always
  |                   ^
spec.policy.drift: \"correct\" is not one of Report, Correct
 --> dr.yaml:10:12
   |
 9 |     disastermode: Always
10 |     drift: correct
   |            ^
spec.suspend: must be true or false, not the number 1
 --> dr.yaml:11:12
   |
10 |     drift: correct
11 |   suspend: 1
   |            ^"
    );
}

#[test]
fn a_missing_field_is_shown_at_the_thing_that_lacks_it() {
    assert_eq!(
        errors_after(", servedBy: pool2.contoso.com", ""),
        "\
spec.users[0].servedBy: must be given
 --> dr.yaml:7:5
  |
6 |   users:
7 |   - {homePool: pool1.contoso.com}
  |     ^"
    );
}

#[test]
fn what_is_not_yaml_is_shown_too() {
    assert_eq!(
        errors_after("metadata: {name: contoso, namespace: lync-dr}", "metadata: {name: contoso"),
        "\
while parsing a flow mapping, did not find expected ',' or '}'
 --> dr.yaml:4:5
  |
3 | metadata: {name: contoso
4 | spec:
  |     ^"
    );
    let twice = errors_after("  policy:", "  users: []\n  policy:");
    assert!(
        twice.starts_with("duplicate mapping key `users` is not allowed here\n --> dr.yaml:8:3\n"),
        "{twice}"
    );
}

/// The example of the documentation, with every field that it shows.
#[test]
fn the_full_example_is_read() {
    let text = "\
apiVersion: lyncfailover.dev/v1alpha1
kind: LyncDeployment
metadata: {name: contoso, namespace: lync-dr}
spec:
  bridge:
    winrm:
      configurationName: LyncFailover
      authentication: Kerberos
      credentialsSecretRef: {name: lync-bridge}
      tls: {caSecretRef: {name: lync-ca}}
      endpoints:
      - {host: fe01.pool1.contoso.com, pool: pool1.contoso.com}
      - {host: fe01.pool2.contoso.com, pool: pool2.contoso.com, address: 10.2.0.11}
  observation: {interval: 60s, staleAfter: 3m}
  sourceDown: {votes: 2, sustainedFor: 60s}
  objectives: {rto: 30m, rpo: 30m}
---
apiVersion: lyncfailover.dev/v1alpha1
kind: LyncFailover
metadata: {name: contoso, namespace: lync-dr}
spec:
  deploymentRef: {name: contoso}
  users:
  - {homePool: pool1.contoso.com, servedBy: pool2.contoso.com}
  centralManagement: {pool: pool2.contoso.com}
  edges:
  - {pool: edge1.contoso.com, nextHop: pool2.contoso.com}
  policy:
    management: Enforce
    disasterMode: WhenSourceDown
    drift: Report
  suspend: false
---
apiVersion: lyncfailover.dev/v1alpha1
kind: LyncDeployment
metadata: {name: drill}
spec:
  bridge:
    simulated:
      scenario: {failures: [{at: 1m, kill: [pool1.contoso.com]}]}
";
    let loaded = load(&[source("examples.yaml", text)]).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!((loaded.deployments().count(), loaded.failovers().count()), (2, 1));
    let failover = loaded.failovers().next().expect("loaded");
    assert_eq!(failover.spec.edges[0].next_hop, "pool2.contoso.com");
    let drill = loaded.deployments().nth(1).expect("loaded");
    let scenario = &drill.spec.bridge.simulated.as_ref().expect("set").scenario;
    assert_eq!(scenario.as_ref().expect("a scenario")["failures"][0]["kill"][0], "pool1.contoso.com");
}

#[test]
fn kinds_and_versions_of_ours_that_do_not_exist_are_refused() {
    for (old, new, text) in [
        (
            "kind: LyncFailover",
            "kind: LyncFailovers",
            "kind: there is no kind \"LyncFailovers\" to read from files",
        ),
        ("kind: LyncFailover", "kind: LyncFailoverRun", "kind: there is no kind \"LyncFailoverRun\""),
        (
            "v1alpha1",
            "v1",
            "apiVersion: there is no version \"v1\" of lyncfailover.dev; use lyncfailover.dev/v1alpha1",
        ),
        ("kind: LyncFailover\n", "", "kind: must be given"),
        ("name: contoso, namespace", "namespace", "metadata.name: must be given"),
        (
            "name: contoso, namespace",
            "name: Contoso, namespace",
            "metadata.name: must be a name of lower case",
        ),
        ("namespace: lync-dr", "label: {}", "metadata.label: there is no field \"label\""),
        ("namespace: lync-dr", "labels: {on: true}", "metadata.labels.on: must be a text"),
    ] {
        let found = errors_after(old, new);
        assert!(found.starts_with(text), "{found}");
    }
}

#[test]
fn each_limit_of_the_schema_is_checked() {
    let many = (0..65).map(|n| format!("\n  - {{homePool: p{n}.contoso.com, servedBy: p{n}.contoso.com}}"));
    let users = "\n  - {homePool: pool1.contoso.com, servedBy: pool2.contoso.com}";
    let found = errors_after(users, &many.collect::<String>());
    assert!(
        found.starts_with("spec.users: must have at most 64 entries, not 65\n --> dr.yaml:6:3"),
        "{found}"
    );
    let found = errors_after(users, &users.repeat(2));
    assert!(found.starts_with("spec.users[1]: homePool \"pool1.contoso.com\" is listed twice"), "{found}");
    let found = errors_after("deploymentRef: {name: contoso}", "deploymentRef: {name: ''}");
    assert!(found.starts_with("spec.deploymentRef.name: must not be empty"), "{found}");
    let found = errors_after("{name: contoso}", "{name: yes}");
    assert!(
        found.starts_with("spec.deploymentRef.name: must be a text, not the truth value true"),
        "{found}"
    );

    let votes = format!("{DEPLOYMENT}  sourceDown: {{votes: 6}}\n");
    let found = load(&[source("d.yaml", &votes)]).expect_err("accepted").to_string();
    assert!(found.starts_with("spec.sourceDown.votes: must be at most 5, not 6"), "{found}");
    let none = DEPLOYMENT.replace("\n      - {host: fe01.pool1.contoso.com, pool: pool1.contoso.com}", " []");
    let found = load(&[source("d.yaml", &none)]).expect_err("accepted").to_string();
    assert!(found.starts_with("spec.bridge.winrm.endpoints: must not be empty"), "{found}");
}

#[test]
fn one_bad_file_does_not_hide_the_errors_of_the_next() {
    let bad = FAILOVER.replace("name: contoso}", "nam: contoso}");
    let errors = load(&[source("a.yaml", "{"), source("b.yaml", &bad)]).expect_err("accepted");
    let places: Vec<_> = errors.0.iter().map(|error| (error.source.as_str(), error.field.as_str())).collect();
    assert_eq!(
        places,
        [("a.yaml", ""), ("b.yaml", "spec.deploymentRef.name"), ("b.yaml", "spec.deploymentRef.nam")]
    );
}
