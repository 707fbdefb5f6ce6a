//! How the channels that people are told through do.

use chrono::{DateTime, Utc};

use super::super::words;
use crate::ops::notify::show::{Brief, Health};
use crate::output::{Role, Span};

/// One channel.
pub fn line(channel: &Brief, now: DateTime<Utc>) -> [Span; 2] {
    let age = |at: DateTime<Utc>| words::age(now.signed_duration_since(at).num_seconds());
    let drilled = match channel.last_drill_at {
        Some(at) => format!("tried {} ago", age(at)),
        None => "never tried".to_owned(),
    };
    let (role, state) = match (channel.health, channel.failing_since) {
        (Health::Abandoned, _) => (Role::Bad, "GAVE UP a message".to_owned()),
        (Health::Failing | Health::Unusable, Some(since)) => {
            (Role::Warn, format!("failing for {}", age(since)))
        }
        (health, _) => (Role::Plain, health.word().to_owned()),
    };
    let name = Span::new(Role::Muted, format!("  {:<10} ", "channel"));
    [name, Span::new(role, format!("{}: {state}, {drilled}", channel.name))]
}
