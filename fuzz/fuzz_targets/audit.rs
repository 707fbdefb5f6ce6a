//! Audit lines: only what nija itself would write is a record, and every record can be sealed again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nija::domain::audit::{Event, Head, follows, line, read, seal};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(record) = read(bytes) {
        let head = Head { seq: record.seq.saturating_sub(1), hash: record.prev.clone() };
        assert!(record.seq == 0 || follows(&record, &head).is_ok());
    }
    // Raw bytes never carry a matching hash; events found in them are sealed, so that the rest is reached.
    if let Ok(event) = serde_json::from_slice::<Event>(bytes) {
        let first = seal(event.clone(), &Head::genesis());
        let mut bytes = line(&first);
        assert_eq!(bytes.pop(), Some(b'\n'));
        assert!(!bytes.contains(&b'\n'));
        let again = read(&bytes).expect("what was sealed verifies");
        assert_eq!((again.seq, &again.hash, &again.event), (1, &first.hash, &event));
        let second = seal(event, &Head { seq: 1, hash: first.hash.clone() });
        assert!(follows(&second, &Head { seq: 1, hash: first.hash.clone() }).is_ok());
        assert!(follows(&first, &Head { seq: 1, hash: second.hash }).is_err());
    }
});
