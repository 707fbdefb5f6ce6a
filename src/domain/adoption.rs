//! How many of the users are active at once: what was reported, and the limit.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::amount;
use super::document::{Document, Header};
use super::freshness::Age;

/// The limit of how many users may be active at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Above this share of all users it is an EMERGENCY, in percent.
    pub limit_pct: Decimal,
    /// Whether that pulls the kill switch.
    pub auto_kill: bool,
    /// Figures this old say nothing any more.
    pub stale_after: TimeDelta,
}

impl Default for Policy {
    fn default() -> Self {
        Self { limit_pct: Decimal::from(80), auto_kill: false, stale_after: TimeDelta::hours(1) }
    }
}

impl Policy {
    /// How old something is that was reported at `at`.
    pub fn age(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> Age {
        Age::of(at, now, self.stale_after)
    }
}

/// The document `adoption.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adoption {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// Users that are active; at most all of them.
    pub active: u64,
    /// All users; above zero.
    pub total: u64,
    /// When that was reported.
    pub recorded_at: DateTime<Utc>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Adoption {
    /// The document of a first report.
    pub fn new(active: u64, total: u64, now: DateTime<Utc>) -> Self {
        Self { header: Header::new::<Self>(now), active, total, recorded_at: now, extra: Map::new() }
    }

    /// The share of the users that is active, in percent, and whether it is above the limit.
    pub fn active_pct(&self, policy: &Policy) -> (Decimal, bool) {
        let exact = amount::percent(self.active.into(), self.total.into()).unwrap_or(Decimal::ONE_HUNDRED);
        (amount::shown(exact, &[policy.limit_pct]), exact > policy.limit_pct)
    }
}

/// What is wrong with these figures, if anything.
pub fn objection(active: u64, total: u64) -> Option<String> {
    if total == 0 {
        return Some("of a total of 0 users there is no share".to_owned());
    }
    (active > total).then(|| format!("{active} active users are more than all {total}"))
}

impl Document for Adoption {
    const FORMAT: &'static str = "nija.adoption";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }

    fn contradiction(&self) -> Option<&'static str> {
        objection(self.active, self.total)
            .map(|_| "'active' is more than 'total', or 'total' is 0: it was edited by hand")
    }
}
