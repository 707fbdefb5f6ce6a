//! Cooldowns: which tickers may not be entered for how long, and why.
//!
//! A lock has an end and nothing else decides: it blocks exactly while `now < until`. Nothing is swept, so every reader
//! comes to the same answer at the same instant, and a wall clock that stepped back, even behind the start of a lock, keeps
//! the ticker locked. Only a person ends a lock early, and such a lock never blocks again, whatever the clock does.
//!
//! A lock keeps orders from opening or adding. An order that is known to shrink its position
//! ([`crate::domain::order::Order::reduces`]) is an exit, which no cooldown may hold up: whoever asks here has let those pass.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::audit::{Audited, Outbox};
use super::document::{Document, Header};
use super::halt::{Actor, Cause};
use super::key::Key;
use super::order;

pub mod change;
pub mod near;
pub mod policy;

pub use policy::Policy;

/// The folder of cooldowns: one document per canonical ticker; the one of [`super::ticker::EVERY`] locks every ticker.
pub const COLLECTION: &str = "cooldowns";

/// Which positions a lock keeps from being opened or added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Blocks buys.
    Long,
    /// Blocks sells.
    Short,
    /// Blocks both.
    Both,
}

impl Side {
    /// The word used in files and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Short => "short",
            Self::Both => "both",
        }
    }

    /// Whether a lock of this side blocks an order; one that does not say its side is blocked by any.
    pub fn blocks(self, order: Option<order::Side>) -> bool {
        match self {
            Self::Both => true,
            Self::Long => order != Some(order::Side::Sell),
            Self::Short => order != Some(order::Side::Buy),
        }
    }

    /// Whether a lock of this side blocks everything that one of the other blocks.
    pub fn covers(self, other: Self) -> bool {
        self == Self::Both || self == other
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Side {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Long, Self::Short, Self::Both]
            .into_iter()
            .find(|side| side.word() == text)
            .ok_or_else(|| format!("'{text}' is none of long, short, both: it is the side of a position"))
    }
}

/// Who changed a lock after it was made, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    /// When.
    pub at: DateTime<Utc>,
    /// In the words of whoever did it; may be empty.
    pub reason: String,
    /// Who.
    pub actor: Actor,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A stop-loss that led to a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Names it: the order's id, or one made up.
    pub id: String,
    /// The canonical ticker.
    pub ticker: String,
    /// When it was reported first.
    pub at: DateTime<Utc>,
}

/// A stop-loss as it was reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopLoss {
    /// Which, and when.
    #[serde(flatten)]
    pub hit: Hit,
    /// The price at which the position was closed.
    pub price: Decimal,
    /// The side of the position that was closed; both when it was not said.
    pub side: Side,
    /// The strategy it belonged to, if that was said.
    pub strategy: Option<String>,
    /// The broker or exchange, if that was said.
    pub platform: Option<String>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl StopLoss {
    /// Whether this is the same stop-loss reported again: ticker, id and, without regard to case, platform.
    pub fn is(&self, other: &Self) -> bool {
        let lower = |platform: &Option<String>| platform.as_deref().map(str::to_lowercase);
        self.hit.id == other.hit.id
            && self.hit.ticker == other.hit.ticker
            && lower(&self.platform) == lower(&other.platform)
    }
}

/// One lock of a ticker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// Names it.
    pub id: String,
    /// What it blocks.
    pub side: Side,
    /// The first instant at which it no longer blocks.
    pub until: DateTime<Utc>,
    /// Why: who or which rule, the reason, and from when.
    pub cause: Cause,
    /// The stop-losses that led to it, oldest first.
    #[serde(default)]
    pub stop_losses: Vec<Hit>,
    /// Its last extension.
    #[serde(default)]
    pub extended: Option<Touch>,
    /// Who ended it before its time; it blocks nothing since.
    #[serde(default)]
    pub released: Option<Touch>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Lock {
    /// A lock that nobody has touched yet.
    pub fn new(id: String, side: Side, until: DateTime<Utc>, cause: Cause) -> Self {
        let (stop_losses, extra) = (Vec::new(), Map::new());
        Self { id, side, until, cause, stop_losses, extended: None, released: None, extra }
    }

    /// Whether it is in force: not released, and `now` is before its end.
    pub fn is_in_force(&self, now: DateTime<Utc>) -> bool {
        self.released.is_none() && now < self.until
    }
}

