//! The summary of every fill ever recorded, and up to which byte of each month's log it counts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::aggregate::{Aggregate, Buckets};
use super::sample::{Sample, scan};
use super::select::{By, Selection};
use super::sketch::Mapping;
use crate::domain::document::{Document, Header};
use crate::domain::month::Month;

/// The group of fills that do not say their broker or order type.
pub const UNSTATED: &str = "";

/// How much of a month's log is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Covered {
    /// Bytes from the start, up to the end of a line.
    pub bytes: u64,
    /// Lines in them.
    pub lines: u64,
    /// Lines among them that are no fill and are not counted.
    pub damaged: u64,
    /// CRC-32 of them.
    pub crc: u32,
    /// Bytes of the last line among them, its newline included.
    pub last_bytes: u64,
    /// CRC-32 of that line, its newline included.
    pub last_crc: u32,
}

impl Covered {
    /// Counts a line in, given without its newline.
    pub fn add(&mut self, line: &[u8]) {
        let last_bytes = line.len() as u64 + 1;
        let mut all = crc32fast::Hasher::new_with_initial_len(self.crc, self.bytes);
        let mut last = crc32fast::Hasher::new();
        for hasher in [&mut all, &mut last] {
            hasher.update(line);
            hasher.update(b"\n");
        }
        let (bytes, lines) = (self.bytes + last_bytes, self.lines + 1);
        *self = Self { bytes, lines, crc: all.finalize(), last_bytes, last_crc: last.finalize(), ..*self };
    }

    /// Where the last line counted begins.
    pub fn last_start(&self) -> u64 {
        self.bytes.saturating_sub(self.last_bytes)
    }
}

/// Aggregates of fills, in total and by what they have in common.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Groups {
    /// All of them.
    pub total: Aggregate,
    /// By canonical ticker.
    pub by_ticker: BTreeMap<String, Aggregate>,
    /// By broker; [`UNSTATED`] for those that do not say.
    pub by_broker: BTreeMap<String, Aggregate>,
    /// By side: `buy`, `sell`.
    pub by_side: BTreeMap<String, Aggregate>,
    /// By order type; [`UNSTATED`] for those that do not say.
    pub by_order_type: BTreeMap<String, Aggregate>,
    /// By hour of the day in UTC: `00` to `23`.
    pub by_hour: BTreeMap<String, Aggregate>,
    /// By ticker, and in each by broker.
    pub by_ticker_and_broker: BTreeMap<String, BTreeMap<String, Aggregate>>,
}

impl Groups {
    /// Counts a fill.
    pub fn add(&mut self, sample: &Sample<'_>, mapping: &Mapping) {
        let buckets = Buckets::of(sample, mapping);
        self.total.add(sample, buckets);
        for (groups, by) in [
            (&mut self.by_ticker, By::Ticker),
            (&mut self.by_broker, By::Broker),
            (&mut self.by_side, By::Side),
            (&mut self.by_order_type, By::OrderType),
            (&mut self.by_hour, By::Hour),
        ] {
            change(groups, by.name(sample), |group| group.add(sample, buckets));
        }
        change(&mut self.by_ticker_and_broker, sample.ticker, |brokers| {
            change(brokers, By::Broker.name(sample), |group| group.add(sample, buckets));
        });
    }

    /// Whether such fills are counted apart: all of them by anything, those of a ticker or broker by ticker and broker.
    pub fn has(selection: &Selection, by: Option<By>) -> bool {
        let every = selection.ticker.is_none() && selection.broker.is_none();
        every || matches!(by, None | Some(By::Ticker | By::Broker))
    }

