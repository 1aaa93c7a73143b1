use super::*;

#[test]
fn a_module_that_is_missing_old_or_strange() {
    says(
        &one(|host| host.module = Some(Module::Missing)),
        Error,
        Subject::Module,
        &["Get-LfEndpoint", "Install the module"],
    );
    says(
        &one(|host| host.module = Some(Module::Failed(text()))),
        Error,
        Subject::Module,
        &["failed", "journal"],
    );
    let version = |version: &str| module(|facts| facts.module_version = version.to_owned());
    says(&only(version("2.0.0")), Error, Subject::Module, &["2.0.0", "does not understand", "1.1.0"]);
    says(&only(version("0.9.0")), Error, Subject::Module, &["does not understand"]);
    says(&only(version("new")), Error, Subject::Module, &["does not understand"]);
    assert_eq!(version("1.1.0"), []);
}

#[test]
fn cmdlets_and_parameters_that_are_missing() {
    let lacks = module(|facts| {
        facts.missing = vec!["Invoke-CsPoolFailBack".to_owned(), "Set-CsEdgeServer -Registrar".to_owned()]
    });
    let texts = [
        "lacks Invoke-CsPoolFailBack, Set-CsEdgeServer -Registrar",
        "administrative tools",
        "cumulative update",
    ];
    says(&only(lacks), Error, Subject::Commands, &texts);
    let found = one(|host| {
        host.commands[0].presence = Presence::Missing;
        host.commands[1].presence = Presence::Lacks(vec!["LocalStore".to_owned()]);
    });
    let all = requirements();
    let second = format!("{} -LocalStore", all[1].command);
    says(&found, Error, Subject::Commands, &[&all[0].command, &second, "make them visible"]);
}

#[test]
fn a_clock_that_is_off() {
    let off = |secs| {
        let mut survey = survey();
        let theirs = now() + SignedDuration::from_secs(secs);
        survey.hosts[0].clock = Some(ClockReading { theirs, ours: now() });
        findings(&survey)
    };
    assert_eq!(off(5), []);
    says(&only(off(6)), Warning, Subject::Clock, &["6 s ahead of the operator's", "w32tm"]);
    says(&only(off(-300)), Warning, Subject::Clock, &["300 s behind the operator's"]);
    says(&only(off(-301)), Error, Subject::Clock, &["Kerberos refuses"]);
}

#[test]
fn shells_that_nobody_closed() {
    let shells = |shells| {
        let mut survey = survey();
        survey.hosts[0].shells = Some(shells);
        findings(&survey)
    };
    assert_eq!(shells(4), []);
    says(&only(shells(5)), Warning, Subject::Shells, &["5 other shells", "Remove-WSManInstance"]);
    says(&only(shells(20)), Error, Subject::Shells, &["20 other shells"]);
}

#[test]
fn a_topology_that_is_not_read_from_the_store() {
    let read = |why: Why, replica: Fact<Topology>| {
        one(|host| host.topology = Some(TopologyRead { store: Fact::Unknown(why), replica }))
    };
    let dead = || Why::CentralManagementUnavailable("Cannot open database".to_owned());
    let found = read(dead(), known(topology()));
    says(
        &found,
        Warning,
        Subject::Topology,
        &["from the replica of the host", "the failover of the store comes first"],
    );
    let blind = Fact::Unknown(Why::CmdletFailed("RTCLOCAL".to_owned()));
    says(&read(dead(), blind), Error, Subject::Topology, &["neither from the store", "RTCLOCAL"]);
    says(&read(Why::Denied(text()), Fact::default()), Error, Subject::Account, &["RTCUniversalServerAdmins"]);
}

#[test]
fn the_replica_has_to_be_readable_before_it_is_needed() {
    let dead = || Fact::Unknown(Why::CmdletFailed(text()));
    let found = one(|host| host.topology.as_mut().expect("it was read").replica = dead());
    says(&found, Error, Subject::Topology, &["the replica of the host cannot be read", "RTCLOCAL"]);
}

#[test]
fn without_the_module_a_shell_has_to_be_kept() {
    let plain = |longest_idle, buffering| {
        let mut survey = survey();
        survey.hosts[0].module = None;
        survey.hosts[0].keeping =
            Some(Keeping { longest_idle: Some(longest_idle), buffering: Some(buffering) });
        findings(&survey)
    };
    assert_eq!(plain(7200, Buffering::Block), []);
    says(&only(plain(7199, Buffering::Block)), Error, Subject::Shells, &["7199 s", "MaxIdleTimeoutMs"]);
    says(&only(plain(7200, Buffering::Drop)), Warning, Subject::Shells, &["OutputBufferingMode"]);
    let mut with_module = survey();
    with_module.hosts[0].keeping = Some(Keeping { longest_idle: Some(60), buffering: Some(Buffering::Drop) });
    assert_eq!(findings(&with_module), [], "an operation of the module lives in no shell");
}

#[test]
fn commands_that_nobody_can_see_are_not_taken_for_there() {
    let found = one(|host| host.commands_unread = Some(text()));
    says(&found, Error, Subject::Commands, &["does not say which commands", "Get-Command"]);
}
