//! What is left for people: what Lync's cmdlets do not carry over, and what a lost Edge pool carried. Advice, never
//! a step.

use super::{Step, StepOutcome, UsersGoal, world::World};
use crate::{
    api::{Advice, AdviceTopic as Topic},
    lync::{EdgeFqdn, PoolFqdn, PoolState},
};

/// All advice, each topic once, in the order of the topics.
pub(super) fn advice(world: &World<'_>) -> Vec<Advice> {
    let seen = |pool: &PoolFqdn| world.observed.pool_states.get(pool).and_then(|fact| fact.value()).copied();
    let goals = || world.desired.users.iter();
    let away: Vec<&UsersGoal> =
        goals().filter(|goal| goal.is_away() && seen(&goal.home) == Some(PoolState::FailedOver)).collect();
    let back: Vec<&PoolFqdn> = goals()
        .filter(|goal| !goal.is_away() && seen(&goal.home) == Some(PoolState::Active))
        .map(|goal| &goal.home)
        .filter(|home| was_failed_back(world, home))
        .collect();
    let lost: Vec<&EdgeFqdn> =
        world.topology.edges.keys().filter(|edge| world.edge_looks_lost(edge)).collect();
    let mut all = Vec::new();
    if !away.is_empty() {
        all.extend(after_failover(world, &away));
    }
    if !back.is_empty() {
        all.extend(after_failback(world, &back, !away.is_empty()));
    }
    if !lost.is_empty() {
        all.extend(after_edge_loss(world, &lost));
    }
    all.sort_by_key(|advice| advice.topic);
    all
}

/// Whether the operator has failed the users of a pool back, as far as it remembers.
fn was_failed_back(world: &World<'_>, pool: &PoolFqdn) -> bool {
    let progress = world.progress;
    let runs = progress.run.iter().chain(&progress.last_run).flat_map(|run| &run.records);
    runs.chain(&progress.recent).any(|record| {
        let is_of_pool = matches!(&record.step, Step::FailBackPool { home, .. } if home == pool);
        is_of_pool && matches!(record.outcome, StepOutcome::Ended(_))
    })
}

fn entry(topic: Topic, message: String, command: Option<String>, citation: &str) -> Advice {
    Advice { topic, message, command, citation: citation.to_owned() }
}

fn list<T: ToString>(names: impl IntoIterator<Item = T>) -> String {
    names.into_iter().map(|name| name.to_string()).collect::<Vec<_>>().join(", ")
}

