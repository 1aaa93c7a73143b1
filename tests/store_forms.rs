//! The Central Management store in its rarer forms: on Lync Server 2010, and with a mirror as principal. At
//! every stage the next action, carried out as it is printed, leads to the end.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use lync_failover::{
    api::{Actor, DisasterConsent},
    bridge::CallError,
    lync::cmdlet::{CmsFailoverMode, Mutation},
    plan::{ConsentField, Decision, Desired, Hold, StoreBackup, UsersGoal},
    simulator::Failure,
};
use support::{
    console::{inject, type_in},
    lab::{Crash, Ended, Lab},
    safety::{self, Allowed},
    sketch::{fqdn, pool},
};

const EDGE: &str = "Set-CsEdgeServer";
const OVER: &str = "Invoke-CsPoolFailOver";
const KICK: &str = "Invoke-CsManagementStoreReplication";
const ALL: [&str; 5] = [EDGE, "Invoke-CsManagementServerFailover", OVER, "Invoke-CsPoolFailBack", KICK];

/// Everything quick, so that a run has few passes.
const QUICK: &str = "durations: {poolFailover: 40s, cmsDisaster: 30s, edgeReplication: 20s, \
                     internalReplication: 10s}\n";

const DISASTER: Allowed = Allowed { disaster: true, failback_disaster: false, failback: false };
const NO_LOSS: Allowed = Allowed { disaster: false, failback_disaster: false, failback: true };

fn away() -> Desired {
    Desired {
        users: vec![UsersGoal { home: pool("pool1"), served_by: pool("pool2") }],
        disaster_mode: DisasterConsent::WhenSourceDown,
        ..Desired::default()
    }
}

fn home() -> Desired {
    let users = vec![UsersGoal { home: pool("pool1"), served_by: pool("pool1") }];
    Desired { users, ..Desired::default() }
}

fn check(name: &str, ended: &Ended, allowed: Allowed) {
    let mut problems = safety::violations(&ended.transcript, allowed);
    problems.extend(ended.problems.iter().cloned());
    assert!(problems.is_empty(), "{name}: {problems:#?}");
}

/// What an administrator does who reads nothing but the next action: types its lines at the console of `host`.
async fn carry_out(lab: &Lab, ended: &Ended, host: &str) {
    let action = ended.status.next_action.clone().unwrap();
    assert_eq!(action.actor, Actor::Administrator);
    assert!(action.message.contains(host), "{}", action.message);
    for line in action.command.unwrap().lines() {
        type_in(lab, host, line);
        lab.clock.sleep(jiff::SignedDuration::from_mins(5)).await;
    }
}

fn killed(name: &str) -> Failure {
    Failure { kill: vec![name.to_owned()], ..Failure::default() }
}

const OLD_STORE: &str = "cms: {pool: pool9.contoso.com}\n\
                         pools: [{fqdn: pool9.contoso.com, version: 5, site: DC1}]\n";
const FE2: &str = "fe01.pool2.contoso.com";

