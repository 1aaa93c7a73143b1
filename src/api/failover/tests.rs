use super::*;
use crate::lync::{BAD_PATHS, FilePath, GOOD_PATHS};

const POOL1: &str = "pool1.contoso.com";
const POOL2: &str = "pool2.contoso.com";
const POOL3: &str = "pool3.contoso.com";
const EDGE1: &str = "edge1.contoso.com";

fn users(pairs: &[(&str, &str)]) -> Vec<UserAssignment> {
    let user = |(home, by): &(&str, &str)| UserAssignment {
        home_pool: (*home).to_owned(),
        served_by: (*by).to_owned(),
    };
    pairs.iter().map(user).collect()
}

fn failover(edit: impl FnOnce(&mut LyncFailoverSpec)) -> LyncFailover {
    let mut spec = LyncFailoverSpec {
        deployment_ref: DeploymentReference { name: "contoso".into() },
        users: users(&[(POOL1, POOL2)]),
        ..Default::default()
    };
    edit(&mut spec);
    LyncFailover::new("contoso", spec)
}

fn edge(pool: &str, next_hop: &str) -> EdgeAssignment {
    EdgeAssignment { pool: pool.to_owned(), next_hop: next_hop.to_owned() }
}

fn cms(pool: &str) -> Option<CentralManagementPlacement> {
    Some(CentralManagementPlacement { pool: pool.to_owned(), move_from: None })
}

#[track_caller]
fn accepted(edit: impl FnOnce(&mut LyncFailoverSpec)) {
    assert_eq!(failover(edit).validate_cel(), Ok(()));
}

#[track_caller]
fn refused(wanted: &[&str], edit: impl FnOnce(&mut LyncFailoverSpec)) {
    let broken = failover(edit).validate_cel().expect_err("no rule was broken");
    let texts: Vec<String> = broken.iter().map(ToString::to_string).collect();
    assert_eq!(texts, wanted);
}

#[test]
fn what_the_examples_show_is_accepted() {
    accepted(|_| {});
    accepted(|spec| spec.users = users(&[(POOL1, POOL1)]));
    accepted(|spec| spec.users = users(&[(POOL1, POOL2), (POOL2, POOL2), (POOL3, "pool4.contoso.com")]));
    accepted(|spec| {
        spec.central_management = cms(POOL2);
        spec.edges = vec![edge(EDGE1, POOL2)];
        spec.approval = Some(PlanApproval { plan_hash: "36c9919f6236019d".to_owned() });
    });
    accepted(|spec| {
        spec.users.clear();
        spec.central_management = cms(POOL2);
    });
}

#[test]
fn something_has_to_be_asked_for() {
    let text = "spec: at least one of users, centralManagement and edges must be given";
    refused(&[text], |spec| spec.users.clear());
}

#[test]
fn names_are_fully_qualified_and_in_lower_case() {
    type Set = fn(&mut LyncFailoverSpec, &str);
    let text = |path: &str, field: &str| {
        format!(
            "{path}: {field} must be a fully qualified domain name in lower case, such as pool1.contoso.com"
        )
    };
    let names: Vec<(String, Set)> = vec![
        (text("spec.users[0].homePool", "homePool"), |spec, name| spec.users = users(&[(name, POOL2)])),
        (text("spec.users[0].servedBy", "servedBy"), |spec, name| spec.users = users(&[(POOL1, name)])),
        (text("spec.centralManagement.pool", "pool"), |spec, name| spec.central_management = cms(name)),
        (text("spec.edges[0].pool", "pool"), |spec, name| spec.edges = vec![edge(name, POOL2)]),
        (text("spec.edges[0].nextHop", "nextHop"), |spec, name| spec.edges = vec![edge(EDGE1, name)]),
    ];
    for (text, set) in names {
        for bad in ["pool9", "Pool9.contoso.com", "", "pool9..com", "-pool9.com", "pool9.com'", "a b.com"] {
            refused(&[&text], |spec| set(spec, bad));
        }
    }
}

#[test]
fn an_edge_does_not_point_to_a_pool_that_is_failed_over() {
    let text =
        "spec.edges: nextHop must not name a pool that is failed over: no Edge may send its traffic there";
    refused(&[text], |spec| spec.edges = vec![edge(EDGE1, POOL1)]);
    accepted(|spec| {
        spec.users = users(&[(POOL1, POOL1)]);
        spec.edges = vec![edge(EDGE1, POOL1)];
    });
}

