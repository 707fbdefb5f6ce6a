//! The life of an alert: it fires, is seen again, changes its severity, latches where it must, and is resolved exactly once.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::outcome::{Finding, Pull};
use super::rule::{Rule, Severity};
use crate::domain::audit::{Audited, Outbox};
use crate::domain::document::{Document, Header};
use crate::domain::halt::Actor;
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
    /// The person who resolved it, where it was latched.
    #[serde(default)]
    pub resolved_by: Option<Resolution>,
    /// Whether it stays until a person resolves it: it became that bad this time, or the kill switch was pulled for it.
    #[serde(default)]
    pub latches: bool,
    /// Since when it is latched.
    #[serde(default)]
    pub latched_at: Option<DateTime<Utc>>,
    /// Why it cannot be judged at present; what was known before stays.
    #[serde(default)]
    pub doubt: Option<String>,
    /// The kill switch pulled for it, this time.
    #[serde(default)]
    pub pulled: Option<Pulled>,
    /// Who takes care of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acked: Option<Ack>,
    /// Whether it was CRITICAL or worse while nobody took care of it, and nobody has acknowledged it since.
    #[serde(default)]
    pub unseen: bool,
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
    /// It held, and does not go away by itself: a person has to look, and to resolve it.
    Latched,
    /// It held.
    Resolved,
}

/// Who resolved a latched alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// Who.
    pub by: Actor,
    /// In their own words.
    #[serde(default)]
    pub note: String,
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
    /// It no longer holds, and stays until a person resolves it.
    Latched,
    /// It was latched and holds again.
    Returned,
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
            Self::Latched => "alert.latch",
            Self::Returned => "alert.return",
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
            resolved_by: None,
            latches: false,
            latched_at: None,
            doubt: None,
            pulled: None,
            acked: None,
            unseen: false,
            telling: Telling::default(),
            audit_outbox: Outbox::default(),
            extra: Map::new(),
        }
    }

    /// What names it.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.rule, &self.subject)
    }

    /// Whether somebody takes care of it at `now`.
    pub fn is_acked(&self, now: DateTime<Utc>) -> bool {
        self.acked.as_ref().is_some_and(|ack| ack.holds(self.severity, now))
    }

    /// The alert after its rule found it to hold, and what that changed; `None` when nothing has to be written down. What comes
    /// back within `same_within` of its end is still whose it was.
    pub fn seen(
        before: Option<&Self>,
        rule: &Rule,
        finding: &Finding,
        same_within: TimeDelta,
        now: DateTime<Utc>,
    ) -> Option<(Self, Option<Transition>)> {
        let mut alert = before.cloned().unwrap_or_else(|| Self::new(rule.id, finding, now));
        let transition = alert.turn(finding, same_within, now);
        // Once it is no longer as bad as that, whoever resumes starts afresh: the next time it is, it pulls again.
        if transition == Some(Transition::Eased) && finding.pull.is_none() {
            alert.pulled = None;
        }
        alert.severity = finding.severity;
        alert.latches |= rule.latches.is_some_and(|from| alert.severity >= from);
        alert.unseen |= transition.is_some() && alert.severity >= Severity::Critical && !alert.is_acked(now);
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

    /// Goes on to fire, or begins to, and says what that is.
    fn turn(&mut self, finding: &Finding, same_within: TimeDelta, now: DateTime<Utc>) -> Option<Transition> {
        match std::mem::replace(&mut self.state, State::Firing) {
            State::Resolved => {
                let gone = self.resolved_at.take().map(|at| now.signed_duration_since(at));
                if gone.is_none_or(|gone| gone >= same_within || gone < TimeDelta::zero()) {
                    (self.acked, self.unseen) = (None, false);
                }
                (self.first_seen, self.count) = (now, self.count.saturating_add(1));
                (self.resolved_by, self.pulled, self.latched_at, self.latches) = (None, None, None, false);
                Some(Transition::Fired)
            }
            State::Latched => {
                // It was better in between: whatever it stops has to be stopped again.
                (self.latched_at, self.pulled) = (None, None);
                Some(Transition::Returned)
            }
            State::Firing => match finding.severity.cmp(&self.severity) {
                std::cmp::Ordering::Greater => Some(Transition::Escalated),
                std::cmp::Ordering::Less => Some(Transition::Eased),
                std::cmp::Ordering::Equal => None,
            },
        }
    }

    /// The alert after its rule found that it does not hold; `None` when it did not hold before either.
    pub fn not_seen(&self, now: DateTime<Utc>) -> Option<(Self, Option<Transition>)> {
        (self.state == State::Firing).then(|| {
            let alert = Self { doubt: None, ..self.clone() };
            if self.latches {
                let latched = Self { state: State::Latched, latched_at: Some(now), ..alert };
                (latched, Some(Transition::Latched))
            } else {
                let resolved = Self { state: State::Resolved, resolved_at: Some(now), ..alert };
                (resolved, Some(Transition::Resolved))
            }
        })
    }

    /// The alert after its rule could not judge it; `None` when that is known, or it did not hold.
    pub fn doubted(&self, why: &str) -> Option<(Self, Option<Transition>)> {
        (self.state == State::Firing && self.doubt.as_deref() != Some(why))
            .then(|| (Self { doubt: Some(why.to_owned()), ..self.clone() }, None))
    }

    /// The alert with the kill switch pulled for it.
    #[must_use]
    pub fn pulled_for(self, pulled: Pulled) -> Self {
        Self { pulled: Some(pulled), latches: true, ..self }
    }
}
