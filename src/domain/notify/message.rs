//! A message: everything a person needs to know and to do, and how it is put into as many characters as a service takes.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::alert::Severity;

/// Why somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// Nobody was told of anything like it.
    First,
    /// People know of others of its kind; this one is new.
    New,
    /// It became worse, or nobody has acknowledged it.
    Escalated,
    /// It still holds, and nobody has acknowledged it.
    Repeat,
    /// Somebody takes care of it.
    Acknowledged,
    /// It no longer holds.
    Resolved,
}

impl Reason {
    /// The word shown to people and programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::New => "new",
            Self::Escalated => "escalated",
            Self::Repeat => "repeat",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// An alert, or several of one rule.
    Alert,
    /// A change of the kill switch.
    KillSwitch,
    /// A test of the channel.
    Test,
    /// A drill.
    Drill,
}

/// A message, the same for every channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Names it: the same however often it is tried, so that services can tell a repetition. Safe as part of a file name.
    pub id: String,
    /// What it belongs to: all messages of one alert have the same, from its first to its resolution.
    pub thread: String,
    /// What it is about.
    pub topic: Topic,
    /// Why it is sent.
    pub reason: Reason,
    /// How bad it is.
    pub severity: Severity,
    /// The rule, as in `ORDER_STUCK`.
    #[serde(default)]
    pub rule: Option<String>,
    /// Every alert it speaks of, with the id that a message about that one alone would have; empty where there is only one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub alerts: BTreeMap<String, String>,
    /// One sentence with the figures.
    pub summary: String,
    /// The figure that was judged.
    #[serde(default)]
    pub value: Option<Decimal>,
    /// The limit it was held against.
    #[serde(default)]
    pub limit: Option<Decimal>,
    /// What programs filter by.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Further sentences, the most important first: others of the same rule, who has been told, what was pulled.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Since when it holds.
    pub since: DateTime<Utc>,
    /// Since when it no longer holds.
    #[serde(default)]
    pub until: Option<DateTime<Utc>>,
    /// When it was decided to send this.
    pub at: DateTime<Utc>,
    /// What to do next: a command.
    pub remedy: String,
    /// Where to read more: a link or a command.
    pub runbook: String,
    /// The machine.
    pub host: String,
    /// The state directory.
    pub state_dir: String,
    /// The audit log's head, `SEQ:HASH8`, so that whoever has this message can tell later that the log was not rewritten.
    #[serde(default)]
    pub audit_head: Option<String>,
}

/// What the ids of steps of an escalation begin with.
pub const STEP: &str = "step";

/// The id of what is told of an alert in one of its episodes: the same however often it is decided. `what` tells the messages
/// of an episode apart; the id begins with its first word.
pub fn id(fingerprint: &str, episode: u64, what: &str) -> String {
    let word = what.split(' ').next().unwrap_or_default();
    format!("{word}-{}", digest([fingerprint, &episode.to_string(), what].into_iter()))
}

/// The id of the first that is told of an alert.
pub fn first_id(fingerprint: &str, episode: u64) -> String {
    id(fingerprint, episode, "first")
}

/// The id of what is told of its end.
pub fn resolved_id(fingerprint: &str, episode: u64) -> String {
    id(fingerprint, episode, "resolved")
}

/// The id of a message that speaks of several alerts, from the ids it would have for each.
pub fn joint_id<'a>(ids: impl Iterator<Item = &'a str> + Clone) -> String {
    let word = ids.clone().next().and_then(|id| id.split('-').next()).unwrap_or_default();
    format!("{word}-{}", digest(ids))
}

fn digest<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

impl Message {
    /// Whether it is a step of an escalation.
    pub fn is_step(&self) -> bool {
        self.id.split('-').next() == Some(STEP)
    }

    /// Whether it breaks quiet hours and limits: an emergency, a change of the kill switch, or a trial that somebody waits for.
    pub fn is_urgent(&self) -> bool {
        self.severity == Severity::Emergency || self.topic != Topic::Alert
    }

    /// The first line: how bad, and what, in one sentence.
    pub fn headline(&self) -> String {
        let mark = match self.topic {
            Topic::Test => "[TEST] ",
            Topic::Drill => "[DRILL] ",
            Topic::Alert | Topic::KillSwitch => "",
        };
        let state = match self.reason {
            Reason::Resolved => "RESOLVED",
            Reason::Acknowledged => "ACKNOWLEDGED",
            _ => self.severity.word(),
        };
        let name = self.rule.as_deref().map_or_else(String::new, |rule| format!("{rule}: "));
        format!("{mark}{state} {name}{}", self.summary)
    }

    /// The lines below it, the most important first.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("do: {}", self.remedy)];
        let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        lines.push(match self.until {
            Some(until) => format!("from {} to {}", time(self.since), time(until)),
            None => format!("since {}", time(self.since)),
        });
        if let (Some(value), Some(limit)) = (self.value, self.limit) {
            lines.push(format!("value {value}, limit {limit}"));
        }
        lines.push(format!("on {} in {}", self.host, self.state_dir));
        lines.extend(self.notes.iter().cloned());
        lines.push(format!("why told: {}", self.reason));
        lines.push(format!("more: {}", self.runbook));
        lines.extend(self.audit_head.iter().map(|head| format!("log {head}")));
        lines
    }

    /// The whole message in at most `most` characters, as `count` counts them. What is less important is left out first;
    /// that something was left out is said, and never fails the sending.
    pub fn text(&self, most: usize, count: fn(&str) -> usize) -> String {
        let head = shorten(&self.headline(), most, count);
        let lines = self.lines();
        let mut text = head;
        // The witness of the log is short, and goes last.
        let witness = self.audit_head.iter().map(|head| format!("\nlog {head}")).next().unwrap_or_default();
        let body = lines.len() - usize::from(!witness.is_empty());
        for line in lines.iter().take(body) {
            let more = format!("\n{line}");
            if count(&text) + count(&more) + count(&witness) > most {
                break;
            }
            text.push_str(&more);
        }
        if count(&text) + count(&witness) <= most {
            text.push_str(&witness);
        }
        text
    }
}

/// Characters as people count them, for services that do the same.
pub fn characters(text: &str) -> usize {
    text.chars().count()
}

/// UTF-16 code units, as Telegram and Discord count.
pub fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Bytes.
pub fn bytes(text: &str) -> usize {
    text.len()
}

/// A text cut to at most `most`, with an ellipsis where something is missing.
pub fn shorten(text: &str, most: usize, count: fn(&str) -> usize) -> String {
    if count(text) <= most {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in text.chars() {
        kept.push(letter);
        if count(&kept) + count("…") > most {
            kept.pop();
            break;
        }
    }
    if count("…") <= most {
        kept.push('…');
    }
    kept
}
