//! Laws of the planner, over arbitrary worlds.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeMap;

use lync_failover::{
    api::{DisasterConsent, Management, SameSiteChange},
    lync::*,
    plan::*,
};
use proptest::prelude::*;
use support::sketch::*;

fn pool_sketch(pair: &'static str, site: &'static str) -> impl Strategy<Value = PoolSketch> {
    let health = prop::sample::select(if site == "DC1" {
        vec!["Up", "Up", "Up", "Registrars", "Gone", "Gone", "Suspect", "Fresh", "Denied", "Unseen"]
    } else {
        vec!["Up", "Up", "Up", "Up", "Up", "Up", "Gone", "Suspect"]
    });
    let state = prop::option::weighted(
        0.97,
        prop::sample::select(vec![
            PoolState::Active,
            PoolState::Active,
            PoolState::Active,
            PoolState::Active,
            PoolState::FailedOver,
            PoolState::FailingOver,
            PoolState::FailingBack,
        ]),
    );
    let backup = prop::sample::select(vec!["Steady", "Steady", "Steady", "Steady", "Behind", "Broken"]);
    let mirrored = prop::option::weighted(0.2, prop::sample::select(vec!["primary", "mirror"]));
    let sights = ["Runs", "Stopped", "Unreachable", "Unreachable", "Denied", "Nobody"];
    let peer = prop::option::weighted(0.5, prop::sample::select(sights.to_vec()));
    let replicas = prop::option::weighted(0.3, prop::sample::select(vec!["Fresh", "Last", "Old"]));
    let database = prop::option::weighted(0.3, prop::sample::select(vec!["Online", "Offline"]));
    (health, state, any::<bool>(), backup, mirrored, 1_usize..5, (peer, replicas, database)).prop_map(
        move |(health, state, cms, backup, mirrored, front_ends, (peer, replicas, database))| PoolSketch {
            site: site.into(),
            pair: Some(pair.into()),
            front_ends,
            health: health.into(),
            state,
            cms,
            mirrored: mirrored.map(Into::into),
            director: false,
            version: 6,
            standard: false,
            backup: backup.into(),
            behind: false,
            late_for: None,
            unlisted: false,
            store_services: Vec::new(),
            half_way_for: None,
            // Nobody is asked about a pool that nobody doubts.
            peer: peer.filter(|_| health != "Up").map(Into::into),
            replicas: replicas.map(Into::into),
            database: database.map(Into::into),
        },
    )
}

prop_compose! {
    fn sketches()(
        pool1 in pool_sketch("pool2", "DC1"), pool2 in pool_sketch("pool1", "DC2"),
        pool3 in pool_sketch("pool4", "DC1"), pool4 in pool_sketch("pool3", "DC3"),
        on in prop::sample::select(vec!["pool1", "pool2", "pool3"]),
        health in prop::sample::select(vec!["Healthy", "Healthy", "Healthy", "Healthy", "Healthy", "Healthy", "Healthy", "Dead", "Dead", "Impaired", "Split", "Unseen"]),
        hops in prop::collection::vec(prop::option::weighted(0.98, prop::sample::select(vec!["pool1", "pool2", "pool3"])), 0..3),
        edge_down in any::<bool>(),
        away in prop::collection::vec(any::<bool>(), 2),
        consent in prop::sample::select(vec![DisasterConsent::Never, DisasterConsent::WhenSourceDown, DisasterConsent::Always]),
        management in prop::sample::select(vec![Management::Enforce, Management::Enforce, Management::Enforce, Management::Enforce, Management::Enforce, Management::Enforce, Management::Enforce, Management::Plan]),
        sites in prop::collection::vec(prop::sample::select(vec!["DC1", "DC1", "DC2"]), 3),
        by_hand in any::<bool>(),
        suspend in prop::bool::weighted(0.05),
        converged in prop::sample::select(vec![Some(0), Some(0), Some(0), Some(1), None]),
        age in prop::sample::select(vec![0, 0, 0, 0, 0, 0, 0, 60, 60, 600]),
    ) -> Sketch {
        let mut pools: BTreeMap<_, _> =
            [("pool1", pool1), ("pool2", pool2), ("pool3", pool3), ("pool4", pool4)].map(|(n, p)| (n.to_owned(), p)).into();
        pools.get_mut(on).unwrap().cms = true;
        if health == "Split" {
            pools.get_mut("pool2").unwrap().cms = true;
            pools.get_mut("pool4").unwrap().cms = true;
        }
        let edges = hops.iter().enumerate().map(|(i, hop)| {
            let sketch = EdgeSketch { site: sites[i].into(), next_hop: hop.map(Into::into), down: edge_down, behind: false };
            (format!("edge{i}"), sketch)
        });
        let goal = |home: &str, pair: &str, away: bool| UsersGoal { home: pool(home), served_by: pool(if away { pair } else { home }) };
        let desired = Desired {
            users: vec![goal("pool1", "pool2", away[0]), goal("pool3", "pool4", away[1])],
            disaster_mode: consent,
            management,
            same_site_change: if by_hand { SameSiteChange::Manual } else { SameSiteChange::Cmdlet },
            suspend,
            ..Desired::default()
        };
        Sketch {
            about: String::new(), pools, cms: CmsSketch { on: on.into(), health: health.into(), ..CmsSketch::default() }, edges: edges.collect(),
            desired, age, converged_generation: converged, generation: 1, ended: Vec::new(),
        }
    }
}

