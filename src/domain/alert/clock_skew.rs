//! CLOCK_SKEW: the wall clock was stepped.

use std::time::Duration;

use rust_decimal::Decimal;

use super::beats;
use super::facts::Facts;
use super::outcome::{Finding, Outcome};
use super::rule::{Reading, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "CLOCK_SKEW",
    group: "heartbeats",
    about: "between two looks the wall clock moved by more than time passed, or less",
    why: "records, expiries and broker sessions go by it; ages of heartbeats do not",
    threshold: "heartbeats.clock_jump, 2 s by default, and a thousandth of the time between the looks; reported for \
                heartbeats.reported_for, 5 minutes by default",
    example: "date --set '1 hour ago'",
    severities: &[Severity::Warning],
    auto_kill: None,
    latches: None,
    remedy: "timedatectl timesync-status",
    reads: &[Reading::Heartbeats],
    evaluate,
};

fn evaluate(facts: &Facts) -> Outcome {
    let view = match beats::view(facts) {
        Ok(view) => view,
        Err(outcome) => return outcome,
    };
    let mut outcome = Outcome::default();
    if let Some(jump) = &view.jump {
        let way = if jump.by_ms < 0 { "back" } else { "forward" };
        let message = format!(
            "the wall clock was set {way} by {} and said {} then",
            beats::spoken(Duration::from_millis(jump.by_ms.unsigned_abs())),
            jump.at.format("%Y-%m-%dT%H:%M:%SZ")
        );
        let by = Decimal::new(jump.by_ms, 3).normalize();
        let limit = beats::seconds(facts.policies.heartbeats.clock_jump);
        outcome.findings.push(
            Finding::new("clock", Severity::Warning, message).judged(by, limit).label("direction", way),
        );
    }
    outcome
}
