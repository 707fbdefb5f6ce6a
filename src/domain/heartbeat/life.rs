//! How every component is: what it says, what people said about it, and what the watch saw, put together.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::expectation::{Expectation, Paused};
use super::gap::{Gap, Jump};
use super::observation::{Entries, Observations, Observed, Sighting};
use super::policy::Policy;
use super::record::Heartbeat;

/// How a component is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It has not beaten yet, and still has time.
    New,
    /// It has beaten within its interval.
    Ok,
    /// It has been silent for its interval or longer.
    Late,
    /// It has been silent for interval and grace or longer, says that it failed, has not finished what it started within
    /// its grace, or never came.
    Down,
    /// Somebody said that it is not to be judged.
    Paused,
    /// The watch has not seen it beat since it looks without a gap, and it still has time to.
    Unknown,
}

impl State {
    /// The word shown to people.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Ok => "OK",
            Self::Late => "LATE",
            Self::Down => "DOWN",
            Self::Paused => "PAUSED",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// A time on the watch's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    /// How long, at least.
    pub length: Duration,
    /// Whether its beginning was seen. If not it may be longer.
    pub certain: bool,
}

/// One component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// How it is.
    pub state: State,
    /// How long it may be silent.
    pub interval: Duration,
    /// How much longer before it counts as down.
    pub grace: Duration,
    /// Since its last beat; `None` when it never beat.
    pub silent: Option<Age>,
    /// Since it started what it has not finished.
    pub running: Option<Duration>,
    /// How long it may take until its first beat, and how long it has been waited for; `None` when it has beaten, or when
    /// nobody expects it.
    pub awaited: Option<(Duration, Duration)>,
    /// Whether it said with its last beat that it failed.
    pub failed: bool,
    /// The exit code it said with its last beat.
    pub exit_code: Option<u8>,
    /// How long what it finished last took, in milliseconds.
    pub duration_ms: Option<u64>,
    /// Positions it had open when it last said so.
    pub open_positions: Option<u64>,
    /// How old its prices are by now: as it said, and what has passed since.
    pub price: Option<Age>,
    /// Who said that it is not to be judged.
    pub paused: Option<Paused>,
    /// Whether somebody said that it must beat.
    pub expected: bool,
    /// Its last words.
    pub note: Option<String>,
    /// When it beat last, by its own clock: for people.
    pub beat_at: Option<DateTime<Utc>>,
}

/// Everything a look knows about components.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    /// Every component that beats or is expected to, by name.
    pub components: Vec<Component>,
    /// Names of those of which something cannot be read, and why.
    pub unreadable: Vec<(String, String)>,
    /// The last gap of the watch, while it is reported.
    pub gap: Option<Gap>,
    /// The last step of the wall clock, while it is reported.
    pub jump: Option<Jump>,
}

impl View {
    /// Puts together what was read and what the look at this moment saw of it.
    pub fn new(
        seen: &Observations,
        records: &Entries<Heartbeat>,
        expectations: &Entries<Expectation>,
        policy: &Policy,
    ) -> Self {
        // Of what cannot be read nobody knows how it is.
        let component = |(name, observed): (&String, &Observed)| {
            let record = records.get(name).map(Result::as_ref).transpose().ok()?;
            let said = expectations.get(name).map(Result::as_ref).transpose().ok()?;
            Some(Component::new(name, record, said, observed, policy, seen.since_boot_ns))
        };
        let broken = |(name, why): (&String, Option<&String>)| Some((name.clone(), why?.clone()));
        let records = records.iter().map(|(name, read)| (name, read.as_ref().err()));
        let expectations = expectations.iter().map(|(name, read)| (name, read.as_ref().err()));
        Self {
            components: seen.components.iter().filter_map(component).collect(),
            unreadable: records.chain(expectations).filter_map(broken).collect(),
            gap: seen.gap.clone(),
            jump: seen.jump.clone(),
        }
    }

    /// Positions open altogether.
    pub fn open_positions(&self) -> u64 {
        let open = self.components.iter().filter_map(|component| component.open_positions);
        open.fold(0, u64::saturating_add)
    }

