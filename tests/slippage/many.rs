//! Many writers at once, as threads with a recorder, as states of their own, and as processes: no fill is lost.

use nija::domain::order::Decimal;
use nija::ops::slippage::summary::{overview, rebuild};
use nija::ops::slippage::verify::verify;
use nija::ops::slippage::{Recorder, record};

use super::desk::{Desk, facts, fill, on_each};

const WRITERS: i64 = 32;
const EACH: i64 = 100;

#[test]
fn threads_share_a_recorder() {
    on_each(|_, state| {
        let fills: Vec<_> = (0..WRITERS * EACH).map(|number| fill(state, number)).collect();
        let recorder = Recorder::new(state.ledger());
        std::thread::scope(|scope| {
            for own in fills.chunks(EACH as usize) {
                let recorder = &recorder;
                scope.spawn(move || own.iter().for_each(|fill| drop(recorder.record(fill).unwrap())));
            }
        });
        assert_eq!(verify(state, &mut |_| {}).unwrap().fills, fills.len() as u64);
        assert_eq!(overview(state).unwrap().summary.groups.total.totals.slippage.count, fills.len() as u64);
    });
}

#[test]
fn everybody_is_told_what_went_wrong() {
    let desk = Desk::new();
    desk.in_files(|state| {
        std::fs::create_dir_all(desk.log()).unwrap();
        let fills: Vec<_> = (0..WRITERS).map(|number| fill(state, number)).collect();
        let recorder = Recorder::new(state.ledger());
        let failed: usize = std::thread::scope(|scope| {
            let threads: Vec<_> =
                fills.iter().map(|fill| scope.spawn(|| recorder.record(fill).is_err())).collect();
            threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
        });
        assert_eq!(failed, fills.len());
        let mut late = facts(1);
        late.at -= chrono::TimeDelta::days(40);
        let late = record::fill(state, late).unwrap();
        recorder.record(&late).unwrap();
    });
}

#[test]
fn writers_that_know_nothing_of_each_other() {
    let desk = Desk::new();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let desk = &desk;
            scope.spawn(move || {
                desk.in_files(|state| {
                    for number in writer * EACH..(writer + 1) * EACH {
                        record(state, &fill(state, number)).unwrap();
                    }
                });
            });
        }
    });
    desk.in_files(|state| {
        assert_eq!(verify(state, &mut |_| {}).unwrap().fills, (WRITERS * EACH) as u64);
        let summed = overview(state).unwrap().summary.groups;
        rebuild(state.ledger(), "to compare").unwrap();
        assert_eq!(overview(state).unwrap().summary.groups, summed);
    });
}

#[test]
fn processes_lose_nothing() {
    let desk = Desk::new();
    desk.env.config("lock_wait = \"60s\"\n");
    let children: Vec<_> = (0..WRITERS)
        .map(|number| {
            let actual = (Decimal::from(100) + Decimal::new(number, 2)).to_string();
            let words =
                ["slippage", "record", "--ticker", "X", "--side", "buy", "--expected", "100", "--actual"];
            desk.env.nija(&[&words[..], &[&actual]].concat()).spawn()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    desk.in_files(|state| assert_eq!(verify(state, &mut |_| {}).unwrap().fills, WRITERS as u64));
}
