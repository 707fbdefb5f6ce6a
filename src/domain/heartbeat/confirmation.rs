//! Who listens: whether a component has seen the stop.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::record::Heartbeat;

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

impl Heartbeat {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_file_seen_since_the_stop_confirms_it_and_an_earlier_one_does_not() {
        let at = |second: i64| DateTime::from_timestamp(second, 0).unwrap();
        let saw = |revision, second| {
            let seen = KillSwitchSeen { revision, stop_file: true, at: at(second) };
            let client = Heartbeat::new("bot-a", seen, 1, "host");
            let awaited = Awaited { revision: 7, stop_file: false, since: Some(at(100)) };
            client.confirmation(awaited, TimeDelta::minutes(10), at(101))
        };
        assert_eq!(saw(6, 100), Confirmation::Confirmed, "it stopped before the document said why");
        assert_eq!(saw(6, 99), Confirmation::Waiting, "that was an earlier stop");
        assert_eq!(saw(5, 100), Confirmation::Waiting, "that was another document");
        assert_eq!(saw(7, 99), Confirmation::Confirmed);
    }
}