/// Datacenter 1 is lost, with a store on Lync Server 2010: what the spec has to say, one thing after the other.
#[tokio::test(start_paused = true)]
async fn a_store_on_lync_2010_is_moved_as_the_next_action_says() {
    let lab = &mut Lab::new(&format!("{QUICK}{OLD_STORE}failures: [{{kill: [DC1]}}]"));
    let mut wish = away();
    let ended = lab.drive(&wish, &Crash::never()).await;
    let says = |ended: &Ended| ended.status.next_action.clone().unwrap().message;
    assert!(
        says(&ended).contains("spec.centralManagement.pool where to: pool2.contoso.com"),
        "{}",
        says(&ended)
    );

    lab.generation += 1;
    wish.central_management = Some(pool("pool2"));
    let ended = lab.drive(&wish, &Crash::never()).await;
    assert!(says(&ended).contains("Export-CsConfiguration -LocalStore"), "{}", says(&ended));

    lab.generation += 1;
    wish.store_backup = Some(StoreBackup {
        configuration: "C:\\backup\\config.zip".parse().unwrap(),
        lis: "\\\\dfs.contoso.com\\lync backup\\lis.zip".parse().unwrap(),
    });
    let ended = lab.drive(&wish, &Crash::never()).await;
    let field = ConsentField::InstallDatabaseClean;
    let Decision::Hold(Hold::NeedsConsent { field: asked, .. }) = &ended.decision else {
        panic!("{:?}", ended.decision)
    };
    assert_eq!(*asked, field);
    assert!(ended.status.next_action.clone().unwrap().command.unwrap().contains("installDatabaseClean"));

    lab.generation += 1;
    wish.install_database_clean = true;
    let ended = lab.drive(&wish, &Crash::never()).await;
    check("before the move", &ended, DISASTER);
    assert!(safety::names(&ended.transcript).is_empty(), "nothing was run by the operator");
    carry_out(lab, &ended, FE2).await;

    let ended = lab.drive(&wish, &Crash::never()).await;
    check("moved", &ended, DISASTER);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    assert_eq!(safety::names(&ended.transcript), [EDGE, OVER]);
    let lacking = |ended: &Ended| {
        let warning = ended.plan.warnings.iter().find(|text| text.contains("Bootstrapper.exe"));
        let named = |host: &&str| warning.is_some_and(|text| text.contains(*host));
        ["fe01.pool2", "fe02.pool2", "fe03.pool2"].into_iter().filter(named).collect::<Vec<_>>()
    };
    assert_eq!(lacking(&ended), ["fe02.pool2", "fe03.pool2"]);
    // One server after the other, as it is seen.
    let setup = |host: &str| Failure { setup: vec![host.to_owned()], ..Failure::default() };
    inject(lab, setup("fe02.pool2.contoso.com"));
    let ended = lab.drive(&wish, &Crash::never()).await;
    assert_eq!(lacking(&ended), ["fe03.pool2"], "{:?}", ended.plan.warnings);
    inject(lab, setup("fe03.pool2.contoso.com"));
    let ended = lab.drive(&wish, &Crash::never()).await;
    assert!(ended.plan.warnings.is_empty(), "{:?}", ended.plan.warnings);
    assert_eq!(ended.decision, Decision::Converged);
}

fn move_wish() -> Desired {
    Desired {
        central_management: Some(pool("pool2")),
        store_backup: Some(StoreBackup {
            configuration: "C:\\backup\\config.zip".parse().unwrap(),
            lis: "C:\\backup\\lis.zip".parse().unwrap(),
        }),
        install_database_clean: true,
        ..away()
    }
}

