//! What is left while users are served away from home, or after the Central Management store has moved.

use jiff::Timestamp;

use super::{each, edge::edge_path, entry, list};
use crate::{
    api::{Advice, AdviceTopic as Topic},
    lync::{EdgeFqdn, ExportOf, FilePath, cmdlet::ByHandCmdlet},
    plan::{UsersGoal, world::World},
};

/// The newest export of something, if it tells of the time before what happened. One that was made meanwhile, by
/// whomever, tells of what is left.
fn newest(world: &World<'_>, of: &ExportOf) -> Option<FilePath> {
    let file = world.observed.exports.value()?.newest(of)?;
    began(world).is_none_or(|at| file.made_at < at).then(|| file.path.clone())
}

/// When what happened began: the run, or the loss that it answers.
fn began(world: &World<'_>) -> Option<Timestamp> {
    let run = world.progress.run.as_ref().or(world.progress.last_run.as_ref())?;
    Some(run.down_since.map_or(run.started_at, |down| down.min(run.started_at)))
}

fn import_of(world: &World<'_>, goal: &UsersGoal) -> String {
    let to = goal.served_by.clone();
    match newest(world, &ExportOf::ResponseGroups(goal.home.clone())) {
        Some(file) => ByHandCmdlet::ImportResponseGroups { to, file }.to_string(),
        None => format!(
            "Import-CsRgsConfiguration -Destination service:ApplicationServer:{to} -FileName <file of {}>",
            goal.home
        ),
    }
}

fn import_of_locations(world: &World<'_>) -> String {
    match newest(world, &ExportOf::Locations) {
        Some(file) => ByHandCmdlet::ImportLocations { file }.to_string(),
        None => "Import-CsLisConfiguration -FileName <file>".to_owned(),
    }
}

/// What a move of the store does not carry over.
pub(super) fn locations(world: &World<'_>) -> Advice {
    entry(
        Topic::LocationInformation,
        "The locations for emergency calls (database lis) are not replicated with the Central Management \
         store. If they are used and the store was failed over, import the file that Export-CsLisConfiguration \
         wrote before, and publish."
            .to_owned(),
        Some(format!("{}; Publish-CsLisConfiguration", import_of_locations(world))),
        "JJ945635 step 3",
    )
}

/// What pool failover does not carry over.
pub(super) fn after_failover(world: &World<'_>, away: &[&UsersGoal]) -> Vec<Advice> {
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
            each(away.iter().map(|goal| import_of(world, goal))),
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
        locations(world),
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
