//! The summary: brought up to date now and then, never relied on when it is not what the logs hold.

use nija::domain::document::{decode, encode};
use nija::domain::slippage::{Fill, Groups, Summary, sketch::Mapping};
use nija::error::Kind;
use nija::ops::State;
use nija::ops::slippage::record;
use nija::ops::slippage::summary::{overview, refresh};

use super::desk::{Desk, append_many, fill, on_each};

/// What so many fills come to.
fn groups(state: &State<'_>, numbers: std::ops::Range<i64>) -> Groups {
    let mut groups = Groups::default();
    let fills: Vec<Fill> = numbers.map(|number| fill(state, number)).collect();
    fills.iter().for_each(|fill| groups.add(&fill.sample(), &Mapping::default()));
    groups
}

fn stored(desk: &Desk) -> Option<Summary> {
    let bytes = std::fs::read(desk.env.state("slippage.json")).ok()?;
    Some(decode(&bytes).unwrap())
}

fn counted(desk: &Desk) -> u64 {
    stored(desk).map_or(0, |summary| summary.groups.total.totals.slippage.count)
}

#[test]
fn an_overview_counts_every_fill_whatever_is_stored() {
    on_each(|_, state| {
        assert_eq!(overview(state).unwrap().summary.groups, Groups::default());
        for (from, to) in [(0, 10), (10, 2_500), (2_500, 2_510)] {
            append_many(state, from..to);
            let overview = overview(state).unwrap();
            assert!(overview.notices.is_empty() && overview.summary.groups == groups(state, 0..to));
        }
    });
}

#[test]
fn a_record_brings_the_summary_up_to_date_now_and_then() {
    let desk = Desk::new();
    desk.in_files(|state| {
        record(state, &fill(state, 0)).unwrap();
        assert!(stored(&desk).is_none(), "one record does not write a summary");
        append_many(state, 1..3_000);
        assert!(stored(&desk).is_none());
        // Crosses one of the marks, sooner or later.
        let mut number = 3_000;
        while stored(&desk).is_none() {
            record(state, &fill(state, number)).unwrap();
            number += 1;
            assert!(number < 5_000, "no summary is ever written");
        }
        assert_eq!(counted(&desk), u64::try_from(number).unwrap());
        record(state, &fill(state, number)).unwrap();
        assert_eq!(counted(&desk), u64::try_from(number).unwrap(), "the tail is left to the readers");
    });
}

#[test]
fn catching_up_goes_in_steps() {
    let desk = Desk::new();
    desk.in_files(|state| {
        append_many(state, 0..1_000);
        let mut last = 0;
        while counted(&desk) < 1_000 {
            refresh(state.ledger(), 20_000).unwrap();
            assert!(counted(&desk) > last && counted(&desk) <= last + 100);
            last = counted(&desk);
        }
        let before = stored(&desk);
        refresh(state.ledger(), u64::MAX).unwrap();
        assert_eq!(stored(&desk), before, "nothing new, nothing written");
    });
}

#[test]
fn a_reader_writes_what_a_long_tail_came_to() {
    let desk = Desk::new();
    desk.in_files(|state| {
        append_many(state, 0..500);
        overview(state).unwrap();
        assert!(stored(&desk).is_none());
        append_many(state, 500..2_000);
        overview(state).unwrap();
        assert_eq!(counted(&desk), 2_000);
    });
}

/// A power cut that took the log's end back, a log restored from a backup, one started anew.
#[test]
fn a_summary_ahead_of_its_log_is_rebuilt() {
    let shorter = |log: &[u8]| log[..log.len() / 2].to_vec();
    let gone = |_: &[u8]| Vec::new();
    let other = |log: &[u8]| [b"garbage that nobody counted\n", log].concat();
    for damage in [shorter, gone, other] as [fn(&[u8]) -> Vec<u8>; 3] {
        let desk = Desk::new();
        desk.in_files(|state| {
            append_many(state, 0..100);
            refresh(state.ledger(), u64::MAX).unwrap();
            let log = damage(&std::fs::read(desk.log()).unwrap());
            std::fs::write(desk.log(), &log).unwrap();
            let found = overview(state).unwrap();
            let fills =
                log.split_inclusive(|b| *b == b'\n').filter(|l| l.starts_with(b"{") && l.ends_with(b"\n"));
            assert_eq!(found.summary.groups.total.totals.slippage.count, fills.count() as u64);
            assert_eq!(found.notices[0].code, "SLIPPAGE_SUMMARY_REBUILT");
            assert_eq!(desk.aside().len(), 1);
            assert!(
                overview(state).unwrap().notices.iter().all(|notice| notice.code == "SLIPPAGE_LINES_DAMAGED")
            );
        });
    }
}

#[test]
fn a_corrupt_summary_is_set_aside_and_rebuilt() {
    for bytes in [&b""[..], b"{", b"null", b"{\"format\":\"nija.killswitch\",\"version\":\"1.0\"}"] {
        let desk = Desk::new();
        desk.in_files(|state| {
            append_many(state, 0..10);
            std::fs::write(desk.env.state("slippage.json"), bytes).unwrap();
            assert_eq!(overview(state).unwrap().summary.groups, groups(state, 0..10));
            assert_eq!(std::fs::read(desk.env.state(&desk.aside()[0])).unwrap(), bytes);
            assert_eq!(counted(&desk), 10);
        });
    }
}

#[test]
fn a_newer_summary_is_left_alone_and_fills_are_recorded() {
    let desk = Desk::new();
    desk.in_files(|state| {
        append_many(state, 0..10);
        let newer = b"{\"format\":\"nija.slippage\",\"version\":\"2.0\",\"all\":\"new\"}";
        std::fs::write(desk.env.state("slippage.json"), newer).unwrap();
        assert!(overview(state).is_err_and(|error| error.kind == Kind::Newer));
        for number in 10..2_000 {
            let recorded = record(state, &fill(state, number)).unwrap();
            if let [notice] = recorded.notices.as_slice() {
                assert_eq!(notice.code, "SLIPPAGE_SUMMARY_STALE");
                assert_eq!(std::fs::read(desk.env.state("slippage.json")).unwrap(), newer);
                return;
            }
        }
        panic!("nobody said that the summary is not kept");
    });
}

#[test]
fn damaged_lines_are_counted_and_told() {
    let desk = Desk::new();
    desk.in_files(|state| {
        append_many(state, 0..10);
        let mut log = std::fs::read(desk.log()).unwrap();
        log[40] ^= 1;
        std::fs::write(desk.log(), &log).unwrap();
        let found = overview(state).unwrap();
        assert_eq!((found.summary.damaged(), found.notices[0].code), (1, "SLIPPAGE_LINES_DAMAGED"));
        assert_eq!(found.summary.groups, groups(state, 1..10));
        refresh(state.ledger(), u64::MAX).unwrap();
        assert_eq!(overview(state).unwrap().summary.groups, groups(state, 1..10));
        assert_eq!(stored(&desk).unwrap().damaged(), 1);
    });
}

#[test]
fn fields_of_a_newer_minor_version_stay() {
    let desk = Desk::new();
    desk.in_files(|state| {
        append_many(state, 0..10);
        refresh(state.ledger(), u64::MAX).unwrap();
        let mut summary = stored(&desk).unwrap();
        summary.extra.insert("note".to_owned(), "kept".into());
        std::fs::write(desk.env.state("slippage.json"), encode(&summary).unwrap()).unwrap();
        append_many(state, 10..20);
        refresh(state.ledger(), u64::MAX).unwrap();
        assert_eq!(stored(&desk).unwrap().extra["note"], "kept");
    });
}
