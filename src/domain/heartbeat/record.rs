//! The record of one component that beats or asks the gate: how it is, and what it has seen of the kill switch.

use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::confirmation::KillSwitchSeen;
use crate::domain::document::{Document, Header};

/// A document of `heartbeats/`: one component that beats or asks the gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// The component's name.
    pub name: String,
    /// Counts its reports, those of the gate included; a change of this number is what proves life.
    pub seq: u64,
    /// When it was last heard of.
    pub last_seen: DateTime<Utc>,
    /// Process that reported last.
    pub pid: u32,
    /// Machine it reported from.
    pub host: String,
    /// What it last knew of the kill switch.
    pub killswitch: KillSwitchSeen,
    /// Its last beat, good or bad; asking the gate is none. Since 1.1.
    #[serde(default)]
    pub beat: Option<Beat>,
    /// What it said to have started and has not finished yet. Since 1.1.
    #[serde(default)]
    pub run: Option<Run>,
    /// Positions it had open when it last said so. Since 1.1.
    #[serde(default)]
    pub open_positions: Option<u64>,
    /// The prices it goes by, when it last said so. Since 1.1.
    #[serde(default)]
    pub price: Option<Price>,
    /// How long it may be silent, as it says itself, in seconds. Since 1.1.
    #[serde(default)]
    pub interval_seconds: Option<u64>,
    /// How much longer before it counts as down, as it says itself, in seconds. Since 1.1.
    #[serde(default)]
    pub grace_seconds: Option<u64>,
    /// Its last words. Since 1.1.
    #[serde(default)]
    pub note: Option<String>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A beat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// The record's `seq` at this beat.
    pub seq: u64,
    /// When, by the component's clock: names this beat, and is never measured with.
    pub at: DateTime<Utc>,
    /// Whether the component says that it failed.
    pub failed: bool,
    /// The exit code, 0 to 255, if it said one; 128 and the signal's number when a signal ended it.
    pub exit_code: Option<u8>,
    /// How long what it had started took, in milliseconds, if that is known.
    pub duration_ms: Option<u64>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Something a component has started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The record's `seq` at the start.
    pub seq: u64,
    /// When, by the component's clock: names this start, and is never measured with.
    pub at: DateTime<Utc>,
    /// What pairs start and finish, if the component gave that.
    pub rid: Option<String>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The prices a component goes by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// The record's `seq` when it said so.
    pub seq: u64,
    /// When it said so, by its clock: names this report, and is never measured with.
    pub at: DateTime<Utc>,
    /// How old they were then, in milliseconds.
    pub age_ms: u64,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What a component says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Word {
    /// All is well, or what was started went well.
    #[default]
    Ok,
    /// Something begins that will end with `ok` or `fail` within the grace.
    Start,
    /// Something went wrong.
    Fail,
    /// A note; it changes nothing else.
    Log,
}

impl Word {
    /// The word used on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Start => "start",
            Self::Fail => "fail",
            Self::Log => "log",
        }
    }
}

impl FromStr for Word {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Ok, Self::Start, Self::Fail, Self::Log]
            .into_iter()
            .find(|word| word.word() == text)
            .ok_or_else(|| format!("'{text}' is none of ok, start, fail, log"))
    }
}

/// Everything a component says in one ping. What it leaves out stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// How it is.
    pub word: Word,
    /// Positions it has open.
    pub open_positions: Option<u64>,
    /// How old the prices are that it goes by.
    pub price_age: Option<Duration>,
    /// The exit code of what it finished.
    pub exit_code: Option<u8>,
    /// How long that took.
    pub duration: Option<Duration>,
    /// What pairs start and finish.
    pub rid: Option<String>,
    /// How long it may be silent.
    pub interval: Option<Duration>,
    /// How much longer before it counts as down.
    pub grace: Option<Duration>,
    /// Its words; empty takes its last words away.
    pub note: Option<String>,
}

impl Document for Heartbeat {
    const FORMAT: &'static str = "nija.heartbeat";
    const VERSION: &'static str = "1.1";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}

impl Heartbeat {
    /// The record of a component that reports for the first time.
    pub fn new(name: &str, seen: KillSwitchSeen, pid: u32, host: &str) -> Self {
        Self {
            header: Header::new::<Self>(seen.at),
            name: name.to_owned(),
            seq: 0,
            last_seen: seen.at,
            pid,
            host: host.to_owned(),
            killswitch: seen,
            beat: None,
            run: None,
            open_positions: None,
            price: None,
            interval_seconds: None,
            grace_seconds: None,
            note: None,
            extra: Map::new(),
        }
    }

    /// Whether a gate call that sees this has anything new to record: another state, or half the live window gone.
    pub fn has_news(
        &self,
        revision: u64,
        stop_file: bool,
        live_within: TimeDelta,
        now: DateTime<Utc>,
    ) -> bool {
        let known = self.killswitch.revision == revision && self.killswitch.stop_file == stop_file;
        let age = now.signed_duration_since(self.last_seen);
        !known || age >= live_within / 2 || age < TimeDelta::zero()
    }

