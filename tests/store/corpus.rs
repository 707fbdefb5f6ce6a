//! Damaged kill switch documents, one per file: each is refused, except those named `ok-*`.

use std::path::Path;

use nija::domain::document::{Unreadable, decode};
use nija::domain::gate::{Code, View, decide};
use nija::domain::killswitch::KillSwitch;
use nija::domain::order::Order;
use nija::domain::{audit, sentinel};

use super::place::names;

#[test]
fn damaged_documents_are_refused() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/killswitch");
    let files = names(&dir);
    assert!(files.len() >= 40, "only {} files", files.len());
    let mut wrong = Vec::new();
    for name in &files {
        let bytes = std::fs::read(dir.join(name)).unwrap();
        let decoded = decode::<KillSwitch>(&bytes);
        let as_expected = match &decoded {
            Ok(_) => name.starts_with("ok-"),
            Err(Unreadable::Newer(_)) => name.starts_with("newer-"),
            Err(Unreadable::Corrupt(why)) => {
                !why.is_empty() && !name.starts_with("ok-") && !name.starts_with("newer-")
            }
        };
        if !as_expected {
            wrong.push(format!("{name}: {decoded:?}"));
        }
        // Whatever it is, a stop file of this content stands, and none of it is an audit record.
        let _ = sentinel::parse(&bytes);
        assert!(audit::read(&bytes).is_err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_accepted_still_stops_what_it_stopped() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/killswitch");
    for name in names(&dir).iter().filter(|name| name.starts_with("ok-halted")) {
        let document = decode::<KillSwitch>(&std::fs::read(dir.join(name)).unwrap()).unwrap();
        let view = View::of(&document, chrono::DateTime::UNIX_EPOCH);
        let verdict = decide(&Order { symbol: "X", ..Order::default() }, &view);
        assert_eq!(
            verdict.reasons().next().map(|reason| reason.code),
            Some(Code::KillSwitchHalted),
            "{name}"
        );
    }
}
