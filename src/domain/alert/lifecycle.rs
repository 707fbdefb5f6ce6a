//! The life of an alert: it fires, is seen again, changes its severity, and is resolved exactly once.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::outcome::{Finding, Pull};
use super::rule::Severity;
use crate::domain::audit::{Audited, Outbox};
use crate::domain::document::{Document, Header};
use crate::domain::notify::telling::{Ack, Telling};

/// An alert that is seen again unchanged is written down again after this long, and not at every look.
const SEEN_AGAIN: TimeDelta = TimeDelta::seconds(10);

/// A document of `alerts/`: one rule about one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// The rule.
    pub rule: String,
    /// What it is about.
    pub subject: String,
    /// Whether it holds now.
    pub state: State,
    /// How bad it is, or was when it was resolved.
    pub severity: Severity,
    /// One sentence with the figures.
    pub message: String,
    /// The figure that was judged.
    #[serde(default)]
    pub value: Option<Decimal>,
    /// The limit it was held against.
    #[serde(default)]
    pub limit: Option<Decimal>,
    /// What programs filter by.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// A command to type next.
    #[serde(default)]
    pub remedy: String,
    /// When it began to fire this time.
    pub first_seen: DateTime<Utc>,
    /// When it was last seen to hold; written at most every ten seconds while nothing changes.
    pub last_seen: DateTime<Utc>,
    /// How often it has begun to fire.
    pub count: u64,
    /// When it was resolved.
    #[serde(default)]
    pub resolved_at: Option<DateTime<Utc>>,
    /// Why it cannot be judged at present; what was known before stays.
    #[serde(default)]
    pub doubt: Option<String>,
    /// The kill switch pulled for it, this time.
    #[serde(default)]
    pub pulled: Option<Pulled>,
    /// Who takes care of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acked: Option<Ack>,
    /// What people were told of it.
    #[serde(default, skip_serializing_if = "Telling::is_nothing")]
    pub telling: Telling,
    /// Decisions that may not be in the audit log yet.
    #[serde(default)]
    pub audit_outbox: Outbox,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Whether an alert holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It holds.
    Firing,
    /// It held.
    Resolved,
}

/// A kill switch that was pulled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulled {
    /// The halt.
    pub halt: String,
    /// What was stopped, and how hard.
    #[serde(flatten)]
    pub pull: Pull,
    /// When.
    pub at: DateTime<Utc>,
}

/// What happened to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Transition {
    /// It began to fire.
    Fired,
    /// It became worse.
    Escalated,
    /// It became less bad.
    Eased,
    /// It no longer holds.
    Resolved,
}

impl Transition {
    /// The action it is recorded as.
    pub fn action(self) -> &'static str {
        match self {
            Self::Fired => "alert.fire",
            Self::Escalated => "alert.escalate",
            Self::Eased => "alert.ease",
            Self::Resolved => "alert.resolve",
        }
    }
}

impl Document for Alert {
    const FORMAT: &'static str = "nija.alert";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}

impl Audited for Alert {
    fn outbox(&mut self) -> &mut Outbox {
        &mut self.audit_outbox
    }
}

/// What names an alert: the rule and what it is about.
pub fn fingerprint(rule: &str, subject: &str) -> String {
    format!("{rule}:{subject}")
}

impl Alert {
    /// An alert that begins to fire for the first time.
    fn new(rule: &str, finding: &Finding, now: DateTime<Utc>) -> Self {
        Self {
            header: Header::new::<Self>(now),
            rule: rule.to_owned(),
            subject: finding.subject.clone(),
            state: State::Resolved,
            severity: finding.severity,
            message: String::new(),
            value: None,
            limit: None,
            labels: BTreeMap::new(),
            remedy: String::new(),
            first_seen: now,
            last_seen: now,
            count: 0,
            resolved_at: None,
            doubt: None,
            pulled: None,
            acked: None,
            telling: Telling::default(),
            audit_outbox: Outbox::default(),
            extra: Map::new(),
        }
    }

    /// The alert after its rule found it to hold, and what that changed; `None` when nothing has to be written down.
    pub fn seen(
        before: Option<&Self>,
        rule: &str,
        finding: &Finding,
        now: DateTime<Utc>,
    ) -> Option<(Self, Option<Transition>)> {
        let mut alert = before.cloned().unwrap_or_else(|| Self::new(rule, finding, now));
        let transition = if alert.state == State::Resolved {
            alert.state = State::Firing;
            alert.first_seen = now;
            alert.count = alert.count.saturating_add(1);
            alert.resolved_at = None;
            alert.pulled = None;
            Some(Transition::Fired)
        } else {
            match finding.severity.cmp(&alert.severity) {
                std::cmp::Ordering::Greater => Some(Transition::Escalated),
                std::cmp::Ordering::Less => Some(Transition::Eased),
                std::cmp::Ordering::Equal => None,
            }
        };
        // Once it is no longer as bad as that, whoever resumes starts afresh: the next time it is, it pulls again.
        if transition == Some(Transition::Eased) && finding.pull.is_none() {
            alert.pulled = None;
        }
        alert.severity = finding.severity;
        alert.labels.clone_from(&finding.labels);
        alert.remedy.clone_from(&finding.remedy);
        alert.doubt = None;
        let age = now.signed_duration_since(alert.last_seen);
        let stale = age >= SEEN_AGAIN || age < TimeDelta::zero();
        let cleared = before.is_some_and(|before| before.doubt.is_some());
        if transition.is_none() && !stale && !cleared {
            return None;
        }
        alert.message.clone_from(&finding.message);
        (alert.value, alert.limit) = (finding.value, finding.limit);
        alert.last_seen = now;
        Some((alert, transition))
    }

    /// The alert after its rule found that it does not hold; `None` when it did not hold before either.
    pub fn not_seen(&self, now: DateTime<Utc>) -> Option<(Self, Option<Transition>)> {
        (self.state == State::Firing).then(|| {
            let alert = Self { state: State::Resolved, resolved_at: Some(now), doubt: None, ..self.clone() };
            (alert, Some(Transition::Resolved))
        })
    }

    /// The alert after its rule could not judge it; `None` when that is known, or it did not hold.
    pub fn doubted(&self, why: &str) -> Option<(Self, Option<Transition>)> {
        (self.state == State::Firing && self.doubt.as_deref() != Some(why))
            .then(|| (Self { doubt: Some(why.to_owned()), ..self.clone() }, None))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    proptest! {
        /// Whatever a rule says over time, an alert fires and resolves in turn, and doubt never resolves it.
        #[test]
        fn it_fires_and_resolves_in_turn(days in proptest::collection::vec(0u8..4, 0..40)) {
            let (mut alert, mut firing) = (None::<Alert>, false);
            for (second, said) in (0i64..).zip(days) {
                let finding = Finding::new("order:1", if said == 2 { Severity::Critical } else { Severity::Warning }, "m");
                let step = match (said, &alert) {
                    (1 | 2, before) => Alert::seen(before.as_ref(), "R", &finding, at(second)),
                    (3, Some(before)) => before.doubted("why"),
                    (0, Some(before)) => before.not_seen(at(second)),
                    _ => None,
                };
                let Some((next, transition)) = step else { continue };
                match transition {
                    Some(Transition::Fired) => { prop_assert!(!firing); firing = true; }
                    Some(Transition::Resolved) => { prop_assert!(firing); firing = false; }
                    Some(_) => prop_assert!(firing),
                    None => {}
                }
                prop_assert_eq!(next.state == State::Firing, firing);
                alert = Some(next);
            }
        }
    }
}
