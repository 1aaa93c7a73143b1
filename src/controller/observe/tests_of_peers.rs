//! What the Front Ends of other pools are asked, and what their answers count for.

use std::time::Duration;

use super::tests::{Ill, look, named, organisation_of, vote_of};
use crate::{
    bridge::{CallError, Refusal},
    lync::{Fact, Observed, PeerSight, PoolFqdn, Why},
    plan::{Observer, Vote},
};

const POOL2: [&str; 3] = ["fe01.pool2.contoso.com", "fe02.pool2.contoso.com", "fe03.pool2.contoso.com"];
const STORE_ELSEWHERE: &str = "cms: {pool: pool2.contoso.com}\n";
const GONE: &str = "failures: [{kill: [pool1.contoso.com]}]";

fn sight(observed: &Observed, machine: &str) -> Fact<PeerSight> {
    let pool2: PoolFqdn = "pool2.contoso.com".parse().expect("a name");
    observed.peers[&pool2][&named(machine)].clone()
}

async fn peers_say(failure: &str, ill: &[(&str, Ill)]) -> (Vote, String) {
    let (org, _ward) = organisation_of(&format!("{STORE_ELSEWHERE}{failure}"), ill);
    let (observed, _) = look(&org, None).await;
    vote_of(Observer::Peer, &org, &observed)
}

