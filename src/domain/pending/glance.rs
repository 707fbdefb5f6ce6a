//! The part of an order that a look over all of them needs, read without the rest.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::de::value::StrDeserializer;
use serde::de::{IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer};

use super::policy::Policy;
use super::tracked::{Outcome, State, Tracked, contradiction};
use crate::domain::document::{self, Decode, Unreadable};
use crate::domain::instant;

/// What a look sees of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// The instrument.
    pub symbol: String,
    /// The broker or exchange it went to.
    pub platform: Option<String>,
    /// The strategy that sent it.
    pub strategy: Option<String>,
    /// How it stands.
    pub state: State,
    /// Since when it is out; see [`Tracked::out_since`].
    pub out_since: DateTime<Utc>,
    /// Since when it is `unknown` or `pending-cancel`, without a break.
    pub unsettled_since: Option<DateTime<Utc>>,
    /// When nija heard that it ended, if it did.
    pub completed_at: Option<DateTime<Utc>>,
    /// How it ended, if it did.
    pub outcome: Option<Outcome>,
    /// Whether it carries a fill that may not be in the slippage log yet.
    pub owes_fill: bool,
}

/// The same fields as they stand in the document. All others are passed over.
#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow)]
    format: Cow<'a, str>,
    #[serde(borrow)]
    version: Cow<'a, str>,
    symbol: String,
    #[serde(default)]
    platform: Option<String>,
    #[serde(default)]
    strategy: Option<String>,
    state: State,
    #[serde(deserialize_with = "time")]
    submitted_at: DateTime<Utc>,
    #[serde(deserialize_with = "time")]
    tracked_at: DateTime<Utc>,
    #[serde(default)]
    unsettled_since: Option<DateTime<Utc>>,
    #[serde(default)]
    completion: Option<End>,
    #[serde(default)]
    fill_outbox: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct End {
    outcome: Outcome,
    #[serde(deserialize_with = "time")]
    at: DateTime<Utc>,
}

/// As nija writes a time, or in any other form that a whole document is read in.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    struct Time;
    impl Visitor<'_> for Time {
        type Value = DateTime<Utc>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an RFC 3339 formatted date and time string")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            match instant::nanoseconds(text.as_bytes()) {
                Some(nanoseconds) => Ok(DateTime::from_timestamp_nanos(nanoseconds)),
                None => DateTime::deserialize(StrDeserializer::new(text)),
            }
        }
    }
    deserializer.deserialize_str(Time)
}

impl Glance {
    /// How long until time alone makes it stuck, an emergency, or in doubt for too long; `None` when it will not.
    pub fn next_change(&self, policy: &Policy, now: DateTime<Utc>) -> Option<Duration> {
        if self.state == State::Completed {
            return None;
        }
        // It is late beyond the limit, and not at it.
        let beyond = |limit: TimeDelta| limit.checked_add(&TimeDelta::nanoseconds(1));
        let limit = policy.stuck_after(self.platform.as_deref());
        let out = [beyond(limit), Some(policy.emergency_at(limit))];
        let doubt = self.unsettled_since.map(|since| (since, beyond(policy.unknown_after)));
        let lengths = out.into_iter().map(|after| (self.out_since, after)).chain(doubt);
        let left = |(since, after): (DateTime<Utc>, Option<TimeDelta>)| {
            let at = since.checked_add_signed(after?)?;
            at.signed_duration_since(now).to_std().ok().filter(|left| !left.is_zero())
        };
        lengths.filter_map(left).min()
    }
}

impl Decode for Glance {
    fn decode(bytes: &[u8]) -> Result<Self, Unreadable> {
        let part: Part<'_> =
            serde_json::from_slice(bytes).map_err(|error| document::fault::<Tracked>(bytes, &error))?;
        document::judge::<Tracked>(&part.format, &part.version)?;
        let glance = Self {
            symbol: part.symbol,
            platform: part.platform,
            strategy: part.strategy,
            state: part.state,
            out_since: part.submitted_at.min(part.tracked_at),
            unsettled_since: part.unsettled_since,
            completed_at: part.completion.as_ref().map(|end| end.at),
            outcome: part.completion.map(|end| end.outcome),
            owes_fill: part.fill_outbox.is_some(),
        };
        match contradiction(glance.state, glance.completed_at.is_some(), glance.unsettled_since.is_some()) {
            Some(why) => Err(Unreadable::Corrupt(why.to_owned())),
            None => Ok(glance),
        }
    }
}
