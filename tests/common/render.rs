//! Makes output comparable: what differs from run to run or from machine to machine becomes a placeholder.

use std::borrow::Cow;
use std::path::Path;

use chrono::{DateTime, NaiveDate};

/// `text` with paths, times, ids, hashes, process ids, users and host names replaced.
pub(crate) fn stable(text: &str, root: &Path) -> String {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let user = nija::ops::identity::user_name(rustix::process::geteuid().as_raw()).unwrap_or_default();
    let text = without_passphrases(&text.replace(&root.display().to_string(), "[ENV]"));
    let (mut out, mut before) = (String::new(), "");
    for piece in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && !"-_.:+".contains(c)) {
        let (front, word) = piece.split_at(piece.len() - piece.trim_start_matches(is_edge).len());
        let (word, end) = word.split_at(word.trim_end_matches(is_edge).len());
        out.push_str(front);
        out.push_str(&match (before, word) {
            ("pid" | "process", word) if is_number(word) => "[PID]".into(),
            ("uid", word) if is_number(word) => "[UID]".into(),
            ("crc", _) => "[CRC]".into(),
            ("by" | "added_by" | "user", word) if word == user => "[USER]".into(),
            (_, word) if word == host => "[HOST]".into(),
            (_, word) => placeholder(word),
        });
        out.push_str(end);
        before = if word.is_empty() { before } else { word };
    }
    out
}

/// Passphrase hashes are salted; each ends with its string.
fn without_passphrases(text: &str) -> String {
    let mut parts = text.split("$argon2id$");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "[HASH]" + part.trim_start_matches(|c| c != '"'))
}

fn is_edge(c: char) -> bool {
    !c.is_ascii_alphanumeric()
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn placeholder(word: &str) -> Cow<'_, str> {
    // The name of a delivery: its message, and the channel.
    if let Some((message, channel)) = word.split_once('.')
        && let Cow::Owned(message) = placeholder(message)
    {
        return format!("{message}.{channel}").into();
    }
    let is_hex = |text: &str, len| text.len() == len && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match word.rsplit_once('-') {
        Some((kind, id)) if [8, 16, 24].into_iter().any(|len| is_hex(id, len)) => {
            return format!("{kind}-[ID]").into();
        }
        _ => {}
    }
    if word == env!("CARGO_PKG_VERSION") {
        "[VERSION]".into()
    } else if DateTime::parse_from_rfc3339(word).is_ok() {
        "[TIME]".into()
    } else if NaiveDate::parse_from_str(word, "%Y-%m-%d").is_ok() {
        "[DATE]".into()
    } else if is_hex(word, 64) {
        "[HASH]".into()
    } else {
        word.into()
    }
}

#[test]
fn placeholders_hide_what_differs() {
    let hash = "0123456789abcdef".repeat(4);
    let text = format!(
        "at 2026-08-22T03:00:00.123Z: h-0a1b2c3d, process 42; /t/x/state\n\"uid\":0,\"pid\":7,\"hash\":\"{hash}\"\n"
    );
    let expected =
        "at [TIME]: h-[ID], process [PID]; [ENV]/state\n\"uid\":[UID],\"pid\":[PID],\"hash\":\"[HASH]\"\n";
    assert_eq!(stable(&text, Path::new("/t/x")), expected);
}
