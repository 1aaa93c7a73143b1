//! A store on Lync Server 2010 is moved by hand, and nothing works while the move is half-way.

use super::*;
use crate::bridge::KnownRefusal;

const OLD: &str = "cms: {pool: pool9.contoso.com}\n\
                   pools:\n- {fqdn: pool9.contoso.com, version: 5, site: DC1}\n";
const OLD_DEAD: &str = "cms: {pool: pool9.contoso.com}\n\
                        pools:\n- {fqdn: pool9.contoso.com, version: 5, site: DC1}\n\
                        failures:\n- kill: [pool9.contoso.com]\n";
const INSTALL: &str = "administrator:\n- host: fe01.pool2.contoso.com\n  command: Install-CsDatabase\n  \
                       switches: [CentralManagementDatabase, Clean]\n  \
                       parameters: {SqlServerFqdn: sql2.contoso.com, SqlInstanceName: rtc}\n";
const RESTORE: &str = "administrator:\n- host: fe01.pool2.contoso.com\n  command: Move-CsManagementServer\n  \
                       switches: [Force]\n  \
                       parameters: {ConfigurationFileName: 'C:\\c.zip', LisConfigurationFileName: 'C:\\l.zip'}\n";
const MOVE: &str = "administrator:\n- {host: fe01.pool2.contoso.com, command: Move-CsManagementServer}\n";

fn by_hand(world: &mut World, yaml: &str) -> Ended {
    let typed = world.simulator.transcript().entries.len();
    world.inject(yaml);
    world.pass(600);
    let mut after = world.simulator.transcript().entries[typed..].iter();
    after
        .find_map(|entry| match &entry.kind {
            EntryKind::End(ended) => Some(ended.clone()),
            _ => None,
        })
        .expect("it ends within ten minutes")
}

fn active(world: &mut World) -> Vec<String> {
    let rows = world.rows(FE2, &service("CentralManagement"));
    let active = rows.iter().filter(|row| row.get("Active") == Some(&PsValue::Bool(true)));
    active.map(|row| text(row, "PoolFqdn")).collect()
}

fn pointer(world: &mut World) -> Option<String> {
    world.rows(FE2, &Invocation::new("Get-CsConfigurationStoreLocation"))[0].text.clone()
}

#[test]
fn it_is_refused_in_a_remote_session() {
    let mut world = World::new(OLD_DEAD);
    let call = Invocation::new("Move-CsManagementServer")
        .text("ConfigurationFileName", "C:\\c.zip")
        .text("LisConfigurationFileName", "C:\\l.zip")
        .switch("Force");
    assert!(world.refused(FE2, &call.unprompted()).message.contains("must be run locally"));
}

#[test]
fn a_dead_store_is_made_anew_from_its_files() {
    let mut world = World::new(OLD_DEAD);
    assert!(matches!(by_hand(&mut world, RESTORE), Ended::Failed(_)), "there is no database to move to");
    assert_eq!(by_hand(&mut world, INSTALL), Ended::Completed);
    assert_eq!(pointer(&mut world).as_deref(), Some("sql.pool9.contoso.com\\rtc"), "nothing has moved yet");
    assert_eq!(by_hand(&mut world, RESTORE), Ended::Completed);
    assert_eq!(active(&mut world), ["pool2.contoso.com"]);
    assert_eq!(pointer(&mut world).as_deref(), Some("sql2.contoso.com\\rtc"));
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
}

#[test]
fn a_living_store_is_moved_without_files() {
    let mut world = World::new(OLD);
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    by_hand(&mut world, INSTALL);
    assert_eq!(by_hand(&mut world, MOVE), Ended::Completed);
    assert_eq!(active(&mut world), ["pool2.contoso.com"]);
    let rows = world.rows(FE2, &service("EdgeServer"));
    assert_eq!(text(&rows[0], "Registrar"), "Registrar:pool2.contoso.com", "nothing was lost");
    assert!(matches!(by_hand(&mut world, MOVE), Ended::Failed(_)), "it is there already");
}

#[test]
fn a_move_that_stops_half_way_leaves_no_store_and_is_run_again() {
    let mut world = World::new(OLD);
    by_hand(&mut world, INSTALL);
    world.inject("kill: [pool9.contoso.com]");
    world.inject(RESTORE);
    let took = world.simulator.organisation.durations.cms_disaster.0.as_secs();
    world.pass(took / 2 + 10);
    world.inject("kill: [fe01.pool2.contoso.com]");
    world.inject("revive: [fe01.pool2.contoso.com]");
    assert_eq!(pointer(&mut world).as_deref(), Some("sql2.contoso.com\\rtc"), "it had begun");
    let refusal = world.refused(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    assert_eq!(refusal.known(), Some(KnownRefusal::CentralManagementUnavailable));
    assert_eq!(by_hand(&mut world, RESTORE), Ended::Completed);
    assert_eq!(active(&mut world), ["pool2.contoso.com"]);
}

#[test]
fn clean_destroys_a_store_that_lives() {
    let mut world = World::new("cms: {pool: pool2.contoso.com}\n");
    assert_eq!(by_hand(&mut world, INSTALL), Ended::Completed);
    let lost = world.simulator.transcript().entries.iter().filter_map(|entry| entry.note.as_deref());
    assert_eq!(lost.collect::<Vec<_>>(), ["data loss: the Central Management store of pool2.contoso.com"]);
    let refusal = world.refused(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    assert_eq!(refusal.known(), Some(KnownRefusal::CentralManagementUnavailable));
}

#[test]
fn the_primary_is_made_principal_again_while_both_sides_live() {
    let swap = "administrator:\n- host: fe01.pool2.contoso.com\n  command: Invoke-CsDatabaseFailover\n  parameters: \
                {PoolFqdn: pool2.contoso.com, DatabaseType: CentralMgmt, NewPrincipal: Primary}\n";
    let mut world = World::new(
        "cms: {pool: pool2.contoso.com}\npools:\n- {fqdn: pool2.contoso.com, sqlMirror: 'sql2b.contoso.com\\rtc', \
         mirrorIsPrincipal: true}\n",
    );
    world.inject("kill: [sql2.contoso.com]");
    assert!(matches!(by_hand(&mut world, swap), Ended::Failed(_)));
    world.inject("revive: [sql2.contoso.com]");
    assert_eq!(by_hand(&mut world, swap), Ended::Completed);
    let state = Invocation::new("Get-CsDatabaseMirrorState")
        .text("PoolFqdn", "pool2.contoso.com")
        .text("DatabaseType", "CentralMgmt");
    assert_eq!(text(&world.rows(FE2, &state)[0], "StateOnPrimary"), "Principal");
}
