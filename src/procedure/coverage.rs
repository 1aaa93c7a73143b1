//! Each paragraph of the procedure: what here does it, and which tests show it.

/// A paragraph of Microsoft's documentation.
#[derive(Clone, Copy, Debug)]
pub struct Paragraph {
    /// Page and paragraph.
    pub source: &'static str,
    /// What it asks for, in short.
    pub says: &'static str,
    /// The step, conclusion or instruction that does it.
    pub done_by: &'static str,
    /// Golden plans, by their file names without the ending.
    pub golden: &'static [&'static str],
    /// Tests on the simulator: `file: name` or the path of an example.
    pub scenarios: &'static [&'static str],
}

const fn row(
    source: &'static str,
    says: &'static str,
    done_by: &'static str,
    golden: &'static [&'static str],
    scenarios: &'static [&'static str],
) -> Paragraph {
    Paragraph { source, says, done_by, golden, scenarios }
}

const EACH: &str = "convergence: each_disaster_converges_with_the_documented_cmdlets_in_order";
const PLANNED: &str = "convergence: a_planned_failover_and_the_way_back_lose_nothing";
const SPLIT: &str = "convergence: a_store_that_is_in_two_places_or_in_none_stops_everything";

/// The paragraphs, in the order of the pages.
pub const COVERAGE: &[Paragraph] = &[
    row(
        "JJ204678, introduction",
        "the store has to work before the users are failed over",
        "`src/plan/users.rs`: users come after a healthy store",
        &["02-site-gone-store-with-it", "04-store-dead-on-third-pool"],
        &[EACH],
    ),
    row(
        "JJ204678, introduction",
        "an Edge pool that lives and has Pool1 as next hop is changed before Pool1 is failed over",
        "SetEdgeNextHop, for every Edge pool of the organisation",
        &["01-registrars-lost-store-alive", "07-several-edges", "36-explicit-edge-already-right"],
        &[EACH, "examples/registrars-lost.yaml"],
    ),
    row(
        "JJ204678, next hop at the same site, 1 to 3",
        "Topology Builder, Edit Properties, Next Hop, publish",
        "SetEdgeNextHop by cmdlet; with `spec.policy.sameSiteChange: Manual` a person, and the plan goes on when it is seen",
        &["37-same-site-by-cmdlet", "38-same-site-by-hand", "43-two-edges-one-by-hand"],
        &[
            "branches: a_person_changes_an_edge_of_the_same_site_and_the_plan_goes_on",
            "examples/edge-by-hand.yaml",
        ],
    ),
    row(
        "JJ204678, next hop at another site, 1",
        "`Set-CsEdgeServer -Registrar`",
        "SetEdgeNextHop",
        &["02-site-gone-store-with-it", "03-pool-gone-store-elsewhere"],
        &[EACH],
    ),
    row(
        "JJ204678, the new next hop",
        "any other pool that works; at the same site by Topology Builder, which offers no other",
        "SetEdgeNextHop to the pool that takes the users, so that what comes from outside takes one way; another pool, such as \
         a third one of the Edge pool's own site, where `spec.edges` names it, since nobody but people knows whether it is \
         meant to carry that",
        &[
            "148-next-hop-of-the-same-site",
            "03-pool-gone-store-elsewhere",
            "35-edge-cannot-be-changed-users-wait",
        ],
        &["branches: an_edge_pool_goes_to_the_pool_that_the_spec_names", EACH],
    ),
    row(
        "Gg398859, afterwards",
        "`Enable-CsTopology`, which changes outside Topology Builder may need",
        "not done: the procedure page asks for none after `Set-CsEdgeServer`, and it needs rights in Active Directory that the \
         account for failovers should not have. The effect is seen at the Edge servers, and waited for",
        &["39-cross-site-by-cmdlet"],
        &[EACH],
    ),
    row(
        "Gg413060",
        "the Edge servers learn of the next hop by replication; a full copy can be asked for",
        "`src/plan/replication.rs`: the users wait until they have it, ten minutes at most, with a full copy half-way",
        &["48-refused-and-the-replica-is-behind", "06-edge-dead-with-its-site"],
        &["branches: a_change_by_hand_is_waited_for_after_a_restart_too", EACH],
    ),
    row(
        "Gg398833",
        "names, ports and certificates between the Edge servers and their new next hop",
        "advice `EdgePath`: no cmdlet sees them",
        &["08-nothing-to-do", "36-explicit-edge-already-right"],
        &["branches: what_is_left_for_people_is_said_after_the_failover_and_after_the_failback"],
    ),
    row(
        "JJ204678, step 1",
        "find the pool that has the store",
        "`src/plan/cms.rs`: four signals, since `-WhatIf` writes to the host only",
        &["03-pool-gone-store-elsewhere", "23-store-split", "24-bridge-down"],
        &[EACH, SPLIT],
    ),
    row(
        "JJ204678, step 2",
        "find the version of that pool and its backup pool",
        "the topology, from a local replica while the store is dead; the backup pool of the pool that has the store, as the \
         command says and not the sentence",
        &["04-store-dead-on-third-pool", "21-unpaired", "34-pool-on-lync-2010"],
        &[EACH],
    ),
    row(
        "JJ204678, step 3",
        "is the store available",
        "`src/plan/cms.rs`: active master, file transfer agent, fresh heartbeats, and the databases open",
        &["24-bridge-down", "25-observation-too-old", "28-store-impaired-pool-up"],
        &[
            "convergence: a_store_is_not_called_dead_from_one_side_of_a_cut",
            "convergence: truncated_and_incomplete_answers_are_unknown",
        ],
    ),
    row(
        "JJ204678, step 4",
        "fail the store over if it is not available or was on Pool1; else go to step 7",
        "`src/plan/central.rs`",
        &["01-registrars-lost-store-alive", "03-pool-gone-store-elsewhere", "08-nothing-to-do"],
        &[EACH, "examples/pool-lost.yaml"],
    ),
    row(
        "JJ204678, step 5, first point",
        "which side of the mirror is principal",
        "`src/plan/central.rs`; the names come from the topology",
        &[
            "26-mirrored-primary-principal",
            "27-mirrored-mirror-principal",
            "81-mirror-principal-primary-dead",
        ],
        &["store_forms: a_mirror_that_is_principal_is_swapped_back_or_named"],
    ),
    row(
        "JJ204678, step 5, second point",
        "`Invoke-CsManagementServerFailover` with the SQL names",
        "FailOverCentralManagement, DisasterRecovery",
        &["02-site-gone-store-with-it", "26-mirrored-primary-principal", "80-standard-edition"],
        &[EACH, "convergence: a_standard_edition_pair_fails_over_too"],
    ),
    row(
        "JJ945635, before step 5",
        "the pool that receives the store has its database, its service and the services MASTER and FTA",
        "`src/plan/central.rs`, `src/plan/move_after.rs`: else a person is told what is missing, and the plan goes on when it is \
         there; what nobody can see does not stop it",
        &[
            "86-standby-without-a-service",
            "141-standby-without-its-services",
            "142-standby-whose-services-are-not-all-seen",
        ],
        &["stops: what_the_next_action_says_makes_each_stop_converge"],
    ),
    row(
        "JJ204647, `-Report`",
        "the cmdlet keeps a log of its own",
        "the module on the host adds it, and the name of the file is kept with the step",
        &["02-site-gone-store-with-it", "05-planned-store-on-pool1"],
        &["module: a_whole_planned_failover"],
    ),
    row(
        "JJ204678, step 5, third point",
        "see that active master and file transfer agent are on the backup pool",
        "the post-condition of FailOverCentralManagement; two active stores or none stop everything",
        &["23-store-split", "85-store-with-no-active-service"],
        &[SPLIT, "stops: what_the_next_action_says_makes_each_stop_converge"],
    ),
    row(
        "JJ204678, step 5, last point",
        "all replicas are current",
        "`src/plan/replication.rs`: all but those that are known to be dead; a full copy half-way, a limit",
        &["06-edge-dead-with-its-site"],
        &[EACH],
    ),
    row(
        "JJ204678, step 6, and JJ945635, before the disaster",
        "the configuration, the locations and the Response Groups were exported, off the pool",
        "`src/exports`: on a schedule (`spec.exports`), kept and rotated; `ExportsFresh` in the readiness; what a loss has left \
         behind is not exported over what there was",
        &["60-lync-2010-move", "88-lync-2010-no-files"],
        &[
            "exports: a_schedule_leads_to_files_that_are_shown_and_old_ones_go",
            "exports: a_failover_leaves_the_exports_of_before",
        ],
    ),
    row(
        "JJ204678, step 6, first and second point",
        "on Lync Server 2010: make the database, then move the store into it from the files, locally",
        "`src/plan/move_store.rs`: a person, told stage by stage; `-Clean` needs its own consent and a target that is not \
         active",
        &[
            "60-lync-2010-move",
            "61-lync-2010-move-begun",
            "63-lync-2010-target-perhaps-active",
            "89-lync-2010-no-consent",
        ],
        &[
            "store_forms: a_store_on_lync_2010_is_moved_as_the_next_action_says",
            "examples/store-on-lync-2010",
        ],
    ),
    row(
        "JJ204678, step 6, last points",
        "see that the store is there; Bootstrapper on the other Front Ends",
        "the same four signals; a warning names the servers that still lack the services MASTER and FTA, until they are seen",
        &["65-lync-2010-moved", "140-lync-2010-moved-and-set-up"],
        &["store_forms: a_store_on_lync_2010_is_moved_as_the_next_action_says"],
    ),
    row(
        "JJ204678, step 7",
        "`Invoke-CsPoolFailOver -DisasterMode`",
        "FailOverPool, Disaster; needs consent and a verdict that lasts",
        &["09-no-consent", "10-down-for-too-short-a-time", "13-always-consent-against-suspect"],
        &[EACH, "convergence: without_consent_nothing_is_changed"],
    ),
    row(
        "JJ205189, `-DisasterMode`",
        "also where only the Back End of the pool is dead",
        "FailOverPool, Disaster, since planned mode cannot work; needs consent `Always`, as the pool is up",
        &["102-back-end-dead-front-ends-up"],
        &["way_back: a_pool_whose_sql_server_is_dead_goes_in_disaster_mode_only"],
    ),
    row(
        "JJ204678, step 7, failing",
        "if the store is not fully failed over: correct it, and run the cmdlet again",
        "`src/plan/attempts.rs`: again after a pause, three times at most, each time from a fresh look",
        &["49-store-not-fully-failed-over"],
        &["branches: refusals_that_nothing_explains_are_bounded_and_say_what_to_do"],
    ),
    row(
        "JJ204678, step 7, Edge error",
        "change the next hop, then run the cmdlet again",
        "the users wait for the Edge change; the refusal is known by its text, and answered by the missing change",
        &[
            "35-edge-cannot-be-changed-users-wait",
            "45-refused-an-edge-names-the-pool",
            "46-refused-no-edge-names-the-pool",
        ],
        &["branches: what_lync_refuses_for_an_edge_is_answered_by_the_edge_change"],
    ),
    row(
        "JJ205376",
        "a store that works is moved without loss before its pool is failed over",
        "FailOverCentralManagement, Normal",
        &["05-planned-store-on-pool1", "22-store-to-a-pool-that-is-not-the-pair"],
        &[PLANNED, "examples/planned-failover"],
    ),
    row(
        "JJ205252",
        "a planned failover waits for the Backup Service and loses nothing",
        "FailOverPool, Planned",
        &["05-planned-store-on-pool1", "17-new-object-moves-a-healthy-pool", "33-backup-service-behind"],
        &[PLANNED],
    ),
    row(
        "JJ204945, before",
        "the home pool works again and knows what became of it",
        "FailBackPool, Planned waits for the replicas of its servers: a full copy half-way, ten minutes at most",
        &[
            "143-failback-replicas-behind",
            "144-failback-replicas-behind-half-time",
            "145-failback-replicas-behind-too-long",
            "146-failback-replicas-unlisted",
            "147-failback-replicas-unlisted-too-long",
        ],
        &["way_back: a_failback_waits_for_the_replicas_at_home_and_not_for_ever"],
    ),
    row(
        "JJ204945",
        "failing back: one cmdlet, with the name of the home pool; the store may stay",
        "FailBackPool, Planned",
        &["14-failback", "15-failback-and-store-return"],
        &[PLANNED, "examples/failback"],
    ),
    row(
        "JJ204873, `-DisasterMode`",
        "failing back without the pool that serves",
        "FailBackPool, Disaster; needs its own consent",
        &["16-failback-without-the-serving-pool", "99-failback-without-the-serving-pool-consented"],
        &["way_back: a_failback_in_disaster_mode_has_a_consent_of_its_own"],
    ),
    row(
        "JJ721939, important",
        "a pool whose pair is failed over to it is failed back first",
        "`src/plan/users.rs`: the pair has to be Active",
        &["20-both-directions", "30-failback-before-the-other-direction"],
        &["way_back: a_pair_that_is_itself_failed_over_goes_home_first"],
    ),
    row(
        "JJ687960, with the whole site",
        "an Edge pool that died with its site cannot take a change over",
        "SetEdgeNextHop in the topology only, since the cmdlet for the users reads the topology; its replica is not waited for",
        &["06-edge-dead-with-its-site", "44-two-edges-one-dead"],
        &[EACH],
    ),
    row(
        "JJ687960, JJ688071, JJ688065, JJ688023, JJ721897",
        "an Edge pool is lost: federation and XMPP routes, media association; the way back, Edge before users",
        "advice with the exact instructions and their order; never a step",
        &["59-an-edge-is-lost"],
        &["way_back: what_a_lost_edge_pool_leaves_is_said_with_its_names"],
    ),
    row(
        "JJ204678 and JJ945635, afterwards",
        "response groups, locations, announcements, call park, Persistent Chat, DNS, branch appliances, archiving and \
         monitoring; conference contents after a failback",
        "`src/plan/advice`: `status.advice`",
        &["08-nothing-to-do", "58-after-the-failback"],
        &["branches: what_is_left_for_people_is_said_after_the_failover_and_after_the_failback"],
    ),
    row(
        "Dn743841, afterwards",
        "a test user signs in at the pool that serves",
        "`src/controller/sign_ins.rs`: `status.checks`, if `spec.checks.registration` is set; never a reason to act",
        &["08-nothing-to-do"],
        &["simulate: test_users_sign_in_after_the_failover"],
    ),
    row(
        "versions 2010, 2013, 2015 and 2019",
        "2010 has neither pairs nor these cmdlets; later versions have parameters that 2013 lacks",
        "what 2010 cannot do is refused or left to a person; no parameter is sent that 2013 does not have",
        &["34-pool-on-lync-2010", "69-pair-of-two-versions", "71-lync-2010-target-is-2010-too"],
        &["convergence: each_version_with_these_cmdlets_fails_over_without_later_parameters"],
    ),
    row(
        "a pool that stays FailingOver or FailingBack",
        "nothing is documented but to run the cmdlet again",
        "`src/plan/half_way.rs`: our own attempt is repeated, then people are told all that they can do",
        &["51-stuck-by-somebody-else", "52-our-attempt-stopped-half-way", "53-our-attempts-are-used-up"],
        &["branches: a_pool_that_stays_half_way_is_left_to_people_after_three_attempts"],
    ),
    row(
        "Pool1 returns while it is failed over",
        "nothing; it must stay out until it is failed back",
        "it is left alone; `FailbackAvailable` says what its way home needs",
        &["56-home-again", "57-home-again-and-unaware"],
        &["branches: a_pool_that_returns_is_left_alone_and_its_way_home_is_shown"],
    ),
    row(
        "JJ945635, if Pool1 never returns",
        "a new pool, users moved by force, conference directories, a new pair: some thirty steps",
        "not done: a project of people. The users stay where they are served, and the operator keeps to that for as long as the \
         spec wants it (`docs/after.md`)",
        &["08-nothing-to-do"],
        &["branches: what_is_left_for_people_is_said_after_the_failover_and_after_the_failback", EACH],
    ),
    row(
        "JJ204773",
        "users are served by their home pool or its pair, by nobody else",
        "`src/plan/legal.rs`",
        &["19-not-the-pair", "21-unpaired"],
        &["simulate: plan_refuses_what_lync_cannot_have"],
    ),
];
