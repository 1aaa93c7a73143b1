//! Wishes that contradict each other: neither is followed, and both say so.

use super::Desired;
use crate::api::Management;

/// For each wish, what it and another one want differently; `None` where nobody contradicts it.
pub fn contests(wishes: &[(&str, &Desired)]) -> Vec<Option<String>> {
    wishes
        .iter()
        .enumerate()
        .map(|(at, (_, mine))| {
            let acts = |wish: &Desired| !wish.suspend && wish.management == Management::Enforce;
            let others = wishes.iter().enumerate().filter(|(other, (_, wish))| *other != at && acts(wish));
            let mut found = others.filter_map(|(_, (name, other))| {
                let what = contradiction(mine, other).or_else(|| contradiction(other, mine))?;
                Some(format!("{name} wants otherwise: {what}"))
            });
            found.next()
        })
        .collect()
}

/// What cannot be true of both.
fn contradiction(mine: &Desired, other: &Desired) -> Option<String> {
    for goal in &mine.users {
        let served_by = other.served_by(&goal.home).filter(|served_by| **served_by != goal.served_by);
        if let Some(served_by) = served_by {
            return Some(format!("users of {} served by {} or {served_by}", goal.home, goal.served_by));
        }
    }
    match (&mine.central_management, &other.central_management) {
        (Some(a), Some(b)) if a != b => return Some(format!("the Central Management store on {a} or {b}")),
        _ => {}
    }
    for goal in &mine.edges {
        let rival = other.edges.iter().find(|e| e.edge == goal.edge && e.next_hop != goal.next_hop);
        if let Some(rival) = rival {
            return Some(format!("next hop of {}: {} or {}", goal.edge, goal.next_hop, rival.next_hop));
        }
    }
    let leaving = mine.leaving();
    if let Some(pool) = other.central_management.as_ref().filter(|pool| leaving.contains(pool)) {
        return Some(format!("{pool} is to be failed over and to host the Central Management store"));
    }
    let hop = other.edges.iter().find(|goal| leaving.contains(&goal.next_hop));
    if let Some(goal) = hop {
        return Some(format!(
            "{} is to be failed over and to be the next hop of {}",
            goal.next_hop, goal.edge
        ));
    }
    let target = other.users.iter().find(|goal| goal.is_away() && leaving.contains(&goal.served_by));
    target.map(|goal| format!("{} is to be failed over and to serve users of {}", goal.served_by, goal.home))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::UsersGoal;

    fn wish(home: &str, served_by: &str) -> Desired {
        let name = |short: &str| format!("{short}.contoso.com").parse().expect("valid");
        Desired {
            users: vec![UsersGoal { home: name(home), served_by: name(served_by) }],
            ..Desired::default()
        }
    }

    #[test]
    fn both_sides_of_a_contradiction_hear_of_it() {
        let (a, b, c) = (wish("pool1", "pool2"), wish("pool1", "pool1"), wish("pool3", "pool4"));
        let found = contests(&[("a", &a), ("b", &b), ("c", &c)]);
        assert!(found[0].as_ref().is_some_and(|text| text.starts_with("b wants otherwise")), "{found:?}");
        assert!(found[1].as_ref().is_some_and(|text| text.starts_with("a wants otherwise")), "{found:?}");
        assert_eq!(found[2], None);
    }

    #[test]
    fn two_pools_are_not_failed_over_to_each_other_by_two_wishes() {
        let found = contests(&[("a", &wish("pool1", "pool2")), ("b", &wish("pool2", "pool1"))]);
        assert!(found.iter().all(Option::is_some), "{found:?}");
    }

    #[test]
    fn the_same_wish_twice_is_no_contradiction() {
        let found = contests(&[("a", &wish("pool1", "pool2")), ("b", &wish("pool1", "pool2"))]);
        assert_eq!(found, [None, None]);
    }
}
