//! What is said of an order when it is tracked, what may be said, and how two sayings differ.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::halt::folded;
use crate::domain::order::Side;
use crate::domain::ticker;

/// Longest id, symbol or name, in bytes: what fits into a file name and into the slippage log.
pub const NAME_BYTES_MAX: usize = 100;

/// A time further ahead than this is a slip of the pen or of units, and not a clock that runs ahead.
const AHEAD_MAX: TimeDelta = TimeDelta::hours(24);

/// A time before this, 2000-01-01, is a clock or a field that was never set.
const EARLIEST_SECONDS: i64 = 946_684_800;

/// What was said of an order. Names compare without case, symbols as tickers do, figures by their value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Terms {
    /// The instrument.
    pub symbol: String,
    /// The broker or exchange it went to.
    #[serde(default)]
    pub platform: Option<String>,
    /// Which way.
    #[serde(default)]
    pub side: Option<Side>,
    /// How much, in units of the instrument.
    #[serde(default)]
    pub qty: Option<Decimal>,
    /// The price it is expected to be filled at.
    #[serde(default)]
    pub price: Option<Decimal>,
    /// The strategy that sent it.
    #[serde(default)]
    pub strategy: Option<String>,
    /// The account it trades on.
    #[serde(default)]
    pub account: Option<String>,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Option<String>,
}

impl Terms {
    /// What is wrong with them, if anything.
    pub fn fault(&self, tickers: &ticker::Policy) -> Option<String> {
        let symbol = name("the symbol", &self.symbol).err();
        symbol
            .or_else(|| self.names().find_map(|(what, text)| name(what, text?).err()))
            .or_else(|| {
                let figures = [("the quantity", self.qty), ("the price", self.price)];
                figures.into_iter().find_map(|(what, value)| positive(what, value?).err())
            })
            .or_else(|| match tickers.canonical(&self.symbol) {
                Ok(every) if every == ticker::EVERY => {
                    Some("'*' is every symbol, and an order has one".to_owned())
                }
                Ok(_) => None,
                Err(why) => Some(why),
            })
    }

    fn names(&self) -> impl Iterator<Item = (&'static str, Option<&str>)> {
        [
            ("the platform", self.platform.as_deref()),
            ("the strategy", self.strategy.as_deref()),
            ("the account", self.account.as_deref()),
            ("the owner", self.owner.as_deref()),
        ]
        .into_iter()
    }

    /// Every difference to what somebody else says of the same order, each as a sentence about both.
    pub fn differences(&self, other: &Self, tickers: &ticker::Policy) -> Vec<String> {
        let mut found = Vec::new();
        if tickers.canonical(&self.symbol) != tickers.canonical(&other.symbol) {
            found.push(difference("the symbol", Some(&self.symbol), Some(&other.symbol)));
        }
        for ((what, own), (_, others)) in self.names().zip(other.names()) {
            if own.map(folded) != others.map(folded) {
                found.push(difference(what, own, others));
            }
        }
        if self.side != other.side {
            found.push(difference("the side", self.side, other.side));
        }
        for (what, own, others) in
            [("the quantity", self.qty, other.qty), ("the price", self.price, other.price)]
        {
            if own != others {
                found.push(difference(what, own, others));
            }
        }
        found
    }
}

/// How two sayings about one thing differ, in words.
pub(super) fn difference<T: std::fmt::Display>(what: &str, own: Option<T>, others: Option<T>) -> String {
    let shown = |value: Option<T>| value.map_or_else(|| "not given".to_owned(), |value| value.to_string());
    format!("{what} was {}, now {}", shown(own), shown(others))
}

/// Whether this can name something: 1 to [`NAME_BYTES_MAX`] bytes, printable, without quotes, backslashes or spaces at an
/// end.
pub fn name(what: &str, text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err(format!("{what} is empty"));
    }
    if text.len() > NAME_BYTES_MAX {
        return Err(format!("{what} has {} bytes; at most {NAME_BYTES_MAX} are kept", text.len()));
    }
    if text.trim().len() != text.len() {
        return Err(format!("{what} '{text}' begins or ends with a space"));
    }
    if text.chars().any(|c| c.is_control() || c == '"' || c == '\\') {
        return Err(format!("{what} has a quote, a backslash or a control character in it"));
    }
    Ok(())
}

/// Whether this is above zero.
pub fn positive(what: &str, value: Decimal) -> Result<(), String> {
    if value > Decimal::ZERO { Ok(()) } else { Err(format!("{what} is {value}; it has to be above zero")) }
}

/// An instant as it reads in a sentence.
pub fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Whether something can have happened then.
pub fn plausible(what: &str, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), String> {
    if at.timestamp() < EARLIEST_SECONDS {
        return Err(format!("{what} is {}, as if a clock had never been set", instant(at)));
    }
    if at.signed_duration_since(now) > AHEAD_MAX {
        let (at, now) = (instant(at), instant(now));
        return Err(format!("{what} is {at}, more than a day ahead of this machine's clock ({now})"));
    }
    Ok(())
}
