//! TRADING_HALTED: a halt is in force, or whether one is cannot be told.

use super::facts::{Facts, Input, Stops};
use super::outcome::{Finding, Outcome};
use super::rule::{Reading, Rule, Severity};
use crate::domain::halt::{Halt, Mode, Scope};

/// Its name: nothing ever hides that trading is halted, and only people end it.
pub const ID: &str = "TRADING_HALTED";

/// The rule.
pub const RULE: Rule = Rule {
    id: ID,
    group: "killswitch",
    about: "a halt is in force",
    why: "nothing goes out while everybody believes the bots are trading",
    threshold: "any halt: CRITICAL when everything is halted, WARNING when a part is or only reducing orders may go out",
    example: "nija kill fat finger",
    severities: &[Severity::Warning, Severity::Critical],
    auto_kill: None,
    latches: None,
    remedy: "nija killswitch status",
    reads: &[Reading::KillSwitch],
    evaluate,
};

fn evaluate(facts: &Facts) -> Outcome {
    let stops = match &facts.stops {
        Input::Known(stops) => stops,
        Input::Unreadable(why) => return Outcome::unknown(why.clone(), "nija doctor"),
        Input::NotRead | Input::Missing => return Outcome::idle("the kill switch was not read"),
    };
    let mut outcome = Outcome::default();
    for doubt in &stops.doubts {
        outcome.doubt(None, doubt.clone(), "nija doctor");
    }
    match &stops.document {
        Input::Known(document) => outcome.findings.extend(document.halts.iter().map(finding)),
        Input::Unreadable(why) => {
            outcome.doubt(None, why.clone(), "nija doctor");
        }
        Input::NotRead | Input::Missing => {
            outcome.doubt(None, "killswitch.json is missing: trading is halted", "nija doctor");
        }
    }
    outcome.findings.extend(unaccounted(stops));
    outcome
}

/// What is found about one halt.
pub fn finding(halt: &Halt) -> Finding {
    let total = halt.scope == Scope::All && halt.mode == Mode::Halted;
    let severity = if total { Severity::Critical } else { Severity::Warning };
    let reason = if halt.cause.reason.is_empty() { "no reason given" } else { &halt.cause.reason };
    let message = format!("{} {} by {}: {reason}", halt.mode, halt.scope, halt.cause.actor.name());
    Finding::new(format!("halt:{}", halt.id), severity, message)
        .label("scope", halt.scope.to_string())
        .label("mode", halt.mode.to_string())
}

/// A stop file that no halt of everything accounts for.
fn unaccounted(stops: &Stops) -> Option<Finding> {
    let known = matches!(&stops.document, Input::Known(document) if document.needs_stop_file());
    let path = stops.files.first().filter(|_| !known)?;
    Some(Finding::new("stop-file", Severity::Critical, format!("stop file {path} stands")))
}