fn refused(message: &str) -> CallError {
    CallError::Refused(Refusal {
        error_id: "ProcessRecord,Microsoft.Rtc.Management.Deployment.GetNTServiceCmdlet".to_owned(),
        category: "InvalidOperation".to_owned(),
        message: message.to_owned(),
    })
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_only_the_operator_does_not_reach_is_seen_by_its_pair() {
    let (vote, seen) = peers_say("failures: [{cut: [{from: operator, to: DC1}]}]", &[]).await;
    assert_eq!(vote, Vote::Up, "{seen}");
    assert!(seen.contains("from pool2.contoso.com") && seen.contains("3 of 3"), "{seen}");
    let (vote, seen) = peers_say(GONE, &[]).await;
    assert_eq!(vote, Vote::Down, "{seen}");
    let both = "failures: [{cut: [{from: operator, to: DC1}], stopRegistrars: [pool1.contoso.com]}]";
    assert_eq!(peers_say(both, &[]).await.0, Vote::Down, "the hosts live, and serve nobody");
    let all = "failures: [{cut: [{from: operator, to: DC1}, {from: DC2, to: DC1}]}]";
    assert_eq!(peers_say(all, &[]).await.0, Vote::Down, "from there it looks the same");
}

/// What a Front End says of itself and what a peer reads of it would be one fact, told twice.
#[tokio::test(start_paused = true)]
async fn who_answers_for_itself_and_who_is_not_doubted_is_nobody_elses_business() {
    let (org, _ward) = organisation_of("", &[]);
    let (healthy, _) = look(&org, None).await;
    assert!(healthy.peers.is_empty(), "{:?}", healthy.peers);
    let (vote, seen) = peers_say("failures: [{stopRegistrars: [pool1.contoso.com]}]", &[]).await;
    assert_eq!(
        (vote, seen.as_str()),
        (Vote::NoEvidence, "not asked, since each Front End answers for itself")
    );
    // One says itself that it is stopped: a word of the peers about the other two is not one about all three.
    let mixed = "failures: [{kill: [fe02.pool1.contoso.com, fe03.pool1.contoso.com]}]";
    let (vote, seen) = peers_say(mixed, &[]).await;
    assert_eq!(vote, Vote::NoEvidence, "{seen}");
    assert!(seen.contains("0 of 3 Front Ends, 1 could not be looked at"), "{seen}");
}

/// An account that is refused, a text that could mean either, an asker that is silent: nobody knows.
#[tokio::test(start_paused = true)]
async fn only_the_error_that_says_that_nobody_answers_is_a_word_against_a_server() {
    let answers = [
        (refused("The RPC server is unavailable. (Exception from HRESULT: 0x800706BA)"), Vote::Down),
        (refused("RPC 서버를 사용할 수 없습니다. (HRESULT: 0x800706BA)"), Vote::Down),
        (refused("Access is denied. (Exception from HRESULT: 0x80070005)"), Vote::NoEvidence),
        (
            refused(
                "Cannot open Service Control Manager on computer 'fe01'. This operation might require other \
                     privileges.",
            ),
            Vote::NoEvidence,
        ),
        (CallError::Denied("401".to_owned()), Vote::NoEvidence),
        (CallError::Unreachable("timed out".to_owned()), Vote::NoEvidence),
        (CallError::Unknown("no answer".to_owned()), Vote::NoEvidence),
        (CallError::Unreadable("<".to_owned()), Vote::NoEvidence),
    ];
    for (error, expected) in answers {
        let ill = POOL2.map(|host| (host, Ill::SaysOfOthers(Err(error.clone()))));
        let (vote, seen) = peers_say(GONE, &ill).await;
        assert_eq!(vote, expected, "{error}: {seen}");
    }
    let (org, _ward) = organisation_of(
        &format!("{STORE_ELSEWHERE}{GONE}"),
        &POOL2.map(|host| (host, Ill::SaysOfOthers(Err(refused("Access is denied."))))),
    );
    let (observed, _) = look(&org, None).await;
    let fact = sight(&observed, "fe01.pool1.contoso.com");
    assert!(matches!(fact, Fact::Unknown(Why::Denied(_))), "{fact:?}");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_hangs_costs_the_round_three_quarters_of_a_minute() {
    let (org, _ward) =
        organisation_of(&format!("{STORE_ELSEWHERE}{GONE}"), &POOL2.map(|host| (host, Ill::HangsOverOthers)));
    let (observed, took) = look(&org, None).await;
    assert!(took <= Duration::from_secs(46), "{took:?}");
    let (vote, seen) = vote_of(Observer::Peer, &org, &observed);
    assert_eq!(vote, Vote::NoEvidence);
    assert!(seen.contains("gave no answer in time"), "{seen}");
    assert_eq!(vote_of(Observer::Bridge, &org, &observed).0, Vote::Down, "the others are heard");
}

#[tokio::test(start_paused = true)]
async fn that_no_peer_can_be_asked_is_said() {
    let denied = POOL2.map(|host| (host, Ill::Fails(CallError::Denied("401".to_owned()))));
    let (org, _ward) = organisation_of("", &[]);
    let (before, _) = look(&org, None).await;
    let (org, _ward) = organisation_of("", &denied);
    let (mut observed, _) = look(&org, None).await;
    observed.topology = before.topology;
    for fact in observed.sip.values_mut() {
        *fact = Fact::default();
    }
    let pool1 = |fe: u8| named(&format!("fe0{fe}.pool1.contoso.com"));
    for fe in 1..=3 {
        observed.endpoints.insert(pool1(fe), Fact::default());
        observed.registrars.insert(pool1(fe), Fact::default());
    }
    super::peers::ask(&org, None, &mut observed).await;
    let (vote, seen) = vote_of(Observer::Peer, &org, &observed);
    assert_eq!(vote, Vote::NoEvidence);
    assert!(seen.contains("no Front End of pool2.contoso.com can be asked"), "{seen}");
}

/// After a step the next observation follows at once; Windows takes its time over a dead computer.
#[tokio::test(start_paused = true)]
async fn what_was_heard_a_moment_ago_is_not_asked_again() {
    let (org, _ward) = organisation_of(&format!("{STORE_ELSEWHERE}{GONE}"), &[]);
    let (first, _) = look(&org, None).await;
    let at = |observed: &Observed| match sight(observed, "fe01.pool1.contoso.com") {
        Fact::Known { at, .. } => at,
        Fact::Unknown(why) => panic!("{why}"),
    };
    tokio::time::sleep(Duration::from_secs(10)).await;
    let (second, _) = look(&org, Some(&first)).await;
    assert_eq!(at(&second), at(&first));
    tokio::time::sleep(Duration::from_secs(25)).await;
    let (third, _) = look(&org, Some(&second)).await;
    assert!(at(&third) > at(&first));
}

#[tokio::test(start_paused = true)]
async fn the_user_database_is_asked_about_and_its_silence_is_not_that_of_the_store() {
    let (org, _ward) = organisation_of(STORE_ELSEWHERE, &[]);
    let (healthy, _) = look(&org, None).await;
    let pool1: PoolFqdn = "pool1.contoso.com".parse().expect("a name");
    assert_eq!(healthy.user_databases[&pool1].value(), Some(&true));
    let (org, _ward) =
        organisation_of(&format!("{STORE_ELSEWHERE}failures: [{{kill: [sql1.contoso.com]}}]"), &[]);
    let (observed, _) = look(&org, None).await;
    let fact = &observed.user_databases[&pool1];
    assert!(matches!(fact, Fact::Unknown(Why::CmdletFailed(_))), "{fact:?}");
    assert_eq!(vote_of(Observer::UserDatabase, &org, &observed).0, Vote::NoEvidence);
}
