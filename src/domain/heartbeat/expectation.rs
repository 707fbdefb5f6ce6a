//! What people said about a component: that it must beat and how often, or that nobody is to judge it for now.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::audit::{Audited, Outbox};
use crate::domain::document::{Document, Header};

/// A document of `expectations/`: apart from `heartbeats/`, so that a lost or damaged beat never takes a decision with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// The component's name.
    pub name: String,
    /// That it must beat, if somebody said so.
    pub terms: Option<Terms>,
    /// When that was said; names these terms.
    pub expected_at: Option<DateTime<Utc>>,
    /// By whom it is not to be judged at present.
    pub paused: Option<Paused>,
    /// Decisions that may not be in the audit log yet.
    #[serde(default)]
    pub audit_outbox: Outbox,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// How often a component must beat. These win over what it says itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// How long it may be silent, in seconds.
    pub interval_seconds: u64,
    /// How much longer before it counts as down, in seconds.
    pub grace_seconds: u64,
    /// How long it may take until its first beat ever, in seconds.
    pub start_up_seconds: u64,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Terms {
    /// These terms. Without a start-up grace it is as long as a silence may be before the component counts as down.
    pub fn new(interval: Duration, grace: Duration, start_up: Option<Duration>) -> Self {
        let start_up = start_up.unwrap_or_else(|| interval.saturating_add(grace));
        Self {
            interval_seconds: interval.as_secs(),
            grace_seconds: grace.as_secs(),
            start_up_seconds: start_up.as_secs(),
            extra: Map::new(),
        }
    }
}

/// A component that is not judged until somebody says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    /// Since when.
    pub at: DateTime<Utc>,
    /// Who said so.
    pub by: String,
    /// Why; may be empty.
    pub reason: String,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Document for Expectation {
    const FORMAT: &'static str = "nija.expectation";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}

impl Audited for Expectation {
    fn outbox(&mut self) -> &mut Outbox {
        &mut self.audit_outbox
    }
}

impl Expectation {
    /// Nothing said about this component yet.
    pub fn new(name: &str, now: DateTime<Utc>) -> Self {
        Self {
            header: Header::new::<Self>(now),
            name: name.to_owned(),
            terms: None,
            expected_at: None,
            paused: None,
            audit_outbox: Outbox::default(),
            extra: Map::new(),
        }
    }

    /// Takes over new terms; `false` when they are the present ones.
    pub fn expect(&mut self, terms: Terms, now: DateTime<Utc>) -> bool {
        let lengths = |terms: &Terms| (terms.interval_seconds, terms.grace_seconds, terms.start_up_seconds);
        if self.terms.as_ref().map(lengths) == Some(lengths(&terms)) {
            return false;
        }
        (self.terms, self.expected_at) = (Some(terms), Some(now));
        true
    }

    /// Takes over that nobody is to judge it; `false` when that was said before, by whom stays.
    pub fn pause(&mut self, paused: Paused) -> bool {
        let news = self.paused.is_none();
        self.paused.get_or_insert(paused);
        news
    }
}
