//! DRAWDOWN and DAILY_LOSS: never before enough readings agree and always after, whatever the clock does.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use nija::domain::alert::{Facts, Input, Severity, select};
use nija::domain::equity::{Equity, Policy, Reading, Taken};
use nija::domain::policy::Policies;
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;

const DAY: i64 = 24 * 3600;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn policy(confirmations: usize) -> Policy {
    Policy { confirmations, ..Policy::default() }
}

/// An account, read once a minute from `start` on.
fn account(values: &[i64], start: i64, policy: &Policy) -> (Equity, i64) {
    let mut equity = Equity::new(None, policy, at(start));
    let mut now = start;
    for value in values {
        now += 60;
        let reading = Reading::new(Decimal::from(*value), at(now));
        assert_eq!(equity.take(reading, policy, at(now)), Taken::Counted);
    }
    (equity, now)
}

fn severity(rule: &str, equity: &Equity, policy: &Policy, now: i64) -> Option<Severity> {
    let known = Arc::new(BTreeMap::from([(String::new(), Ok(equity.clone()))]));
    let policies = Policies { equity: policy.clone(), ..Policies::default() };
    let facts = Facts { equity: Input::Known(known), policies, ..Facts::nothing(at(now)) };
    let outcome = (select(rule)[0].evaluate)(&facts);
    assert!(outcome.doubts.is_empty(), "{outcome:?}");
    outcome.findings.first().map(|finding| finding.severity)
}

/// Values around a peak of 1000: fine, close to the limits, below them, and what a broken feed says.
fn value() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0i64..1200, 1 => Just(0), 1 => Just(-500), 1 => Just(1_000_000), 2 => Just(800), 2 => Just(799)]
}

proptest! {
    #[test]
    fn a_loss_counts_when_enough_readings_in_a_row_say_so_and_never_before(
        confirmations in 1usize..6, wild in vec(value(), 0..5), low in vec(0i64..800, 6),
    ) {
        let policy = policy(confirmations);
        let mut values = vec![1000; confirmations];
        values.extend(wild.iter().take(confirmations - 1));
        let (before, now) = account(&values, 0, &policy);
        prop_assert_eq!(severity("DRAWDOWN", &before, &policy, now), None);
        prop_assert_eq!(before.peak.as_ref().unwrap().value, Decimal::from(1000), "nor does a tick make a peak");
        values.extend(&low[..confirmations]);
        let (after, now) = account(&values, 0, &policy);
        prop_assert_eq!(severity("DRAWDOWN", &after, &policy, now), Some(Severity::Emergency));
        prop_assert_eq!(severity("DAILY_LOSS", &after, &policy, now), Some(Severity::Emergency));
    }

    #[test]
    fn what_is_confirmed_lies_within_the_last_readings(confirmations in 1usize..6, values in vec(value(), 1..40)) {
        let policy = policy(confirmations);
        let mut highest_floor = None;
        for end in confirmations..=values.len() {
            let last = &values[end - confirmations..end];
            let (worst, best) = (*last.iter().min().unwrap(), *last.iter().max().unwrap());
            let (equity, _) = account(&values[..end], 0, &policy);
            let confirmed = equity.confirmed.unwrap();
            prop_assert!(Decimal::from(worst) <= confirmed && confirmed <= Decimal::from(best));
            let peak = equity.peak.as_ref().unwrap().value;
            highest_floor = highest_floor.max(Some(worst));
            prop_assert!(confirmed <= peak && Decimal::from(highest_floor.unwrap()) <= peak);
        }
        if values.len() < confirmations {
            prop_assert_eq!(account(&values, 0, &policy).0.confirmed, None);
        }
    }

    #[test]
    fn a_single_tick_changes_nothing(good in 1i64..2000, tick in value(), after in 0usize..6) {
        let policy = policy(3);
        let mut values = vec![good; 5];
        let (before, _) = account(&values, 0, &policy);
        values.push(tick);
        values.extend(vec![good; after]);
        let (equity, now) = account(&values, 0, &policy);
        prop_assert_eq!((equity.confirmed, &equity.peak, &equity.day), (before.confirmed, &before.peak, &before.day));
        prop_assert_eq!(severity("DRAWDOWN", &equity, &policy, now), None);
    }

    #[test]
    fn losing_more_is_never_less_severe(a in -500i64..1000, b in -500i64..1000) {
        let policy = policy(3);
        let lost = |low: i64, rule| {
            let (equity, now) = account(&[1000, 1000, 1000, low, low, low], 0, &policy);
            severity(rule, &equity, &policy, now)
        };
        for rule in ["DRAWDOWN", "DAILY_LOSS"] {
            prop_assert!(lost(a.max(b), rule) <= lost(a.min(b), rule), "{rule}");
        }
        let (down, day) = (lost(a, "DRAWDOWN"), lost(a, "DAILY_LOSS"));
        prop_assert_eq!(down == Some(Severity::Emergency), a < 800);
        prop_assert_eq!(down.is_some(), a < 850);
        prop_assert_eq!(day == Some(Severity::Emergency), a < 950);
        prop_assert_eq!(day.is_some(), a * 10_000 < 9_625_000);
    }

    #[test]
    fn a_new_day_begins_with_what_was_confirmed_the_day_before(
        loss in 60i64..200, opening_tick in value(), start_minutes in 0i64..1440, date in 1i64..20_000,
    ) {
        let policy = Policy { day_start: TimeDelta::minutes(start_minutes), ..policy(3) };
        let boundary = date * DAY + start_minutes * 60;
        let mut values = vec![1000, 1000, 1000];
        values.extend([1000 - loss; 3]);
        let (mut equity, last) = account(&values, boundary - 361, &policy);
        prop_assert_eq!(last, boundary - 1);
        prop_assert_eq!(severity("DAILY_LOSS", &equity, &policy, boundary - 1), Some(Severity::Emergency));
        prop_assert_eq!(severity("DAILY_LOSS", &equity, &policy, boundary), None, "at the boundary it is over");
        let tick = Reading::new(opening_tick.into(), at(boundary + 1));
        prop_assert_eq!(equity.take(tick, &policy, at(boundary + 1)), Taken::Counted);
        prop_assert_eq!(equity.day.opening, Some(Decimal::from(1000 - loss)));
        prop_assert_eq!(severity("DAILY_LOSS", &equity, &policy, boundary + 1), None);
    }

    #[test]
    fn money_paid_in_or_out_is_neither_won_nor_lost(values in vec(1i64..1200, 3..12), amount in -900i64..5000) {
        let policy = policy(3);
        let (mut equity, now) = account(&values, 0, &policy);
        let before = equity.assess(&policy, at(now));
        let untouched = equity.clone();
        let moved = equity.shift(amount.into());
        if Decimal::from(amount) + before.peak.as_ref().unwrap().value <= Decimal::ZERO {
            prop_assert!(moved.is_err());
            prop_assert_eq!(equity, untouched);
        } else {
            let after = equity.assess(&policy, at(now));
            prop_assert_eq!(before.drawdown.unwrap().cash, after.drawdown.unwrap().cash);
            prop_assert_eq!(before.daily_loss.unwrap().cash, after.daily_loss.unwrap().cash);
        }
    }

    #[test]
    fn whatever_the_clock_does_a_reading_of_now_is_taken_and_an_old_one_is_not_fresh_for_ever(
        steps in vec((-3 * DAY..3 * DAY, value()), 1..30), later in 0i64..10 * DAY,
    ) {
        let policy = policy(3);
        let mut now = 1000 * DAY;
        let mut equity = Equity::new(None, &policy, at(now));
        for (step, value) in steps {
            now += step;
            let reading = Reading::new(value.into(), at(now));
            prop_assert_ne!(equity.take(reading.clone(), &policy, at(now)), Taken::Refused(String::new()));
            prop_assert!(equity.readings.contains(&reading));
            prop_assert!(equity.readings.len() <= 20);
            prop_assert!(equity.assess(&policy, at(now)).day == policy.day(at(now)));
        }
        let last = equity.readings.last().unwrap().at;
        for at_last in [last + TimeDelta::seconds(later), last - TimeDelta::seconds(later)] {
            let age = at_last - last;
            let fresh = age < TimeDelta::minutes(15) && age >= TimeDelta::seconds(-5);
            let stands = equity.assess(&policy, at_last);
            prop_assert_eq!(stands.doubt.is_none(), fresh);
            prop_assert!(fresh || stands.drawdown.is_none() && stands.daily_loss.is_none());
        }
    }

    #[test]
    fn a_clock_that_steps_back_over_the_boundary_forgets_no_loss(back in 1i64..3600) {
        let policy = policy(1);
        let midnight = 100 * DAY;
        let (mut equity, _) = account(&[1000], midnight - 60, &policy);
        let mut read = |value: i64, second: i64| {
            equity.take(Reading::new(value.into(), at(second)), &policy, at(second));
            severity("DAILY_LOSS", &equity, &policy, second)
        };
        prop_assert_eq!(read(900, midnight + 1), Some(Severity::Emergency));
        prop_assert_eq!(read(900, midnight + 2 - back), Some(Severity::Emergency));
        prop_assert_eq!(read(900, midnight + 3), Some(Severity::Emergency));
    }
}

