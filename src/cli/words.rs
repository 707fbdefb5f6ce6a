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

/// An age in seconds, as in `3m 20s`; a negative one lies ahead.
pub fn age(seconds: i64) -> String {
    let span = humantime::format_duration(Duration::from_secs(seconds.unsigned_abs())).to_string();
    let coarse = span.split(' ').take(2).collect::<Vec<_>>().join(" ");
    if seconds < 0 { format!("-{coarse}") } else { coarse }
}

/// Reads an instant, as in `2026-11-20T14:00:00Z`.
pub fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let read = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    read.map_err(|_| format!("'{text}' is not an instant, as in 2026-11-20T14:00:00Z"))
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
