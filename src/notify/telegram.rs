//! `telegram`: a message of a bot to a chat, or to a topic in it (Bot API, `sendMessage`).

use std::time::Duration;

use serde_json::{Value, json};

use super::http::{ALLOW_HTTP, Service};
use super::tls::CA_FILE;
use super::{Channel, Kind, Options, Secret};
use crate::domain::notify::Message;
use crate::domain::notify::delivery::Trouble;
use crate::domain::notify::message::utf16;

/// Longest text, in UTF-16 code units.
const TEXT_MAX: usize = 4096;

/// The kind.
pub const KIND: Kind = Kind {
    word: "telegram",
    about: "a message of a Telegram bot to a chat, or to a topic of it",
    options: &[
        ("token_file", "the bot's token, as BotFather gave it"),
        ("chat_id", "the chat: its number, or the name of a public one, as in @desk"),
        ("message_thread_id", "the number of a topic in it; without it, the chat itself"),
        ("base_url", "a Bot API server of your own; https://api.telegram.org without it"),
        ALLOW_HTTP,
        CA_FILE,
    ],
    open,
};

struct Telegram {
    service: Service,
    token: Secret,
    chat: Value,
    topic: Option<i64>,
}

fn open(options: &Options<'_>) -> Result<Box<dyn Channel>, String> {
    let token = options.required_secret("token")?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-');
    if !token.reveal().contains(':') || !token.reveal().chars().all(fits) {
        return Err("what is in token_file is no token of a bot, as in 123456:ABC-DEF".to_owned());
    }
    let chat = options.required("chat_id")?;
    Ok(Box::new(Telegram {
        service: Service::at_base(options, "https://api.telegram.org")?.keeps(&token),
        token,
        chat: chat.parse::<i64>().map_or_else(|_| json!(chat), |number| json!(number)),
        topic: options.number("message_thread_id")?,
    }))
}

impl Channel for Telegram {
    fn send(&self, message: &Message, limit: Duration) -> Result<(), Trouble> {
        let mut body = json!({
            "chat_id": self.chat,
            // Without a parse_mode nothing in the text is markup, so nothing can be broken markup.
            "text": message.text(TEXT_MAX, utf16),
            "link_preview_options": {"is_disabled": true},
        });
        if let (Some(topic), Value::Object(fields)) = (self.topic, &mut body) {
            fields.insert("message_thread_id".to_owned(), topic.into());
        }
        let path = format!("/bot{}/sendMessage", self.token.reveal());
        let is_taken = |answer: &Value| answer.get("ok") == Some(&Value::Bool(true));
        self.service.post_json(&path, &body, Some(is_taken), limit)
    }
}
