//! What a rule is: its name and meaning for people, what it reads, and the function that judges.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::outcome::Outcome;
use crate::domain::status::Status;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Look when you can.
    Warning,
    /// Look now.
    Critical,
    /// Act now; the kill switch is pulled where the configuration says so.
    Emergency,
}

impl Severity {
    /// The word shown to people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Emergency => "EMERGENCY",
        }
    }

    /// The monitored state a finding of this severity stands for.
    pub fn status(self) -> Status {
        match self {
            Self::Info => Status::Ok,
            Self::Warning => Status::Warning,
            Self::Critical | Self::Emergency => Status::Critical,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What a rule reads: only what the selected rules need is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// The kill switch and the stop files.
    KillSwitch,
    /// Heartbeats, what is expected of them, and what the watch remembers of them.
    Heartbeats,
    /// The orders that are out.
    Orders,
    /// What each platform holds.
    Exposure,
    /// How many users are active.
    Adoption,
    /// What the accounts are worth.
    Equity,
    /// The latest fills.
    Fills,
    /// What channels did so far.
    Channels,
    /// When the watch ticked last.
    Watch,
}

/// A rule.
pub struct Rule {
    /// Its stable name, as in `ORDER_STUCK`.
    pub id: &'static str,
    /// What `nija check GROUP` selects together, as in `orders`.
    pub group: &'static str,
    /// What it watches for, in one sentence.
    pub about: &'static str,
    /// Why that hurts.
    pub why: &'static str,
    /// The limits, with the settings that change them.
    pub threshold: &'static str,
    /// A case in which it fires.
    pub example: &'static str,
    /// The severities it fires with, the lowest first.
    pub severities: &'static [Severity],
    /// When it pulls the kill switch and what that stops; `None` when it never does.
    pub auto_kill: Option<&'static str>,
    /// From which severity on an alert stays until a person resolves it, because its cause going away does not mean that all
    /// is well; `None` when it ends with its cause. One that pulled the kill switch always stays.
    pub latches: Option<Severity>,
    /// A command to type when it fires.
    pub remedy: &'static str,
    /// What it reads.
    pub reads: &'static [Reading],
    /// Judges. Pure: the same facts give the same outcome.
    pub evaluate: fn(&Facts) -> Outcome,
}
