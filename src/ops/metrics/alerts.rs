//! Alerts as metrics: what fires, what nobody takes care of, and what is silenced.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::super::status::Report;
use super::seconds_of;
use super::text::{Kind, Text};
use crate::domain::alert::{Severity, Shown};

/// Adds what is known of alerts.
pub fn write(text: &mut Text, report: &Report) {
    let name = "nija_alerts_firing";
    text.family(name, Kind::Gauge, "Alerts that fire.");
    let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for alert in &report.alerts {
        *counts.entry((&alert.rule, alert.severity.word().to_lowercase())).or_default() += 1;
    }
    for ((rule, severity), count) in counts {
        text.sample(name, &[("alert", rule), ("severity", &severity)], count);
    }
    unacknowledged(text, &report.unacknowledged().collect::<Vec<_>>());
    text.gauge("nija_silences_active", "Silences in force.", report.silences.len());
}

fn unacknowledged(text: &mut Text, alerts: &[&Shown]) {
    let name = "nija_alerts_unacknowledged";
    text.family(name, Kind::Gauge, "Alerts that somebody has to look at while nobody said that they do.");
    for severity in [Severity::Info, Severity::Warning, Severity::Critical, Severity::Emergency] {
        let count = alerts.iter().filter(|alert| alert.severity == severity).count();
        text.sample(name, &[("severity", &severity.word().to_lowercase())], count);
    }
    let oldest: Option<DateTime<Utc>> = alerts.iter().map(|alert| alert.first_seen).min();
    if let Some(at) = oldest {
        let help = "When the oldest of them began to fire.";
        text.gauge("nija_alert_oldest_unacknowledged_timestamp_seconds", help, seconds_of(at));
    }
}
