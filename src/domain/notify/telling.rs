//! What people were told of an alert, and when they are to be told next: kept with the alert itself.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::alert::Severity;
use crate::domain::halt::Actor;

/// What was told of an alert since it began to fire, with the exact times at which more is due.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Telling {
    /// Which time of firing this is about: the alert's `count`.
    #[serde(default)]
    pub episode: u64,
    /// Messages decided so far in it; part of the next one's id, so that deciding the same again makes the same message.
    #[serde(default)]
    pub messages: u32,
    /// The severity that people know of; `None` while nobody was told.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// When people were told of it first.
    #[serde(default)]
    pub since: Option<DateTime<Utc>>,
    /// When the last message was decided.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
    /// Whether a message was about this alert before all others, under its own thread: then its end is told under that too.
    #[serde(default)]
    pub led: bool,
    /// Repetitions so far.
    #[serde(default)]
    pub repeats: u32,
    /// When the next repetition is due.
    #[serde(default)]
    pub repeat_at: Option<DateTime<Utc>>,
    /// The escalation policy that was chosen.
    #[serde(default)]
    pub policy: Option<String>,
    /// The round of its steps that is under way, counted on when they are planned anew.
    #[serde(default)]
    pub round: u32,
    /// Rounds after that one.
    #[serde(default)]
    pub rounds_left: u32,
    /// Its steps that are still to come, with their times.
    #[serde(default)]
    pub steps: Vec<Due>,
    /// The channels that were told, and are to hear of its end.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Whether its end was told, or needs not be.
    #[serde(default)]
    pub ended: bool,
}

/// A step of an escalation that is to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// Which step, from 1, and in which round, from 0.
    pub step: usize,
    /// The round.
    #[serde(default)]
    pub round: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// How long that was to be from when it was planned: a clock that steps back makes it no longer.
    #[serde(default)]
    pub after_seconds: u64,
    /// Who is told.
    pub channels: Vec<String>,
}

impl Telling {
    /// Whether nobody was told anything yet.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Somebody takes care of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when; then it is nobody's again.
    pub until: DateTime<Utc>,
    /// How bad it was: when it gets worse, it is nobody's again.
    pub severity: Severity,
    /// In their own words.
    #[serde(default)]
    pub note: String,
}

impl Ack {
    /// Whether it holds for an alert of that severity at that time. A wall clock that stepped back makes it no longer.
    pub fn holds(&self, severity: Severity, now: DateTime<Utc>) -> bool {
        severity <= self.severity && now >= self.at && now < self.until
    }
}
