//! What share of the capital each platform holds, as far as fresh reports tell.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{Entry, Exposure, Policy, Stated};
use crate::domain::amount;
use crate::domain::freshness::Age;

/// What the capital is taken to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Whole {
    /// The amount, in the account currency.
    pub amount: Decimal,
    /// Where that comes from.
    pub basis: Basis,
}

/// Where the total comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Somebody stated it.
    Stated,
    /// It is the sum of the balances.
    Sum,
}

/// How a share stands against its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Within it.
    Ok,
    /// Cannot tell.
    Unknown,
    /// Above it.
    Critical,
    /// Far above it.
    Emergency,
}

/// The share of one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// The platform, as it was written.
    pub platform: String,
    /// What it holds; `None` when its record cannot be read.
    pub balance: Option<Decimal>,
    /// When that was reported.
    pub recorded_at: Option<DateTime<Utc>>,
    /// How many seconds ago.
    pub age_seconds: Option<i64>,
    /// Its share of the capital in percent; `None` when that cannot be told.
    pub share_pct: Option<Decimal>,
    /// Above this it is CRITICAL.
    pub limit_pct: Decimal,
    /// Above this it is an EMERGENCY.
    pub emergency_pct: Decimal,
    /// How it stands.
    pub level: Level,
    /// Why that cannot be told, for a reason of this platform alone.
    pub doubt: Option<String>,
}

/// The shares of all platforms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assessment {
    /// The total; `None` when it cannot be told.
    pub total: Option<Whole>,
    /// Why the total cannot be told, or is not to be trusted.
    pub doubt: Option<String>,
    /// Every platform, by name.
    pub shares: Vec<Share>,
}

impl Policy {
    /// How old something is that was reported at `at`.
    pub fn age(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> Age {
        Age::of(at, now, self.stale_after)
    }
}

impl Exposure {
    /// The share of every platform. Only what is fresh counts; without a stated total the sum of the balances is the total,
    /// and then every one of them has to be fresh.
    pub fn assess(&self, policy: &Policy, now: DateTime<Utc>) -> Assessment {
        let (total, doubt) = match &self.total {
            Some(stated) => self.against_stated(stated, policy, now),
            None if self.balances.is_empty() => (None, None),
            None => self.summed(policy, now),
        };
        let share = |(name, entry): (&String, &Result<Entry, String>)| match entry {
            Ok(entry) => share(entry, total, policy, now),
            Err(why) => Share { doubt: Some(why.clone()), ..unknown(name, policy) },
        };
        Assessment { total, doubt, shares: self.balances.iter().map(share).collect() }
    }

    fn against_stated(
        &self,
        stated: &Stated,
        policy: &Policy,
        now: DateTime<Utc>,
    ) -> (Option<Whole>, Option<String>) {
        let age = policy.age(stated.recorded_at, now);
        if let Some(why) = age.doubt(stated.recorded_at) {
            return (None, Some(format!("the stated total of {} {why}", stated.amount)));
        }
        let sum = self.sum(policy, now);
        if sum > stated.amount {
            // At least the sum is there; what the total is, nobody knows.
            let why =
                format!("the balances add up to {sum}, more than the stated total of {}", stated.amount);
            return (Some(Whole { amount: sum, basis: Basis::Sum }), Some(why));
        }
        (Some(Whole { amount: stated.amount, basis: Basis::Stated }), None)
    }

    fn summed(&self, policy: &Policy, now: DateTime<Utc>) -> (Option<Whole>, Option<String>) {
        let fresh = |entry: &Result<Entry, String>| {
            entry.as_ref().is_ok_and(|entry| policy.age(entry.recorded_at, now).is_fresh())
        };
        if let Some((name, _)) = self.balances.iter().find(|(_, entry)| !fresh(entry)) {
            let why = format!(
                "the balance of {name} is not fresh, and no total was stated to hold the others against"
            );
            return (None, Some(why));
        }
        (Some(Whole { amount: self.sum(policy, now), basis: Basis::Sum }), None)
    }
}

fn unknown(platform: &str, policy: &Policy) -> Share {
    let limit_pct = policy.limit(platform);
    Share {
        platform: platform.to_owned(),
        balance: None,
        recorded_at: None,
        age_seconds: None,
        share_pct: None,
        limit_pct,
        emergency_pct: limit_pct.saturating_mul(policy.emergency_ratio).normalize(),
        level: Level::Unknown,
        doubt: None,
    }
}

fn share(entry: &Entry, total: Option<Whole>, policy: &Policy, now: DateTime<Utc>) -> Share {
    let age = policy.age(entry.recorded_at, now);
    let mut share = Share {
        balance: Some(entry.balance),
        recorded_at: Some(entry.recorded_at),
        age_seconds: Some(age.seconds()),
        ..unknown(&entry.platform, policy)
    };
    if let Some(why) = age.doubt(entry.recorded_at) {
        share.doubt = Some(format!("the balance of {} {why}", entry.platform));
        return share;
    }
    let exact = total.and_then(|total| amount::percent(entry.balance, total.amount));
    share.share_pct = exact.map(|pct| amount::shown(pct, &[share.limit_pct, share.emergency_pct]));
    share.level = match exact {
        None => Level::Unknown,
        Some(pct) if pct > share.emergency_pct => Level::Emergency,
        Some(pct) if pct > share.limit_pct => Level::Critical,
        Some(_) => Level::Ok,
    };
    share
}
