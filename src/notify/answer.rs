//! What the answer of a service means: whether it took the message, and if not, whether and when to try again.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::scrub::Scrub;
use crate::domain::notify::delivery::{Sort, Trouble};
use crate::domain::notify::message::{characters, shorten};

/// Longest that a service can ask to wait, in seconds: what asks for a year would make a message be forgotten.
const WAIT_MAX: u64 = 3600;

/// Most of what a service says that is passed on, in characters.
const SAID_MAX: usize = 200;

/// An answer that is no success.
pub(super) struct Refusal<'a> {
    /// Who gave it, as in `api.telegram.org`.
    pub(super) host: &'a str,
    /// Its status.
    pub(super) status: u16,
    /// Its `Retry-After`.
    pub(super) retry_after: Option<&'a str>,
    /// Its text, as much of it as was read.
    pub(super) body: &'a [u8],
    /// What must not be repeated of it.
    pub(super) scrub: &'a Scrub,
    /// The time here.
    pub(super) now: DateTime<Utc>,
}

impl Refusal<'_> {
    /// What it means.
    pub(super) fn trouble(&self) -> Trouble {
        let (sort, permanent) = sort(self.status);
        let said = said(self.body, self.scrub);
        let said = if said.is_empty() { said } else { format!(": {said}") };
        let message = match self.status {
            300..=399 => format!(
                "{} answered {}: the address has moved, or is behind a login{said}",
                self.host, self.status
            ),
            _ => format!("{} answered {}{said}", self.host, self.status),
        };
        let waits = !permanent && (self.status == 429 || self.status >= 500);
        let retry_after_seconds = if waits { self.wait() } else { None };
        Trouble { sort, message, permanent, retry_after_seconds }
    }

    /// How long it asks to wait: in its header, or where Telegram and Discord say it.
    fn wait(&self) -> Option<u64> {
        let header = self.retry_after.and_then(|text| header_seconds(text.trim(), self.now));
        let said: Option<Value> = serde_json::from_slice(self.body).ok();
        let body = said.as_ref().and_then(|said| {
            let said = said.pointer("/parameters/retry_after").or_else(|| said.pointer("/retry_after"));
            said.and_then(whole_seconds)
        });
        header.max(body).map(|seconds| seconds.min(WAIT_MAX))
    }
}

fn sort(status: u16) -> (Sort, bool) {
    match status {
        401 | 403 | 407 => (Sort::AuthError, true),
        408 | 425 => (Sort::ClientError, false),
        429 => (Sort::RateLimited, false),
        300..=499 => (Sort::ClientError, true),
        _ => (Sort::ServerError, false),
    }
}

/// `120`, or a date as in `Fri, 31 Dec 1999 23:59:59 GMT` (RFC 9110, 10.2.3).
fn header_seconds(text: &str, now: DateTime<Utc>) -> Option<u64> {
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    u64::try_from(date.signed_duration_since(now).num_seconds()).ok()
}

/// A number of JSON, rounded up.
fn whole_seconds(value: &Value) -> Option<u64> {
    let text = value.as_number()?.to_string();
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let whole: u64 = whole.parse().ok()?;
    Some(whole.saturating_add(u64::from(rest.bytes().any(|digit| digit != b'0'))))
}

/// What a service says for people, without secrets: the field that has it, or all of it.
fn said(body: &[u8], scrub: &Scrub) -> String {
    const FIELDS: [&str; 5] = ["description", "message", "error", "errors", "title"];
    let text = String::from_utf8_lossy(body);
    let parsed: Option<Value> = serde_json::from_slice(body).ok();
    let field = parsed.as_ref().and_then(|value| FIELDS.iter().find_map(|name| value.get(name)));
    let text = match field {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        // A page for a browser says nothing to anybody here.
        None if text.trim_start().starts_with('<') => String::new(),
        None => text.into_owned(),
    };
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    // First scrubbed, then cut: so that no end of a secret is left that is too short to be seen as one.
    shorten(&scrub.clean(&line), SAID_MAX, characters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(status: u16, retry_after: Option<&str>, body: &str) -> Trouble {
        let now = "2026-03-02T09:30:00Z".parse().unwrap();
        Refusal { host: "here", status, retry_after, body: body.as_bytes(), scrub: &Scrub::default(), now }
            .trouble()
    }

    #[test]
    fn every_status_is_of_a_sort_and_tried_again_or_not() {
        for (status, sort, permanent) in [
            (302, Sort::ClientError, true),
            (400, Sort::ClientError, true),
            (401, Sort::AuthError, true),
            (403, Sort::AuthError, true),
            (404, Sort::ClientError, true),
            (407, Sort::AuthError, true),
            (408, Sort::ClientError, false),
            (425, Sort::ClientError, false),
            (429, Sort::RateLimited, false),
            (500, Sort::ServerError, false),
            (503, Sort::ServerError, false),
            (599, Sort::ServerError, false),
        ] {
            let trouble = trouble(status, None, "");
            assert_eq!((trouble.sort, trouble.permanent), (sort, permanent), "{status}");
        }
    }

    #[test]
    fn a_wait_is_read_wherever_it_is_said_and_never_too_long() {
        for (header, body, wanted) in [
            (Some("7"), "", Some(7)),
            (Some("Mon, 02 Mar 2026 09:30:09 GMT"), "", Some(9)),
            (Some("Mon, 02 Mar 2026 09:29:00 GMT"), "", None),
            (Some("soon"), "", None),
            (None, r#"{"parameters":{"retry_after":5}}"#, Some(5)),
            (None, r#"{"retry_after":0.35}"#, Some(1)),
            (None, r#"{"retry_after":3.0}"#, Some(3)),
            (Some("2"), r#"{"retry_after":4}"#, Some(4)),
            (Some("99999999999"), "", Some(WAIT_MAX)),
            (None, r#"{"retry_after":"x"}"#, None),
            (None, "", None),
        ] {
            assert_eq!(trouble(429, header, body).retry_after_seconds, wanted, "{header:?} {body}");
        }
        assert_eq!(trouble(400, Some("7"), "").retry_after_seconds, None);
        assert_eq!(trouble(503, Some("7"), "").retry_after_seconds, Some(7));
    }

    #[test]
    fn what_is_said_is_short_and_on_one_line() {
        let long = format!("a\r\n\u{7}b {}", "x".repeat(999));
        assert!(trouble(400, None, &long).message.chars().count() < 250);
        assert!(trouble(400, None, &long).message.starts_with("here answered 400: a b xxx"));
        let found = trouble(400, None, r#"{"ok":false,"description":"chat not found"}"#).message;
        assert_eq!(found, "here answered 400: chat not found");
        assert_eq!(trouble(502, None, "<html>bad").message, "here answered 502");
    }
}
