//! The record of one component that beats or asks the gate: how it is, and what it has seen of the kill switch.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::confirmation::KillSwitchSeen;
use crate::domain::document::{Document, Header};

/// A document of `heartbeats/`: one component that pings or asks the gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
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

impl Document for Heartbeat {
    const FORMAT: &'static str = "nija.heartbeat";

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
