//! What a channel has done so far: when it last worked, what goes wrong, and how much it took lately.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::channel::Takes;
use super::delivery::{Sort, Trouble};
use crate::domain::document::{Document, Header};
use crate::domain::pending::Rate;

/// So many times of sending are remembered at most, for the limit of the rate.
const RECENT_MAX: usize = 1000;

/// A document of `channels/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// When a message was last taken.
    #[serde(default)]
    pub last_success_at: Option<DateTime<Utc>>,
    /// When an attempt last failed.
    #[serde(default)]
    pub last_failure_at: Option<DateTime<Utc>>,
    /// Since when every attempt has failed.
    #[serde(default)]
    pub failing_since: Option<DateTime<Utc>>,
    /// Why the last failure.
    #[serde(default)]
    pub trouble: Option<Trouble>,
    /// Nothing is tried before this, but what cannot wait and was not tried yet.
    #[serde(default)]
    pub retry_at: Option<DateTime<Utc>>,
    /// When a test or a drill last succeeded.
    #[serde(default)]
    pub last_drill_at: Option<DateTime<Utc>>,
    /// Messages taken.
    #[serde(default)]
    pub sent: u64,
    /// Attempts failed, by sort of trouble.
    #[serde(default)]
    pub failures: BTreeMap<Sort, u64>,
    /// Messages given up.
    #[serde(default)]
    pub abandoned: u64,
    /// When a message was last given up, until one is taken again.
    #[serde(default)]
    pub abandoned_at: Option<DateTime<Utc>>,
    /// When messages were taken lately.
    #[serde(default)]
    pub recent: Vec<DateTime<Utc>>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Document for Record {
    const FORMAT: &'static str = "nija.channel";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}

impl Record {
    /// A channel that has done nothing yet.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            header: Header::new::<Self>(now),
            last_success_at: None,
            last_failure_at: None,
            failing_since: None,
            trouble: None,
            retry_at: None,
            last_drill_at: None,
            sent: 0,
            failures: BTreeMap::new(),
            abandoned: 0,
            abandoned_at: None,
            recent: Vec::new(),
            extra: Map::new(),
        }
    }

    /// A message was taken.
    pub fn sent(&mut self, rate: Option<Rate>, now: DateTime<Utc>) {
        self.sent = self.sent.saturating_add(1);
        (self.last_success_at, self.failing_since, self.trouble, self.abandoned_at) =
            (Some(now), None, None, None);
        self.retry_at = None;
        self.forget_old(rate, now);
        if rate.is_some() {
            self.recent.push(now);
        }
    }

    /// An attempt failed; `abandoned` when its message was given up.
    pub fn failed(&mut self, trouble: Trouble, abandoned: bool, now: DateTime<Utc>) {
        let count = self.failures.entry(trouble.sort).or_default();
        *count = count.saturating_add(1);
        self.last_failure_at = Some(now);
        self.failing_since.get_or_insert(now);
        self.trouble = Some(trouble);
        if abandoned {
            self.abandoned = self.abandoned.saturating_add(1);
            self.abandoned_at = Some(now);
        }
    }

    /// Until when it is left alone after a failure. A wall clock that was set back since then ends that.
    pub fn rests(&self, now: DateTime<Utc>) -> Takes {
        let failed_before = self.last_failure_at.is_some_and(|at| at <= now);
        match self.retry_at.filter(|at| *at > now && failed_before) {
            Some(at) => Takes::From(at),
            None => Takes::Now,
        }
    }

    /// When the limit of the rate lets another message through.
    pub fn takes(&self, rate: Option<Rate>, now: DateTime<Utc>) -> Takes {
        let Some(rate) = rate else { return Takes::Now };
        let within = window(rate);
        let mut lately: Vec<DateTime<Utc>> =
            self.recent.iter().copied().filter(|at| now.signed_duration_since(*at) < within).collect();
        lately.sort_unstable();
        let count = usize::try_from(rate.orders).unwrap_or(usize::MAX);
        let oldest = lately.len().checked_sub(count).and_then(|index| lately.get(index));
        match oldest.and_then(|at| at.checked_add_signed(within)) {
            Some(at) => Takes::From(at),
            None => Takes::Now,
        }
    }

    fn forget_old(&mut self, rate: Option<Rate>, now: DateTime<Utc>) {
        let within = rate.map_or(TimeDelta::zero(), window);
        self.recent.retain(|at| now.signed_duration_since(*at) < within);
        let excess = self.recent.len().saturating_sub(RECENT_MAX);
        self.recent.drain(..excess);
    }
}

fn window(rate: Rate) -> TimeDelta {
    rate.within
}
