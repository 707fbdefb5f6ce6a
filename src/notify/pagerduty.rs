//! `pagerduty`: an event that opens, acknowledges or resolves an incident (Events API v2).

use std::time::Duration;

use chrono::SecondsFormat;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::deadline::Deadline;
use super::http::{ALLOW_HTTP, Service};
use super::tls::CA_FILE;
use super::{Channel, Kind, Options, Secret, envelope, name, runbook_link, threads};
use crate::domain::alert::Severity;
use crate::domain::notify::delivery::Trouble;
use crate::domain::notify::message::{characters, shorten};
use crate::domain::notify::{Message, Reason};

/// Longest summary, in characters.
const SUMMARY_MAX: usize = 1024;

/// Longest key, in bytes.
const KEY_MAX: usize = 255;

/// Incidents that one message opens or ends at most; the others are named in each of them.
const EVENTS_MAX: usize = 20;

/// The kind.
pub const KIND: Kind = Kind {
    word: "pagerduty",
    about: "an incident of PagerDuty: opened, acknowledged and resolved as the alert is, one for all messages of an alert",
    options: &[
        ("routing_key_file", "the integration key of a service, for the Events API v2"),
        ("base_url", "another region or a gateway; https://events.pagerduty.com without it"),
        ALLOW_HTTP,
        CA_FILE,
    ],
    open,
};

struct PagerDuty {
    service: Service,
    key: Secret,
}

fn open(options: &Options<'_>) -> Result<Box<dyn Channel>, String> {
    let key = options.required_secret("routing_key")?;
    let service = Service::at_base(options, "https://events.pagerduty.com")?.keeps(&key);
    Ok(Box::new(PagerDuty { service, key }))
}

impl Channel for PagerDuty {
    fn send(&self, message: &Message, limit: Duration) -> Result<(), Trouble> {
        let deadline = Deadline::after(limit, self.service.clock());
        let is_taken = |answer: &Value| answer.get("status").and_then(Value::as_str) == Some("success");
        // A repetition finds the incidents of those that were taken, and opens none.
        for thread in threads(message).into_iter().take(EVENTS_MAX) {
            let body = self.event(message, thread);
            self.service.post_json("/v2/enqueue", &body, Some(is_taken), deadline.left())?;
        }
        Ok(())
    }
}

impl PagerDuty {
    fn event(&self, message: &Message, thread: &str) -> Value {
        let link = |link: &str| json!({"href": link, "text": "runbook"});
        let links: Vec<Value> = runbook_link(message).map(link).into_iter().collect();
        let headline = if thread == message.thread {
            message.headline()
        } else {
            format!("{} {thread}: one of several, {}", message.severity, message.summary)
        };
        json!({
            "routing_key": self.key.reveal(),
            "event_action": action(message.reason),
            "dedup_key": key(message, thread),
            "client": "nija",
            "links": links,
            "payload": {
                "summary": shorten(&headline, SUMMARY_MAX, characters),
                "source": message.host,
                "severity": severity(message.severity),
                "timestamp": message.at.to_rfc3339_opts(SecondsFormat::Millis, true),
                "component": name(message),
                "class": message.topic,
                "custom_details": envelope(message),
            },
        })
    }
}

fn action(reason: Reason) -> &'static str {
    match reason {
        Reason::Resolved => "resolve",
        Reason::Acknowledged => "acknowledge",
        Reason::First | Reason::New | Reason::Escalated | Reason::Repeat => "trigger",
    }
}

/// PagerDuty's words; an EMERGENCY has one of its own.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Emergency => "critical",
        Severity::Critical => "error",
        Severity::Warning => "warning",
        _ => "info",
    }
}

/// What names the incident: the thread on this machine's directory, or its hash where that is too long. Machines that share a
/// service do not resolve each other's.
fn key(message: &Message, thread: &str) -> String {
    let whole = format!("{}:{}:{}", message.host, message.state_dir, thread);
    if whole.len() <= KEY_MAX {
        return whole;
    }
    Sha256::digest(whole).iter().map(|byte| format!("{byte:02x}")).collect()
}
