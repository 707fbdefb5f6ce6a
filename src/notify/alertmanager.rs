//! `alertmanager`: the alert itself to Prometheus' Alertmanager, which then tells people by its own routes (API v2).

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::http::{ALLOW_HTTP, Service};
use super::tls::CA_FILE;
use super::{Channel, Kind, Options, name, runbook_link, threads};
use crate::domain::alert::Severity;
use crate::domain::notify::delivery::Trouble;
use crate::domain::notify::{Message, Reason, Topic};

/// So long an alert fires there after a message, unless its end is told: longer than any two messages of one are apart, unless
/// somebody has acknowledged it.
const HOLD: TimeDelta = TimeDelta::days(1);

/// So long what is only a test does.
const HOLD_TEST: TimeDelta = TimeDelta::minutes(5);

/// The severities that an alert can have had before.
const SEVERITIES: [Severity; 4] =
    [Severity::Info, Severity::Warning, Severity::Critical, Severity::Emergency];

/// The kind.
pub const KIND: Kind = Kind {
    word: "alertmanager",
    about: "the alert to Prometheus' Alertmanager, where it fires until it is resolved, or for a day after the last message",
    options: &[
        ("base_url", "the address of Alertmanager, as in http://127.0.0.1:9093"),
        ("username", "a user, where a proxy before it wants one"),
        ("password_file", "the user's password"),
        ("token_file", "a token for the header Authorization: Bearer, instead of a user"),
        ALLOW_HTTP,
        CA_FILE,
    ],
    open,
};

struct Alertmanager(Service);

fn open(options: &Options<'_>) -> Result<Box<dyn Channel>, String> {
    let service = Service::at_base(options, &options.required("base_url")?)?;
    let (user, password) = (options.text("username")?, options.secret("password")?);
    Ok(Box::new(Alertmanager(match (user, password, options.secret("token")?) {
        (None, None, None) => service,
        (Some(user), Some(password), None) => service.basic(&user, &password),
        (None, None, Some(token)) => service.bearer(&token),
        _ => return Err("it takes username with password_file, or token_file, or nothing".to_owned()),
    })))
}

impl Channel for Alertmanager {
    fn send(&self, message: &Message, limit: Duration) -> Result<(), Trouble> {
        self.0.post_json("/api/v2/alerts", &alerts(message), None, limit)
    }
}

/// The alert, and where it may have fired with another severity before, that this one no longer does: the labels are what
/// Alertmanager tells alerts apart by.
fn alerts(message: &Message) -> Value {
    let hold = if matches!(message.topic, Topic::Test | Topic::Drill) { HOLD_TEST } else { HOLD };
    let until = match message.reason {
        Reason::Resolved => message.until.unwrap_or(message.at),
        _ => message.at.checked_add_signed(hold).unwrap_or(message.at),
    };
    let is_other = matches!(message.reason, Reason::Resolved | Reason::Escalated);
    let mut alerts = Vec::new();
    for thread in threads(message) {
        alerts.push(alert(message, thread, message.severity, until));
        let others = SEVERITIES.iter().filter(|severity| is_other && **severity != message.severity);
        let end = message.until.unwrap_or(message.at);
        alerts.extend(others.map(|severity| alert(message, thread, *severity, end)));
    }
    Value::Array(alerts)
}

/// One alert. Its labels are the same from its first message to its last, and whether it was told of alone or with others; what
/// programs filter by here are annotations there.
fn alert(message: &Message, thread: &str, severity: Severity, until: DateTime<Utc>) -> Value {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let own = message.labels.iter().filter(|_| thread == message.thread);
    let mut annotations: BTreeMap<String, String> =
        own.map(|(name, value)| (label(name), value.clone())).collect();
    annotations.extend([
        ("summary".to_owned(), message.headline()),
        ("description".to_owned(), message.lines().join("\n")),
        ("reason".to_owned(), message.reason.to_string()),
        ("message_id".to_owned(), message.id.clone()),
        ("audit_head".to_owned(), message.audit_head.clone().unwrap_or_default()),
    ]);
    let mut alert = json!({
        "labels": {
            "alertname": name(message),
            "severity": severity.word().to_ascii_lowercase(),
            "instance": message.host,
            "state_dir": message.state_dir,
            "thread": thread,
        },
        "annotations": annotations,
        "startsAt": time(message.since.min(until)),
        "endsAt": time(until),
    });
    if let (Some(link), Value::Object(fields)) = (runbook_link(message), &mut alert) {
        fields.insert("generatorURL".to_owned(), link.into());
    }
    alert
}

/// A name as Alertmanager has it: letters, digits and underscores, and no digit first.
fn label(name: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = name.chars().map(fits).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}