/// Cut off before anything, after the database, and in the middle of the move: each time the next action leads on,
/// and once Active Directory names the new database nothing says `-Clean`.
#[tokio::test(start_paused = true)]
async fn a_move_that_is_cut_off_is_resumed_where_it_stopped() {
    for lines in [0, 1, 2] {
        let lab = Lab::new(&format!("{QUICK}{OLD_STORE}failures: [{{kill: [DC1]}}]"));
        let ended = lab.drive(&move_wish(), &Crash::never()).await;
        let command = ended.status.next_action.clone().unwrap().command.unwrap();
        assert_eq!(command.lines().count(), 2, "{command}");
        for line in command.lines().take(lines) {
            type_in(&lab, FE2, line);
            let is_move = line.starts_with("Move-");
            lab.clock.sleep(jiff::SignedDuration::from_secs(if is_move { 25 } else { 60 })).await;
            if is_move {
                inject(&lab, killed(FE2));
            }
        }
        inject(&lab, Failure { revive: vec![FE2.to_owned()], ..Failure::default() });
        let ended = lab.drive(&move_wish(), &Crash::never()).await;
        check("cut off", &ended, DISASTER);
        let command = ended.status.next_action.clone().unwrap().command.unwrap();
        assert_eq!(command.contains("-Clean"), lines < 2, "{command}");
        carry_out(&lab, &ended, FE2).await;
        let ended = lab.drive(&move_wish(), &Crash::never()).await;
        check("resumed", &ended, DISASTER);
        assert_eq!(ended.decision, Decision::Converged, "after {lines}: {:#?}", ended.status);
        assert_eq!(safety::names(&ended.transcript), [EDGE, OVER]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_living_store_on_lync_2010_is_moved_without_files_or_consent() {
    let lab = Lab::new(&format!("{QUICK}{OLD_STORE}"));
    let wish = Desired { central_management: Some(pool("pool2")), ..home() };
    let ended = lab.drive(&wish, &Crash::never()).await;
    carry_out(&lab, &ended, FE2).await;
    let ended = lab.drive(&wish, &Crash::never()).await;
    check("moved", &ended, NO_LOSS);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    assert!(!ended.transcript.entries.iter().any(|entry| entry.note.is_some()), "nothing was lost");
}

/// Both sides of the mirror live and the mirror is principal: a person swaps them first. Its primary dead: both
/// names, by their roles in the topology.
#[tokio::test(start_paused = true)]
async fn a_mirror_that_is_principal_is_swapped_back_or_named() {
    let scenario = format!(
        "{QUICK}pools: [{{fqdn: pool2.contoso.com, sqlMirror: 'sql2b.contoso.com\\rtc', mirrorIsPrincipal: true}}]\n\
         failures: [{{kill: [pool1.contoso.com]}}]"
    );
    let lab = Lab::new(&scenario);
    let ended = lab.drive(&away(), &Crash::never()).await;
    let command = ended.status.next_action.clone().unwrap().command.unwrap();
    assert!(safety::names(&ended.transcript).is_empty());
    type_in(&lab, FE2, &command);
    lab.clock.sleep(jiff::SignedDuration::from_mins(1)).await;
    let ended = lab.drive(&away(), &Crash::never()).await;
    check("swapped", &ended, DISASTER);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);

    let lab = Lab::new(&scenario);
    inject(&lab, killed("sql2.contoso.com"));
    let ended = lab.drive(&away(), &Crash::never()).await;
    check("named", &ended, DISASTER);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    let (_, first) = safety::commands(&ended.transcript)[0];
    assert!(first.contains("-BackupSqlServerFqdn sql2.contoso.com"), "{first}");
    assert!(first.contains("-BackupMirrorSqlServerFqdn sql2b.contoso.com"), "{first}");
}

/// What the cmdlet binder of each version makes of everything that is sent, each with all its parameters: no
/// parameter is younger than Lync Server 2013, and Lync Server 2010 knows two of the cmdlets.
#[tokio::test(start_paused = true)]
async fn everything_that_is_sent_is_known_since_lync_2013() {
    let sql = |server: &str| format!("{server}.contoso.com\\rtc").parse().unwrap();
    let sent = [
        Mutation::SetEdgeServer { edge: fqdn("edge1"), next_hop: pool("pool2") },
        Mutation::InvokeManagementServerFailover {
            mode: CmsFailoverMode::DisasterRecovery { backup: sql("sql2"), mirror: Some(sql("sql2b")) },
        },
        Mutation::InvokePoolFailOver { pool: pool("pool1"), disaster_mode: true },
        Mutation::InvokePoolFailBack { pool: pool("pool1"), disaster_mode: true },
        Mutation::InvokeManagementStoreReplication { replica: fqdn("fe01.pool1.contoso.com") },
    ];
    for (version, known) in [(5, vec![EDGE, KICK]), (6, ALL.to_vec()), (7, ALL.to_vec()), (8, ALL.to_vec())] {
        let lab = Lab::new(&format!("pools: [{{fqdn: pool9.contoso.com, version: {version}}}]"));
        let calls: Vec<_> = sent.iter().map(Mutation::invocation).collect();
        let now = lab.clock.now();
        let answers =
            lab.simulator.lock().unwrap().query(&fqdn("fe01.pool9.contoso.com"), &calls, now).unwrap();
        // A question is not the way to change anything: what was understood is refused for that reason.
        let understood = calls.iter().zip(&answers).filter(|(_, answer)| {
            matches!(answer, Err(CallError::Refused(no)) if no.message.contains("changes Lync"))
        });
        let names: Vec<&str> = understood.map(|(call, _)| call.command.as_str()).collect();
        assert_eq!(names, known, "version {version}: {answers:?}");
    }
}
