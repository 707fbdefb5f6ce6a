//! Makes output comparable: what differs from run to run or from machine to machine becomes a placeholder.

use std::path::Path;

use chrono::DateTime;

/// `text` with paths, times, ids, process and user ids, host names and hashes replaced.
pub(crate) fn stable(text: &str, root: &Path) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let text = text.replace(&root.display().to_string(), "[ENV]");
    let (mut out, mut before) = (String::new(), String::new());
    for word in text.split_inclusive(|c: char| !is_part(c)) {
        let (front, word) = word.split_at(word.len() - word.trim_start_matches(is_edge).len());
        let (word, end) = word.split_at(word.trim_end_matches(is_edge).len());
        out.push_str(front);
        out.push_str(placeholder(word, &before, host.trim()).unwrap_or(word));
        out.push_str(end);
        if !word.is_empty() {
            word.clone_into(&mut before);
        }
    }
    out
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.:+".contains(c)
}

fn is_edge(c: char) -> bool {
    !c.is_ascii_alphanumeric()
}

fn placeholder(word: &str, before: &str, host: &str) -> Option<&'static str> {
    let digits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let hex = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    match before {
        "pid" | "process" if digits => return Some("[PID]"),
        "uid" if digits => return Some("[UID]"),
        _ => {}
    }
    if word == host {
        Some("[HOST]")
    } else if word == env!("CARGO_PKG_VERSION") {
        Some("[VERSION]")
    } else if DateTime::parse_from_rfc3339(word).is_ok() {
        Some("[TIME]")
    } else if hex && word.len() == 64 {
        Some("[HASH]")
    } else if word
        .strip_prefix("h-")
        .is_some_and(|id| id.len() == 8 && id.bytes().all(|b| b.is_ascii_hexdigit()))
    {
        Some("[ID]")
    } else {
        None
    }
}

#[test]
fn placeholders_hide_what_differs() {
    let hash = "0123456789abcdef".repeat(4);
    let text = format!(
        "at 2026-08-22T03:00:00.123Z: h-0a1b2c3d, process 42; /t/x/state\n\"uid\":0,\"hash\":\"{hash}\"\n"
    );
    let stable = stable(&text, Path::new("/t/x"));
    assert_eq!(stable, "at [TIME]: [ID], process [PID]; [ENV]/state\n\"uid\":[UID],\"hash\":\"[HASH]\"\n");
}
