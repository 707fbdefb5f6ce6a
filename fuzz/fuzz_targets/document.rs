//! Stored documents: whatever the bytes, a document that rewrites to itself, or a reason why not.
#![no_main]

use std::fmt::Debug;

use libfuzzer_sys::fuzz_target;
use nija::domain::adoption::Adoption;
use nija::domain::document::{Document, Unreadable, decode, encode};
use nija::domain::equity::Equity;
use nija::domain::exposure::{Balance, Book};
use nija::domain::gate::{View, decide};
use nija::domain::heartbeat::{Expectation, Heartbeat, Observations};
use nija::domain::killswitch::KillSwitch;
use nija::domain::operator::Operators;
use nija::domain::order::Order;

fn check<T: Document + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
    match decode::<T>(bytes) {
        Ok(document) => {
            assert_eq!(document.header().format, T::FORMAT);
            let written = encode(&document).expect("what was read can be written");
            let again = decode::<T>(&written).expect("what was written can be read");
            assert_eq!(again, document);
            assert_eq!(encode(&again).as_ref(), Ok(&written));
            Some(document)
        }
        Err(Unreadable::Newer(version)) => {
            assert!(!version.starts_with("1."), "{version} is not newer");
            None
        }
        Err(Unreadable::Corrupt(why)) => {
            assert!(!why.is_empty());
            None
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    check::<Operators>(bytes);
    check::<Heartbeat>(bytes);
    check::<Adoption>(bytes);
    check::<Balance>(bytes);
    check::<Book>(bytes);
    check::<Equity>(bytes);
    check::<Expectation>(bytes);
    check::<Observations>(bytes);
    if let Some(document) = check::<KillSwitch>(bytes) {
        assert_eq!(document.is_active, !document.halts.is_empty());
        let view = View::of(&document, document.header.updated_at);
        let allowed = decide(&Order { symbol: "BTC/USD", ..Order::default() }, &view).is_allowed();
        assert!(!(allowed && document.mode.is_some()), "trades against a halt of everything");
    }
});
