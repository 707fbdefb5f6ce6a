//! `slack`: a message through an incoming webhook, as blocks with a text for notifications.

use std::time::Duration;

use serde_json::json;

use super::http::{ALLOW_HTTP, Service};
use super::tls::CA_FILE;
use super::{Channel, Kind, Options};
use crate::domain::notify::Message;
use crate::domain::notify::delivery::Trouble;
use crate::domain::notify::message::{characters, shorten};

/// Longest text of a block, in characters once escaped.
const BLOCK_MAX: usize = 3000;

/// The kind.
pub const KIND: Kind = Kind {
    word: "slack",
    about: "a message to a channel of Slack, or of what understands its incoming webhooks",
    options: &[
        ("webhook_url_file", "the address of an incoming webhook, which is its secret"),
        ALLOW_HTTP,
        CA_FILE,
    ],
    open,
};

struct Slack(Service);

fn open(options: &Options<'_>) -> Result<Box<dyn Channel>, String> {
    Ok(Box::new(Slack(Service::at_secret(options)?)))
}

impl Channel for Slack {
    fn send(&self, message: &Message, limit: Duration) -> Result<(), Trouble> {
        let block = |text: String| json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}});
        let headline = escape(&shorten(&message.headline(), BLOCK_MAX - 2, escaped));
        let mut blocks = vec![block(format!("*{headline}*"))];
        // The first line of the text is the headline, which has a block of its own.
        let text = message.text(BLOCK_MAX, escaped);
        if let Some((_, rest)) = text.split_once('\n') {
            blocks.push(block(escape(rest)));
        }
        let body = json!({"text": escape(&text), "blocks": blocks});
        self.0.post_json("", &body, None, limit)
    }
}

/// What Slack would read as a link or a mention otherwise.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn escaped(text: &str) -> usize {
    characters(&escape(text))
}
