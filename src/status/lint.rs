//! A numbered lint of a status: every scenario and every test of the controller runs it on each status.

use crate::{
    api::{Actor, ConditionType, LyncFailoverStatus, Reason, condition::find_condition},
    plan::Plan,
};

/// What is wrong with a status, each with the number of its rule; empty if nothing is.
///
/// 1. All conditions are present, each once, in order.
/// 2. Every reason is one of the closed vocabulary; every message says something.
/// 3. Times have whole seconds.
/// 4. `Ready=True` excludes `Reconciling=True` and `Stalled=True`, which exclude each other.
/// 5. `Ready=True` has nobody acting, no operation in flight, and no drift.
/// 6. `observedGeneration` does not go back; conditions carry it.
/// 7. An operation in flight is `Reconciling=True`.
/// 8. Something is always said about who acts next.
/// 9. A transition time moves only when the status of its condition does.
/// 10. `Ready=True` has no step left in its plan.
/// 11. Advice has each topic once, and says something.
pub fn lint(old: &LyncFailoverStatus, new: &LyncFailoverStatus, plan: Option<&Plan>) -> Vec<String> {
    let mut found = Vec::new();
    let mut rule = |number: u8, holds: bool, text: &str| {
        if !holds {
            found.push(format!("{number}: {text}"));
        }
    };
    let is = |condition, status: &str| {
        find_condition(&new.conditions, condition).is_some_and(|c| c.status == status)
    };
    let is_true = |condition| is(condition, "True");
    let ready = is_true(ConditionType::Ready);

    let types: Vec<&str> = new.conditions.iter().map(|condition| condition.type_.as_str()).collect();
    let wanted: Vec<&str> = ConditionType::FAILOVER.iter().map(|condition| condition.as_str()).collect();
    rule(1, types == wanted, "conditions are missing, doubled or out of order");
    for condition in &new.conditions {
        rule(2, condition.reason.parse::<Reason>().is_ok(), "a reason is not of the vocabulary");
        rule(2, !condition.message.trim().is_empty(), "a message is empty");
        rule(3, condition.last_transition_time.0.subsec_nanosecond() == 0, "a time has fractions");
        let generation = condition.observed_generation;
        rule(6, generation == Some(new.observed_generation), "a condition has another generation");
        let before =
            old.conditions.iter().find(|c| c.type_ == condition.type_ && c.status == condition.status);
        let same = before.is_none_or(|before| before.last_transition_time == condition.last_transition_time);
        rule(9, same, "a transition time moved without a transition");
    }
    let (reconciling, stalled) = (is_true(ConditionType::Reconciling), is_true(ConditionType::Stalled));
    rule(4, !(ready && (reconciling || stalled)), "ready and not at rest");
    rule(4, !(reconciling && stalled), "reconciling and stalled");
    let actor = new.next_action.as_ref().map(|action| action.actor);
    rule(5, !ready || actor == Some(Actor::Nobody), "ready, and somebody has to act");
    rule(5, !ready || new.operation.is_none(), "ready with an operation in flight");
    rule(5, !(ready && is_true(ConditionType::Drifted)), "ready and drifted");
    rule(6, new.observed_generation >= old.observed_generation, "observedGeneration went back");
    rule(7, new.operation.is_none() || reconciling, "an operation in flight, and not reconciling");
    let says = new.next_action.as_ref().is_some_and(|action| !action.message.is_empty());
    rule(8, says, "nothing is said about what comes next");
    let topics: std::collections::BTreeSet<_> = new.advice.iter().map(|advice| advice.topic).collect();
    rule(11, topics.len() == new.advice.len(), "a topic of advice stands twice");
    let is_said = |advice: &crate::api::Advice| !advice.message.is_empty() && !advice.citation.is_empty();
    rule(11, new.advice.iter().all(is_said), "advice says nothing");
    rule(10, !ready || plan.is_none_or(|plan| plan.steps.is_empty()), "ready with steps left");
    found
}
