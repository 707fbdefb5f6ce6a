//! `ntfy`: a message to a topic of ntfy.sh or of a server of one's own, published as JSON.

use std::time::Duration;

use serde_json::{Value, json};

use super::http::{ALLOW_HTTP, Service};
use super::tls::CA_FILE;
use super::{Channel, Kind, Options, runbook_link, title};
use crate::domain::alert::Severity;
use crate::domain::notify::delivery::Trouble;
use crate::domain::notify::message::{bytes, shorten};
use crate::domain::notify::{Message, Reason};

/// Longest text, in bytes: what is longer becomes an attachment.
const TEXT_MAX: usize = 4096;

/// Longest title, in bytes.
const TITLE_MAX: usize = 250;

/// The kind.
pub const KIND: Kind = Kind {
    word: "ntfy",
    about: "a message to a topic of ntfy, with the priority of its severity",
    options: &[
        ("topic", "the topic; whoever knows its name can read it, unless the server asks for a token"),
        ("base_url", "a server of your own; https://ntfy.sh without it"),
        ("token_file", "an access token, where the server wants one"),
        ("tags", "a list of further tags"),
        ALLOW_HTTP,
        CA_FILE,
    ],
    open,
};

struct Ntfy {
    service: Service,
    topic: String,
    tags: Vec<String>,
}

fn open(options: &Options<'_>) -> Result<Box<dyn Channel>, String> {
    let topic = options.required("topic")?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if topic.len() > 64 || !topic.chars().all(fits) {
        return Err("topic must be 1 to 64 letters, digits, dashes and underscores".to_owned());
    }
    let mut service = Service::at_base(options, "https://ntfy.sh")?;
    if let Some(token) = options.secret("token")? {
        service = service.bearer(&token);
    }
    Ok(Box::new(Ntfy { service, topic, tags: options.list_or_none("tags")? }))
}

impl Channel for Ntfy {
    fn send(&self, message: &Message, limit: Duration) -> Result<(), Trouble> {
        let (priority, tag) = match (message.reason, message.severity) {
            (Reason::Resolved, _) => (3, "white_check_mark"),
            (Reason::Acknowledged, _) => (2, "eyes"),
            (_, Severity::Emergency) => (5, "rotating_light"),
            (_, Severity::Critical) => (4, "rotating_light"),
            (_, Severity::Warning) => (3, "warning"),
            _ => (2, "information_source"),
        };
        let mut body = json!({
            "topic": self.topic,
            "title": shorten(&title(message), TITLE_MAX, bytes),
            "message": message.text(TEXT_MAX, bytes),
            "priority": priority,
            "tags": std::iter::once(tag).chain(self.tags.iter().map(String::as_str)).collect::<Vec<_>>(),
        });
        if let (Some(link), Value::Object(fields)) = (runbook_link(message), &mut body) {
            fields.insert("click".to_owned(), link.into());
        }
        let is_taken = |answer: &Value| answer.get("id").is_some_and(Value::is_string);
        self.service.post_json("/", &body, Some(is_taken), limit)
    }
}
