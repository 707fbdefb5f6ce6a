//! HEARTBEAT_NEVER: a component that must beat has never come.

use super::beats;
use super::facts::Facts;
use super::outcome::Outcome;
use super::rule::{Reading, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "HEARTBEAT_NEVER",
    group: "heartbeats",
    about: "a component that must beat has not done so once, and its start-up grace is over",
    why: "what was never started, or reports to another state directory, looks just like nothing to worry about",
    threshold: "its start-up grace (nija heartbeat expect --start-up), by default its interval and grace together",
    example: "nija heartbeat expect bot-a --interval 30s --grace 30s; then nothing for 60 s",
    severities: &[Severity::Critical],
    auto_kill: None,
    latches: None,
    remedy: "nija heartbeat status",
    reads: &[Reading::Heartbeats],
    evaluate,
};

fn evaluate(facts: &Facts) -> Outcome {
    let view = match beats::view(facts) {
        Ok(view) => view,
        Err(outcome) => return outcome,
    };
    let expected = view.judged().filter(|component| component.expected).count();
    let mut outcome = beats::outcome(view, expected, "no component is expected to beat");
    for component in view.judged().filter(|component| component.never_came()) {
        let Some((start_up, waited)) = component.awaited else { continue };
        let what = format!(
            "has never beaten in {} (start-up grace {})",
            beats::spoken(waited),
            beats::spoken(start_up)
        );
        // Whether it has positions open is not known either.
        let finding = beats::finding(component, Severity::Critical, &what);
        outcome.findings.push(finding.judged(beats::seconds(waited), beats::seconds(start_up)));
    }
    outcome
}