    /// How long until time alone changes what a rule says of a component; `None` while that takes a report.
    pub fn next_change(&self, policy: &Policy) -> Option<Duration> {
        let all = self.open_positions();
        let left =
            |passed: Duration, limit: Duration| limit.checked_sub(passed).filter(|left| !left.is_zero());
        let next = |component: &Component| {
            let limit = |age: Age| if age.certain { component.interval } else { component.patience() };
            let open = component.open_positions.unwrap_or(all) > 0;
            let dates = [
                component.silent.and_then(|age| left(age.length, limit(age))),
                component.running.and_then(|length| left(length, component.grace)),
                component.awaited.and_then(|(start_up, waited)| left(waited, start_up)),
                component.price.filter(|_| open).and_then(|age| left(age.length, policy.price_limit)),
            ];
            dates.into_iter().flatten().min()
        };
        self.judged().filter_map(next).min()
    }

    /// Components that are judged.
    pub fn judged(&self) -> impl Iterator<Item = &Component> {
        self.components.iter().filter(|component| component.paused.is_none())
    }
}

impl Component {
    fn new(
        name: &str,
        record: Option<&Heartbeat>,
        said: Option<&Expectation>,
        observed: &Observed,
        policy: &Policy,
        now_ns: u64,
    ) -> Self {
        let since = |then_ns: u64| Duration::from_nanos(now_ns.saturating_sub(then_ns));
        let age = |seen: Sighting| Age { length: since(seen.seen_ns), certain: seen.certain };
        let terms = said.and_then(|said| said.terms.as_ref());
        let length = |terms: Option<u64>, own: Option<u64>, default| {
            terms.or(own).map_or(default, Duration::from_secs)
        };
        let own = |field: fn(&Heartbeat) -> Option<u64>| record.and_then(field);
        let interval = length(
            terms.map(|terms| terms.interval_seconds),
            own(|record| record.interval_seconds),
            policy.interval,
        );
        let grace =
            length(terms.map(|terms| terms.grace_seconds), own(|record| record.grace_seconds), policy.grace);
        let beat = record.and_then(|record| record.beat.as_ref());
        let told = record.and_then(|record| record.price.as_ref());
        let silent = observed.beat.map(age);
        let running = observed.run.map(|seen| since(seen.seen_ns));
        let waits = silent.is_none() && running.is_none();
        let mut component = Self {
            name: name.to_owned(),
            state: State::New,
            interval,
            grace,
            silent,
            running,
            awaited: terms
                .filter(|_| waits)
                .map(|terms| (Duration::from_secs(terms.start_up_seconds), since(observed.waiting_ns))),
            failed: beat.is_some_and(|beat| beat.failed),
            exit_code: beat.and_then(|beat| beat.exit_code),
            duration_ms: beat.and_then(|beat| beat.duration_ms),
            open_positions: record.and_then(|record| record.open_positions),
            price: told.zip(observed.price).map(|(told, seen)| {
                let (told, since) = (Duration::from_millis(told.age_ms), age(seen));
                Age { length: told.saturating_add(since.length), ..since }
            }),
            paused: said.and_then(|said| said.paused.clone()),
            expected: terms.is_some(),
            note: record.and_then(|record| record.note.clone()),
            beat_at: beat.map(|beat| beat.at),
        };
        component.state = component.judge();
        component
    }

    fn judge(&self) -> State {
        if self.paused.is_some() {
            return State::Paused;
        }
        if self.failed || self.is_overdue() || self.never_came() || self.is_silent_for(self.patience()) {
            return State::Down;
        }
        match self.silent {
            None => State::New,
            Some(age) if !age.certain => State::Unknown,
            Some(age) if age.length >= self.interval => State::Late,
            Some(_) => State::Ok,
        }
    }

    /// How long it may be silent before it counts as down.
    pub fn patience(&self) -> Duration {
        self.interval.saturating_add(self.grace)
    }

    /// Whether it has missed its beat: silent for its interval, or where its last beat was not seen, for all its patience.
    pub fn missed(&self) -> bool {
        let certain = self.silent.is_some_and(|age| age.certain);
        self.is_silent_for(if certain { self.interval } else { self.patience() })
    }

    fn is_silent_for(&self, limit: Duration) -> bool {
        self.silent.is_some_and(|age| age.length >= limit)
    }

    /// Whether it has not finished what it started within its grace.
    pub fn is_overdue(&self) -> bool {
        self.running.is_some_and(|length| length >= self.grace)
    }

    /// Whether it has never beaten although its time for that is over.
    pub fn never_came(&self) -> bool {
        self.awaited.is_some_and(|(start_up, waited)| waited >= start_up)
    }

    /// Whether it had positions open when it last said so. Who has never spoken of positions has none.
    pub fn has_positions(&self) -> bool {
        self.open_positions.is_some_and(|open| open > 0)
    }
}
