//! A component that beats in time never alarms, one that stops always does, and no wall clock has a say in it.

use std::time::Duration;

use nija::domain::heartbeat::expectation::{Paused, Terms};
use nija::domain::heartbeat::life::State;
use nija::domain::heartbeat::{Component, Report, Word};
use proptest::collection::vec;
use proptest::prelude::*;

use serde_json::Map;

use super::machine::{Event, GRACE, INTERVAL, Machine, rank};

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => (1u64..INTERVAL).prop_map(Event::Passes),
        2 => (-9_000_000i64..9_000_000).prop_map(Event::WallMoves),
        1 => (1u64..90_000).prop_map(Event::Sleeps),
        1 => (1u64..90_000).prop_map(Event::Restarts),
    ]
}

/// Looks that follow each other before the watch has a gap.
fn step() -> impl Strategy<Value = u64> {
    1u64..=180
}

proptest! {
    #[test]
    fn whoever_beats_in_time_never_alarms(
        days in vec((event(), any::<bool>()), 1..60), open in 0u64..3,
    ) {
        let mut machine = Machine::new();
        machine.beat(open);
        machine.look();
        let mut since_beat = 0;
        for (event, looks) in days {
            // In time: awake, it is never silent for its interval.
            if let Event::Passes(seconds) = event {
                if since_beat + seconds >= INTERVAL {
                    machine.beat(open);
                    since_beat = 0;
                }
                since_beat += seconds;
            }
            machine.happen(&event);
            // Out of bed it beats before anybody asks, or is not known to.
            if matches!(event, Event::Sleeps(_) | Event::Restarts(_)) {
                if looks {
                    let outcome = machine.judge("HEARTBEAT_MISSED");
                    prop_assert_eq!(rank(&outcome), 1, "after a gap it is in doubt: {:?}", outcome);
                }
                machine.beat(open);
                since_beat = 0;
            }
            if looks {
                for rule in ["HEARTBEAT_MISSED", "HEARTBEAT_NEVER", "HEARTBEAT_FAILED"] {
                    let outcome = machine.judge(rule);
                    prop_assert!(outcome.findings.is_empty(), "{:?}: {:?}", event, outcome);
                }
            }
        }
    }

    #[test]
    fn whoever_stops_alarms_and_goes_on_alarming(
        before in vec((1u64..INTERVAL, any::<bool>()), 0..10),
        after in vec((1u64..=40, -9_000_000i64..9_000_000), 20..60),
        open in 0u64..3,
    ) {
        let mut machine = Machine::new();
        machine.look();
        for (seconds, looks) in before {
            machine.beat(open);
            machine.pass(seconds);
            if looks { machine.look(); }
        }
        machine.beat(open);
        let mut memory_is_fresh = machine.judge("HEARTBEAT_MISSED").doubts.is_empty();
        if !memory_is_fresh {
            // The watch had a gap before; the next beat is certain.
            machine.beat(open);
            memory_is_fresh = machine.judge("HEARTBEAT_MISSED").doubts.is_empty();
        }
        prop_assert!(memory_is_fresh);
        let (mut silent, mut worst) = (0, 0);
        for (seconds, wall) in after {
            machine.happen(&Event::WallMoves(wall));
            machine.pass(seconds);
            silent += seconds;
            let rank = rank(&machine.judge("HEARTBEAT_MISSED"));
            let expected = match (silent >= INTERVAL, open > 0) {
                (false, _) => 0,
                (true, false) => 2,
                (true, true) => 3,
            };
            prop_assert_eq!(rank, expected, "silent for {}", silent);
            prop_assert!(rank >= worst, "it grew better by itself");
            worst = rank;
        }
    }

    #[test]
    fn a_beat_nobody_saw_come_alarms_when_all_patience_is_over(steps in vec(step(), 1..12), open in 0u64..3) {
        let mut machine = Machine::new();
        machine.beat(open);
        prop_assert_eq!(rank(&machine.judge("HEARTBEAT_MISSED")), 1, "it may be a year old");
        let mut silent = 0;
        for seconds in steps {
            machine.pass(seconds);
            silent += seconds;
            let expected = match (silent >= INTERVAL + GRACE, open > 0) {
                (false, _) => 1,
                (true, false) => 2,
                (true, true) => 3,
            };
            prop_assert_eq!(rank(&machine.judge("HEARTBEAT_MISSED")), expected, "silent for {}", silent);
        }
    }

    #[test]
    fn the_wall_clock_has_no_say(
        days in vec((event(), any::<bool>(), any::<bool>()), 1..60), moves in vec(-9_000_000i64..9_000_000, 60),
    ) {
        // Nobody measures with the clock of the wall, so a machine whose clock is stepped all day sees the same.
        let (mut plain, mut stepped) = (Machine::new(), Machine::new());
        for ((event, beats, looks), by) in days.into_iter().zip(moves) {
            if matches!(event, Event::WallMoves(_)) { continue }
            for machine in [&mut plain, &mut stepped] {
                machine.happen(&event);
                if beats { machine.beat(1); }
            }
            stepped.happen(&Event::WallMoves(by));
            if looks {
                let (one, other) = (plain.look(), stepped.look());
                prop_assert_eq!(one.gap.map(|gap| gap.kind), other.gap.map(|gap| gap.kind));
                let how = |view: &[Component]| {
                    view.iter().map(|c| (c.state, c.silent, c.open_positions)).collect::<Vec<_>>()
                };
                prop_assert_eq!(how(&one.components), how(&other.components));
            }
        }
    }

    #[test]
    fn older_prices_are_never_better(
        told in 0u64..120, steps in vec(step(), 1..8), open in 0u64..3, auto_kill: bool,
    ) {
        let mut machine = Machine::new();
        machine.policy.auto_kill = auto_kill;
        machine.look();
        let report =
            Report { open_positions: Some(open), price_age: Some(Duration::from_secs(told)), ..Report::default() };
        machine.report("bot", &report);
        let (mut age, mut worst) = (told, 0);
        for seconds in [0].into_iter().chain(steps) {
            machine.pass(seconds);
            age += seconds;
            // It lives, and does not speak of prices any more.
            machine.beat(open);
            let outcome = machine.judge("PRICE_STALE");
            let stale = age >= 60 && open > 0;
            prop_assert_eq!(rank(&outcome), if stale { 3 + u8::from(auto_kill) } else { 0 }, "{} s", age);
            prop_assert_eq!(outcome.findings.iter().any(|finding| finding.pull.is_some()), stale && auto_kill);
            prop_assert!(rank(&outcome) >= worst);
            worst = rank(&outcome);
        }
    }

    #[test]
    fn whoever_is_expected_and_never_comes_alarms_exactly_when_its_time_is_over(
        start_up in 1u64..300, steps in vec(step(), 1..12),
    ) {
        let mut machine = Machine::new();
        let terms = Terms::new(Duration::from_secs(9), Duration::from_secs(9), Some(Duration::from_secs(start_up)));
        machine.say("ghost", |said, now| { said.expect(terms, now); });
        prop_assert_eq!(rank(&machine.judge("HEARTBEAT_NEVER")), 0);
        let mut waited = 0;
        for seconds in steps {
            machine.pass(seconds);
            waited += seconds;
            prop_assert_eq!(rank(&machine.judge("HEARTBEAT_NEVER")), if waited >= start_up { 3 } else { 0 });
        }
        machine.report("ghost", &Report::default());
        prop_assert_eq!(rank(&machine.judge("HEARTBEAT_NEVER")), 0);
    }

    #[test]
    fn what_is_paused_never_alarms(days in vec((event(), any::<bool>()), 1..40), failed: bool) {
        let mut machine = Machine::new();
        let word = if failed { Word::Fail } else { Word::Start };
        machine.report("bot", &Report { word, open_positions: Some(1), ..Report::default() });
        machine.say("bot", |said, at| { said.pause(Paused { at, by: "alice".to_owned(), reason: String::new(), extra: Map::new() }); });
        for (event, looks) in days {
            machine.happen(&event);
            if looks {
                for rule in ["HEARTBEAT_MISSED", "HEARTBEAT_NEVER", "HEARTBEAT_FAILED", "PRICE_STALE"] {
                    prop_assert_eq!(rank(&machine.judge(rule)), 0, "{} after {:?}", rule, event);
                }
                prop_assert_eq!(machine.state(), State::Paused);
            }
        }
        machine.say("bot", |said, _| said.paused = None);
        let state = machine.state();
        prop_assert!(state != State::Ok, "nothing is known of it yet");
    }

    #[test]
    fn nothing_changes_by_itself_before_the_time_that_is_announced(
        starts in vec((0u64..40_000, 0usize..5, 0u64..2, 0u64..90), 1..5), seen_before: bool,
    ) {
        let mut machine = Machine::new();
        // No gap of the watch in between.
        machine.policy.look_interval = Duration::from_secs(3600);
        if seen_before { machine.look(); }
        for (index, (passed_ms, kind, open, price)) in starts.into_iter().enumerate() {
            let name = index.to_string();
            let full = Report {
                open_positions: Some(open),
                price_age: Some(Duration::from_secs(price)),
                ..Report::default()
            };
            match kind {
                0 => machine.report(&name, &full),
                1 => machine.report(&name, &Report { word: Word::Start, ..Report::default() }),
                2 => machine.report(&name, &Report { price_age: full.price_age, ..Report::default() }),
                3 => machine.report(&name, &Report { word: Word::Fail, ..full }),
                _ => machine.say(&name, |said, now| {
                    let length = Duration::from_secs(price + 1);
                    said.expect(Terms::new(length, length, None), now);
                }),
            }
            machine.look();
            machine.pass_for(Duration::from_millis(passed_ms));
        }
        let said = |machine: &mut Machine| {
            let rules = ["HEARTBEAT_MISSED", "HEARTBEAT_NEVER", "HEARTBEAT_FAILED", "PRICE_STALE"];
            rules.map(|rule| {
                let outcome = machine.judge(rule);
                (rank(&outcome), outcome.findings.len(), outcome.doubts.len())
            })
        };
        let (mut before, policy) = (said(&mut machine), machine.policy.clone());
        let millisecond = Duration::from_millis(1);
        while let Some(length) = machine.look().next_change(&policy) {
            machine.pass_for(length.saturating_sub(millisecond));
            prop_assert_eq!(said(&mut machine), before, "too late by then");
            machine.pass_for(millisecond.min(length));
            let after = said(&mut machine);
            prop_assert_ne!(after, before, "nothing happened");
            before = after;
        }
        machine.pass(10_000);
        prop_assert_eq!(said(&mut machine), before, "nothing was announced");
    }
}
