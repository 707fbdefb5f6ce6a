//! Recording, once and exactly once.

use chrono::TimeDelta;
use nija::domain::slippage::Position;
use nija::error::Kind;
use nija::ops::State;
use nija::ops::slippage::summary::overview;
use nija::ops::slippage::verify::verify;
use nija::ops::slippage::{position, record, record_since};

use super::desk::{Desk, append_many, facts, fill, now, on_each};

fn count(state: &State<'_>) -> u64 {
    let fills = verify(state, &mut |_| {}).unwrap().fills;
    assert_eq!(overview(state).unwrap().summary.groups.total.totals.slippage.count, fills);
    fills
}

#[test]
fn equal_fills_are_recorded_apart() {
    on_each(|_, state| {
        for _ in 0..3 {
            let fill = record::fill(state, facts(1)).unwrap();
            assert!(record(state, &fill).unwrap().is_new);
        }
        assert_eq!(count(state), 3);
    });
}

#[test]
fn a_fill_is_recorded_once_since_a_position() {
    on_each(|_, state| {
        append_many(state, 0..5);
        let since = position(state, now()).unwrap();
        let fill = fill(state, 9);
        append_many(state, 10..15);
        assert!(record_since(state, &fill, since).unwrap().is_new);
        append_many(state, 15..20);
        for _ in 0..2 {
            assert!(!record_since(state, &fill, since).unwrap().is_new);
        }
        assert_eq!(count(state), 16);
    });
}

#[test]
fn a_position_that_is_none_is_looked_behind() {
    on_each(|_, state| {
        let fill = fill(state, 9);
        let since = position(state, now()).unwrap();
        record(state, &fill).unwrap();
        append_many(state, 10..15);
        for bytes in [7, u64::MAX, u64::MAX - 1, 100_000] {
            assert!(!record_since(state, &fill, Position { bytes, ..since }).unwrap().is_new, "{bytes}");
        }
        let october = position(state, now() - TimeDelta::days(40)).unwrap();
        assert_ne!(october.month, since.month);
        assert!(!record_since(state, &fill, october).unwrap().is_new);
        assert_eq!(count(state), 6);
    });
}

#[test]
fn of_two_who_record_one_fill_one_does() {
    let desk = Desk::new();
    let since = desk.in_files(|state| position(state, now()).unwrap());
    for number in 0..20 {
        let new: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        desk.in_files(|state| {
                            record_since(state, &fill(state, number), since).unwrap().is_new
                        })
                    })
                })
                .collect();
            threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
        });
        assert_eq!(new, 1);
    }
    assert_eq!(desk.in_files(count), 20);
}

#[test]
fn a_fill_belongs_to_the_month_it_was_filled_in() {
    on_each(|_, state| {
        let mut late = facts(1);
        late.at = "2026-10-31T23:59:59.999999999Z".parse().unwrap();
        let late = record::fill(state, late).unwrap();
        record(state, &late).unwrap();
        record(state, &fill(state, 2)).unwrap();
        let months = verify(state, &mut |_| {}).unwrap().months;
        assert_eq!(months.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2026-10", "2026-11"]);
    });
}

#[test]
fn a_fill_from_the_future_is_refused() {
    on_each(|_, state| {
        let mut ahead = facts(1);
        ahead.at = now() + TimeDelta::hours(25);
        let fill = record::fill(state, ahead).unwrap();
        let error = record(state, &fill).unwrap_err();
        assert!(error.kind == Kind::Usage && error.message.contains("ahead of this machine"), "{error:?}");
        assert_eq!(count(state), 0);
    });
}

#[test]
fn half_a_record_is_cut_off_and_kept() {
    let desk = Desk::new();
    desk.in_files(|state| {
        append_many(state, 0..3);
        let whole = std::fs::read(desk.log()).unwrap();
        std::fs::write(desk.log(), &whole[..whole.len() - 9]).unwrap();
        let recorded = record(state, &fill(state, 3)).unwrap();
        assert_eq!(recorded.notices[0].code, "SLIPPAGE_LOG_TORN");
        assert_eq!(count(state), 3);
        let name = recorded.notices[0].message.rsplit(' ').next().unwrap();
        let kept = std::fs::read(desk.env.state(name)).unwrap();
        let second = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0;
        assert_eq!(kept, &whole[second + 1..whole.len() - 9]);
    });
}
