//! Which fills are meant: of which time, ticker and broker, and by what they are told apart.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::sample::Sample;
use super::summary::UNSTATED;
use crate::domain::month::Month;
use crate::domain::order::Side;

/// Which fills.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Selection {
    /// Filled at this instant or later.
    pub since: Option<DateTime<Utc>>,
    /// Filled before this instant.
    pub until: Option<DateTime<Utc>>,
    /// Of this ticker, in its canonical spelling.
    pub ticker: Option<String>,
    /// At this broker, in lower case; [`UNSTATED`] for fills that do not say.
    pub broker: Option<String>,
}

impl Selection {
    /// Whether every fill is meant.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether fills of this month can be meant.
    pub fn overlaps(&self, month: Month) -> bool {
        let before = self.until.is_some_and(|until| until <= month.start());
        let after = self.since.is_some_and(|since| Month::of(since) > month);
        !before && !after
    }

    /// The same, ready to be asked about many fills.
    pub fn filter(&self) -> Filter<'_> {
        let nanoseconds = |at: DateTime<Utc>| {
            // Beyond what nanoseconds reach to, no fill lies either.
            at.timestamp_nanos_opt().unwrap_or(if at < DateTime::UNIX_EPOCH { i64::MIN } else { i64::MAX })
        };
        Filter {
            since_ns: self.since.map_or(i64::MIN, nanoseconds),
            until_ns: self.until.map_or(i64::MAX, nanoseconds),
            ticker: self.ticker.as_deref(),
            broker: self.broker.as_deref(),
        }
    }
}

/// A selection as it is asked about many fills.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a> {
    since_ns: i64,
    until_ns: i64,
    ticker: Option<&'a str>,
    broker: Option<&'a str>,
}

impl Filter<'_> {
    /// Whether this fill is meant.
    #[inline]
    pub fn has(&self, sample: &Sample<'_>) -> bool {
        sample.at_ns >= self.since_ns
            && sample.at_ns < self.until_ns
            && self.ticker.is_none_or(|ticker| ticker == sample.ticker)
            && self.broker.is_none_or(|broker| sample.broker.unwrap_or(UNSTATED) == broker)
    }
}

/// By what fills are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The instrument.
    Ticker,
    /// The broker or exchange.
    Broker,
    /// Buys and sells.
    Side,
    /// As in `market` and `limit`.
    OrderType,
    /// The hour of the day in UTC.
    Hour,
}

/// The hours of a day, as they are shown.
const HOURS: [&str; 24] = [
    "00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16",
    "17", "18", "19", "20", "21", "22", "23",
];

impl By {
    /// The name of what a fill belongs to; [`UNSTATED`] where the fill does not say.
    #[inline]
    pub fn name<'a>(self, sample: &Sample<'a>) -> &'a str {
        match self {
            Self::Ticker => sample.ticker,
            Self::Broker => sample.broker.unwrap_or(UNSTATED),
            Self::Side if sample.side == Side::Buy => "buy",
            Self::Side => "sell",
            Self::OrderType => sample.order_type.unwrap_or(UNSTATED),
            Self::Hour => HOURS.get(usize::from(sample.hour())).copied().unwrap_or_default(),
        }
    }
}
