//! The tickers in cooldown, at a glance.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::super::cooldown::show::Shown;
use crate::domain::alert::{Collection, Input};
use crate::domain::cooldown::Cooldown;

/// Locks that are named; the rest is counted.
const NAMED_MAX: usize = 100;

/// The tickers in cooldown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cooldowns {
    /// Locks in force.
    pub in_force: usize,
    /// The first of them, the one that ends last first.
    pub locks: Vec<Shown>,
    /// Tickers whose locks cannot be read, so that they may be locked.
    pub unreadable: Vec<String>,
}

/// How they stand; `None` where no ticker was ever in cooldown, or whether one is cannot be told.
pub fn cooldowns(input: &Input<Collection<Cooldown>>, now: DateTime<Utc>) -> Option<Cooldowns> {
    let Input::Known(all) = input else { return None };
    let unreadable = all.iter().filter(|(_, entry)| entry.is_err()).map(|(name, _)| name.clone()).collect();
    let known = all.iter().filter_map(|(name, entry)| Some((name, entry.as_ref().ok()?)));
    let mut locks: Vec<Shown> = known
        .flat_map(|(name, cooldown)| cooldown.in_force(now).map(|lock| Shown::of(name, lock, now)))
        .collect();
    let in_force = locks.len();
    locks.sort_by(|a, b| (b.lock.until, &a.ticker).cmp(&(a.lock.until, &b.ticker)));
    locks.truncate(NAMED_MAX);
    (!all.is_empty()).then_some(Cooldowns { in_force, locks, unreadable })
}
