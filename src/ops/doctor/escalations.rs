//! Whether every step of an escalation reaches somebody.

use super::{Check, Finding, Patient};
use crate::domain::notify::escalation::Escalation;

/// Steps that reach nobody are found here, and not at night.
pub const ESCALATIONS: Check =
    Check { name: "escalations", about: "every step of an escalation reaches somebody", run: escalations };

fn escalations(patient: &Patient<'_>) -> Vec<Finding> {
    let policy = &patient.context.config.policies.notify;
    if policy.escalations.is_empty() {
        return vec![Finding::ok("no escalation: every channel that an alert is for is told at once")];
    }
    let judged = |escalation: &Escalation| match escalation.problem(&policy.channels) {
        None => Finding::ok(format!("escalation {} reaches somebody with every step", escalation.name)),
        Some(why) => Finding::critical(why, patient.nija("escalation list")),
    };
    policy.escalations.iter().map(judged).collect()
}
