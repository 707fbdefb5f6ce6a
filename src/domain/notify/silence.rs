//! A silence: for so long nobody is told of certain alerts, on somebody's word, for a reason.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::channel::matches;
use crate::domain::alert::{Alert, Severity, TRADING_HALTED};
use crate::domain::audit::{Audited, Outbox};
use crate::domain::document::{Document, Header};
use crate::domain::halt::Actor;

/// Longest silence.
pub const LENGTH_MAX: TimeDelta = TimeDelta::hours(8);

/// Longest a CRITICAL alert is hidden by one, however long it is.
pub const LENGTH_MAX_CRITICAL: TimeDelta = TimeDelta::hours(1);

/// A document of `silences/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// Its id.
    pub id: String,
    /// The rule, or a mask as in `ORDER_*`.
    pub rule: String,
    /// Labels that the alert has to have, as in `platform` = `kraken`; values may be masks.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: Actor,
    /// From when.
    pub at: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Who ended it early, if anybody did.
    #[serde(default)]
    pub ended: Option<Ended>,
    /// Decisions that may not be in the audit log yet.
    #[serde(default)]
    pub audit_outbox: Outbox,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Who ended a silence early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

impl Document for Silence {
    const FORMAT: &'static str = "nija.silence";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}

impl Audited for Silence {
    fn outbox(&mut self) -> &mut Outbox {
        &mut self.audit_outbox
    }
}

impl Silence {
    /// Whether it hides anything at `now`. A wall clock that stepped back must not make it longer.
    pub fn is_active(&self, now: DateTime<Utc>) -> bool {
        self.ended.is_none() && now >= self.at && now < self.until
    }

    /// Since when it is over, if it is.
    pub fn over_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let over = self.ended.as_ref().map_or(self.until, |ended| ended.at.min(self.until));
        (now >= over || now < self.at).then_some(over)
    }

    /// The rule and the labels, as they are typed: `ORDER_STUCK=platform:kraken`.
    pub fn matcher(&self) -> String {
        let labels: Vec<String> = self.labels.iter().map(|(name, mask)| format!("{name}:{mask}")).collect();
        if labels.is_empty() { self.rule.clone() } else { format!("{}={}", self.rule, labels.join(",")) }
    }

    /// Until when it hides the alert, if it does at `now`. An EMERGENCY is never hidden, nor what says that trading is halted.
    pub fn hides(&self, alert: &Alert, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if !matches(&self.rule, &alert.rule) {
            return None;
        }
        let labelled = self
            .labels
            .iter()
            .all(|(name, mask)| alert.labels.get(name).is_some_and(|value| matches(mask, value)));
        let until = match alert.severity {
            Severity::Emergency => return None,
            Severity::Critical => self.until.min(self.at.checked_add_signed(LENGTH_MAX_CRITICAL)?),
            Severity::Warning | Severity::Info => self.until,
        };
        (labelled && alert.rule != TRADING_HALTED && self.is_active(now) && now < until).then_some(until)
    }
}
