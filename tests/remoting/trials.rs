//! Trying a changing cmdlet over the wire: through the module and on a plain endpoint, and what that leaves behind.

use lync_failover::{
    bridge::{Bridge as _, CallError, KnownRefusal, Rehearsed},
    lync::cmdlet::{CmsFailoverMode, Mutation},
};

use crate::{
    bridges::{MODULE, PLAIN, bridge, fail_over, set_edge},
    lab::{HOST, Lab},
};

fn host() -> lync_failover::lync::MachineFqdn {
    HOST.parse().expect("a name")
}

fn disaster() -> Mutation {
    let backup = "sql2.contoso.com\\rtc".parse().expect("valid");
    Mutation::InvokeManagementServerFailover {
        mode: CmsFailoverMode::DisasterRecovery { backup, mirror: None },
    }
}

fn kick() -> Mutation {
    Mutation::InvokeManagementStoreReplication { replica: host() }
}

#[tokio::test]
async fn each_cmdlet_is_tried_and_nothing_is_left_behind() {
    for configuration in [MODULE, PLAIN] {
        let lab = Lab::http("", 1.0).await;
        let bridge = bridge(&lab, configuration);
        let tried = |mutation| {
            let bridge = &bridge;
            async move { bridge.rehearse(&host(), &mutation).await }
        };
        assert_eq!(tried(set_edge()).await, Ok(Rehearsed::WhatIf), "{configuration}");
        let normal = Mutation::InvokeManagementServerFailover { mode: CmsFailoverMode::Normal };
        assert_eq!(tried(normal).await, Ok(Rehearsed::WhatIf), "{configuration}");
        assert_eq!(tried(disaster()).await, Ok(Rehearsed::WithoutForce), "{configuration}");
        assert_eq!(tried(kick()).await, Ok(Rehearsed::Found), "{configuration}");
        let refused = tried(fail_over()).await;
        let Err(CallError::Refused(refusal)) = &refused else { panic!("{configuration}: {refused:?}") };
        assert!(refusal.message.contains("not fully failed over"), "{refusal}");
        assert!(refusal.error_id.starts_with("ProcessRecord,"), "{refusal}");

        assert_eq!(lab.transcript().entries, [], "{configuration}");
        bridge.close().await;
        assert_eq!(lab.session(HOST).shells().await.expect("a list"), [], "{configuration}");
    }
}

#[tokio::test]
async fn an_edge_that_names_the_pool_is_told_by_lyncs_own_words() {
    for configuration in [MODULE, PLAIN] {
        let lab = Lab::http("cms: {pool: pool2.contoso.com}", 1.0).await;
        let refused = bridge(&lab, configuration).rehearse(&host(), &fail_over()).await;
        let Err(CallError::Refused(refusal)) = &refused else { panic!("{configuration}: {refused:?}") };
        assert_eq!(refusal.known(), Some(KnownRefusal::EdgeNextHop), "{configuration}");
    }
}

/// The next operation has the first epoch: no fence was raised for a trial, and the journal does not know it.
#[tokio::test]
async fn a_trial_needs_neither_fence_nor_journal() {
    let lab = Lab::http("", 1.0).await;
    let bridge = bridge(&lab, MODULE);
    bridge.rehearse(&host(), &set_edge()).await.expect("it is tried");
    assert_eq!(bridge.raise_epoch(&host()).await.expect("a fence").epoch, 1);
}

#[tokio::test]
async fn a_module_without_the_function_is_said_and_is_no_failure() {
    let lab = Lab::http("faults: [{kind: Missing, cmdlet: Test-LfOperation}]", 1.0).await;
    let answer = bridge(&lab, MODULE).rehearse(&host(), &set_edge()).await;
    assert!(matches!(&answer, Ok(Rehearsed::NotTried(why)) if why.contains("docs/windows.md")), "{answer:?}");
}

#[tokio::test]
async fn a_host_that_nothing_could_be_changed_from_says_why() {
    let lacks = format!("faults: [{{kind: Missing, cmdlet: Invoke-CsPoolFailBack, host: {HOST}}}]");
    for configuration in [MODULE, PLAIN] {
        let lab = Lab::http(&lacks, 1.0).await;
        let answer = bridge(&lab, configuration).rehearse(&host(), &set_edge()).await;
        let Ok(Rehearsed::Unfit(why)) = &answer else { panic!("{configuration}: {answer:?}") };
        assert!(why.contains("it lacks Invoke-CsPoolFailBack"), "{why}");
    }
    let lab = Lab::http(&format!("faults: [{{kind: HomeAway, host: {HOST}}}]"), 1.0).await;
    let answer = bridge(&lab, MODULE).rehearse(&host(), &set_edge()).await;
    assert!(matches!(&answer, Ok(Rehearsed::Unfit(why)) if why.contains("journal")), "{answer:?}");
}

/// Reading has a shell of its own: it does not wait for a trial that hangs.
#[tokio::test]
async fn a_trial_has_a_shell_of_its_own() {
    let lab = Lab::http("", 1.0).await;
    let bridge = bridge(&lab, MODULE);
    bridge.query(&host(), &[]).await.expect("it answers");
    let reading = lab.session(HOST).shells().await.expect("a list");
    bridge.rehearse(&host(), &set_edge()).await.expect("it is tried");
    assert_eq!(lab.session(HOST).shells().await.expect("a list").len(), reading.len());
}
