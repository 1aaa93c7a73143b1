use super::*;

#[test]
fn the_plain_endpoint_has_a_weaker_guarantee() {
    let mut survey = survey();
    survey.configuration = "microsoft.powershell".to_owned();
    survey.hosts.iter_mut().for_each(|host| host.module = None);
    let found = only(findings(&survey));
    says(
        &found,
        Warning,
        Subject::Configuration,
        &["plain endpoint", "no fence", "configurationName: LyncFailover"],
    );
    assert_eq!(found.host, None);
}

#[test]
fn homes_that_do_not_fence_each_other() {
    let differ = module(|facts| facts.home_id = "home-2".to_owned());
    says(
        &only(differ),
        Error,
        Subject::Home,
        &["fe01.pool1.contoso.com home-2 (Shared)", "fe01.pool2.contoso.com home-1"],
    );
    let mixed = module(|facts| (facts.home_id, facts.home_kind) = ("home-2".to_owned(), HomeKind::Local));
    says(&only(mixed), Error, Subject::Home, &["home-2 (Local)"]);
    let mut survey = survey();
    for (number, host) in survey.hosts.iter_mut().enumerate() {
        if let Some(Module::Answers(facts)) = &mut host.module {
            (facts.home_id, facts.home_kind) = (format!("home-{number}"), HomeKind::Local);
        }
    }
    let texts =
        ["a second operator that uses another host is not kept out", "one path that all Front Ends reach"];
    says(&only(findings(&survey)), Warning, Subject::Home, &texts);
}

/// While the store is dead the replica of one host is enough to know who is missing.
#[test]
fn the_replica_tells_the_pools_too() {
    let mut survey = survey();
    survey.hosts.truncate(1);
    let dead = Fact::Unknown(Why::CentralManagementUnavailable(text()));
    survey.hosts[0].topology = Some(TopologyRead { store: dead, replica: known(topology()) });
    let found = findings(&survey);
    assert!(found.iter().any(|one| one.text.starts_with("pool2.contoso.com has no endpoint")), "{found:#?}");
}

#[test]
fn endpoints_that_the_topology_does_not_know() {
    let mut survey = survey();
    survey.hosts.push(healthy("fe09.pool1", "pool1"));
    says(
        &only(findings(&survey)),
        Error,
        Subject::Endpoints,
        &["fe09.pool1.contoso.com", "does not know it", "take it out"],
    );
    let wrong = one(|host| host.pool = name("pool9"));
    says(
        &wrong,
        Error,
        Subject::Endpoints,
        &["listed in pool9.contoso.com; the topology has it in pool1", "Write pool: pool1"],
    );
}

fn with_pool(edit: impl FnOnce(&mut Pool)) -> Vec<Finding> {
    let mut survey = survey();
    let mut larger = topology();
    let mut third =
        Pool { machines: vec![name("fe01.pool3")], backup: None, ..larger.pools[&name("pool1")].clone() };
    edit(&mut third);
    larger.pools.insert(name("pool3"), third);
    survey.hosts[1].topology = None;
    survey.hosts[0].topology = Some(TopologyRead { store: known(larger), replica: Fact::default() });
    findings(&survey)
}

#[test]
fn pools_without_an_endpoint() {
    let paired = with_pool(|pool| pool.backup = Some(name("pool1")));
    let texts = [
        "pool3.contoso.com has no endpoint: when pool1.contoso.com is lost, nobody is left",
        "Add Front Ends of pool3",
    ];
    says(&only(paired), Error, Subject::Endpoints, &texts);
    let store = with_pool(|pool| {
        pool.central_management_store = Some("sql3.contoso.com\\rtc".parse().expect("valid"))
    });
    says(&only(store), Error, Subject::Endpoints, &["Central Management store"]);
    says(&only(with_pool(|_| {})), Warning, Subject::Endpoints, &["only TCP 5061 and other pools"]);
}

#[test]
fn a_single_endpoint_is_not_enough() {
    let mut survey = survey();
    survey.hosts.truncate(1);
    let found = findings(&survey);
    says(&found[0], Error, Subject::Endpoints, &["fe01.pool1.contoso.com is the only endpoint"]);
    says(&found[1], Error, Subject::Endpoints, &["when pool1.contoso.com is lost, nobody is left"]);
    assert_eq!(found.len(), 2);
}