#[test]
fn a_reading_that_lies_ahead_or_comes_too_late_is_refused_and_one_that_comes_again_is_known() {
    let policy = policy(3);
    let (mut equity, now) = account(&[1000, 1010], 0, &policy);
    let before = equity.clone();
    let mut take =
        |value: i64, second: i64| equity.take(Reading::new(value.into(), at(second)), &policy, at(now));
    assert!(matches!(take(1, now + 6), Taken::Refused(_)));
    assert!(matches!(take(1, now - 1), Taken::Refused(_)));
    assert_eq!((take(1000, 60), take(1010, now)), (Taken::Known, Taken::Known));
    assert_eq!(equity, before);
}

#[test]
fn a_clock_that_was_a_year_ahead_does_not_keep_the_opening_of_next_year() {
    let policy = policy(1);
    let (mut equity, ahead) = account(&[1000], 400 * DAY, &policy);
    let now = ahead - 365 * DAY;
    equity.take(Reading::new(500.into(), at(now)), &policy, at(now));
    equity.take(Reading::new(500.into(), at(now + DAY)), &policy, at(now + DAY));
    assert_eq!(severity("DAILY_LOSS", &equity, &policy, now + DAY), None);
    assert_eq!(severity("DRAWDOWN", &equity, &policy, now + DAY), Some(Severity::Emergency));
}

#[test]
fn a_limit_in_cash_counts_beside_the_one_in_percent() {
    let policy = Policy { daily_loss_limit_cash: Some(40.into()), ..policy(1) };
    for (value, expected) in [(970, None), (969, Some(Severity::Warning)), (959, Some(Severity::Emergency))] {
        let (equity, now) = account(&[1000, value], 0, &policy);
        assert_eq!(severity("DAILY_LOSS", &equity, &policy, now), expected, "{value}");
    }
}
