//! Who may resume: named operators, and how wrong passphrases slow down the next attempt.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::audit::{Audited, Outbox};
use super::document::{Document, Header};

/// The wrong passphrase in a row from which on the next attempt has to wait.
pub const FREE_ATTEMPTS: u32 = 3;

/// Longest wait after a wrong passphrase.
pub const LOCKED_MAX: TimeDelta = TimeDelta::minutes(15);

/// The document `operators.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operators {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// By name.
    pub operators: BTreeMap<String, Operator>,
    /// Decisions that may not be in the audit log yet; the next change makes sure of them.
    #[serde(default)]
    pub audit_outbox: Outbox,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Document for Operators {
    const FORMAT: &'static str = "nija.operators";
    const MODE: u32 = 0o600;

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}

impl Audited for Operators {
    fn outbox(&mut self) -> &mut Outbox {
        &mut self.audit_outbox
    }
}

/// One person who may resume.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// Argon2id hash of the passphrase, in PHC string form.
    pub passphrase_hash: String,
    /// When it was added.
    pub added_at: DateTime<Utc>,
    /// By whom.
    pub added_by: String,
    /// Wrong passphrases since the last right one.
    #[serde(default)]
    pub failures: u32,
    /// Until then no attempt is looked at.
    #[serde(default)]
    pub locked_until: Option<DateTime<Utc>>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operator").field("added_by", &self.added_by).finish_non_exhaustive()
    }
}

impl Operators {
    /// Nobody yet.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            header: Header::new::<Self>(now),
            operators: BTreeMap::new(),
            audit_outbox: Outbox::default(),
            extra: Map::new(),
        }
    }
}

impl Operator {
    /// How long the next attempt has to wait; zero when it may be made. At the exact end instant it may.
    pub fn wait(&self, now: DateTime<Utc>) -> TimeDelta {
        self.locked_until.map_or(TimeDelta::zero(), |until| (until - now).max(TimeDelta::zero()))
    }

    /// Counts a wrong passphrase: from the third on, 30 s, doubling to [`LOCKED_MAX`].
    pub fn failed(&mut self, now: DateTime<Utc>) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FREE_ATTEMPTS {
            let doublings = (self.failures - FREE_ATTEMPTS).min(10);
            let wait = TimeDelta::seconds(30 << doublings).min(LOCKED_MAX);
            self.locked_until = Some(now + wait);
        }
    }

    /// Counts a right passphrase.
    pub fn succeeded(&mut self) {
        self.failures = 0;
        self.locked_until = None;
    }
}
