//! Every stop that the operator can come to, and the way on: what `nextAction` says, done, makes the wish converge.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeSet;

use jiff::SignedDuration;
use lync_failover::{
    api::{DisasterConsent, Management},
    plan::{Decision, Desired, EdgeGoal, Hold},
    simulator::{Failure, Span},
};
use support::{
    console::{inject, type_in, typed},
    lab::{Crash, Ended, Lab},
    safety::Allowed,
    scenes::*,
    sketch::pool,
};

/// A stop by its name. A new one breaks the build here: give it a case below.
fn name(hold: &Hold) -> &'static str {
    match hold {
        Hold::Suspended => "Suspended",
        Hold::PlanOnly => "PlanOnly",
        Hold::Drifted => "Drifted",
        Hold::AwaitingApproval { .. } => "AwaitingApproval",
        Hold::NeedsConsent { .. } => "NeedsConsent",
        Hold::Refused { .. } => "Refused",
        Hold::NotReady { .. } => "NotReady",
        Hold::Manual { .. } => "Manual",
        Hold::Failed { .. } => "Failed",
        Hold::OutcomeUnknown { .. } => "OutcomeUnknown",
        Hold::SplitBrain { .. } => "SplitBrain",
        // Two resources: `tests/operator/lifecycle.rs`. What cannot be seen is looked at again: the test below.
        Hold::Contested { .. } => "Contested",
        Hold::Unknown { .. } => "Unknown",
    }
}

const STOPS: [&str; 11] = [
    "AwaitingApproval",
    "Drifted",
    "Failed",
    "Manual",
    "NeedsConsent",
    "NotReady",
    "OutcomeUnknown",
    "PlanOnly",
    "Refused",
    "SplitBrain",
    "Suspended",
];

const FE2: &str = "fe01.pool2.contoso.com";

/// A wish that was reached, and what happened to Lync then.
type Before = (Desired, fn(&Lab));

/// How a stop comes about, what is said, and what people do then.
struct Case {
    what: &'static str,
    stop: &'static str,
    scenario: &'static str,
    before: Option<Before>,
    wish: Desired,
    says: &'static [&'static str],
    cure: fn(&Lab, &mut Desired, &Ended),
}

fn gone(rest: &'static str) -> String {
    format!("{QUICK}failures: [{{kill: [pool1.contoso.com]}}]\n{rest}")
}

fn clear(lab: &Lab) {
    inject(lab, Failure { clear_faults: true, ..Failure::default() });
}

fn setup(lab: &Lab, pool: &str) {
    inject(lab, Failure { setup: vec![pool.to_owned()], ..Failure::default() });
}

/// Export, make the databases anew, import.
fn make_anew(lab: &Lab, _: &mut Desired, _: &Ended) {
    let install = "Install-CsDatabase -CentralManagementDatabase -SqlServerFqdn sql2.contoso.com -SqlInstanceName rtc -Clean";
    type_in(lab, FE2, install);
    let import =
        "Move-CsManagementServer -ConfigurationFileName C:\\c.zip -LisConfigurationFileName C:\\l.zip -Force";
    let administrator = vec![typed(FE2, import)];
    inject(lab, Failure { at: Span::secs(300), administrator, ..Failure::default() });
}

fn cases() -> Vec<Case> {
    let never = || Desired { disaster_mode: DisasterConsent::Never, ..away() };
    let on_pool2 = "cms: {pool: pool2.contoso.com}";
    let case = |what, stop, scenario, wish, says, cure| Case {
        what,
        stop,
        scenario,
        before: None,
        wish,
        says,
        cure,
    };
    vec![
        case("no consent", "NeedsConsent", on_pool2, never(), &["spec.policy.disasterMode"], |_, wish, _| {
            wish.disaster_mode = DisasterConsent::WhenSourceDown;
        }),
        case(
            "suspended",
            "Suspended",
            on_pool2,
            Desired { suspend: true, ..away() },
            &["spec.suspend"],
            |_, wish, _| {
                wish.suspend = false;
            },
        ),
        case(
            "only planned",
            "PlanOnly",
            on_pool2,
            Desired { management: Management::Plan, ..away() },
            &["spec.policy.management"],
            |_, wish, _| wish.management = Management::Enforce,
        ),
        case(
            "not the pair",
            "Refused",
            "cms: {pool: pool2.contoso.com}\npools: [{fqdn: pool3.contoso.com, site: DC2}]",
            Desired { users: vec![goal("pool1", "pool3")], ..away() },
            &["Correct the spec", "pool2.contoso.com"],
            |_, wish, _| wish.users = vec![goal("pool1", "pool2")],
        ),
        case(
            "the standby lacks its services",
            "Manual",
            "pools: [{fqdn: pool2.contoso.com, storeServices: false}]",
            away(),
            &["MASTER and FTA", "fe02.pool2.contoso.com"],
            |lab, _, ended| {
                let command = ended.status.next_action.clone().unwrap().command.unwrap();
                assert!(command.ends_with("Deployment\\Bootstrapper.exe\" /Setup"), "{command}");
                setup(lab, "pool2.contoso.com");
            },
        ),
        case(
            "Lync refuses three times",
            "Failed",
            "cms: {pool: pool2.contoso.com}\n\
             faults: [{kind: FailBefore, cmdlet: Invoke-CsPoolFailOver, times: 0, message: no}]",
            away(),
            &["Tried 3 times", "change the spec"],
            |lab, _, _| clear(lab),
        ),
        case(
            "the cmdlet hangs",
            "OutcomeUnknown",
            "cms: {pool: pool2.contoso.com}\nfaults: [{kind: Hang, cmdlet: Invoke-CsPoolFailOver, after: 10s}]",
            away(),
            &["may have run", "Look at Lync"],
            |lab, _, _| clear(lab),
        ),
        case(
            "two active stores",
            "SplitBrain",
            "faults: [{kind: BothActive, cmdlet: Invoke-CsManagementServerFailover}]",
            away(),
            &["Install-CsDatabase -CentralManagementDatabase", "import both files"],
            make_anew,
        ),
        case(
            "no active store",
            "SplitBrain",
            "faults: [{kind: NoneActive, cmdlet: Invoke-CsManagementServerFailover}]",
            away(),
            &["Install-CsDatabase -CentralManagementDatabase", "import both files"],
            make_anew,
        ),
    ]
}

