//! ORDER_UNKNOWN: for too long nobody can tell whether an order is still out.

use super::facts::Facts;
use super::order_age::{Doubts, Late, age, ahead, orders, report};
use super::outcome::Outcome;
use super::rule::{Reading, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "ORDER_UNKNOWN",
    group: "orders",
    about: "an order is `unknown` or `pending-cancel` for too long",
    why: "an order that is taken for cancelled may still be filled, and one that is sent again may be filled twice",
    threshold: "CRITICAL when it is in these states, either of them, for longer than 1 minute (orders.unknown_after), \
                not at exactly that",
    example: "nija orders update A-1 --state unknown",
    severities: &[Severity::Critical],
    auto_kill: None,
    latches: None,
    remedy: "nija orders list --state unknown",
    reads: &[Reading::Orders],
    evaluate,
};

fn evaluate(facts: &Facts) -> Outcome {
    let orders = match orders(facts) {
        Ok(orders) => orders,
        Err(outcome) => return outcome,
    };
    let limit = facts.policies.orders.unknown_after;
    let mut outcome = Outcome::default();
    let (mut doubts, mut unsettled, mut late) = (Doubts::default(), 0_u32, Vec::new());
    for (id, order) in orders.iter() {
        let (order, since) = match order {
            Ok(order) => match order.unsettled_since {
                Some(since) => (order, since),
                None => continue,
            },
            Err(why) => {
                doubts.push(id, why.clone());
                continue;
            }
        };
        unsettled = unsettled.saturating_add(1);
        match age(since, facts.now) {
            None => doubts.push(id, ahead(since, facts.now)),
            Some(age) if age > limit => {
                late.push(Late {
                    id,
                    order,
                    since,
                    age,
                    limit,
                    severity: Severity::Critical,
                    what: "in doubt",
                });
            }
            Some(_) => {}
        }
    }
    outcome.idle = orders.is_empty().then(|| "no orders are tracked".to_owned());
    outcome.figure("unsettled_orders", unsettled.into(), "");
    report(late, |_| None, &mut outcome);
    doubts.tell(&mut outcome);
    outcome
}
