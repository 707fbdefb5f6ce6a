//! How halts, people and times read in text.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::domain::halt::{Halt, Mode};
use crate::output::{Page, Role, Span};

/// A time to the second, in UTC.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A number of seconds in the largest two units that say enough.
pub fn seconds(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) if minutes < 10 && !seconds.is_multiple_of(60) => {
            format!("{minutes} min {} s", seconds % 60)
        }
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// How long ago something was.
pub fn ago(age_seconds: u64) -> String {
    if age_seconds == 0 { "just now".to_owned() } else { format!("{} ago", seconds(age_seconds)) }
}

/// A time that has passed by the wall clock, which may have been set back meanwhile.
pub fn since(passed: TimeDelta) -> String {
    seconds(u64::try_from(passed.num_seconds()).unwrap_or(0))
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
