//! What a rule answers: findings, what it could not judge, and the figures behind it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::rule::Severity;
use crate::domain::halt::{Mode, Scope};

/// What a rule found about one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about, as in `order:42` or `platform:kraken`; with the rule it makes the fingerprint.
    pub subject: String,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence with the figures.
    pub message: String,
    /// The figure that was judged.
    pub value: Option<Decimal>,
    /// The limit it was held against.
    pub limit: Option<Decimal>,
    /// What programs filter by, as in `platform` = `kraken`.
    pub labels: BTreeMap<String, String>,
    /// A command to type next, when the rule's own does not fit this case; may be empty.
    pub remedy: String,
    /// What to stop, when the configuration says that this pulls the kill switch.
    pub pull: Option<Pull>,
}

impl Finding {
    /// A finding without figures, labels or pull yet.
    pub fn new(subject: impl Into<String>, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            severity,
            message: message.into(),
            value: None,
            limit: None,
            labels: BTreeMap::new(),
            remedy: String::new(),
            pull: None,
        }
    }

    /// Adds the figure that was judged and its limit.
    #[must_use]
    pub fn judged(mut self, value: Decimal, limit: Decimal) -> Self {
        (self.value, self.limit) = (Some(value), Some(limit));
        self
    }

    /// Adds a label.
    #[must_use]
    pub fn label(mut self, name: &str, value: impl Into<String>) -> Self {
        self.labels.insert(name.to_owned(), value.into());
        self
    }

    /// Says what to type next.
    #[must_use]
    pub fn remedy(mut self, command: impl Into<String>) -> Self {
        self.remedy = command.into();
        self
    }

    /// Says what to stop, or nothing.
    #[must_use]
    pub fn pulls(mut self, pull: Option<Pull>) -> Self {
        self.pull = pull;
        self
    }
}

/// What pulling the kill switch stops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// What.
    pub scope: Scope,
    /// How hard.
    pub mode: Mode,
}

/// What could not be judged. It neither fires nor resolves anything about its subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// What it is about; `None` for everything this rule watches.
    pub subject: Option<String>,
    /// Why.
    pub why: String,
    /// A command to type next.
    pub remedy: String,
}

/// A figure for graphs, whether or not anything was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// Its name, as in `stuck_orders`.
    pub label: String,
    /// Its value.
    pub value: Decimal,
    /// Unit as monitoring plugins write it: empty, `s` or `%`.
    pub unit: &'static str,
    /// Above this it is a warning.
    pub warning: Option<Decimal>,
    /// Above this it is critical.
    pub critical: Option<Decimal>,
}

/// The answer of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// What was found.
    pub findings: Vec<Finding>,
    /// What could not be judged.
    pub doubts: Vec<Doubt>,
    /// Figures for graphs.
    pub figures: Vec<Figure>,
    /// Why there was nothing to judge, if so: not used, or never told.
    pub idle: Option<String>,
}

impl Outcome {
    /// Nothing to judge, and why: the area is not in use. Neither OK nor UNKNOWN.
    pub fn idle(why: impl Into<String>) -> Self {
        Self { idle: Some(why.into()), ..Self::default() }
    }

    /// Nothing of this rule can be judged.
    pub fn unknown(why: impl Into<String>, remedy: impl Into<String>) -> Self {
        let mut outcome = Self::default();
        outcome.doubt(None, why, remedy);
        outcome
    }

    /// Adds something that could not be judged.
    pub fn doubt(
        &mut self,
        subject: Option<String>,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> &mut Self {
        self.doubts.push(Doubt { subject, why: why.into(), remedy: remedy.into() });
        self
    }

    /// Adds a figure without limits.
    pub fn figure(&mut self, label: impl Into<String>, value: Decimal, unit: &'static str) -> &mut Self {
        self.figures.push(Figure { label: label.into(), value, unit, warning: None, critical: None });
        self
    }
}
