//! An alert as programs are told of it: without what only the store needs.

use std::collections::BTreeMap;
use std::ops::Deref;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use serde::ser::Serializer;

use super::lifecycle::{Alert, Pulled, Resolution, State};
use super::rule::Severity;
use super::standing::{Standing, short_id};
use crate::domain::notify::silence::Silence;

/// What is told; the fields mean what they mean in [`Alert`].
#[derive(Serialize)]
struct Told<'a> {
    id: String,
    fingerprint: String,
    rule: &'a str,
    subject: &'a str,
    state: State,
    severity: Severity,
    message: &'a str,
    value: Option<Decimal>,
    limit: Option<Decimal>,
    labels: &'a BTreeMap<String, String>,
    remedy: &'a str,
    first_seen: DateTime<Utc>,
    last_seen: DateTime<Utc>,
    count: u64,
    doubt: Option<&'a str>,
    pulled: Option<&'a Pulled>,
    latched_at: Option<DateTime<Utc>>,
    resolved_at: Option<DateTime<Utc>>,
    resolved_by: Option<&'a Resolution>,
    #[serde(flatten)]
    standing: &'a Standing,
}

/// An alert, and where it stands with people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The alert.
    pub alert: Alert,
    /// Where it stands.
    pub standing: Standing,
}

impl Shown {
    /// The alert at `now` among these silences.
    pub fn of<'a>(alert: Alert, silences: impl IntoIterator<Item = &'a Silence>, now: DateTime<Utc>) -> Self {
        let standing = Standing::of(&alert, silences, now);
        Self { alert, standing }
    }

    /// What people type to name it.
    pub fn id(&self) -> String {
        short_id(&self.alert.fingerprint())
    }

    /// A command to type next: its own, or its rule's.
    pub fn remedy(&self) -> &str {
        let of_rule = || super::select(&self.rule).first().map_or("", |rule| rule.remedy);
        if self.remedy.is_empty() { of_rule() } else { &self.alert.remedy }
    }
}

impl Deref for Shown {
    type Target = Alert;

    fn deref(&self) -> &Alert {
        &self.alert
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let alert = &self.alert;
        let told = Told {
            id: self.id(),
            fingerprint: alert.fingerprint(),
            rule: &alert.rule,
            subject: &alert.subject,
            state: alert.state,
            severity: alert.severity,
            message: &alert.message,
            value: alert.value,
            limit: alert.limit,
            labels: &alert.labels,
            remedy: self.remedy(),
            first_seen: alert.first_seen,
            last_seen: alert.last_seen,
            count: alert.count,
            doubt: alert.doubt.as_deref(),
            pulled: alert.pulled.as_ref(),
            latched_at: alert.latched_at,
            resolved_at: alert.resolved_at,
            resolved_by: alert.resolved_by.as_ref(),
            standing: &self.standing,
        };
        told.serialize(serializer)
    }
}