/// One command for each, in one line of PowerShell.
fn each(commands: impl Iterator<Item = String>) -> Option<String> {
    let all: Vec<_> = commands.collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// What pool failover does not carry over.
fn after_failover(world: &World<'_>, away: &[&UsersGoal]) -> Vec<Advice> {
    let from = list(away.iter().map(|goal| &goal.home));
    let to = list(away.iter().map(|goal| &goal.served_by));
    let per_pool = |command: fn(&UsersGoal) -> String| each(away.iter().map(|goal| command(goal)));
    let mut all = vec![
        entry(
            Topic::Dns,
            format!(
                "Nothing in Lync changes DNS. See that sip, _sip._tls, _sipinternaltls._tcp, lyncdiscover, \
                 lyncdiscoverinternal and the simple URLs (meet, dialin, admin) lead to {to} and not to {from}."
            ),
            None,
            "Dn747887",
        ),
        entry(
            Topic::ResponseGroups,
            format!(
                "Response Groups of {from} do not move with the users. Import the file that \
                 Export-CsRgsConfiguration wrote before, and look at them with Get-CsRgsWorkflow -ShowAll; names \
                 that exist on {to} already are refused."
            ),
            per_pool(|goal| {
                format!(
                    "Import-CsRgsConfiguration -Destination service:ApplicationServer:{} -FileName <file of {}>",
                    goal.served_by, goal.home
                )
            }),
            "JJ205245",
        ),
        entry(
            Topic::Announcements,
            format!(
                "Announcements of {from} stay there. Make them on {to} (New-CsAnnouncement, with their audio files), \
                 and point the ranges of unassigned numbers to them."
            ),
            per_pool(|goal| {
                format!(
                    "Set-CsUnassignedNumber -Identity <range> -AnnouncementService ApplicationServer:{} \
                     -AnnouncementName <name>",
                    goal.served_by
                )
            }),
            "Set-CsUnassignedNumber",
        ),
        entry(
            Topic::CallPark,
            format!(
                "Calls parked on {from} are gone. Point the orbits, and the ranges of Group Call Pickup, to {to}; \
                 music on hold of its own has to be set there again (Set-CsCallParkServiceMusicOnHoldFile)."
            ),
            per_pool(|goal| {
                let to = &goal.served_by;
                format!("Set-CsCallParkOrbit -Identity <range> -CallParkService ApplicationServer:{to}")
            }),
            "Set-CsCallParkOrbit",
        ),
        entry(
            Topic::LocationInformation,
            "The locations for emergency calls (database lis) are not replicated with the Central Management \
             store. If they are used and the store was failed over, import the file that Export-CsLisConfiguration \
             wrote before, and publish."
                .to_owned(),
            Some("Import-CsLisConfiguration -FileName <file>; Publish-CsLisConfiguration".to_owned()),
            "JJ945635 step 3",
        ),
        entry(
            Topic::PersistentChat,
            format!(
                "Persistent Chat has a failover of its own (Set-CsPersistentChatActiveServer). Where its pool has \
                 one of {from} as next hop, change that in Topology Builder (Persistent Chat pool, Edit Properties, \
                 Next Hop) and publish."
            ),
            None,
            "Configuring Persistent Chat Server for high availability and disaster recovery",
        ),
        entry(
            Topic::SurvivableBranchAppliances,
            format!(
                "Users homed on survivable branch appliances or servers that use {from} are not failed over; they keep \
                 calls, and stay in resiliency mode until {from} is back."
            ),
            None,
            "JJ205033",
        ),
        entry(
            Topic::ArchivingMonitoring,
            format!(
                "What {from} archived and monitored stays in its databases; the Backup Service does not copy it. \
                 Look whether {to} has Archiving and Monitoring databases of its own that can be written."
            ),
            None,
            "JJ205252",
        ),
    ];
    let is_moved = |edge: &&EdgeFqdn| {
        let hop = world.next_hop_seen(edge);
        away.iter().any(|goal| hop == Some(&goal.served_by)) && !world.edge_looks_lost(edge)
    };
    let edges: Vec<&EdgeFqdn> = world.topology.edges.keys().filter(is_moved).collect();
    if !edges.is_empty() {
        all.push(edge_path(&edges));
    }
    all
}

/// What no cmdlet can see between an Edge pool and its next hop.
fn edge_path(edges: &[&EdgeFqdn]) -> Advice {
    let edges = list(edges);
    entry(
        Topic::EdgePath,
        format!(
            "No cmdlet sees the way from {edges} to the next hop. See that each Edge server resolves the pool and its \
             servers (hosts file, perimeter DNS), that TCP 5061 is open in both directions and 8057, 5062, 443 and \
             UDP 3478 as before, that 4443 is open from the pool of the Central Management store, and that the \
             certificates chain. Then try a federated partner."
        ),
        Some("Test-CsFederatedPartner -TargetFqdn <edge pool> -Domain <partner>".to_owned()),
        "Gg398833",
    )
}

/// What a failback leaves behind.
fn after_failback(world: &World<'_>, back: &[&PoolFqdn], others_away: bool) -> Vec<Advice> {
    let homes = list(back);
    let pairs: Vec<&PoolFqdn> = back.iter().filter_map(|home| world.topology.backup_of(home)).collect();
    let from = list(&pairs);
    let mut all = vec![entry(
        Topic::ConferenceContents,
        format!(
            "What was shared in conferences on {from} meanwhile comes back with a synchronisation of its own. Run it, \
             and wait until Get-CsBackupServiceStatus shows ConfServices.DataConf in a steady state."
        ),
        each(pairs.iter().map(|pair| {
            format!("Invoke-CsBackupServiceSync -PoolFqdn {pair} -BackupModule ConfServices.DataConf")
        })),
        "JJ688030",
    )];
    // While other pools are away, these topics speak of them.
    if !others_away {
        all.push(entry(
            Topic::ResponseGroups,
            format!(
                "Response Groups that were imported to {from} go home with an export there and an import on {homes}, \
                 which takes the ownership back."
            ),
            each(back.iter().map(|home| {
                format!(
                    "Import-CsRgsConfiguration -Destination service:ApplicationServer:{home} -FileName <file> \
                     -OverwriteOwner"
                )
            })),
            "JJ205245",
        ));
        all.push(entry(
            Topic::CallPark,
            format!("Orbits and ranges that were pointed to {from} have to be pointed to {homes} again."),
            each(back.iter().map(|home| {
                format!("Set-CsCallParkOrbit -Identity <range> -CallParkService ApplicationServer:{home}")
            })),
            "Set-CsCallParkOrbit",
        ));
        all.push(entry(
            Topic::Announcements,
            format!("Ranges of unassigned numbers that were pointed to {from} have to be pointed to {homes} again."),
            each(back.iter().map(|home| {
                format!(
                    "Set-CsUnassignedNumber -Identity <range> -AnnouncementService ApplicationServer:{home} \
                     -AnnouncementName <name>"
                )
            })),
            "Set-CsUnassignedNumber",
        ));
        all.push(entry(
            Topic::Dns,
            format!("Names in DNS that were pointed to {from} for the time of the failover may point to {homes} again."),
            None,
            "Dn747887",
        ));
    }
    all
}

/// What an Edge pool carried that is lost. The topology document, as far as it is known, does not say which Edge
/// pool has a route, so the advice asks.
fn after_edge_loss(world: &World<'_>, lost: &[&EdgeFqdn]) -> Vec<Advice> {
    let edges = list(lost);
    let is_living = |edge: &&EdgeFqdn| !lost.contains(edge);
    let to = world.topology.edges.keys().find(is_living).map_or("<living Edge pool>", EdgeFqdn::as_str);
    let look = "Get-CsSite shows that as FederationRoute and XmppFederationRoute";
    vec![
        entry(
            Topic::FederationRoute,
            format!(
                "{edges} does not answer. Sign-in from outside and inbound federation heal by DNS; outbound federation \
                 does not. If it carries the federation route ({look}): in Topology Builder, Edge pool, Edit \
                 Properties, clear \"Enable federation for this Edge pool (Port 5061)\" on it and set it on {to}; \
                 publish; then on each server of {to} run the deployment wizard, Setup or Remove Lync Server \
                 Components, Run Again. The command changes the route alone."
            ),
            Some(format!("Set-CsSite -Identity <site> -FederationRoute EdgeServer:{to}")),
            "JJ688071",
        ),
        entry(
            Topic::XmppRoute,
            format!(
                "If {edges} carries the XMPP route: Stop-CsWindowsService on every server of {to}; the command; \
                 point the external A record and the SRV record _xmpp-server._tcp.<domain> to {to}, port 5269 open; \
                 Start-CsWindowsService. The parameter is XmppFederationRoute; Microsoft's page prints another name."
            ),
            Some(format!("Set-CsSite -Identity <site> -XmppFederationRoute EdgeServer:{to}")),
            "JJ688065",
        ),
        entry(
            Topic::MediaAssociation,
            format!(
                "If a Front End pool that is alive uses {edges} for media: in Topology Builder, Front End pool, \
                 Associations, \"Associate Edge Pool (for media components)\", pick {to}; publish."
            ),
            None,
            "JJ688023",
        ),
    ]
}
