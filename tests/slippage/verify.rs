//! Verifying: what is sound passes, and the first line that is not is named.

use nija::domain::document::{decode, encode};
use nija::domain::slippage::Summary;
use nija::error::Kind;
use nija::ops::State;
use nija::ops::slippage::summary::{rebuild, refresh};
use nija::ops::slippage::verify::{total_bytes, verify};

use super::desk::{Desk, append_many, on_each};

fn refused(state: &State<'_>) -> String {
    let error = verify(state, &mut |_| {}).unwrap_err();
    assert_eq!(error.kind, Kind::Corrupt);
    error.message
}

#[test]
fn what_is_sound_passes() {
    on_each(|_, state| {
        assert_eq!(verify(state, &mut |_| {}).unwrap().fills, 0);
        append_many(state, 0..100);
        refresh(state.ledger(), 10_000).unwrap();
        append_many(state, 100..120);
        let mut last = 0;
        let verified = verify(state, &mut |bytes| {
            assert!(bytes > last);
            last = bytes;
        });
        let verified = verified.unwrap();
        assert_eq!(
            (verified.fills, verified.bytes, last),
            (120, total_bytes(state).unwrap(), verified.bytes)
        );
        assert!((1..100).contains(&verified.summarised));
    });
}

#[test]
fn the_first_bad_line_is_named() {
    let desk = Desk::new();
    desk.in_files(|state| {
        append_many(state, 0..10);
        let log = std::fs::read_to_string(desk.log()).unwrap();
        let lines: Vec<&str> = log.lines().collect();
        for (damage, told) in [
            (lines[3].replace("\"side\":\"", "\"side\":\"x"), "checksum does not match"),
            (lines[3][1..].to_owned(), "checksum does not match"),
            (lines[3][..40].to_owned(), "does not end with a checksum"),
            (String::new(), "does not end with a checksum"),
            (lines[2].to_owned(), "stands on an earlier line"),
            (resealed(&lines[3].replace("\"expected\":\"100\"", "\"expected\":\"99\"")), "its prices make"),
            (resealed(&lines[3].replace("2026-11-", "2026-10-")), "it is of 2026-10"),
            (resealed("{\"id\":\"f-1\",\"crc\":\"00000000\"}"), "it is no fill"),
        ] {
            let mut damaged = lines.clone();
            damaged[3] = &damage;
            std::fs::write(desk.log(), damaged.join("\n") + "\n").unwrap();
            let message = refused(state);
            assert!(message.contains("line 4 of ") && message.contains(told), "{message}");
        }
        std::fs::write(desk.log(), "garbage\n\n").unwrap();
        assert!(refused(state).contains("2 lines are wrong in all"), "{}", refused(state));
    });
}

/// A line with the checksum it would have, had it been written so.
fn resealed(line: &str) -> String {
    let body = &line[..line.len() - 18];
    format!("{body},\"crc\":\"{:08x}\"}}", crc32fast::hash(body.as_bytes()))
}

#[test]
fn a_summary_that_says_something_else_is_found_and_rebuilt() {
    let desk = Desk::new();
    desk.in_files(|state| {
        append_many(state, 0..10);
        refresh(state.ledger(), u64::MAX).unwrap();
        let path = desk.env.state("slippage.json");
        let sound: Summary = decode(&std::fs::read(&path).unwrap()).unwrap();
        let mut sums = sound.clone();
        sums.groups.total.totals.cash += 1;
        let mut bytes = sound;
        bytes.months.values_mut().for_each(|covered| covered.crc ^= 1);
        for (summary, told) in [(sums, "its sums are not those"), (bytes, "not what they were")] {
            std::fs::write(&path, encode(&summary).unwrap()).unwrap();
            assert!(refused(state).contains(told), "{}", refused(state));
            let notices = rebuild(state.ledger(), "it was wrong").unwrap();
            assert!(notices[0].message.contains("it was wrong"));
            assert_eq!(verify(state, &mut |_| {}).unwrap().summarised, 10);
        }
        assert_eq!(desk.aside().len(), 2);
        std::fs::write(&path, "{").unwrap();
        assert!(refused(state).contains("it is corrupt"), "{}", refused(state));
    });
}