/// A document of `cooldowns/`: the locks of one ticker, or of all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cooldown {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// The canonical ticker.
    pub ticker: String,
    /// The locks in force and the latest of those that are over, oldest first.
    pub locks: Vec<Lock>,
    /// The latest stop-losses, oldest first; for `*`, those of every ticker.
    #[serde(default)]
    pub stop_losses: Vec<StopLoss>,
    /// Decisions that may not be in the audit log yet; the next change makes sure of them.
    #[serde(default)]
    pub audit_outbox: Outbox,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Document for Cooldown {
    const FORMAT: &'static str = "nija.cooldown";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}

impl Audited for Cooldown {
    fn outbox(&mut self) -> &mut Outbox {
        &mut self.audit_outbox
    }
}

impl Cooldown {
    /// The document of a ticker that was never locked.
    pub fn new(ticker: &str, now: DateTime<Utc>) -> Self {
        Self {
            header: Header::new::<Self>(now),
            ticker: ticker.to_owned(),
            locks: Vec::new(),
            stop_losses: Vec::new(),
            audit_outbox: Outbox::default(),
            extra: Map::new(),
        }
    }

    /// The key of a canonical ticker's document. Fails when it is too long to be a file name.
    pub fn key(canonical: &str) -> Result<Key, String> {
        Key::entry(COLLECTION, canonical)
    }

    /// The lock that blocks an order of this side at `now`, the one that ends last if there are several. Allocates nothing.
    ///
    /// Not to be asked for an order that [`reduces`](crate::domain::order::Order::reduces).
    pub fn blocks(&self, order: Option<order::Side>, now: DateTime<Utc>) -> Option<&Lock> {
        self.in_force(now).filter(|lock| lock.side.blocks(order)).max_by_key(|lock| lock.until)
    }

    /// The locks in force at `now`.
    pub fn in_force(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Lock> {
        self.locks.iter().filter(move |lock| lock.is_in_force(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::halt::Source;
    use proptest::prelude::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn lock(side: Side, from: i64, until: i64) -> Lock {
        let actor = Actor { uid: 0, user: None, operator: None };
        let cause = Cause {
            source: Source::Cli,
            rule: None,
            reason: String::new(),
            actor,
            host: String::new(),
            at: at(from),
            extra: Map::new(),
        };
        Lock::new(String::new(), side, at(until), cause)
    }

    #[test]
    fn a_side_blocks_its_entries_and_what_does_not_say_its_side() {
        let (buy, sell) = (Some(order::Side::Buy), Some(order::Side::Sell));
        let blocked = |side: Side| [side.blocks(buy), side.blocks(sell), side.blocks(None)];
        assert_eq!(blocked(Side::Both), [true, true, true]);
        assert_eq!(blocked(Side::Long), [true, false, true]);
        assert_eq!(blocked(Side::Short), [false, true, true]);
    }

    #[test]
    fn the_lock_that_is_told_is_the_one_that_ends_last() {
        let locks = vec![lock(Side::Both, 0, 50), lock(Side::Long, 0, 90), lock(Side::Short, 0, 70)];
        let cooldown = Cooldown { locks, ..Cooldown::new("BTCUSD", at(0)) };
        let until = |side, now| cooldown.blocks(side, at(now)).map(|lock| lock.until.timestamp());
        assert_eq!(until(Some(order::Side::Sell), 10), Some(70));
        assert_eq!(until(None, 10), Some(90));
        assert_eq!(until(Some(order::Side::Sell), 70), None);
    }

    proptest! {
        #[test]
        fn a_lock_blocks_exactly_before_its_end(from in -100i64..100, length in 1i64..100, now in -500i64..500) {
            let until = from + length;
            let cooldown = Cooldown { locks: vec![lock(Side::Both, from, until)], ..Cooldown::new("X", at(0)) };
            prop_assert_eq!(cooldown.blocks(None, at(now)).is_some(), now < until);
        }
    }
}
