//! A message as a mail: a subject on one line, plain text, and what mail programs make threads of.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Mailboxes, MessageBuilder};
use sha2::{Digest as _, Sha256};

use crate::domain::notify::Message;
use crate::domain::notify::message::{characters, shorten};

/// Longest subject, in characters: what is longer is cut by those who show it.
const SUBJECT_MAX: usize = 200;

/// Longest text, in characters.
const TEXT_MAX: usize = 100_000;

/// The mail, as it goes over the wire.
pub(super) fn write(message: &Message, from: &Mailbox, to: &[Mailbox]) -> Result<Vec<u8>, String> {
    let domain = from.email.domain();
    let thread = format!("<{}@{domain}>", thread(message));
    let mut builder = MessageBuilder::new()
        .from(from.clone())
        .mailbox(lettre::message::header::To::from(to.iter().cloned().collect::<Mailboxes>()))
        .subject(subject(message))
        .date(time(message.at))
        .message_id(Some(format!("<{}@{domain}>", message.id)))
        // All mails of a thread refer to one that was never sent: so it does not matter which of them arrived.
        .in_reply_to(thread.clone())
        .references(thread)
        .header(ContentType::TEXT_PLAIN);
    // No automatic answers, please (RFC 3834).
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    builder = builder.raw_header(HeaderValue::new(name, "auto-generated".to_owned()));
    let text = message.text(TEXT_MAX, characters).replace('\n', "\r\n");
    let mail = builder.body(format!("{text}\r\n")).map_err(|error| error.to_string())?;
    Ok(mail.formatted())
}

/// The headline on one line.
fn subject(message: &Message) -> String {
    let line: String = message.headline().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    shorten(&line, SUBJECT_MAX, characters)
}

/// What names the thread: its hash, since it may have anything in it.
fn thread(message: &Message) -> String {
    let digest = Sha256::digest(format!("{}\0{}\0{}", message.host, message.state_dir, message.thread));
    digest.iter().take(12).fold("thread-".to_owned(), |mut name, byte| {
        // Writing to a text does not fail.
        let _ = write!(name, "{byte:02x}");
        name
    })
}

fn time(at: DateTime<Utc>) -> SystemTime {
    let since = u64::try_from(at.timestamp()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since)
}
