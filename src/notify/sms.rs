//! `sms`: a short text to telephones (Twilio's REST API).

use std::time::Duration;

use chrono::SecondsFormat;
use serde_json::Value;

use super::deadline::Deadline;
use super::http::{ALLOW_HTTP, Post, Service};
use super::tls::CA_FILE;
use super::{Channel, Kind, Options};
use crate::domain::notify::Message;
use crate::domain::notify::delivery::Trouble;
use crate::domain::notify::message::{characters, shorten};

/// Longest text, in characters.
const TEXT_MAX: usize = 1600;

/// The kind.
pub const KIND: Kind = Kind {
    word: "sms",
    about: "a text message to telephones, by Twilio; each number is a message of its own, and is paid for",
    options: &[
        ("account_sid", "the account, as in AC0123…"),
        ("auth_token_file", "its token"),
        ("from", "the sender: a number as in +15005550006, or a messaging service as in MG0123…"),
        (
            "to",
            "a list of numbers; when only some of them can be reached, it is not tried again but given up",
        ),
        ("base_url", "a gateway that speaks the same; https://api.twilio.com without it"),
        ALLOW_HTTP,
        CA_FILE,
    ],
    open,
};

struct Sms {
    service: Service,
    path: String,
    from: (&'static str, String),
    to: Vec<String>,
}

fn open(options: &Options<'_>) -> Result<Box<dyn Channel>, String> {
    let account = options.required("account_sid")?;
    if !account.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err("account_sid must be letters and digits, as in AC0123…".to_owned());
    }
    let token = options.required_secret("auth_token")?;
    let from = options.required("from")?;
    Ok(Box::new(Sms {
        service: Service::at_base(options, "https://api.twilio.com")?.basic(&account, &token),
        path: format!("/2010-04-01/Accounts/{account}/Messages.json"),
        from: (if from.starts_with("MG") { "MessagingServiceSid" } else { "From" }, from),
        to: options.list("to")?,
    }))
}

impl Channel for Sms {
    fn send(&self, message: &Message, limit: Duration) -> Result<(), Trouble> {
        let deadline = Deadline::after(limit, self.service.clock());
        let text = text(message);
        let mut taken = 0;
        let mut trouble = None;
        for to in &self.to {
            match self.post(to, &text, deadline.left()) {
                Ok(()) => taken += 1,
                Err(why) => {
                    trouble.get_or_insert((to, why));
                }
            }
        }
        let Some((to, why)) = trouble else { return Ok(()) };
        if self.to.len() == 1 {
            return Err(why);
        }
        let message = format!("{taken} of {} were reached; {to}: {}", self.to.len(), why.message);
        // Those who were reached would be woken again and again for the others' sake.
        Err(Trouble { message, permanent: why.permanent || taken > 0, ..why })
    }
}

impl Sms {
    fn post(&self, to: &str, text: &str, limit: Duration) -> Result<(), Trouble> {
        let body = form(&[("To", to), (self.from.0, &self.from.1), ("Body", text)]);
        let post = Post {
            path: &self.path,
            headers: &[],
            content_type: "application/x-www-form-urlencoded",
            body: body.as_bytes(),
            proof: Some(|answer: &Value| answer.get("sid").is_some_and(Value::is_string)),
        };
        self.service.post(&post, limit)
    }
}

/// What matters on a small screen, the most important first.
fn text(message: &Message) -> String {
    let head = message.audit_head.iter().map(|head| format!(", log {head}"));
    let since = message.since.to_rfc3339_opts(SecondsFormat::Secs, true);
    let rest =
        format!("\ndo: {}\nsince {since} on {}{}", message.remedy, message.host, head.collect::<String>());
    let left = TEXT_MAX.saturating_sub(characters(&rest));
    let headline = shorten(&message.headline(), left.max(TEXT_MAX / 2), characters);
    shorten(&format!("{headline}{rest}"), TEXT_MAX, characters)
}

/// Fields as a form sends them.
fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        let byte = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        };
        text.bytes().map(byte).collect::<String>()
    };
    fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
}
