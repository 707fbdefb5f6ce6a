//! A document of `orders/`: one order, its state, and how it ended.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::terms::Terms;
use crate::domain::document::{Document, Header};
use crate::domain::slippage::{Fill, Position};

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracked {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// Its name, as whoever sent it calls it.
    pub id: String,
    /// What was said of it when it was tracked; never changes.
    #[serde(flatten)]
    pub terms: Terms,
    /// When it was sent, as whoever sent it said.
    pub submitted_at: DateTime<Utc>,
    /// When nija first heard of it, by the clock of its own machine.
    pub tracked_at: DateTime<Utc>,
    /// How it stands.
    pub state: State,
    /// Since when it is `unknown` or `pending-cancel`, without a break.
    #[serde(default)]
    pub unsettled_since: Option<DateTime<Utc>>,
    /// How much of it is filled, as far as that is known.
    #[serde(default)]
    pub filled_qty: Option<Decimal>,
    /// How it ended, once it did.
    #[serde(default)]
    pub completion: Option<Completion>,
    /// Its fill, until that is certainly in the slippage log.
    #[serde(default)]
    pub fill_outbox: Option<FillOutbox>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// How an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Sent, and nothing of it is filled.
    Pending,
    /// Some of it is filled.
    PartiallyFilled,
    /// Its cancellation was asked for and not confirmed.
    PendingCancel,
    /// Nobody can tell.
    Unknown,
    /// It is through: filled, cancelled, rejected or expired.
    Completed,
}

impl State {
    const ALL: [Self; 5] =
        [Self::Pending, Self::PartiallyFilled, Self::PendingCancel, Self::Unknown, Self::Completed];

    /// The word used in files and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::PartiallyFilled => "partially-filled",
            Self::PendingCancel => "pending-cancel",
            Self::Unknown => "unknown",
            Self::Completed => "completed",
        }
    }

    /// Whether it says that nobody knows what became of the order.
    pub fn is_unsettled(self) -> bool {
        matches!(self, Self::PendingCancel | Self::Unknown)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for State {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|state| state.word() == text).ok_or_else(|| {
            format!("'{text}' is none of pending, partially-filled, pending-cancel, unknown, completed")
        })
    }
}

/// How an order ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All of it was filled.
    Filled,
    /// It was taken back; a part may have been filled before.
    Cancelled,
    /// The broker or exchange did not take it.
    Rejected,
    /// Its time ran out; a part may have been filled before.
    Expired,
}

impl Outcome {
    /// The word used in files and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Filled => "filled",
            Self::Cancelled => "cancelled",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Outcome {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Filled, Self::Cancelled, Self::Rejected, Self::Expired]
            .into_iter()
            .find(|outcome| outcome.word() == text)
            .ok_or_else(|| format!("'{text}' is none of filled, cancelled, rejected, expired"))
    }
}

/// How an order ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// The end.
    pub outcome: Outcome,
    /// At which price it was filled; of several parts, their mean by quantity.
    #[serde(default)]
    pub fill_price: Option<Decimal>,
    /// What it cost on top; negative for a rebate.
    #[serde(default)]
    pub fee: Option<Decimal>,
    /// When it was filled, if that was said.
    #[serde(default)]
    pub filled_at: Option<DateTime<Utc>>,
    /// When nija heard that it ended.
    pub at: DateTime<Utc>,
}

/// A fill that a document carries until it is certainly in the slippage log: a crash between the two loses none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillOutbox {
    /// The fill, with the id it has in the log.
    pub fill: Fill,
    /// Where the log ended before it.
    pub after: Position,
}

impl Document for Tracked {
    const FORMAT: &'static str = "nija.order";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }

    fn contradiction(&self) -> Option<&'static str> {
        contradiction(self.state, self.completion.is_some(), self.unsettled_since.is_some())
    }
}

/// What a state says against the times that belong to it, if it does.
pub(super) fn contradiction(state: State, is_completed: bool, is_unsettled: bool) -> Option<&'static str> {
    if (state == State::Completed) != is_completed {
        return Some("its state and its completion do not agree");
    }
    (state.is_unsettled() != is_unsettled).then_some("its state and its unsettled_since do not agree")
}

impl Tracked {
    /// An order nobody has heard of before.
    pub fn new(id: &str, terms: Terms, submitted_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        Self {
            header: Header::new::<Self>(now),
            id: id.to_owned(),
            terms,
            submitted_at: submitted_at.unwrap_or(now),
            tracked_at: now,
            state: State::Pending,
            unsettled_since: None,
            filled_qty: None,
            completion: None,
            fill_outbox: None,
            extra: Map::new(),
        }
    }

    /// Since when it is out: when it was sent, and never later than nija heard of it, so that a sender whose clock runs ahead
    /// cannot make an order younger than it is.
    pub fn out_since(&self) -> DateTime<Utc> {
        self.submitted_at.min(self.tracked_at)
    }
}
