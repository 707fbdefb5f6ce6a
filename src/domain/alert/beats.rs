//! What the rules about heartbeats share: the view of all components, how they are named, and how a time is said.

use std::time::Duration;

use rust_decimal::Decimal;

use super::facts::{Facts, Input};
use super::outcome::{Finding, Outcome};
use super::rule::Severity;
use crate::domain::heartbeat::{Component, View};

/// The view, or the answer of a rule that has none.
pub fn view(facts: &Facts) -> Result<&View, Outcome> {
    match &facts.heartbeats {
        Input::Known(view) => Ok(view),
        Input::Unreadable(why) => Err(Outcome::unknown(why.clone(), "nija doctor")),
        Input::NotRead | Input::Missing => Err(Outcome::idle("heartbeats were not read")),
    }
}

/// An outcome that says of which components nothing can be said; idle when there is none to judge at all.
pub fn outcome(view: &View, judged: usize, idle: &str) -> Outcome {
    if judged == 0 && view.unreadable.is_empty() {
        return Outcome::idle(idle);
    }
    let mut outcome = Outcome::default();
    for (name, why) in &view.unreadable {
        let remedy = "nija doctor";
        outcome.doubt(Some(subject(name)), format!("the record of {name} cannot be used: {why}"), remedy);
    }
    outcome
}

/// What an alert about a component is about.
pub fn subject(name: &str) -> String {
    format!("component:{name}")
}

/// A finding about a component: CRITICAL with positions open, otherwise as bad as `flat`.
pub fn finding(component: &Component, flat: Severity, what: &str) -> Finding {
    let severity = if component.has_positions() { flat.max(Severity::Critical) } else { flat };
    let positions = match component.open_positions {
        Some(open) if open > 0 => format!(", {}", positions(open)),
        _ => String::new(),
    };
    let message = format!("{} {what}{positions}", component.name);
    Finding::new(subject(&component.name), severity, message).label("component", &component.name)
}

/// So many open positions, in words.
pub fn positions(open: u64) -> String {
    if open == 1 { "1 open position".to_owned() } else { format!("{open} open positions") }
}

/// A time in words, whole seconds once it is one.
pub fn spoken(length: Duration) -> String {
    let whole = if length.as_secs() > 0 { Duration::from_secs(length.as_secs()) } else { length };
    let milliseconds = Duration::from_millis(u64::try_from(whole.as_millis()).unwrap_or(u64::MAX));
    humantime::format_duration(milliseconds).to_string()
}

/// A time in seconds, to the millisecond.
pub fn seconds(length: Duration) -> Decimal {
    let milliseconds = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
    Decimal::new(milliseconds, 3).normalize()
}
