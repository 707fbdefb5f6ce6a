//! Where an alert stands with people: firing, acknowledged, shelved, latched, resolved unseen, or resolved.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::lifecycle::{Alert, State};
use crate::domain::halt::Actor;
use crate::domain::notify::silence::Silence;
use crate::domain::notify::telling::Ack;

/// A resolved alert is forgotten after this long; the audit log keeps what happened.
const KEPT: TimeDelta = TimeDelta::days(7);

/// One that nobody acknowledged is forgotten after this long: nobody will, and a folder must not grow without end.
const KEPT_UNSEEN: TimeDelta = TimeDelta::days(90);

/// Where an alert stands, in one word; those that somebody has to look at come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// It holds, and it is nobody's.
    Firing,
    /// It held, and stays until a person resolves it.
    Latched,
    /// It held, was CRITICAL or worse, and nobody has acknowledged it.
    ResolvedUnseen,
    /// It holds, and somebody takes care of it.
    Acked,
    /// It holds, and nobody is told of it for a while.
    Shelved,
    /// It held.
    Resolved,
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Firing => "firing",
            Self::Latched => "latched",
            Self::ResolvedUnseen => "resolved-unseen",
            Self::Acked => "acked",
            Self::Shelved => "shelved",
            Self::Resolved => "resolved",
        })
    }
}

/// Where an alert stands, and who says so until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// In one word.
    #[serde(rename = "standing")]
    pub word: Word,
    /// The acknowledgement that holds, also of one that is latched.
    pub acked: Option<Ack>,
    /// The silence that hides it, also while it is acknowledged.
    pub shelved: Option<Shelf>,
}

/// The silence that hides an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shelf {
    /// Which.
    pub silence: String,
    /// Whose.
    pub by: Actor,
    /// Until when it hides this alert.
    pub until: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

impl Standing {
    /// Where the alert stands at `now` among these silences.
    pub fn of<'a>(
        alert: &Alert,
        silences: impl IntoIterator<Item = &'a Silence>,
        now: DateTime<Utc>,
    ) -> Self {
        let is_over = alert.state == State::Resolved;
        let acked = alert.acked.clone().filter(|ack| !is_over && ack.holds(alert.severity, now));
        let shelved = if alert.state == State::Firing { shelf(alert, silences, now) } else { None };
        let word = match alert.state {
            State::Latched => Word::Latched,
            State::Resolved if stays_unseen(alert) => Word::ResolvedUnseen,
            State::Resolved => Word::Resolved,
            State::Firing if acked.is_some() => Word::Acked,
            State::Firing if shelved.is_some() => Word::Shelved,
            State::Firing => Word::Firing,
        };
        Self { word, acked, shelved }
    }

    /// Whether somebody has to look at it and nobody said that they do.
    pub fn is_unacknowledged(&self) -> bool {
        match self.word {
            Word::Firing | Word::ResolvedUnseen => true,
            Word::Latched => self.acked.is_none(),
            Word::Acked | Word::Shelved | Word::Resolved => false,
        }
    }
}

/// The silence that hides it longest.
fn shelf<'a>(
    alert: &Alert,
    silences: impl IntoIterator<Item = &'a Silence>,
    now: DateTime<Utc>,
) -> Option<Shelf> {
    let hiding = silences.into_iter().filter_map(|silence| Some((silence.hides(alert, now)?, silence)));
    let (until, silence) = hiding.max_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)))?;
    let (by, reason) = (silence.by.clone(), silence.reason.clone());
    Some(Shelf { silence: silence.id.clone(), by, until, reason })
}

/// Whether a resolved alert stays listed because nobody saw it. A halt only ends when a person resumes, who saw it.
pub fn stays_unseen(alert: &Alert) -> bool {
    alert.unseen && alert.rule != super::TRADING_HALTED
}

/// Whether an alert may be forgotten.
pub fn is_forgettable(alert: &Alert, now: DateTime<Utc>) -> bool {
    let kept = if stays_unseen(alert) { KEPT_UNSEEN } else { KEPT };
    alert.state == State::Resolved
        && alert.resolved_at.is_some_and(|at| now.signed_duration_since(at) >= kept)
}

/// The short name of an alert for people to type, as in `a-1f2e3d4c`: from its fingerprint, the same for ever.
pub fn short_id(fingerprint: &str) -> String {
    let hash = Sha256::digest(fingerprint.as_bytes());
    hash.iter().take(4).fold("a-".to_owned(), |id, byte| format!("{id}{byte:02x}"))
}