    /// Takes over that it reported and what it sees of the kill switch. By itself, as from the gate, that is no beat.
    pub fn report(&mut self, seen: KillSwitchSeen, pid: u32, host: &str) {
        let known = self.killswitch.revision == seen.revision && self.killswitch.stop_file == seen.stop_file;
        if !known {
            self.killswitch = seen;
        }
        self.seq = self.seq.saturating_add(1);
        self.last_seen = seen.at;
        self.pid = pid;
        host.clone_into(&mut self.host);
        // It may have been written by a nija that knew less. One that knew more keeps its word.
        if self.header.version == "1.0" {
            Self::VERSION.clone_into(&mut self.header.version);
        }
    }

    /// Takes over a ping.
    pub fn take(&mut self, report: &Report, seen: KillSwitchSeen, pid: u32, host: &str) {
        if let Some(note) = &report.note {
            self.note = Some(note.clone()).filter(|note| !note.is_empty());
        }
        if report.word == Word::Log {
            return;
        }
        self.report(seen, pid, host);
        let (seq, at) = (self.seq, seen.at);
        if report.word == Word::Start {
            self.run = Some(Run { seq, at, rid: report.rid.clone(), extra: Map::new() });
        } else {
            self.finish(report, at);
        }
        if let Some(age) = report.price_age {
            self.price = Some(Price { seq, at, age_ms: milliseconds(age), extra: Map::new() });
        }
        self.open_positions = report.open_positions.or(self.open_positions);
        self.interval_seconds = report.interval.map(|length| length.as_secs()).or(self.interval_seconds);
        self.grace_seconds = report.grace.map(|length| length.as_secs()).or(self.grace_seconds);
    }

    fn finish(&mut self, report: &Report, at: DateTime<Utc>) {
        let failed = report.word == Word::Fail || report.exit_code.is_some_and(|code| code != 0);
        self.beat = Some(Beat {
            seq: self.seq,
            at,
            failed,
            exit_code: report.exit_code,
            duration_ms: report.duration.map(milliseconds),
            extra: Map::new(),
        });
        // The success of another run says nothing about the one that was started last.
        let another =
            |run: &Run| report.rid.is_some() && run.rid.is_some() && run.rid != report.rid && !failed;
        if !self.run.as_ref().is_some_and(another) {
            self.run = None;
        }
    }
}

fn milliseconds(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Heartbeat {
        Heartbeat::new("bot-a", seen(0), 1, "host")
    }

    fn seen(second: i64) -> KillSwitchSeen {
        KillSwitchSeen { revision: 1, stop_file: false, at: DateTime::from_timestamp(second, 0).unwrap() }
    }

    fn take(record: &mut Heartbeat, second: i64, report: &Report) {
        record.take(report, seen(second), 1, "host");
    }

    fn word(word: Word, rid: Option<&str>) -> Report {
        Report { word, rid: rid.map(str::to_owned), ..Report::default() }
    }

    #[test]
    fn a_note_changes_nothing_else() {
        let mut record = record();
        take(&mut record, 1, &Report { open_positions: Some(2), ..Report::default() });
        let before = record.clone();
        let note = Some("warming up".to_owned());
        take(
            &mut record,
            9,
            &Report { note: note.clone(), open_positions: Some(7), ..word(Word::Log, None) },
        );
        assert_eq!(record, Heartbeat { note, ..before });
    }

    #[test]
    fn what_a_ping_leaves_out_stays_as_it_was() {
        let mut record = record();
        let full = Report {
            open_positions: Some(2),
            price_age: Some(Duration::from_millis(1500)),
            interval: Some(Duration::from_secs(5)),
            note: Some("hello".to_owned()),
            ..Report::default()
        };
        take(&mut record, 1, &full);
        take(&mut record, 2, &Report::default());
        let price = record.price.clone().unwrap();
        assert_eq!((price.seq, price.age_ms), (1, 1500), "of the first ping: it goes on ageing");
        assert_eq!(record.beat.as_ref().unwrap().seq, 2);
        assert_eq!((record.open_positions, record.interval_seconds), (Some(2), Some(5)));
        assert_eq!(record.note.as_deref(), Some("hello"));
    }

    #[test]
    fn asking_the_gate_is_no_beat() {
        let mut record = record();
        take(&mut record, 1, &word(Word::Fail, None));
        let before = record.beat.clone();
        record.report(seen(2), 1, "host");
        assert_eq!((record.seq, record.beat), (2, before));
    }

    #[test]
    fn only_its_own_success_or_any_failure_ends_a_run() {
        let ends = |start: Option<&str>, finish: Word, rid: Option<&str>| {
            let mut record = record();
            take(&mut record, 1, &word(Word::Start, start));
            take(&mut record, 2, &word(finish, rid));
            record.run.is_none()
        };
        assert!(ends(Some("a"), Word::Ok, Some("a")) && ends(None, Word::Ok, None));
        assert!(ends(Some("a"), Word::Ok, None), "it does not say of which run");
        assert!(!ends(Some("b"), Word::Ok, Some("a")), "an older run went well, this one goes on");
        assert!(ends(Some("b"), Word::Fail, Some("a")));
    }

    #[test]
    fn an_exit_code_is_success_or_failure() {
        let failed = |code| {
            let mut record = record();
            take(&mut record, 1, &Report { exit_code: Some(code), ..Report::default() });
            record.beat.unwrap().failed
        };
        assert!(!failed(0) && failed(1) && failed(255));
    }
}
