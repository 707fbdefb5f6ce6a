//! How much of the capital each platform holds: what was reported, and the limits.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::audit::{Audited, Outbox};
use super::document::{Document, Header};
use super::halt::{Scope, folded};

mod assess;

pub use assess::{Assessment, Basis, Level, Share, Whole};

/// Limits of what one platform may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Above this share of the capital it is CRITICAL, in percent.
    pub limit_pct: Decimal,
    /// Own limits of platforms, by their folded name, in percent.
    pub limits: BTreeMap<String, Decimal>,
    /// Above this many times the limit it is an EMERGENCY.
    pub emergency_ratio: Decimal,
    /// Whether an EMERGENCY pulls the kill switch.
    pub auto_kill: bool,
    /// Whether that stops everything and not only the platform.
    pub kills_everything: bool,
    /// A balance or total this old says nothing any more.
    pub stale_after: TimeDelta,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            limit_pct: Decimal::from(30),
            limits: BTreeMap::new(),
            emergency_ratio: Decimal::new(15, 1),
            auto_kill: false,
            kills_everything: false,
            stale_after: TimeDelta::minutes(15),
        }
    }
}

impl Policy {
    /// The limit of a platform, in percent.
    pub fn limit(&self, platform: &str) -> Decimal {
        self.limits.get(&folded(platform)).copied().unwrap_or(self.limit_pct)
    }
}

/// Reads the name of a platform: one that a halt can name.
pub fn platform(text: &str) -> Result<String, String> {
    match format!("platform:{text}").parse() {
        Ok(Scope::Platform(name)) => Ok(name),
        _ => Err(format!("'{text}' names no platform: 1 to 128 printable characters, as in kraken")),
    }
}

/// A balance as it was reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The platform, as it was written.
    pub platform: String,
    /// What it holds, in the account currency; above zero.
    pub balance: Decimal,
    /// When that was reported.
    pub recorded_at: DateTime<Utc>,
    /// Which report it came with; see [`Book::reports`].
    pub report: u64,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A document of `exposure/`: what one platform holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// The balance, and what else stands in the document.
    #[serde(flatten)]
    pub entry: Entry,
}

impl Balance {
    /// The document of a balance.
    pub fn new(entry: Entry, now: DateTime<Utc>) -> Self {
        Self { header: Header::new::<Self>(now), entry }
    }
}

impl Document for Balance {
    const FORMAT: &'static str = "nija.exposure";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }

    fn contradiction(&self) -> Option<&'static str> {
        (self.entry.balance <= Decimal::ZERO).then_some("'balance' is not above zero: it was edited by hand")
    }
}

/// The whole capital, as somebody stated it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// The total, in the account currency; above zero.
    pub amount: Decimal,
    /// When it was stated.
    pub recorded_at: DateTime<Utc>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The document `exposure.json`: the stated total, and the last report.
///
/// A report of several balances is one change: it is written here first, as a whole, and then platform by platform. Whoever
/// reads lays what stands here over what stands there, so that half a report is never seen, not even after a crash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// The stated total, if one was.
    pub total: Option<Stated>,
    /// Counts the reports.
    pub reports: u64,
    /// The balances of the last report.
    pub last_report: Vec<Entry>,
    /// Decisions that may not be in the audit log yet.
    #[serde(default)]
    pub audit_outbox: Outbox,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Book {
    /// A book without a report.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            header: Header::new::<Self>(now),
            total: None,
            reports: 0,
            last_report: Vec::new(),
            audit_outbox: Outbox::default(),
            extra: Map::new(),
        }
    }
}

impl Document for Book {
    const FORMAT: &'static str = "nija.exposure_book";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }

    fn contradiction(&self) -> Option<&'static str> {
        let total = self.total.as_ref().is_none_or(|total| total.amount > Decimal::ZERO);
        let balances = self.last_report.iter().all(|entry| entry.balance > Decimal::ZERO);
        (!total || !balances).then_some("an amount is not above zero: it was edited by hand")
    }
}

impl Audited for Book {
    fn outbox(&mut self) -> &mut Outbox {
        &mut self.audit_outbox
    }
}

/// Everything that is known of the exposure.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exposure {
    /// The stated total, if one was.
    pub total: Option<Stated>,
    /// The balance of each platform by its folded name, or why it cannot be read.
    pub balances: BTreeMap<String, Result<Entry, String>>,
}

impl Exposure {
    /// What the documents of the platforms and the book say together.
    pub fn of(book: Option<&Book>, mut balances: BTreeMap<String, Result<Entry, String>>) -> Self {
        for entry in book.map(|book| book.last_report.as_slice()).unwrap_or_default() {
            let newer =
                |known: &Result<Entry, String>| known.as_ref().map_or(true, |own| own.report < entry.report);
            let name = folded(&entry.platform);
            if balances.get(&name).is_none_or(newer) {
                balances.insert(name, Ok(entry.clone()));
            }
        }
        Self { total: book.and_then(|book| book.total.clone()), balances }
    }

    /// The sum of the balances that are fresh.
    pub fn sum(&self, policy: &Policy, now: DateTime<Utc>) -> Decimal {
        let fresh = |entry: &&Entry| policy.age(entry.recorded_at, now).is_fresh();
        let balances = self.balances.values().flatten().filter(fresh).map(|entry| entry.balance);
        balances.fold(Decimal::ZERO, Decimal::saturating_add)
    }
}
