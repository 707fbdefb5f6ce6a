//! Components at their edges: the very instants, runs, pauses, records that come and go.

use std::time::Duration;

use nija::domain::heartbeat::expectation::{Paused, Terms};
use nija::domain::heartbeat::life::State;
use nija::domain::heartbeat::{Report, Word};

use serde_json::Map;

use super::machine::{GRACE, INTERVAL, Machine, rank};

/// The state at so many seconds after the last beat was seen.
fn state_after(seconds: u64, seen: bool) -> State {
    let mut machine = Machine::new();
    if seen {
        machine.look();
    }
    machine.beat(0);
    machine.look();
    machine.pass(seconds);
    machine.state()
}

#[test]
fn late_and_down_begin_at_their_very_instants() {
    assert_eq!(state_after(0, true), State::Ok);
    assert_eq!(state_after(INTERVAL - 1, true), State::Ok);
    assert_eq!(state_after(INTERVAL, true), State::Late);
    assert_eq!(state_after(INTERVAL + GRACE - 1, true), State::Late);
    assert_eq!(state_after(INTERVAL + GRACE, true), State::Down);
    assert_eq!(state_after(INTERVAL + GRACE - 1, false), State::Unknown);
    assert_eq!(state_after(INTERVAL + GRACE, false), State::Down);
}

#[test]
fn a_failure_is_down_at_once_and_until_the_next_success() {
    let mut machine = Machine::new();
    machine.look();
    machine.report("bot", &Report { exit_code: Some(2), ..Report::default() });
    assert_eq!(machine.state(), State::Down);
    let outcome = machine.judge("HEARTBEAT_FAILED");
    assert_eq!((rank(&outcome), outcome.findings[0].message.as_str()), (2, "bot failed with exit code 2"));
    machine.report("bot", &Report { word: Word::Start, ..Report::default() });
    assert_eq!(machine.state(), State::Down, "to begin is not to succeed");
    machine.beat(0);
    assert_eq!(machine.state(), State::Ok);
    machine.report("bot", &Report { word: Word::Fail, open_positions: Some(1), ..Report::default() });
    assert_eq!(rank(&machine.judge("HEARTBEAT_FAILED")), 3, "with positions open it is CRITICAL");
}

#[test]
fn what_begins_has_its_grace_to_end() {
    let mut machine = Machine::new();
    machine.look();
    machine.report("job", &Report { word: Word::Start, ..Report::default() });
    assert_eq!(machine.state(), State::New);
    machine.pass(GRACE - 1);
    assert_eq!((machine.state(), rank(&machine.judge("HEARTBEAT_MISSED"))), (State::New, 0));
    machine.pass(1);
    let outcome = machine.judge("HEARTBEAT_MISSED");
    assert_eq!((machine.state(), rank(&outcome)), (State::Down, 2));
    assert_eq!(outcome.findings[0].message, "job started 20s ago and has not finished (grace 20s)");
    machine.report("job", &Report::default());
    assert_eq!(machine.state(), State::Ok);
}

#[test]
fn a_component_that_was_forgotten_and_came_back_with_the_same_number_is_alive() {
    let mut machine = Machine::new();
    machine.look();
    machine.beat(0);
    machine.look();
    machine.records.clear();
    machine.pass(INTERVAL);
    machine.beat(0);
    assert_eq!(machine.state(), State::Ok, "its number is 1 again, and it is another beat");
}

#[test]
fn a_record_that_cannot_be_read_is_in_doubt_and_goes_on_ageing() {
    let mut machine = Machine::new();
    machine.look();
    machine.beat(1);
    machine.look();
    let kept = machine.records.insert("bot".to_owned(), Err("it is corrupt".to_owned())).unwrap();
    machine.pass(INTERVAL);
    for rule in ["HEARTBEAT_MISSED", "HEARTBEAT_NEVER", "HEARTBEAT_FAILED", "PRICE_STALE"] {
        let outcome = machine.judge(rule);
        assert_eq!(
            (rank(&outcome), outcome.doubts[0].subject.as_deref()),
            (1, Some("component:bot")),
            "{rule}"
        );
    }
    machine.records.insert("bot".to_owned(), kept);
    assert_eq!(machine.state(), State::Late, "the same beat as before");
}

#[test]
fn who_reports_prices_alone_is_judged_by_the_positions_of_all() {
    let stale = |open: u64| {
        let mut machine = Machine::new();
        machine.look();
        machine.beat(open);
        machine.report("feed", &Report { price_age: Some(Duration::from_secs(90)), ..Report::default() });
        rank(&machine.judge("PRICE_STALE"))
    };
    assert_eq!((stale(0), stale(1)), (0, 3));
}

#[test]
fn after_a_pause_its_time_begins_anew() {
    let mut machine = Machine::new();
    machine.look();
    machine.beat(0);
    machine.say("bot", |said, at| {
        said.pause(Paused { at, by: "alice".to_owned(), reason: String::new(), extra: Map::new() });
    });
    for _ in 0..9 {
        machine.pass(INTERVAL);
        assert_eq!(machine.state(), State::Paused);
    }
    machine.say("bot", |said, _| said.paused = None);
    assert_eq!(machine.state(), State::Unknown);
    machine.pass(INTERVAL + GRACE - 1);
    assert_eq!(machine.state(), State::Unknown);
    machine.pass(1);
    assert_eq!(machine.state(), State::Down);
}

#[test]
fn rules_that_nobody_uses_are_idle() {
    let mut machine = Machine::new();
    for rule in ["HEARTBEAT_MISSED", "HEARTBEAT_NEVER", "HEARTBEAT_FAILED", "PRICE_STALE", "WATCH_GAP"] {
        assert!(machine.judge(rule).idle.is_some(), "{rule}");
        machine.pass(9999);
        assert!(machine.judge(rule).idle.is_some(), "{rule} after a gap");
    }
}

#[test]
fn terms_that_people_set_win_over_the_components_own() {
    let mut machine = Machine::new();
    machine.look();
    machine.report("bot", &Report { interval: Some(Duration::from_secs(900)), ..Report::default() });
    machine.look();
    machine.pass(60);
    assert_eq!(machine.state(), State::Ok);
    let terms = Terms::new(Duration::from_secs(50), Duration::from_secs(50), None);
    machine.say("bot", |said, now| {
        said.expect(terms, now);
    });
    assert_eq!(machine.state(), State::Late);
}
