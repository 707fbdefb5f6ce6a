//! ORDER_STUCK: an order is out for longer than orders take, and nobody said how it ended.

use chrono::TimeDelta;

use super::facts::Facts;
use super::order_age::{Doubts, Late, age, ahead, orders, report, seconds};
use super::outcome::Outcome;
use super::rule::{Reading, Rule, Severity};
use crate::domain::pending::{Glance, Policy, State};

/// The rule.
pub const RULE: Rule = Rule {
    id: "ORDER_STUCK",
    group: "orders",
    about: "an order is out for too long: sent, and not completed, whatever its state",
    why: "money is committed that nobody knows to be filled or free, and a bot that waits for it does nothing else",
    threshold: "CRITICAL when out for longer than 5 minutes (orders.stuck_after, orders.stuck_after_by_platform), not at \
                exactly that; EMERGENCY from 3 times that on (orders.emergency_ratio)",
    example: "nija orders track A-1 --symbol BTC-USD --submitted-at 2026-11-20T14:00:00Z",
    severities: &[Severity::Critical, Severity::Emergency],
    auto_kill: Some(
        "at EMERGENCY with orders.auto_kill = true: everything, or the order's platform with orders.auto_kill_scope = \
         \"platform\"",
    ),
    latches: None,
    remedy: "nija orders list",
    reads: &[Reading::Orders],
    evaluate,
};

fn evaluate(facts: &Facts) -> Outcome {
    let orders = match orders(facts) {
        Ok(orders) => orders,
        Err(outcome) => return outcome,
    };
    let policy = &facts.policies.orders;
    let mut outcome = Outcome::default();
    let (mut doubts, mut pending, mut oldest) = (Doubts::default(), 0_u32, TimeDelta::zero());
    let mut stuck = Vec::new();
    for (id, order) in orders.iter() {
        let order = match order {
            Ok(order) if order.state == State::Completed => continue,
            Ok(order) => order,
            Err(why) => {
                doubts.push(id, why.clone());
                continue;
            }
        };
        pending = pending.saturating_add(1);
        match age(order.out_since, facts.now) {
            None => doubts.push(id, ahead(order.out_since, facts.now)),
            Some(age) => {
                oldest = oldest.max(age);
                stuck.extend(judge(id, order, age, policy));
            }
        }
    }
    outcome.idle = orders.is_empty().then(|| "no orders are tracked".to_owned());
    outcome.figure("pending_orders", pending.into(), "");
    outcome.figure("stuck_orders", stuck.len().into(), "");
    outcome.figure("oldest_order_age", seconds(oldest), "s");
    let emergency = |late: &Late<'_>| late.severity == Severity::Emergency;
    let pull =
        |late: &Late<'_>| emergency(late).then(|| policy.pull(late.order.platform.as_deref())).flatten();
    report(stuck, pull, &mut outcome);
    doubts.tell(&mut outcome);
    outcome
}

fn judge<'a>(id: &'a str, order: &'a Glance, age: TimeDelta, policy: &Policy) -> Option<Late<'a>> {
    let limit = policy.stuck_after(order.platform.as_deref());
    if age <= limit {
        return None;
    }
    let severity = if age < policy.emergency_at(limit) { Severity::Critical } else { Severity::Emergency };
    Some(Late { id, order, since: order.out_since, age, limit, severity, what: "out" })
}
