//! HEARTBEAT_FAILED: a component says that it failed.

use super::beats;
use super::facts::Facts;
use super::outcome::Outcome;
use super::rule::{Reading, Rule, Severity};
use crate::domain::heartbeat::Component;

/// The rule.
pub const RULE: Rule = Rule {
    id: "HEARTBEAT_FAILED",
    group: "heartbeats",
    about: "a component's last beat says that it failed",
    why: "it knows best, and it may not be able to do anything about it",
    threshold: "any failure or exit code but 0: CRITICAL with positions open, WARNING when flat; until it beats ok",
    example: "nija heartbeat run backup -- false",
    severities: &[Severity::Warning, Severity::Critical],
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
    let beating = view.judged().filter(|component| component.silent.is_some()).count();
    let mut outcome = beats::outcome(view, beating, "no component beats");
    for component in view.judged().filter(|component| component.failed) {
        outcome.findings.push(beats::finding(component, Severity::Warning, &words(component)));
    }
    outcome
}

fn words(component: &Component) -> String {
    let code = component.exit_code.map_or_else(String::new, |code| format!(" with exit code {code}"));
    let note = component.note.as_ref().map_or_else(String::new, |note| format!(" ({note})"));
    format!("failed{code}{note}")
}
