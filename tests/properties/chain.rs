//! The audit chain: every edit, removal, insertion, swap and cut is found, and the canonical form is what it says.

use nija::domain::audit::{Event, Head, Record, follows, line, read, seal};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::make;

/// The stored lines of a chain, without newlines, and its head.
fn chain(events: &[Event]) -> (Vec<Vec<u8>>, Head) {
    let (mut head, mut lines) = (Head::genesis(), Vec::new());
    for event in events {
        let record = seal(event.clone(), &head);
        let mut bytes = line(&record);
        assert_eq!(bytes.pop(), Some(b'\n'));
        lines.push(bytes);
        head = Head { seq: record.seq, hash: record.hash };
    }
    (lines, head)
}

/// Whether these lines verify, and against the head a witness kept, if there is one.
fn verify(lines: &[Vec<u8>], witness: Option<&Head>) -> Result<Head, String> {
    let mut head = Head::genesis();
    for bytes in lines {
        let record = read(bytes)?;
        follows(&record, &head)?;
        head = Head { seq: record.seq, hash: record.hash };
    }
    match witness {
        Some(witness) if *witness != head => Err("the log ends before what the witness knows".to_owned()),
        _ => Ok(head),
    }
}

/// JSON with sorted keys, written without `serde_json`'s own map order or writer.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            entries.sort_by(|a, b| a.0.chars().cmp(b.0.chars()));
            let mut before = '{';
            for (key, value) in entries {
                out.push(before);
                quoted(key, out);
                out.push(':');
                canonical(value, out);
                before = ',';
            }
            out.push_str(if before == '{' { "{}" } else { "}" });
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                canonical(item, out);
            }
            out.push(']');
        }
        Value::String(text) => quoted(text, out),
        plain => out.push_str(&plain.to_string()),
    }
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

proptest! {
    #[test]
    fn a_sound_chain_verifies_and_comes_back(events in vec(make::event(), 0..6)) {
        let (lines, head) = chain(&events);
        prop_assert_eq!(verify(&lines, Some(&head)), Ok(head));
        for (bytes, event) in lines.iter().zip(&events) {
            let record: Record = read(bytes).unwrap();
            prop_assert_eq!(&record.event, event);
            prop_assert!(!bytes.contains(&b'\n'));
        }
    }

    #[test]
    fn the_canonical_form_and_the_hash_are_reproducible(event in make::event()) {
        let (lines, head) = chain(&[event]);
        let mut value: Value = serde_json::from_slice(&lines[0]).unwrap();
        let mut form = String::new();
        canonical(&value, &mut form);
        prop_assert_eq!(form.as_bytes(), &lines[0][..]);
        value.as_object_mut().unwrap().remove("hash");
        form.clear();
        canonical(&value, &mut form);
        let digest: String = Sha256::digest(form.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        prop_assert_eq!(digest, head.hash);
    }

    #[test]
    fn a_changed_byte_is_found(events in vec(make::event(), 1..5), which: Index, at: Index, by in 1u8..=255) {
        let (mut lines, head) = chain(&events);
        let bytes = which.get_mut(&mut lines);
        let at = at.index(bytes.len());
        bytes[at] = bytes[at].wrapping_add(by);
        prop_assert!(verify(&lines, None).is_err() || verify(&lines, Some(&head)).is_err());
        prop_assert!(read(&lines[which.index(events.len())]).is_err(), "the edited line itself does not stand out");
    }

    #[test]
    fn an_added_byte_is_found(events in vec(make::event(), 1..5), which: Index, at: Index, byte in 32u8..127) {
        let (mut lines, _) = chain(&events);
        let bytes = which.get_mut(&mut lines);
        bytes.insert(at.index(bytes.len() + 1), byte);
        prop_assert!(verify(&lines, None).is_err());
    }

    #[test]
    fn a_removed_line_is_found_unless_it_was_the_last(events in vec(make::event(), 1..6), which: Index) {
        let (mut lines, head) = chain(&events);
        let at = which.index(lines.len());
        lines.remove(at);
        prop_assert_eq!(verify(&lines, None).is_err(), at + 1 < events.len());
        prop_assert!(verify(&lines, Some(&head)).is_err(), "a witness sees the end missing");
    }

    #[test]
    fn an_inserted_line_is_found(events in vec(make::event(), 2..6), forged in make::event(), place: Index) {
        let (mut lines, head) = chain(&events);
        let at = place.index(lines.len());
        // The best a forger without the rest of the chain can do: a record that fits what stands before it.
        let before = verify(&lines[..at], None).unwrap();
        let mut bytes = line(&seal(forged, &before));
        bytes.pop();
        prop_assume!(bytes != lines[at]);
        lines.insert(at, bytes.clone());
        prop_assert!(verify(&lines, None).is_err());
        // In place of a record, it breaks the link behind it.
        lines.remove(at + 1);
        prop_assert_eq!(verify(&lines, None).is_err(), at + 1 < events.len());
        prop_assert!(verify(&lines, Some(&head)).is_err());
    }

    #[test]
    fn a_swap_or_a_repeat_is_found(events in vec(make::event(), 2..6), one: Index, other: Index) {
        let (mut lines, _) = chain(&events);
        let (one, other) = (one.index(lines.len()), other.index(lines.len()));
        let repeated = lines[one].clone();
        lines.insert(other, repeated);
        prop_assert!(verify(&lines, None).is_err());
        lines.remove(other);
        prop_assume!(one != other);
        lines.swap(one, other);
        prop_assert!(verify(&lines, None).is_err());
    }

    #[test]
    fn a_cut_line_is_found(events in vec(make::event(), 1..5), which: Index, at: Index) {
        let (mut lines, _) = chain(&events);
        let bytes = which.get_mut(&mut lines);
        bytes.truncate(at.index(bytes.len()));
        prop_assert!(verify(&lines, None).is_err());
    }

    #[test]
    fn reading_never_panics(bytes in vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }

    #[test]
    fn numbers_with_fractions_do_not_break_the_chain(mut event in make::event(), number: f64) {
        event.data = serde_json::json!({"price": number});
        let (lines, head) = chain(&[event]);
        prop_assert_eq!(verify(&lines, None), Ok(head));
    }
}
