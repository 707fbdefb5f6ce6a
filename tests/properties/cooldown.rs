//! Locks are intervals: they only ever grow, whatever the clock does, until a person ends them; stop-losses count once.

use chrono::{DateTime, TimeDelta, Utc};
use nija::domain::cooldown::change::{Extension, LOCKS_MAX, Locked, Mark, STOP_LOSSES_MAX};
use nija::domain::cooldown::policy::{Escalation, Guard};
use nija::domain::cooldown::{Cooldown, Hit, Lock, Policy, Side, StopLoss, Touch};
use nija::domain::document::{decode, encode};
use nija::domain::halt::{Actor, Cause, Source};
use nija::domain::order;
use nija::domain::ticker;
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::Map;

const ORDERS: [Option<order::Side>; 3] = [None, Some(order::Side::Buy), Some(order::Side::Sell)];

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn seconds(count: i64) -> TimeDelta {
    TimeDelta::seconds(count)
}

fn actor() -> Actor {
    Actor { uid: 0, user: None, operator: None }
}

fn mark(id: &str) -> Mark {
    Mark { id: id.to_owned(), actor: actor(), host: "h".to_owned() }
}

fn lock(id: &str, side: Side, from: i64, until: i64) -> Lock {
    let (rule, reason, extra) = (None, String::new(), Map::new());
    let cause = Cause {
        source: Source::Cli,
        rule,
        reason,
        actor: actor(),
        host: "h".to_owned(),
        at: at(from),
        extra,
    };
    Lock::new(id.to_owned(), side, at(until), cause)
}

fn stop(id: u8, second: i64) -> StopLoss {
    StopLoss {
        hit: Hit { id: format!("s-{id}"), ticker: "BTCUSD".to_owned(), at: at(second) },
        price: Decimal::ONE,
        side: Side::Both,
        strategy: None,
        platform: None,
        extra: Map::new(),
    }
}

fn touch(second: i64) -> Touch {
    Touch { at: at(second), reason: String::new(), actor: actor(), extra: Map::new() }
}

fn policy(steps: Vec<TimeDelta>, window: i64, count: usize) -> Policy {
    Policy {
        default: seconds(60),
        escalation: Escalation { steps, window: seconds(window) },
        guard: Guard { enabled: true, count, window: seconds(window), duration: seconds(90) },
        ..Policy::default()
    }
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Both), Just(Side::Long), Just(Side::Short)]
}

/// One thing that happens to the locks of a ticker.
#[derive(Debug, Clone)]
enum Happening {
    Lock(Side, i64),
    ExtendBy(i64),
    ExtendUntil(i64),
    StopLoss(u8),
    Guard(u8),
    Release,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        6 => (side(), 1i64..300).prop_map(|(side, length)| Happening::Lock(side, length)),
        2 => (1i64..100).prop_map(Happening::ExtendBy),
        2 => (0i64..1000).prop_map(Happening::ExtendUntil),
        3 => any::<u8>().prop_map(Happening::StopLoss),
        3 => any::<u8>().prop_map(Happening::Guard),
        1 => Just(Happening::Release),
    ]
}

/// What happens, and at what time: the clock runs, and now and then jumps either way.
fn history() -> impl Strategy<Value = Vec<(i64, Happening)>> {
    let step = prop_oneof![6 => 0i64..60, 1 => -400i64..400];
    vec((step, happening()), 0..60).prop_map(|steps| {
        let mut now = 0;
        let placed = |(step, happening)| {
            now += step;
            (now, happening)
        };
        steps.into_iter().map(placed).collect()
    })
}

fn apply(cooldown: &mut Cooldown, now: i64, happening: &Happening) {
    let policy = policy(vec![seconds(120), seconds(240)], 100, 3);
    match happening {
        Happening::Lock(side, length) => drop(cooldown.lock(lock("c", *side, now, now + length), at(now))),
        Happening::ExtendBy(length) => drop(cooldown.extend(Extension::By(seconds(*length)), &touch(now))),
        Happening::ExtendUntil(until) => drop(cooldown.extend(Extension::Until(at(*until)), &touch(now))),
        Happening::StopLoss(id) => {
            drop(cooldown.stop_loss(&stop(*id, now), &policy, seconds(60), mark("c"), at(now)));
        }
        Happening::Guard(id) => drop(cooldown.guard(&stop(*id, now), &policy, mark("c"), at(now))),
        Happening::Release => drop(cooldown.release(&touch(now))),
    }
}

