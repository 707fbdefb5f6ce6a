//! The latest fills, as many as rules judge: a bounded window on the ends of the logs.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};

use super::sample::Sample;
use crate::domain::order::Side;

/// How many of the latest fills are kept: what rules see does not grow with the logs.
pub const FILLS_MAX: usize = 5_000;

/// Damaged lines of which the time is kept.
const DAMAGED_MAX: usize = 100;

/// One fill, as rules judge it. The fields are those of a [`Sample`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentFill {
    at_ns: i64,
    ticker: Box<str>,
    broker: Option<Box<str>>,
    side: Side,
    slippage: i64,
    high: i64,
    notional: Option<i128>,
    cash: Option<i128>,
    fee: Option<i128>,
    latency_ms: Option<u32>,
}

impl RecentFill {
    fn of(sample: &Sample<'_>) -> Self {
        Self {
            at_ns: sample.at_ns,
            ticker: sample.ticker.into(),
            broker: sample.broker.map(Into::into),
            side: sample.side,
            slippage: sample.slippage,
            high: sample.high,
            notional: sample.notional,
            cash: sample.cash,
            fee: sample.fee,
            latency_ms: sample.latency_ms,
        }
    }

    /// The fill. Its id and order type are not kept.
    pub fn sample(&self) -> Sample<'_> {
        Sample {
            id: "",
            at_ns: self.at_ns,
            ticker: &self.ticker,
            side: self.side,
            slippage: self.slippage,
            high: self.high,
            notional: self.notional,
            cash: self.cash,
            fee: self.fee,
            latency_ms: self.latency_ms,
            broker: self.broker.as_deref(),
            order_type: None,
        }
    }
}

/// The latest fills, in the order they were recorded in each month.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recent {
    fills: VecDeque<RecentFill>,
    /// Lines that are no fills: when the one before each of them was filled.
    damaged: VecDeque<i64>,
    /// Since when nobody looked: fills since then are judged however old they are by now.
    pub unseen_since: Option<DateTime<Utc>>,
}

impl Recent {
    /// Adds the next fill of a log; the first of too many is forgotten.
    pub fn push(&mut self, sample: &Sample<'_>) {
        if self.fills.len() >= FILLS_MAX {
            self.fills.pop_front();
        }
        self.fills.push_back(RecentFill::of(sample));
    }

    /// Adds that the next line of a log is no fill. Nobody knows of when it is: it counts as of the fill before it.
    pub fn push_damaged(&mut self) {
        if self.damaged.len() >= DAMAGED_MAX {
            self.damaged.pop_front();
        }
        self.damaged.push_back(self.fills.back().map_or(i64::MIN, |fill| fill.at_ns));
    }

    /// Forgets what is older.
    pub fn forget_before(&mut self, oldest: DateTime<Utc>) {
        let oldest_ns = nanoseconds(oldest);
        self.fills.retain(|fill| fill.at_ns >= oldest_ns);
        self.damaged.retain(|at_ns| *at_ns >= oldest_ns);
    }

    /// The fills since then.
    pub fn since(&self, from: DateTime<Utc>) -> impl Iterator<Item = Sample<'_>> {
        let from_ns = nanoseconds(from);
        self.fills.iter().filter(move |fill| fill.at_ns >= from_ns).map(RecentFill::sample)
    }

    /// How many lines since then are no fills.
    pub fn damaged_since(&self, from: DateTime<Utc>) -> usize {
        let from_ns = nanoseconds(from);
        self.damaged.iter().filter(|at_ns| **at_ns >= from_ns).count()
    }
}

fn nanoseconds(at: DateTime<Utc>) -> i64 {
    at.timestamp_nanos_opt().unwrap_or(if at < DateTime::UNIX_EPOCH { i64::MIN } else { i64::MAX })
}
