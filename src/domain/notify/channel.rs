//! A channel as it is configured: what kind it is, whom it is for, and what it may be bothered with.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde_json::Value;

use crate::domain::alert::Severity;
use crate::domain::pending::Rate;

/// Longest a channel may take for one message, by default.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// Its name, as in `ops-telegram`.
    pub name: String,
    /// Which kind, as in `telegram`.
    pub kind: String,
    /// Longest one attempt may take.
    pub timeout: Duration,
    /// Less severe alerts are none of its business.
    pub min_severity: Severity,
    /// Rules it is for, as in `ORDER_*`; empty for all.
    pub rules: Vec<String>,
    /// When it is left in peace, except by an EMERGENCY and by changes of the kill switch.
    pub quiet: Option<Quiet>,
    /// How many messages it takes; the rest waits its turn, except an EMERGENCY and changes of the kill switch.
    pub rate_limit: Option<Rate>,
    /// What only its kind understands. Never a secret: those are in files that it names.
    pub options: BTreeMap<String, Value>,
}

/// Whether a channel takes a message now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Now.
    Now,
    /// Not before.
    From(DateTime<Utc>),
}

impl Spec {
    /// Whether this is for the channel at all.
    pub fn is_for(&self, rule: Option<&str>, severity: Severity) -> bool {
        let named = |rule: &str| self.rules.is_empty() || self.rules.iter().any(|mask| matches(mask, rule));
        severity >= self.min_severity && rule.is_none_or(named)
    }

    /// When it takes a message of that severity: at night only what cannot wait.
    pub fn takes(&self, urgent: bool, now: DateTime<Utc>) -> Takes {
        match self.quiet.filter(|_| !urgent).and_then(|quiet| quiet.until(now)) {
            Some(end) => Takes::From(end),
            None => Takes::Now,
        }
    }
}

/// Whether a mask as in `ORDER_*` matches a name; case does not matter. `*` stands for any number of characters.
pub fn matches(mask: &str, name: &str) -> bool {
    let (mask, name) = (mask.to_ascii_uppercase(), name.to_ascii_uppercase());
    let mut parts = mask.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut ends_open = !mask.contains('*');
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
        ends_open = part.is_empty();
    }
    // The last part has to be at the end; it may also occur before that.
    if mask.contains('*') {
        ends_open || mask.rsplit('*').next().is_some_and(|last| name.ends_with(last))
    } else {
        rest.is_empty()
    }
}

/// Hours of the day in which nobody wants to be woken; over midnight where it ends before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// When it begins, local.
    pub from: NaiveTime,
    /// When it ends, local.
    pub to: NaiveTime,
    /// Local time minus UTC.
    pub offset: TimeDelta,
}

impl Quiet {
    /// When the quiet that holds at `now` ends, if one does.
    pub fn until(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = now.naive_utc().checked_add_signed(self.offset)?;
        let (time, whole) = (local.time(), TimeDelta::days(1));
        let is_quiet = if self.from <= self.to {
            (self.from..self.to).contains(&time)
        } else {
            time >= self.from || time < self.to
        };
        let left = self.to.signed_duration_since(time);
        let left = if left <= TimeDelta::zero() { left + whole } else { left };
        is_quiet.then(|| now.checked_add_signed(left)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_matches_as_in_a_shell() {
        for (mask, name, wanted) in [
            ("ORDER_*", "ORDER_STUCK", true),
            ("order_stuck", "ORDER_STUCK", true),
            ("*", "X", true),
            ("*_HIGH", "SLIPPAGE_HIGH", true),
            ("A*B", "AXBXB", true),
            ("ORDER_*", "PRICE_STALE", false),
            ("ORDER", "ORDER_STUCK", false),
            ("*_LOW", "SLIPPAGE_HIGH", false),
            ("A*B", "AXBX", false),
        ] {
            assert_eq!(matches(mask, name), wanted, "{mask} {name}");
        }
    }

    #[test]
    fn quiet_hours_go_over_midnight_and_end_at_their_end() {
        let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let quiet = Quiet { from: time(22), to: time(7), offset: TimeDelta::hours(1) };
        let end = at("2026-11-21T06:00:00Z");
        assert_eq!(quiet.until(at("2026-11-20T21:00:00Z")), Some(end));
        assert_eq!(quiet.until(at("2026-11-21T05:59:59Z")), Some(end));
        assert_eq!(quiet.until(end), None);
        assert_eq!(quiet.until(at("2026-11-20T20:59:59Z")), None);
    }
}