/// At which instants, and for which orders, a ticker is blocked.
fn blocked(cooldown: &Cooldown) -> Vec<bool> {
    let instants = (-400..3000).step_by(20);
    let asked = instants.flat_map(|second| ORDERS.map(|order| (second, order)));
    asked.map(|(second, order)| cooldown.blocks(order, at(second)).is_some()).collect()
}

fn after(history: &[(i64, Happening)]) -> Cooldown {
    let mut cooldown = Cooldown::new("BTCUSD", at(0));
    for (now, happening) in history {
        apply(&mut cooldown, *now, happening);
    }
    cooldown
}

proptest! {
    #[test]
    fn nothing_but_a_person_shortens_a_cooldown(history in history()) {
        let mut cooldown = Cooldown::new("BTCUSD", at(0));
        let mut before = blocked(&cooldown);
        for (now, happening) in &history {
            apply(&mut cooldown, *now, happening);
            let after = blocked(&cooldown);
            if matches!(happening, Happening::Release) {
                prop_assert!(ORDERS.iter().all(|order| cooldown.blocks(*order, at(*now)).is_none()));
                prop_assert!(cooldown.blocks(None, at(now + 10_000)).is_none());
            } else {
                let shorter = before.iter().zip(&after).any(|(before, after)| *before && !after);
                prop_assert!(!shorter, "{:?} at {} shortened {:#?}", happening, now, cooldown.locks);
            }
            before = after;
            prop_assert!(cooldown.locks.len() <= LOCKS_MAX && cooldown.stop_losses.len() <= STOP_LOSSES_MAX);
        }
    }

    #[test]
    fn a_lock_blocks_its_side_from_now_until_its_end(history in history(), side in side(), length in 1i64..400) {
        let mut cooldown = after(&history);
        let now = history.last().map_or(0, |(now, _)| *now);
        let locked = cooldown.lock(lock("new", side, now, now + length), at(now));
        for order in ORDERS.into_iter().filter(|order| side.blocks(*order)) {
            for second in [now - 10_000, now, now + length - 1] {
                prop_assert!(cooldown.blocks(order, at(second)).is_some());
            }
        }
        // Only what another lock does not block already is news.
        let again = cooldown.clone().lock(lock("again", side, now, now + length), at(now));
        prop_assert!(matches!(again, Locked::Covered(_)));
        prop_assert!(locked.lock().until >= at(now + length));
    }

    #[test]
    fn what_is_blocked_is_blocked_up_to_the_last_end_and_no_longer(history in history()) {
        let cooldown = after(&history);
        for order in ORDERS {
            let ends = cooldown.locks.iter().filter(|lock| lock.released.is_none() && lock.side.blocks(order));
            let last = ends.map(|lock| lock.until).max();
            for second in (-500..1500).step_by(7) {
                let told = cooldown.blocks(order, at(second)).map(|lock| lock.until);
                prop_assert_eq!(told, last.filter(|last| at(second) < *last));
            }
        }
    }

    #[test]
    fn what_is_forgotten_decides_nothing(longest in side(), length in 1i64..1000, more in 1i64..60) {
        let mut cooldown = Cooldown::new("BTCUSD", at(0));
        cooldown.lock(lock("first", longest, 0, length), at(0));
        // Each ends a little later than the one before, so that none is covered when it comes.
        for step in 1..=more {
            let before = blocked(&cooldown);
            let other = if longest == Side::Long { Side::Short } else { Side::Long };
            cooldown.lock(lock("next", other, 0, step * 10), at(0));
            prop_assert!(before.iter().zip(blocked(&cooldown)).all(|(before, after)| !*before || after));
            prop_assert!(cooldown.locks.len() <= LOCKS_MAX);
        }
        let first = ORDERS.into_iter().filter(|order| longest.blocks(*order));
        for order in first {
            prop_assert!(cooldown.blocks(order, at(length - 1)).is_some());
        }
    }

    #[test]
    fn a_stop_loss_counts_once(history in history(), id: u8, later in -500i64..500) {
        let mut cooldown = after(&history);
        let policy = policy(vec![seconds(120)], 100, 2);
        let now = history.last().map_or(0, |(now, _)| *now);
        cooldown.stop_loss(&stop(id, now), &policy, seconds(60), mark("c"), at(now));
        let mut again = cooldown.clone();
        let late = stop(id, now + later);
        prop_assert!(again.known(&late).is_some());
        prop_assert_eq!(again.stop_loss(&late, &policy, seconds(60), mark("d"), at(now + later)), None);
        let guarded = again.guard(&late, &policy, mark("d"), at(now + later));
        prop_assert!(!guarded.counted && guarded.locked.is_none());
        prop_assert_eq!(again, cooldown);
    }

    #[test]
    fn each_further_stop_loss_within_the_window_locks_at_least_as_long(
        gaps in vec(0i64..50, 1..12), mut steps in vec(1i64..500, 0..5), own in 1i64..300, window in 20i64..200,
    ) {
        steps.sort_unstable();
        let steps: Vec<TimeDelta> = steps.into_iter().map(seconds).collect();
        let policy = policy(steps, window, 99);
        let (mut cooldown, mut now, mut times) = (Cooldown::new("BTCUSD", at(0)), 0, Vec::new());
        let mut last = (0, TimeDelta::zero());
        for (id, gap) in gaps.iter().enumerate() {
            now += gap;
            times.push(now);
            let id = u8::try_from(id).unwrap();
            let counted = cooldown.stop_loss(&stop(id, now), &policy, seconds(own), mark("c"), at(now)).unwrap();
            let within = times.iter().filter(|time| now - **time < window).count();
            prop_assert_eq!(counted.number, within);
            let length = policy.escalated(seconds(own), counted.number);
            prop_assert!(length >= seconds(own));
            prop_assert!(counted.number < last.0 || length >= last.1, "escalation is monotone");
            prop_assert!(counted.locked.lock().until >= at(now) + length);
            last = (counted.number, length);
        }
    }

    #[test]
    fn every_ticker_is_locked_exactly_when_enough_stops_are_hit_within_the_window(
        gaps in vec(0i64..80, 1..30), count in 2usize..6, window in 20i64..200,
    ) {
        let policy = policy(Vec::new(), window, count);
        let (mut every, mut now, mut times) = (Cooldown::new(ticker::EVERY, at(0)), 0, Vec::new());
        for (id, gap) in gaps.iter().enumerate() {
            now += gap;
            times.push(now);
            let guarded = every.guard(&stop(u8::try_from(id).unwrap(), now), &policy, mark("c"), at(now));
            let within = times.iter().filter(|time| now - **time < window).count();
            prop_assert_eq!(guarded.locked.is_some(), within >= count);
            if let Some(locked) = guarded.locked {
                prop_assert_eq!(locked.lock().until, at(now + 90));
                prop_assert_eq!(locked.lock().stop_losses.len(), count, "its cause is with it");
            }
        }
    }

    #[test]
    fn cooldowns_come_back_as_they_were_written(history in history()) {
        let cooldown = after(&history);
        let bytes = encode(&cooldown).unwrap();
        prop_assert_eq!(decode::<Cooldown>(&bytes), Ok(cooldown));
        prop_assert!(bytes.len() < 64 * 1024, "a document stays small: {} bytes", bytes.len());
    }
}

