//! ORDER_STUCK: an order is out for longer than orders take, and nobody said how it ended.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::facts::Facts;
use super::order_age::{Doubts, age, ahead, finding, orders, seconds};
use super::outcome::{Finding, Outcome};
use super::rule::{Reading, Rule, Severity};
use crate::domain::pending::{Glance, Policy, State};

/// The rule.
pub const RULE: Rule = Rule {
    id: "ORDER_STUCK",
    group: "orders",
    about: "an order is out for too long: sent, and not completed, whatever its state",
    why: "money is committed that nobody knows to be filled or free, and a bot that waits for it does nothing else",
    threshold: "CRITICAL when out for longer than 5 minutes (orders.stuck_after, orders.stuck_after_by_platform), not at \
                exactly that; EMERGENCY from 3 times that on (orders.emergency_factor)",
    example: "nija orders track A-1 --symbol BTC-USD --submitted-at 2026-11-20T14:00:00Z",
    severities: &[Severity::Critical, Severity::Emergency],
    auto_kill: Some(
        "at EMERGENCY with orders.auto_kill = true: everything, or the order's platform with orders.auto_kill_scope = \
         \"platform\"",
    ),
    remedy: "nija orders list",
    reads: &[Reading::Orders],
    evaluate,
};

fn evaluate(facts: &Facts) -> Outcome {
    let orders = match orders(facts) {
        Ok(orders) => orders,
        Err(outcome) => return outcome,
    };
    let mut outcome = Outcome::default();
    let (mut doubts, mut pending, mut oldest) = (Doubts::default(), 0_u32, None);
    let mut stuck: Vec<(DateTime<Utc>, &str, Finding)> = Vec::new();
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
        let Some(age) = age(order.out_since, facts.now) else {
            doubts.push(id, ahead(order.out_since, facts.now));
            continue;
        };
        oldest = oldest.max(Some(age));
        if let Some(found) = judge(id, order, age, &facts.policies.orders) {
            stuck.push((order.out_since, id, found));
        }
    }
    stuck.sort_unstable_by_key(|(since, id, _)| (*since, *id));
    outcome.idle = orders.is_empty().then(|| "no orders are tracked".to_owned());
    outcome.figure("pending_orders", pending.into(), "");
    outcome.figure("stuck_orders", Decimal::from(stuck.len()), "");
    outcome.figure("oldest_order_age", oldest.map_or(Decimal::ZERO, seconds), "s");
    outcome.findings = stuck.into_iter().map(|(_, _, found)| found).collect();
    doubts.tell(&mut outcome);
    outcome
}

fn judge(id: &str, order: &Glance, age: chrono::TimeDelta, policy: &Policy) -> Option<Finding> {
    let platform = order.platform.as_deref();
    let limit = policy.stuck_after(platform);
    if age <= limit {
        return None;
    }
    if age < policy.emergency_at(limit) {
        return Some(finding(id, order, Severity::Critical, age, limit));
    }
    Some(finding(id, order, Severity::Emergency, age, limit).pulls(policy.pull(platform)))
}
