//! How halts, people and times read in text.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::domain::halt::{Halt, Mode};
use crate::output::{Page, Role, Span};

/// A time to the second, in UTC.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A length of time, to the second.
pub fn length(length: Duration) -> String {
    humantime::format_duration(Duration::from_secs(length.as_secs())).to_string()
}

/// One halt: what, how hard, why, and who when.
pub fn halt(page: &mut Page, halt: &Halt) {
    let role = if halt.mode == Mode::Halted { Role::Bad } else { Role::Warn };
    let rule = halt.cause.rule.as_ref().map_or_else(String::new, |rule| format!(" {rule}"));
    let reason = if halt.cause.reason.is_empty() { "no reason given" } else { &halt.cause.reason };
    page.line([
        Span::plain("  "),
        Span::new(Role::Strong, halt.id.clone()),
        Span::plain("  "),
        Span::new(role, halt.mode.to_string()),
        Span::plain(format!(" {}  {reason}", halt.scope)),
    ]);
    let again = if halt.count > 1 {
        format!("; {} times, last {}", halt.count, time(halt.last_seen))
    } else {
        String::new()
    };
    let cause = &halt.cause;
    page.line([Span::new(
        Role::Muted,
        format!(
            "      {}{rule} by {} on {} at {}{again}",
            cause.source.word(),
            cause.actor.name(),
            cause.host,
            time(cause.at)
        ),
    )]);
}