async fn drive(lab: &Lab, wish: &Desired) -> Ended {
    lab.drive(wish, &Crash::never()).await
}

async fn play(case: Case, scenario: &str) -> &'static str {
    let Case { what, stop, before, mut wish, says, cure, .. } = case;
    let lab = &mut Lab::new(scenario);
    if let Some((start, happens)) = before {
        let reached = drive(lab, &start).await;
        assert_eq!(reached.decision, Decision::Converged, "{what}: {:#?}", reached.status);
        happens(lab);
        lab.clock.sleep(SignedDuration::from_mins(5)).await;
        lab.generation += i64::from(start != wish);
    }
    let allowed = Allowed { disaster: true, failback_disaster: false, failback: true };
    let stopped = drive(lab, &wish).await;
    check(what, &stopped, allowed);
    let Decision::Hold(hold) = &stopped.decision else { panic!("{what}: {:?}", stopped.decision) };
    assert_eq!(name(hold), stop, "{what}: {hold:?}");
    let next = stopped.status.next_action.clone().unwrap();
    let told = format!("{} {}", next.message, next.command.clone().unwrap_or_default());
    for part in says {
        assert!(told.contains(part), "{what}: {part:?} is missing in {told}");
    }
    cure(lab, &mut wish, &stopped);
    lab.generation += 1;
    lab.clock.sleep(SignedDuration::from_mins(15)).await;
    let ended = drive(lab, &wish).await;
    check(what, &ended, allowed);
    assert_eq!(ended.decision, Decision::Converged, "{what}: {:#?}", ended.status);
    stop
}

#[tokio::test(start_paused = true)]
async fn what_the_next_action_says_makes_each_stop_converge() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        let scenario = gone(case.scenario);
        seen.insert(play(case, &scenario).await);
    }
    for (case, scenario) in healthy() {
        seen.insert(play(case, &scenario).await);
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), STOPS);
}

/// Those that begin with pools that work.
fn healthy() -> Vec<(Case, String)> {
    let planned = Desired { disaster_mode: DisasterConsent::Never, ..away() };
    let quick = format!("{QUICK}cms: {{pool: pool2.contoso.com}}");
    let approval = Case {
        what: "a new object moves a healthy pool",
        stop: "AwaitingApproval",
        scenario: "",
        before: None,
        wish: planned.clone(),
        says: &["approve it by its hash", "planHash"],
        cure: |_, wish, ended| wish.approved_plan = Some(ended.plan.hash.clone()),
    };
    let drift = Case {
        what: "somebody points the Edge pool back",
        stop: "Drifted",
        scenario: "",
        before: Some((Desired { disaster_mode: DisasterConsent::WhenSourceDown, ..away() }, |lab| {
            let back = "Set-CsEdgeServer -Identity EdgeServer:edge1.contoso.com -Registrar Registrar:pool1.contoso.com";
            type_in(lab, FE2, back);
        })),
        wish: away(),
        says: &["Lync was changed after", "SetEdgeNextHop"],
        cure: |_, wish, _| {
            wish.edges =
                vec![EdgeGoal { edge: "edge1.contoso.com".parse().unwrap(), next_hop: pool("pool2") }];
        },
    };
    let target = Case {
        what: "the pair does not run",
        stop: "NotReady",
        scenario: "",
        before: None,
        wish: away(),
        says: &["pool2.contoso.com is not seen alive"],
        cure: |lab, _, _| {
            inject(
                lab,
                Failure { start_registrars: vec!["pool2.contoso.com".to_owned()], ..Failure::default() },
            );
        },
    };
    let dead = "failures: [{kill: [pool1.contoso.com]}]";
    let third = "pools: [{fqdn: pool3.contoso.com, site: DC2}]\ncms: {pool: pool3.contoso.com}";
    vec![
        (approval, quick.clone()),
        (drift, format!("{quick}\n{dead}")),
        (
            target,
            format!(
                "{QUICK}{third}\nfailures: [{{kill: [pool1.contoso.com], stopRegistrars: [pool2.contoso.com]}}]"
            ),
        ),
    ]
}

/// What cannot be seen is not waited for by people: as soon as it is seen, the plan goes on by itself.
#[tokio::test(start_paused = true)]
async fn what_could_not_be_seen_goes_on_by_itself_when_it_is_seen() {
    let scenario = format!(
        "{QUICK}cms: {{pool: pool2.contoso.com}}\nfaults: [{{kind: Denied, times: 0}}]\n\
         failures: [{{kill: [pool1.contoso.com]}}, {{at: 30m, clearFaults: true}}]"
    );
    let ended = drive(&Lab::new(&scenario), &away()).await;
    check("denied for half an hour", &ended, DISASTER);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    assert!(ended.took > SignedDuration::from_mins(30), "{:?}", ended.took);
}
