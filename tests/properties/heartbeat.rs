//! A component that beats in time never alarms, one that stops always does, and no wall clock has a say in it.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use nija::domain::alert::{Facts, Input, Outcome, Severity, select};
use nija::domain::heartbeat::expectation::{Paused, Terms};
use nija::domain::heartbeat::life::State;
use nija::domain::heartbeat::observation::Entries;
use nija::domain::heartbeat::{
    Expectation, Heartbeat, KillSwitchSeen, Memory, Moment, Observations, Policy, Report, View, Word,
};
use proptest::collection::vec;
use proptest::prelude::*;

const INTERVAL: u64 = 30;
const GRACE: u64 = 20;

/// A machine with one watch, driven by hand.
struct Machine {
    now: Moment,
    boots: u32,
    memory: Memory,
    records: Entries<Heartbeat>,
    expectations: Entries<Expectation>,
    policy: Policy,
}

/// What happens beside beats and looks.
#[derive(Debug, Clone)]
enum Event {
    Passes(u64),
    WallMoves(i64),
    Sleeps(u64),
    Restarts(u64),
}

impl Machine {
    fn new() -> Self {
        let now = Moment {
            wall: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
            boot_id: "boot-0".to_owned(),
            since_boot: Duration::from_secs(5),
            awake: Duration::from_secs(5),
        };
        let policy = Policy {
            interval: Duration::from_secs(INTERVAL),
            grace: Duration::from_secs(GRACE),
            ..Policy::default()
        };
        let (records, expectations) = (BTreeMap::new(), BTreeMap::new());
        Self { now, boots: 0, memory: Memory::None, records, expectations, policy }
    }

    fn pass(&mut self, seconds: u64) {
        self.now.wall += TimeDelta::seconds(i64::try_from(seconds).unwrap());
        self.now.since_boot += Duration::from_secs(seconds);
        self.now.awake += Duration::from_secs(seconds);
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Passes(seconds) => self.pass(*seconds),
            Event::WallMoves(seconds) => self.now.wall += TimeDelta::seconds(*seconds),
            Event::Sleeps(seconds) => {
                self.pass(*seconds);
                self.now.awake -= Duration::from_secs(*seconds);
            }
            Event::Restarts(seconds) => {
                self.pass(*seconds);
                self.boots += 1;
                self.now.boot_id = format!("boot-{}", self.boots);
                (self.now.since_boot, self.now.awake) = (Duration::from_secs(1), Duration::from_secs(1));
            }
        }
    }

    fn report(&mut self, name: &str, report: &Report) {
        let seen = KillSwitchSeen { revision: 1, stop_file: false, at: self.now.wall };
        let new = || Ok(Heartbeat::new(name, seen, 1, "host"));
        let record = self.records.entry(name.to_owned()).or_insert_with(new);
        record.as_mut().unwrap().take(report, seen, 1, "host");
    }

    fn beat(&mut self, open: u64) {
        self.report("bot", &Report { open_positions: Some(open), ..Report::default() });
    }

    fn say(&mut self, name: &str, change: impl FnOnce(&mut Expectation, DateTime<Utc>)) {
        let now = self.now.wall;
        let said =
            self.expectations.entry(name.to_owned()).or_insert_with(|| Ok(Expectation::new(name, now)));
        change(said.as_mut().unwrap(), now);
    }

    fn look(&mut self) -> View {
        let memory = std::mem::replace(&mut self.memory, Memory::None);
        let seen = Observations::look(memory, &self.now, &self.records, &self.expectations, &self.policy);
        let view = View::new(&seen, &self.records, &self.expectations, &self.policy);
        self.memory = Memory::Of(Box::new(seen));
        view
    }

    fn judge(&mut self, rule: &str) -> Outcome {
        let mut facts = Facts::nothing(self.now.wall);
        facts.policies.heartbeats = self.policy.clone();
        facts.heartbeats = Input::Known(self.look());
        (select(rule)[0].evaluate)(&facts)
    }

    fn state(&mut self) -> State {
        self.look().components[0].state
    }
}

/// How bad an outcome is: nothing, in doubt, or found and how bad.
fn rank(outcome: &Outcome) -> u8 {
    match outcome.findings.iter().map(|finding| finding.severity).max() {
        Some(Severity::Emergency) => 4,
        Some(Severity::Critical) => 3,
        Some(_) => 2,
        None => u8::from(!outcome.doubts.is_empty()),
    }
}

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
                let how = |view: &[nija::domain::heartbeat::Component]| {
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
        machine.say("bot", |said, at| { said.pause(Paused { at, by: "alice".to_owned(), reason: String::new() }); });
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
}

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
        said.pause(Paused { at, by: "alice".to_owned(), reason: String::new() });
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