/// The step that the planner would start, if any.
fn starts(plan: &Plan) -> Option<&Step> {
    match &plan.decision {
        Decision::Execute { step, .. } => Some(step),
        _ => None,
    }
}

fn host(plan: &Plan) -> Option<&MachineFqdn> {
    match &plan.decision {
        Decision::Execute { host, .. } => Some(host),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every input gives a plan, always the same one.
    #[test]
    fn total_and_deterministic(sketch in sketches()) {
        prop_assert_eq!(sketch.plan(), sketch.plan());
    }

    /// Rule 3: no pool failover while an Edge names the pool, or while the store is not healthy elsewhere;
    /// the Edge before the store whenever the store can be written.
    #[test]
    fn ordered(sketch in sketches()) {
        let plan = sketch.plan();
        match starts(&plan) {
            Some(Step::FailOverPool { home, .. }) => {
                for edge in sketch.edges.values() {
                    prop_assert!(edge.next_hop.as_deref().is_some_and(|hop| pool(hop) != *home));
                }
                prop_assert_eq!(sketch.cms.health.as_str(), "Healthy");
                prop_assert_ne!(&pool(&sketch.cms.on), home);
            }
            Some(Step::FailOverCentralManagement { from, .. }) if sketch.cms.health == "Healthy" => {
                let named = sketch.edges.values().any(|edge| edge.next_hop.as_deref().map(pool).as_ref() == Some(from));
                let leaving = sketch.desired.leaving().contains(from);
                prop_assert!(!(named && leaving), "the store moves before the Edge");
            }
            Some(Step::SetEdgeNextHop { .. }) => prop_assert_eq!(sketch.cms.health.as_str(), "Healthy"),
            _ => {}
        }
    }

    /// Rule 11: what is left to people is not done for them; what is not left to them is.
    #[test]
    fn people_are_left_what_is_theirs(sketch in sketches()) {
        let plan = sketch.plan();
        for row in &plan.steps {
            let Step::SetEdgeNextHop { edge, to, .. } = &row.step else { continue };
            let is_theirs = sketch.desired.same_site_change == SameSiteChange::Manual
                && sketch.edges[edge.short()].site == sketch.pools[to.short()].site;
            let is_asked = matches!(row.state, StepState::Held(Hold::Manual { .. }));
            prop_assert!(is_theirs || !is_asked, "{} is asked of people", row.step);
            prop_assert!(!(is_theirs && starts(&plan) == Some(&row.step)), "{} is started", row.step);
        }
    }

    /// Rule 4: what holds already is not done.
    #[test]
    fn minimal(sketch in sketches()) {
        for row in sketch.plan().steps {
            match row.step {
                Step::SetEdgeNextHop { edge, to, .. } => {
                    let hop = sketch.edges[edge.short()].next_hop.as_deref().map(pool);
                    prop_assert_ne!(hop, Some(to));
                }
                Step::FailOverPool { home, .. } => prop_assert_ne!(sketch.pools[home.short()].state, Some(PoolState::FailedOver)),
                Step::FailBackPool { home, .. } => prop_assert_ne!(sketch.pools[home.short()].state, Some(PoolState::Active)),
                Step::FailOverCentralManagement { from, to, .. } => prop_assert_ne!(from, to),
                Step::KickReplication { .. } => {}
            }
        }
    }

    /// Rule 6: nothing is done on what is not known.
    #[test]
    fn never_acts_on_unknown(sketch in sketches()) {
        let plan = sketch.plan();
        let Some(step) = starts(&plan) else { return Ok(()) };
        prop_assert!(sketch.age < 180, "acted on an old observation");
        prop_assert!(!["Unseen", "Split"].contains(&sketch.cms.health.as_str()));
        if let Step::FailOverPool { home, to, .. } | Step::FailBackPool { home, from: to, .. } = step {
            prop_assert!(sketch.pools[home.short()].state.is_some());
            prop_assert!(sketch.pools[to.short()].state.is_some());
        }
        if let Step::FailOverPool { .. } = step {
            prop_assert!(sketch.edges.values().all(|edge| edge.next_hop.is_some()));
        }
    }

    /// Rule 9: data is only risked with consent, and `WhenSourceDown` is only consent once the source is
    /// down for long enough.
    #[test]
    fn data_loss_needs_consent(sketch in sketches()) {
        let plan = sketch.plan();
        let Some(step) = starts(&plan) else { return Ok(()) };
        if step.risk() != Risk::DataLoss { return Ok(()) }
        if let Step::FailBackPool { .. } = step {
            prop_assert!(sketch.desired.failback_disaster_mode);
            return Ok(());
        }
        let source = step.source().unwrap();
        match sketch.desired.disaster_mode {
            DisasterConsent::Never => prop_assert!(false, "{step} without consent"),
            DisasterConsent::WhenSourceDown => {
                let health = sketch.pools[source.short()].health.as_str();
                prop_assert!(
                    matches!(health, "Gone" | "Registrars" | "Denied"),
                    "{step} while {source} is {health}"
                );
            }
            DisasterConsent::Always => {}
        }
    }

    /// Down needs enough votes of that, one of them from the operator's own place, and none that
    /// says Up, whatever the mixture; for long enough. Up needs somebody who has seen it, and none who has seen
    /// it down. Whoever is refused says nothing.
    #[test]
    fn down_needs_the_votes(sketch in sketches(), votes in 1..6_i32) {
        let limits = Limits { down_votes: votes, ..Limits::default() };
        let (observed, progress) = (sketch.observed(), sketch.progress());
        let seen = assess(&observed, &progress, &limits, now());
        for (name, verdict) in &seen.verdicts {
            let cast = |vote: Vote| seen.ballots[name].iter().filter(move |ballot| ballot.vote == vote);
            let direct = |vote: Vote| cast(vote).any(|ballot| ballot.observer.is_direct());
            let own = cast(Vote::Down).any(|ballot| ballot.observer.is_operators());
            let enough = cast(Vote::Down).count() >= usize::try_from(votes).unwrap();
            match verdict {
                Verdict::Down { since } => {
                    prop_assert!(enough && own && cast(Vote::Up).next().is_none());
                    prop_assert!(now().duration_since(*since) >= limits.down_sustained_for);
                }
                Verdict::Up => prop_assert!(direct(Vote::Up) && !direct(Vote::Down)),
                Verdict::Undetermined => prop_assert!(cast(Vote::Down).next().is_none()),
                Verdict::Suspect { .. } => prop_assert!(cast(Vote::Down).next().is_some()),
            }
            let kept = |observer, vote| cast(vote).any(|ballot| ballot.observer == observer);
            let pool = &sketch.pools[name.short()];
            if matches!(pool.peer.as_deref(), None | Some("Denied" | "Nobody")) {
                prop_assert!(!kept(Observer::Peer, Vote::Up) && !kept(Observer::Peer, Vote::Down));
            }
            if pool.health == "Denied" {
                prop_assert!(!kept(Observer::Bridge, Vote::Up) && !kept(Observer::Bridge, Vote::Down));
            }
            if sketch.cms.health != "Healthy" {
                prop_assert!(!kept(Observer::Replicas, Vote::Down), "nobody takes reports in");
            }
            prop_assert!(!kept(Observer::UserDatabase, Vote::Up), "a database serves nobody by itself");
        }
    }

    /// Rule 10: nothing acts by itself: not when suspended, not in Plan, not after convergence.
    #[test]
    fn nothing_acts_by_itself(sketch in sketches()) {
        let plan = sketch.plan();
        if starts(&plan).is_some() {
            prop_assert!(!sketch.desired.suspend);
            prop_assert_eq!(sketch.desired.management, Management::Enforce);
            prop_assert!(sketch.converged_generation.is_none_or(|converged| converged < sketch.generation));
        }
    }

    /// A cmdlet never runs on the pool that is being failed over, and the store's on the pool that
    /// receives it.
    #[test]
    fn runs_in_the_right_place(sketch in sketches()) {
        let plan = sketch.plan();
        let (Some(step), Some(host)) = (starts(&plan), host(&plan)) else { return Ok(()) };
        let on = |pool: &PoolFqdn| host.as_str().ends_with(&format!(".{pool}"));
        match step {
            Step::FailOverPool { home, to, .. } => prop_assert!(on(to) && !on(home)),
            Step::FailOverCentralManagement { to, .. } => prop_assert!(on(to)),
            Step::SetEdgeNextHop { from, .. } if sketch.desired.leaving().contains(from) => prop_assert!(!on(from)),
            _ => {}
        }
    }

    /// Converged means that nothing is left to do, and everything that matters was seen.
    #[test]
    fn converged_is_seen(sketch in sketches()) {
        let plan = sketch.plan();
        if plan.decision == Decision::Converged {
            prop_assert!(plan.steps.is_empty());
            prop_assert_eq!(sketch.cms.health.as_str(), "Healthy");
            for goal in &sketch.desired.users {
                let wanted = if goal.is_away() { PoolState::FailedOver } else { PoolState::Active };
                prop_assert_eq!(sketch.pools[goal.home.short()].state, Some(wanted));
            }
        }
    }

    /// Carrying a step out makes the plan shorter, and leads to a state in which nothing is left.
    #[test]
    fn each_step_shrinks_the_plan(mut sketch in sketches()) {
        let mut plan = sketch.plan();
        for _ in 0..10 {
            let Some(step) = starts(&plan).cloned() else { break };
            apply(&mut sketch, &step);
            let next = sketch.plan();
            prop_assert!(next.steps.len() < plan.steps.len(), "{step} left {:?}", next.step_list());
            plan = next;
        }
        prop_assert!(starts(&plan).is_none(), "no end in sight");
    }
}

/// The laws are about plans that start something; this counts how often the generator gives them one.
#[test]
fn the_generator_gives_every_kind_of_step() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};

    let mut runner = TestRunner::deterministic();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for _ in 0..4096 {
        let sketch = sketches().new_tree(&mut runner).unwrap().current();
        if let Some(step) = starts(&sketch.plan()) {
            *counts.entry((step.name(), step.mode_name())).or_default() += 1;
        }
    }
    for kind in [
        ("SetEdgeNextHop", ""),
        ("FailOverCentralManagement", "Normal"),
        ("FailOverCentralManagement", "DisasterRecovery"),
        ("FailOverPool", "Planned"),
        ("FailOverPool", "Disaster"),
        ("FailBackPool", "Planned"),
    ] {
        let count = counts.get(&kind).copied().unwrap_or(0);
        assert!(count >= 8, "{kind:?} only {count} times: {counts:?}");
    }
}

/// What the documented cmdlet does to the world.
fn apply(sketch: &mut Sketch, step: &Step) {
    match step {
        Step::SetEdgeNextHop { edge, to, .. } => {
            sketch.edges.get_mut(edge.short()).unwrap().next_hop = Some(to.short().to_owned());
        }
        Step::FailOverCentralManagement { to, .. } => {
            sketch.cms =
                CmsSketch { on: to.short().to_owned(), health: "Healthy".into(), ..CmsSketch::default() };
        }
        Step::FailOverPool { home, .. } => {
            sketch.pools.get_mut(home.short()).unwrap().state = Some(PoolState::FailedOver);
        }
        Step::FailBackPool { home, .. } => {
            sketch.pools.get_mut(home.short()).unwrap().state = Some(PoolState::Active);
        }
        Step::KickReplication { .. } => {}
    }
}
