//! `discord`: a message through a webhook, as an embed.

use std::time::Duration;

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::http::{ALLOW_HTTP, Service};
use super::tls::CA_FILE;
use super::{Channel, Kind, Options, runbook_link};
use crate::domain::alert::Severity;
use crate::domain::notify::delivery::Trouble;
use crate::domain::notify::message::{shorten, utf16};
use crate::domain::notify::{Message, Reason};

/// Longest title. With the description that is less than the 6000 an embed may have in all.
const TITLE_MAX: usize = 256;

/// Longest description.
const DESCRIPTION_MAX: usize = 4096;

/// The kind.
pub const KIND: Kind = Kind {
    word: "discord",
    about: "a message to a channel of Discord, through a webhook",
    options: &[
        ("webhook_url_file", "the address of a webhook, which is its secret; with ?thread_id=… for a thread"),
        ALLOW_HTTP,
        CA_FILE,
    ],
    open,
};

struct Discord(Service);

fn open(options: &Options<'_>) -> Result<Box<dyn Channel>, String> {
    // Without waiting, Discord says that it took what it then does not keep.
    Ok(Box::new(Discord(Service::at_secret(options)?.with_parameter("wait=true"))))
}

impl Channel for Discord {
    fn send(&self, message: &Message, limit: Duration) -> Result<(), Trouble> {
        let mut embed = json!({
            "title": shorten(&message.headline(), TITLE_MAX, utf16),
            "description": message.text(DESCRIPTION_MAX, utf16),
            "color": colour(message),
            "timestamp": message.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        });
        if let (Some(link), Value::Object(fields)) = (runbook_link(message), &mut embed) {
            fields.insert("url".to_owned(), link.into());
        }
        // Whatever a name or a note has in it, nobody is mentioned.
        let body = json!({"username": "nija", "embeds": [embed], "allowed_mentions": {"parse": []}});
        self.0.post_json("", &body, None, limit)
    }
}

fn colour(message: &Message) -> u32 {
    match (message.reason, message.severity) {
        (Reason::Resolved, _) => 0x002e_7d32,
        (_, Severity::Emergency) => 0x00b7_1c1c,
        (_, Severity::Critical) => 0x00d8_4315,
        (_, Severity::Warning) => 0x00f9_a825,
        _ => 0x0054_6e7a,
    }
}
