//! Who listens: a client's heartbeat record, and whether it has seen the stop.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::document::{Document, Header};

/// A document of `heartbeats/`: one component that pings or asks the gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// The component's name.
    pub name: String,
    /// Counts its beats; a change of this number is what proves life.
    pub seq: u64,
    /// When it was last heard of.
    pub last_seen: DateTime<Utc>,
    /// Process that reported last.
    pub pid: u32,
    /// Machine it reported from.
    pub host: String,
    /// What it last knew of the kill switch.
    pub killswitch: KillSwitchSeen,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Document for Client {
    const FORMAT: &'static str = "nija.heartbeat";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}

/// The state of the kill switch as a client saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KillSwitchSeen {
    /// Revision of the document it read.
    pub revision: u64,
    /// Whether it saw a stop file.
    pub stop_file: bool,
    /// When it saw this for the first time.
    pub at: DateTime<Utc>,
}

/// What the stop now in force looks like to somebody who has seen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Awaited {
    /// The document revision to have seen.
    pub revision: u64,
    /// Whether that revision does not know the stop yet, so that the stop file must have been seen as well.
    pub stop_file: bool,
    /// When everything was stopped last: who saw a stop file since then has seen this stop, written down or not.
    pub since: Option<DateTime<Utc>>,
}

/// A client's part in a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confirmation {
    /// It has seen the stop.
    Confirmed,
    /// It is alive and has not seen the stop yet.
    Waiting,
    /// It was not heard of within the live window.
    Absent,
    /// Its record cannot be read, so it may be alive and may not have seen the stop.
    Unreadable,
}

impl Client {
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
            extra: Map::new(),
        }
    }

    /// Whether this client has seen what is awaited; a silent one is absent at exactly `live_within`.
    pub fn confirmation(&self, awaited: Awaited, live_within: TimeDelta, now: DateTime<Utc>) -> Confirmation {
        let seen = self.killswitch;
        let knows = seen.revision >= awaited.revision && (!awaited.stop_file || seen.stop_file);
        // Between the stop file and the document there is a moment; whoever stopped in it may never look again.
        let before = seen.revision.saturating_add(1) >= awaited.revision;
        let saw_the_file = before && seen.stop_file && awaited.since.is_some_and(|since| seen.at >= since);
        if knows || saw_the_file {
            Confirmation::Confirmed
        } else if now.signed_duration_since(self.last_seen) < live_within {
            Confirmation::Waiting
        } else {
            Confirmation::Absent
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

    /// Takes over a report.
    pub fn report(&mut self, seen: KillSwitchSeen, pid: u32, host: &str) {
        let known = self.killswitch.revision == seen.revision && self.killswitch.stop_file == seen.stop_file;
        if !known {
            self.killswitch = seen;
        }
        self.seq = self.seq.saturating_add(1);
        self.last_seen = seen.at;
        self.pid = pid;
        host.clone_into(&mut self.host);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_file_seen_since_the_stop_confirms_it_and_an_earlier_one_does_not() {
        let at = |second: i64| DateTime::from_timestamp(second, 0).unwrap();
        let saw = |revision, second| {
            let seen = KillSwitchSeen { revision, stop_file: true, at: at(second) };
            let client = Client::new("bot-a", seen, 1, "host");
            let awaited = Awaited { revision: 7, stop_file: false, since: Some(at(100)) };
            client.confirmation(awaited, TimeDelta::minutes(10), at(101))
        };
        assert_eq!(saw(6, 100), Confirmation::Confirmed, "it stopped before the document said why");
        assert_eq!(saw(6, 99), Confirmation::Waiting, "that was an earlier stop");
        assert_eq!(saw(5, 100), Confirmation::Waiting, "that was another document");
        assert_eq!(saw(7, 99), Confirmation::Confirmed);
    }
}
