//! Looking at cooldowns: one ticker, or all of them.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::cooldown::near::near;
use crate::domain::cooldown::{COLLECTION, Cooldown, Lock};
use crate::domain::order;
use crate::domain::ticker::EVERY;
use crate::error::Result;
use crate::store::document::{self, Stored};

use super::super::{Notice, State};
use super::{Open, canonical, read, time};

/// How a lock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It blocks.
    InForce,
    /// Its end has come.
    Over,
    /// Somebody ended it early.
    Released,
}

/// A lock as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The canonical ticker; `*` for a lock of every one.
    pub ticker: String,
    /// How it stands.
    pub state: Standing,
    /// Seconds until its end, rounded up; 0 when it is not in force.
    pub remaining_seconds: i64,
    /// The lock.
    #[serde(flatten)]
    pub lock: Lock,
}

impl Shown {
    /// A lock as it stands at `now`.
    pub fn of(ticker: &str, lock: &Lock, now: DateTime<Utc>) -> Self {
        let state = match (&lock.released, lock.is_in_force(now)) {
            (Some(_), _) => Standing::Released,
            (None, true) => Standing::InForce,
            (None, false) => Standing::Over,
        };
        let remaining = lock.until.signed_duration_since(now);
        let started = i64::from(remaining.subsec_nanos() > 0);
        let remaining_seconds =
            if state == Standing::InForce { remaining.num_seconds().saturating_add(started) } else { 0 };
        Self { ticker: ticker.to_owned(), state, remaining_seconds, lock: lock.clone() }
    }
}

/// A ticker that reads almost like the one that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Near {
    /// The canonical ticker.
    pub ticker: String,
    /// Until when it is in cooldown; `null` when it is not, or cannot be read.
    pub until: Option<DateTime<Utc>>,
}

/// Whether a ticker may be entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// The ticker as it was asked for.
    pub asked: String,
    /// The canonical ticker.
    pub ticker: String,
    /// Whether an entry of this side is blocked.
    pub in_cooldown: bool,
    /// Until when, as far as is known now.
    pub until: Option<DateTime<Utc>>,
    /// The locks that block it, the one that ends last first.
    pub locks: Vec<Shown>,
    /// Whether this ticker was ever locked by itself.
    pub known: bool,
    /// Tickers that read almost like it, when it is not known.
    pub near: Vec<Near>,
}

/// Whether an entry is blocked: by a lock of the ticker, or by one of every ticker. An entry that does not say its side is
/// blocked by any.
pub fn check(state: &State<'_>, asked: &str, side: Option<order::Side>) -> Result<Checked> {
    let (ticker, now) = (canonical(state, asked)?, state.now());
    let own = read(state, &ticker)?;
    let every = if ticker == EVERY { None } else { read(state, EVERY)? };
    let known = own.is_some();
    let mut locks = Vec::new();
    for (name, cooldown) in [(ticker.as_str(), own), (EVERY, every)] {
        let cooldown = cooldown.iter().flat_map(|cooldown| cooldown.in_force(now));
        locks.extend(cooldown.filter(|lock| lock.side.blocks(side)).map(|lock| Shown::of(name, lock, now)));
    }
    locks.sort_by_key(|shown| std::cmp::Reverse(shown.lock.until));
    let until = locks.first().map(|shown| shown.lock.until);
    let near = if known { Vec::new() } else { near_misses(state, &ticker)? };
    Ok(Checked { asked: asked.to_owned(), ticker, in_cooldown: until.is_some(), until, locks, known, near })
}

fn near_misses(state: &State<'_>, ticker: &str) -> Result<Vec<Near>> {
    let known = state.backend.list(COLLECTION)?;
    let names = near(ticker, known.iter().map(|key| key.name.as_str()).filter(|name| *name != EVERY));
    let until = |name: &str| read(state, name).ok()??.blocks(None, state.now()).map(|lock| lock.until);
    Ok(names.into_iter().map(|ticker| Near { until: until(&ticker), ticker }).collect())
}

/// Near misses that are in cooldown, as notices: what was meant may be one of them.
pub(super) fn near_notices(state: &State<'_>, ticker: &str) -> Result<Vec<Notice>> {
    let near = near_misses(state, ticker)?;
    let notice = |near: Near| {
        let until = time(near.until?);
        let message = format!("{ticker} was never in cooldown, but {} is until {until}", near.ticker);
        Some(Notice::new("TICKER_NEAR_MISS", message, format!("nija cooldown check {}", near.ticker)))
    };
    Ok(near.into_iter().filter_map(notice).collect())
}

/// Every lock.
#[derive(Debug)]
pub struct Listed {
    /// The locks, by ticker, the one that ends last first.
    pub locks: Vec<Shown>,
    /// Tickers whose locks cannot be read, so that they may be locked, and why.
    pub unreadable: Vec<(String, String)>,
    /// What else is worth knowing.
    pub notices: Vec<Notice>,
}

/// The locks in force; with `all`, those that are over as well, and decisions that a crash kept out of the audit log are
/// written there.
pub fn list(state: &State<'_>, all: bool) -> Result<Listed> {
    let now = state.now();
    let mut listed = Listed { locks: Vec::new(), unreadable: Vec::new(), notices: Vec::new() };
    let mut pending = Vec::new();
    document::each::<Cooldown>(&*state.backend, COLLECTION, &mut |name, stored| match stored {
        Ok(Stored::Present(cooldown)) => {
            let locks = cooldown.locks.iter().map(|lock| Shown::of(name, lock, now));
            listed.locks.extend(locks.filter(|shown| all || shown.state == Standing::InForce));
            let missing = || state.journal().missing(&cooldown.audit_outbox);
            if all && missing().is_ok_and(|missing| !missing.is_empty()) {
                pending.push(name.to_owned());
            }
        }
        Ok(Stored::Missing) => {}
        Ok(Stored::Unreadable(why)) => listed.unreadable.push((name.to_owned(), why.to_string())),
        Err(error) => listed.unreadable.push((name.to_owned(), error.message)),
    })?;
    let order = |shown: &Shown| (shown.ticker.clone(), std::cmp::Reverse(shown.lock.until));
    listed.locks.sort_by_key(order);
    listed.unreadable.sort();
    for name in pending {
        // Who may only read leaves it to somebody else.
        match Open::new(state, &name).and_then(|mut open| open.commit(state, false).map(|()| open.notices)) {
            Ok(notices) => listed.notices.extend(notices),
            Err(error) => listed.notices.push(Notice::of("AUDIT_PENDING", "not on the record yet", &error)),
        }
    }
    Ok(listed)
}
