//! What the watch says to programs: one JSON document per line, of which later versions only add to.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::alert::lifecycle::Transition;
use crate::domain::alert::standing::short_id;
use crate::domain::alert::{Alert, Severity};
use crate::domain::halt::Halt;
use crate::domain::status::Status;
use crate::error::Error;
use crate::ops::Notice;

/// The first line of every stream.
#[derive(Debug, Serialize)]
pub struct Hello<'a> {
    /// `nija.stream`.
    pub format: &'a str,
    /// `major.minor`: minor versions only add.
    pub format_version: &'a str,
    /// Who speaks.
    pub nija_version: &'a str,
    /// `start`.
    pub event: &'a str,
    /// When it began.
    pub at: DateTime<Utc>,
    /// On which machine.
    pub host: &'a str,
    /// What is watched.
    pub state_dir: &'a str,
    /// The process.
    pub pid: u32,
    /// Longest time between two ticks.
    pub interval_seconds: u64,
}

/// Every further line.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Event<'a> {
    /// A look at everything ended.
    Tick(Tick<'a>),
    /// Something happened to an alert.
    Alert(AlertChange<'a>),
    /// Something happened to a halt.
    Halt(HaltChange<'a>),
    /// Something is worth knowing.
    Notice(Told<'a>),
    /// The configuration was read again.
    Reload(Reload<'a>),
    /// A slow reader missed lines.
    Lost {
        /// When.
        at: DateTime<Utc>,
        /// How many.
        lines: u64,
    },
    /// The last line.
    End {
        /// When.
        at: DateTime<Utc>,
        /// Why: a signal's name, `q`, `once`, `terminal closed`, `nobody reads`.
        reason: &'a str,
        /// Completed ticks.
        ticks: u64,
    },
}

/// One look at everything.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Tick<'a> {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// Counts the ticks, from 1.
    pub number: u64,
    /// Why it was made.
    pub cause: Cause,
    /// The worst of all it found; UNKNOWN when it failed.
    pub status: Status,
    /// How long it took.
    pub duration_ms: u64,
    /// Rules that were judged.
    pub rules: usize,
    /// Alerts that fire.
    pub firing: usize,
    /// Alerts that somebody has to look at while nobody said that they do.
    pub unacknowledged: usize,
    /// What could not be judged.
    pub unknown: usize,
    /// Halts in force.
    pub halts: usize,
    /// Why it failed, if so.
    pub error: Option<Failure<'a>>,
}

/// Why a tick was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// The first one.
    Start,
    /// The interval is over.
    Interval,
    /// The time of a component or an order is over, or somebody is to be told.
    Deadline,
    /// A document changed.
    Change,
    /// A stop may have been raised.
    Stop,
    /// The wall clock was set, or the machine woke up.
    Clock,
    /// The configuration was read again.
    Reload,
}

/// A failure as programs see it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Failure<'a> {
    /// Stable word.
    pub code: &'a str,
    /// One sentence.
    pub message: &'a str,
    /// A command to type next.
    pub hint: &'a str,
}

impl<'a> From<&'a Error> for Failure<'a> {
    fn from(error: &'a Error) -> Self {
        Self { code: error.code(), message: &error.message, hint: &error.hint }
    }
}

/// What happened to an alert.
#[derive(Debug, Serialize)]
pub struct AlertChange<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub transition: Transition,
    /// What people type to name the alert.
    pub id: String,
    /// Names the alert.
    pub fingerprint: &'a str,
    /// The rule.
    pub rule: &'a str,
    /// What it is about.
    pub subject: &'a str,
    /// How bad it is, or was.
    pub severity: Severity,
    /// One sentence.
    pub message: &'a str,
    /// When it began to fire this time.
    pub first_seen: Option<DateTime<Utc>>,
    /// How often it has begun to fire.
    pub count: u64,
    /// The halt that was put in force for it.
    pub halt: Option<&'a str>,
}

impl<'a> AlertChange<'a> {
    /// A change of an alert, as far as the alert is known.
    pub fn new(at: DateTime<Utc>, change: &'a crate::ops::check::Change, alert: Option<&'a Alert>) -> Self {
        let (rule, subject) = change.fingerprint.split_once(':').unwrap_or((&change.fingerprint, ""));
        Self {
            at,
            transition: change.transition,
            id: short_id(&change.fingerprint),
            fingerprint: &change.fingerprint,
            rule,
            subject,
            severity: change.severity,
            message: &change.message,
            first_seen: alert.map(|alert| alert.first_seen),
            count: alert.map_or(0, |alert| alert.count),
            halt: alert.and_then(|alert| alert.pulled.as_ref()).map(|pulled| pulled.halt.as_str()),
        }
    }
}

/// What happened to a halt.
#[derive(Debug, Serialize)]
pub struct HaltChange<'a> {
    /// When it was noticed.
    pub at: DateTime<Utc>,
    /// What.
    pub action: HaltAction,
    /// The halt.
    pub halt: &'a Halt,
}

/// What happened to a halt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HaltAction {
    /// Somebody stopped by a command.
    Activated,
    /// A stop file made by hand was taken over.
    Adopted,
    /// A rule pulled the kill switch.
    Pulled,
    /// The same once more.
    Repeated,
    /// A person resumed.
    Released,
}

impl HaltAction {
    /// The word shown to people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Activated => "activated",
            Self::Adopted => "adopted",
            Self::Pulled => "pulled",
            Self::Repeated => "repeated",
            Self::Released => "released",
        }
    }
}

/// Something worth knowing.
#[derive(Debug, Serialize)]
pub struct Told<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// Stable word.
    pub code: &'a str,
    /// One sentence.
    pub message: &'a str,
    /// A command to type next; may be empty.
    pub hint: &'a str,
}

impl<'a> Told<'a> {
    /// A notice.
    pub fn new(at: DateTime<Utc>, notice: &'a Notice) -> Self {
        Self { at, code: notice.code, message: &notice.message, hint: &notice.hint }
    }
}

/// The configuration was read again.
#[derive(Debug, Serialize)]
pub struct Reload<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it is in force now; if not, the one before still is.
    pub ok: bool,
    /// Longest time between two ticks from now on.
    pub interval_seconds: u64,
    /// Why it was refused.
    pub error: Option<Failure<'a>>,
}
