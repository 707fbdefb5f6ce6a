//! A machine with a watch and components, driven by hand: time passes, clocks are stepped, it sleeps, it starts again.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use nija::domain::alert::{Facts, Input, Outcome, Severity, select};
use nija::domain::heartbeat::life::State;
use nija::domain::heartbeat::observation::Entries;
use nija::domain::heartbeat::{
    Expectation, Heartbeat, KillSwitchSeen, Memory, Moment, Observations, Policy, Report, View,
};

/// How long a component may be silent here, in seconds.
pub(crate) const INTERVAL: u64 = 30;
/// How much longer before it counts as down, in seconds.
pub(crate) const GRACE: u64 = 20;

/// A machine with one watch, driven by hand.
pub(crate) struct Machine {
    pub(crate) now: Moment,
    boots: u32,
    pub(crate) memory: Memory,
    pub(crate) records: Entries<Heartbeat>,
    pub(crate) expectations: Entries<Expectation>,
    pub(crate) policy: Policy,
}

/// What happens beside beats and looks.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    Passes(u64),
    WallMoves(i64),
    Sleeps(u64),
    Restarts(u64),
}

impl Machine {
    pub(crate) fn new() -> Self {
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

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.pass_for(Duration::from_secs(seconds));
    }

    pub(crate) fn pass_for(&mut self, length: Duration) {
        self.now.wall += TimeDelta::from_std(length).unwrap();
        self.now.since_boot += length;
        self.now.awake += length;
    }

    pub(crate) fn happen(&mut self, event: &Event) {
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

    pub(crate) fn report(&mut self, name: &str, report: &Report) {
        let seen = KillSwitchSeen { revision: 1, stop_file: false, at: self.now.wall };
        let new = || Ok(Heartbeat::new(name, seen, 1, "host"));
        let record = self.records.entry(name.to_owned()).or_insert_with(new);
        record.as_mut().unwrap().take(report, seen, 1, "host");
    }

    pub(crate) fn beat(&mut self, open: u64) {
        self.report("bot", &Report { open_positions: Some(open), ..Report::default() });
    }

    pub(crate) fn say(&mut self, name: &str, change: impl FnOnce(&mut Expectation, DateTime<Utc>)) {
        let now = self.now.wall;
        let said =
            self.expectations.entry(name.to_owned()).or_insert_with(|| Ok(Expectation::new(name, now)));
        change(said.as_mut().unwrap(), now);
    }

    pub(crate) fn look(&mut self) -> View {
        let memory = std::mem::replace(&mut self.memory, Memory::None);
        let seen = Observations::look(memory, &self.now, &self.records, &self.expectations, &self.policy);
        let view = View::new(&seen, &self.records, &self.expectations, &self.policy);
        self.memory = Memory::Of(Box::new(seen));
        view
    }

    pub(crate) fn judge(&mut self, rule: &str) -> Outcome {
        let mut facts = Facts::nothing(self.now.wall);
        facts.policies.heartbeats = self.policy.clone();
        facts.heartbeats = Input::Known(self.look());
        (select(rule)[0].evaluate)(&facts)
    }

    pub(crate) fn state(&mut self) -> State {
        self.look().components[0].state
    }
}

/// How bad an outcome is: nothing, in doubt, or found and how bad.
pub(crate) fn rank(outcome: &Outcome) -> u8 {
    match outcome.findings.iter().map(|finding| finding.severity).max() {
        Some(Severity::Emergency) => 4,
        Some(Severity::Critical) => 3,
        Some(_) => 2,
        None => u8::from(!outcome.doubts.is_empty()),
    }
}
