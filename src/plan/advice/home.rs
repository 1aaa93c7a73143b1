//! What is left after users went home.

use super::{each, entry, list};
use crate::{
    api::{Advice, AdviceTopic as Topic},
    lync::PoolFqdn,
    plan::world::World,
};

/// What a failback leaves behind.
pub(super) fn after_failback(world: &World<'_>, back: &[&PoolFqdn], others_away: bool) -> Vec<Advice> {
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
