//! An alert as programs are told of it: without what only the store needs.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::ser::{SerializeSeq as _, Serializer};

use super::lifecycle::{Alert, Pulled, State, fingerprint};
use super::rule::Severity;

/// What is told; the fields mean what they mean in [`Alert`].
#[derive(serde::Serialize)]
struct Told<'a> {
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
}

impl<'a> From<&'a Alert> for Told<'a> {
    fn from(alert: &'a Alert) -> Self {
        let of_rule = || super::select(&alert.rule).first().map_or("", |rule| rule.remedy);
        Self {
            fingerprint: fingerprint(&alert.rule, &alert.subject),
            rule: &alert.rule,
            subject: &alert.subject,
            state: alert.state,
            severity: alert.severity,
            message: &alert.message,
            value: alert.value,
            limit: alert.limit,
            labels: &alert.labels,
            remedy: if alert.remedy.is_empty() { of_rule() } else { &alert.remedy },
            first_seen: alert.first_seen,
            last_seen: alert.last_seen,
            count: alert.count,
            doubt: alert.doubt.as_deref(),
            pulled: alert.pulled.as_ref(),
        }
    }
}

/// Serialises a list of alerts, for `#[serde(serialize_with)]`.
///
/// # Errors
///
/// When the serialiser fails.
pub fn told<S: Serializer>(alerts: &[Alert], serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(alerts.len()))?;
    for alert in alerts {
        list.serialize_element(&Told::from(alert))?;
    }
    list.end()
}
