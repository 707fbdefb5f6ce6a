//! The part of an order that a look over all of them needs, read without the rest.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::tracked::{Outcome, State, Tracked, contradiction};
use crate::domain::document::{self, Decode, Unreadable};

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
    submitted_at: DateTime<Utc>,
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
    at: DateTime<Utc>,
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