    /// The fills of a selection's ticker and broker, apart by name, or together under an empty one. Its times do not count, and
    /// what is not counted apart (see [`Self::has`]) is left out.
    pub fn of(&self, selection: &Selection, by: Option<By>) -> BTreeMap<String, Aggregate> {
        if selection.ticker.is_none() && selection.broker.is_none() {
            return match by {
                None => BTreeMap::from([(String::new(), self.total.clone())]),
                Some(By::Ticker) => self.by_ticker.clone(),
                Some(By::Broker) => self.by_broker.clone(),
                Some(By::Side) => self.by_side.clone(),
                Some(By::OrderType) => self.by_order_type.clone(),
                Some(By::Hour) => self.by_hour.clone(),
            };
        }
        let mut found = BTreeMap::new();
        let is = |own: &Option<String>, name: &String| own.as_ref().is_none_or(|own| own == name);
        for (ticker, brokers) in
            self.by_ticker_and_broker.iter().filter(|(name, _)| is(&selection.ticker, name))
        {
            for (broker, aggregate) in brokers.iter().filter(|(name, _)| is(&selection.broker, name)) {
                let name = match by {
                    None => "",
                    Some(By::Ticker) => ticker,
                    Some(By::Broker) => broker,
                    Some(By::Side | By::OrderType | By::Hour) => continue,
                };
                change(&mut found, name, |group: &mut Aggregate| group.merge(aggregate));
            }
        }
        found
    }

    /// Adds what others have counted.
    pub fn merge(&mut self, other: &Self) {
        self.total.merge(&other.total);
        for (own, more) in [
            (&mut self.by_ticker, &other.by_ticker),
            (&mut self.by_broker, &other.by_broker),
            (&mut self.by_side, &other.by_side),
            (&mut self.by_order_type, &other.by_order_type),
            (&mut self.by_hour, &other.by_hour),
        ] {
            merge(own, more);
        }
        for (ticker, brokers) in &other.by_ticker_and_broker {
            change(&mut self.by_ticker_and_broker, ticker, |own| merge(own, brokers));
        }
    }
}

fn merge(own: &mut BTreeMap<String, Aggregate>, more: &BTreeMap<String, Aggregate>) {
    for (name, aggregate) in more {
        change(own, name, |group| group.merge(aggregate));
    }
}

/// Changes a group; its name is copied only when it is new.
fn change<T: Default>(groups: &mut BTreeMap<String, T>, name: &str, change: impl FnOnce(&mut T)) {
    match groups.get_mut(name) {
        Some(group) => change(group),
        None => change(groups.entry(name.to_owned()).or_default()),
    }
}

/// `slippage.json`: what the logs come to, so that figures over all time need not read them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// How much of each month's log is counted.
    pub months: BTreeMap<Month, Covered>,
    /// What was counted.
    pub groups: Groups,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Summary {
    /// A summary of nothing.
    pub fn new(now: DateTime<Utc>) -> Self {
        let header = Header::new::<Self>(now);
        Self { header, months: BTreeMap::new(), groups: Groups::default(), extra: Map::new() }
    }

    /// Counts the next line of a month's log, given without its newline. One that is no fill is counted as damaged.
    pub fn add(&mut self, month: Month, line: &[u8], mapping: &Mapping) {
        let covered = self.months.entry(month).or_default();
        covered.add(line);
        match scan(line) {
            Ok(sample) => self.groups.add(&sample, mapping),
            Err(_) => covered.damaged += 1,
        }
    }

    /// Lines that are no fill and are not counted.
    pub fn damaged(&self) -> u64 {
        self.months.values().map(|covered| covered.damaged).sum()
    }
}

impl Document for Summary {
    const FORMAT: &'static str = "nija.slippage";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }

    fn contradiction(&self) -> Option<&'static str> {
        let fills = self.groups.total.totals.slippage.count;
        // A damaged document may hold any number.
        let sum = |counts: &mut dyn Iterator<Item = u64>| counts.fold(0, u64::saturating_add);
        let lines =
            sum(&mut self.months.values().map(|covered| covered.lines.saturating_sub(covered.damaged)));
        if fills != lines {
            return Some("its fills are not as many as the lines it counts");
        }
        let count = |groups: &BTreeMap<String, Aggregate>| {
            sum(&mut groups.values().map(|aggregate| aggregate.totals.slippage.count))
        };
        let groups = &self.groups;
        let parts =
            [&groups.by_ticker, &groups.by_broker, &groups.by_side, &groups.by_order_type, &groups.by_hour];
        let pairs = groups.by_ticker_and_broker.values();
        if parts.into_iter().any(|part| count(part) != fills) || sum(&mut pairs.clone().map(count)) != fills {
            return Some("its groups are not of as many fills as its total");
        }
        let mut all = parts.into_iter().chain(pairs).flat_map(BTreeMap::values).chain([&groups.total]);
        if all.all(Aggregate::is_consistent) {
            None
        } else {
            Some("its sums and its sketches are of different fills")
        }
    }
}
