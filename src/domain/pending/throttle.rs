//! The repeated-execution throttle: so many orders of one strategy within so long halt it until a person resumes.
//!
//! RTS 6 (Commission Delegated Regulation (EU) 2017/589), Article 15: after a number of repeated executions the system is
//! disabled until a designated person re-enables it.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::document::{Document, Header};

/// Most orders that can be counted: their ids stand in one small document.
pub const ORDERS_MAX: u32 = 1000;

/// Longest time over which orders are counted.
pub const WITHIN_MAX: TimeDelta = TimeDelta::hours(24);

/// So many orders within so long, written `20/10s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The order of this number trips it; 1 to [`ORDERS_MAX`].
    pub orders: u32,
    /// How far back an order counts; above zero, at most [`WITHIN_MAX`].
    pub within: TimeDelta,
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("'{text}' is not orders/duration, as in \"20/10s\": 1 to {ORDERS_MAX} orders, up to 24h")
        };
        let (orders, within) = text.split_once('/').ok_or_else(wrong)?;
        let orders = orders.trim().parse().ok().filter(|orders| (1..=ORDERS_MAX).contains(orders));
        let within = humantime::parse_duration(within.trim()).ok();
        let within = within.and_then(|within| TimeDelta::from_std(within).ok());
        let within = within.filter(|within| *within > TimeDelta::zero() && *within <= WITHIN_MAX);
        Ok(Self { orders: orders.ok_or_else(wrong)?, within: within.ok_or_else(wrong)? })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let within = self.within.to_std().unwrap_or_default();
        write!(f, "{}/{}", self.orders, humantime::format_duration(within))
    }
}

/// A document of `throttles/`: the last orders of one strategy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// The strategy.
    pub strategy: String,
    /// Its orders that still count, oldest first.
    pub orders: Vec<Counted>,
    /// When it was halted last, and by which halt.
    #[serde(default)]
    pub tripped: Option<Tripped>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// An order that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Its id, so that an order that is tracked again counts once.
    pub id: String,
    /// When it was tracked.
    pub at: DateTime<Utc>,
}

/// A strategy that was halted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tripped {
    /// The halt.
    pub halt: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Document for Recent {
    const FORMAT: &'static str = "nija.throttle";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}

impl Recent {
    /// A strategy without orders.
    pub fn new(strategy: &str, now: DateTime<Utc>) -> Self {
        let header = Header::new::<Self>(now);
        Self { header, strategy: strategy.to_owned(), orders: Vec::new(), tripped: None, extra: Map::new() }
    }

    /// Counts an order that was tracked at `at`, unless it is counted already, and forgets those that no longer count. Returns whether the strategy has
    /// to be halted.
    ///
    /// An order counts for as long as `rate` says after it was tracked, and no longer at exactly that age. One from a time
    /// that has not come yet, because the clock was stepped back, counts.
    pub fn count(&mut self, id: &str, at: DateTime<Utc>, rate: Rate, now: DateTime<Utc>) -> bool {
        let counts = |at: DateTime<Utc>| now.signed_duration_since(at) < rate.within;
        self.orders.retain(|order| counts(order.at));
        if counts(at) && !self.orders.iter().any(|order| order.id == id) {
            self.orders.push(Counted { id: id.to_owned(), at });
            self.orders.sort_by_key(|order| order.at);
        }
        let excess = self.orders.len().saturating_sub(usize::try_from(rate.orders).unwrap_or(usize::MAX));
        self.orders.drain(..excess);
        self.is_due(rate)
    }

    /// Whether an order that is tracked already was never counted, because that failed.
    pub fn lacks(&self, id: &str, at: DateTime<Utc>, rate: Rate, now: DateTime<Utc>) -> bool {
        // Those that led to a halt are counted no more.
        let spent = self.tripped.as_ref().is_some_and(|tripped| tripped.at >= at);
        let known = spent || self.orders.iter().any(|order| order.id == id);
        !known && now.signed_duration_since(at) < rate.within
    }

    /// Whether the strategy has to be halted.
    pub fn is_due(&self, rate: Rate) -> bool {
        u32::try_from(self.orders.len()).is_ok_and(|orders| orders >= rate.orders)
    }

    /// Notes that the strategy was halted, and counts anew from here on: whoever resumes it starts from nothing.
    pub fn trip(&mut self, halt: &str, now: DateTime<Utc>) {
        self.orders.clear();
        self.tripped = Some(Tripped { halt: halt.to_owned(), at: now });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn a_rate_reads_back_as_it_is_written() {
        for text in ["20/10s", "1/1ms", "1000/1day", " 3 / 2m "] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!(rate.to_string().parse::<Rate>().unwrap(), rate, "{text}");
        }
        for text in ["", "20", "0/1s", "-1/1s", "1001/1s", "5/0s", "5/25h", "x/1s", "5/x", "5.5/1s", "5/1s/2"]
        {
            assert!(text.parse::<Rate>().unwrap_err().contains("as in \"20/10s\""), "{text}");
        }
    }

    #[test]
    fn the_order_of_that_number_trips_it_and_the_count_begins_anew() {
        let rate: Rate = "3/10s".parse().unwrap();
        let mut recent = Recent::new("scalper", at(0));
        assert!(!recent.count("a", at(0), rate, at(0)) && !recent.count("b", at(1), rate, at(1)));
        assert!(!recent.count("b", at(2), rate, at(2)), "tracked again, it counts once");
        assert!(recent.lacks("c", at(2), rate, at(3)) && !recent.lacks("b", at(1), rate, at(3)));
        assert!(!recent.lacks("c", at(2), rate, at(12)), "by then it counts no more");
        assert!(recent.count("c", at(2), rate, at(9)));
        recent.trip("h-1", at(9));
        assert!(!recent.lacks("c", at(2), rate, at(9)), "it led to a halt");
        assert!(!recent.count("d", at(9), rate, at(9)) && !recent.is_due(rate));
    }

    #[test]
    fn at_exactly_its_age_an_order_no_longer_counts_and_one_of_the_future_does() {
        let rate: Rate = "2/10s".parse().unwrap();
        let mut recent = Recent::new("scalper", at(0));
        assert!(!recent.count("a", at(100), rate, at(100)) && !recent.count("b", at(110), rate, at(110)));
        assert!(recent.count("c", at(50), rate, at(50)), "the clock was stepped back");
    }

    proptest! {
        /// It trips exactly when so many different orders came within the time, and never keeps more than that.
        #[test]
        fn it_trips_as_counting_by_hand_says(steps in proptest::collection::vec((0u8..6, 0i64..8), 1..60), orders in 1u32..6) {
            let rate = Rate { orders, within: TimeDelta::seconds(10) };
            let (mut recent, mut now, mut all) = (Recent::new("s", at(0)), 0, Vec::<(u8, i64)>::new());
            for (id, pause) in steps {
                now += pause;
                let tripped = recent.count(&id.to_string(), at(now), rate, at(now));
                all.retain(|(_, when)| now - when < 10);
                if !all.iter().any(|(known, _)| *known == id) {
                    all.push((id, now));
                }
                prop_assert_eq!(tripped, all.len() >= orders as usize);
                prop_assert!(recent.orders.len() <= orders as usize);
                if tripped {
                    recent.trip("h", at(now));
                    all.clear();
                }
            }
        }
    }
}