#[test]
fn central_management_does_not_go_to_a_pool_that_is_failed_over() {
    let text = "spec.centralManagement: centralManagement.pool must not name a pool that is failed over";
    refused(&[text], |spec| spec.central_management = cms(POOL1));
}

#[test]
fn two_pools_are_not_failed_over_to_each_other() {
    let text = "spec.users: servedBy must not name a pool that is itself failed over: \
                fail its users back first, then fail over to it";
    refused(&[text], |spec| spec.users = users(&[(POOL1, POOL2), (POOL2, POOL1)]));
    refused(&[text], |spec| spec.users = users(&[(POOL1, POOL2), (POOL2, POOL3)]));
}

#[test]
fn nothing_is_listed_twice() {
    refused(&["spec.users: each homePool may be listed once"], |spec| {
        spec.users = users(&[(POOL1, POOL2), (POOL1, POOL2)]);
    });
    refused(&["spec.edges: each Edge pool may be listed once"], |spec| {
        spec.edges = vec![edge(EDGE1, POOL2), edge(EDGE1, POOL3)];
    });
}

#[test]
fn an_approval_names_a_hash() {
    for bad in ["", "yes", "0123456", "0123456789ABCDEF"] {
        refused(&["spec.approval.planHash: planHash must be a hash as status.plan.hash shows it"], |spec| {
            spec.approval = Some(PlanApproval { plan_hash: bad.to_owned() })
        });
    }
}

#[test]
fn the_deployment_cannot_be_changed() {
    let old = failover(|_| {});
    let new = failover(|spec| spec.deployment_ref.name = "fabrikam".into());
    let broken = new.validate_cel_update(&old).expect_err("accepted");
    let text = "spec.deploymentRef: deploymentRef cannot be changed: make another LyncFailover";
    assert_eq!(broken.iter().map(ToString::to_string).collect::<Vec<_>>(), [text]);
    let failback = failover(|spec| spec.users = users(&[(POOL1, POOL1)]));
    assert_eq!(failback.validate_cel_update(&old), Ok(()));
}

#[test]
fn the_files_of_a_move_have_full_names() {
    let with = |spec: &mut LyncFailoverSpec, file: &str| {
        let files = StoreFiles {
            configuration_file: file.to_owned(),
            lis_configuration_file: r"C:\lis.zip".to_owned(),
        };
        let pool = POOL2.to_owned();
        spec.central_management = Some(CentralManagementPlacement { pool, move_from: Some(files) });
    };
    let text = "spec.centralManagement.move.configurationFile: configurationFile must be the full name of a file on a \
                drive or a share, such as C:\\backup\\config.zip";
    // What is read into a plan, and what the API server takes, are the same names.
    for good in GOOD_PATHS {
        assert!(good.parse::<FilePath>().is_ok(), "{good}");
        accepted(|spec| with(spec, good));
    }
    for bad in BAD_PATHS {
        assert!(bad.parse::<FilePath>().is_err(), "{bad}");
        refused(&[text], |spec| with(spec, bad));
    }
}

#[test]
fn nothing_is_consented_to_unless_it_is_written() {
    let policy: FailoverPolicy = serde_json::from_str("{}").expect("valid");
    assert_eq!(policy, FailoverPolicy::default());
    assert_eq!(policy.management, Management::Enforce);
    assert_eq!(policy.disaster_mode, DisasterConsent::Never);
    assert_eq!(policy.failback_disaster_mode, FailbackConsent::Never);
    assert_eq!(policy.install_database_clean, CleanConsent::Never);
    assert_eq!(policy.drift, DriftPolicy::Report);
}

#[test]
fn an_old_or_empty_status_is_read() {
    let status: LyncFailoverStatus = serde_json::from_str("{}").expect("valid");
    assert_eq!(status, LyncFailoverStatus::default());
    assert_eq!(status.observed_generation, -1);
    let status: LyncFailoverStatus =
        serde_json::from_str(r#"{"plan":{},"operation":{},"lastRun":{},"nextAction":{},"observed":{}}"#)
            .expect("valid");
    assert_eq!(status.next_action.expect("given").actor, crate::api::Actor::Nobody);
}