#[test]
fn a_document_of_a_newer_minor_version_keeps_its_fields() {
    let mut cooldown = Cooldown::new("BTCUSD", at(0));
    let policy = policy(Vec::new(), 100, 2);
    cooldown.stop_loss(&stop(1, 0), &policy, seconds(60), mark("c"), at(0));
    cooldown.release(&touch(1));
    let mut value = serde_json::to_value(&cooldown).unwrap();
    for place in ["", "/locks/0", "/locks/0/cause", "/locks/0/released", "/stop_losses/0"] {
        value.pointer_mut(place).unwrap()["x_new"] = serde_json::json!({"any": ["thing"]});
    }
    let again: Cooldown = decode(value.to_string().as_bytes()).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), value);
}

#[test]
fn a_late_report_pushes_out_none_that_came_after_it() {
    let (mut every, policy) = (Cooldown::new(ticker::EVERY, at(0)), policy(Vec::new(), 1000, 99));
    let last = u8::try_from(STOP_LOSSES_MAX).unwrap();
    for id in 1..=last {
        every.guard(&stop(id, 100 + i64::from(id)), &policy, mark("c"), at(200));
    }
    every.guard(&stop(0, 1), &policy, mark("c"), at(200));
    assert!(every.known(&stop(0, 1)).is_none());
    assert!((1..=last).all(|id| every.known(&stop(id, 0)).is_some()));
}

#[test]
fn the_longer_of_two_spellings_counts() {
    let tickers = ticker::Policy::default();
    let configured = [("btc-usd", 10), ("BTC/USD", 20), ("ETH-USD", 5)];
    let tickers_of = configured.map(|(name, length)| (name.to_owned(), seconds(length)));
    let policy = Policy { tickers: tickers_of.into(), ..Policy::default() };
    assert_eq!(policy.duration(&tickers, "BTCUSD"), seconds(20));
    assert_eq!(policy.duration(&tickers, "ETHUSD"), seconds(5));
    assert_eq!(policy.duration(&tickers, "SOLUSD"), policy.default);
}
